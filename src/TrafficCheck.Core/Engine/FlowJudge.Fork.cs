using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>Reports while the run goes on: a copy of the judge, to which live flows are given as if they had ended, or as evidence about others only.</summary>
internal sealed partial class FlowJudge
{
    /// <summary>Live flows that are control connections, and those whose direction is not proven: they only say something of others.</summary>
    private FlowList? _liveControls;
    private WaitingFlows? _live;

    /// <summary>What is judged now tells others its verdict, and is counted nowhere.</summary>
    private bool _isSilent;

    /// <summary>Live flows that were noted as evidence, and their packets.</summary>
    public long LiveFlows { get; private set; }

    public long LivePackets { get; private set; }

    /// <summary>
    /// What was judged and what waits, as it is now; goes on by itself. Nobody may judge meanwhile. What it shares with this one (flows that wait) is never
    /// changed by either.
    /// </summary>
    /// <param name="live">Flows that the fork will be given.</param>
    public FlowJudge Fork(
        CompiledMatrix matrix, PeerNaming? names, RelatedFlows? related, FtpPairs ftp, ServerLedger servers, long live, params IJudgedFlowSink[] sinks)
    {
        var fork = (FlowJudge)MemberwiseClone();
        fork._matrix = matrix;
        fork._matcher = _matcher.Fork(matrix);
        fork._names = names;
        fork._related = related;
        fork._controls = ftp;
        fork._ftp = _ftp is null ? null : ftp;
        fork._servers = servers;
        fork._line = new JudgedLine(servers, sinks);
        fork._waiting = _waiting.Fork();
        fork._withoutDirection = _withoutDirection.Fork(live);
        fork._degrees = new DegreeServers();
        fork.Evidence = Evidence.Fork();
        return fork;
    }

    /// <summary>Waits until what was judged is in the sums.</summary>
    public void Drain() => _line.Drain();

    /// <summary>A flow that goes on, and is judged in another report: here only what it proves counts, of sockets, control connections and degrees.</summary>
    public void NoteLive(in FlowSummary flow)
    {
        LiveFlows++;
        LivePackets += flow.LowPackets + flow.HighPackets;
        _ftp?.Note(in flow);
        ulong low = _hosts.SubjectsOf(flow.Ends.LowAddress), high = _hosts.SubjectsOf(flow.Ends.HighAddress);
        SubjectsSeen |= low | high;
        if (!_judgeLinkScope && LinkScope.KindOf(in flow) != LinkScopeKind.None) return;
        FlowReading reading = FlowReading.Of(in flow);
        FlowSummary noted = flow;
        if (low != high && _related is not null && flow.Note.Parent != 0) reading = WithRelatedEvidence(ref noted, reading);
        _line.Note(in noted, in reading, protects: (low | high) != 0);
        if (low == high) return;
        if (flow.Note.Control != 0) (_liveControls ??= new()).Add(in flow);
        if (LacksProof(flow.Protocol, in reading)) (_live ??= new()).TryAdd(in flow);
    }

    /// <summary>Judges a control connection that has ended once more, by its ends: the matrix is another one than when it did.</summary>
    public void JudgeAgain(ControlConnection control)
    {
        ulong low = _hosts.SubjectsOf(control.Ends.LowAddress), high = _hosts.SubjectsOf(control.Ends.HighAddress);
        if (low == high) return;
        var flow = new FlowSummary
        {
            Protocol = control.Transport,
            Ends = control.Ends,
            FirstNs = control.FirstNs,
            LastNs = control.LastNs,
            LowPackets = 1,
            HighPackets = 1,
            LowBytes = 0,
            HighBytes = 0,
            Marks = 0,
            FirstFrame = control.FirstFrame,
        };
        _namesUntilNs = long.MaxValue;
        ulong atLow = low & ~high, atHigh = high & ~low;
        var reading = new FlowReading(control.ClientIsHigh, EvidenceMethod.Syn, Confidence.Proven, EvidenceConflicts.None);
        ForEnds(in flow, atLow, atHigh, reading, mayWait: false, out Judgement first, out Judgement second);
        if (atLow != 0) control.Judged(in first);
        if (atHigh != 0) control.Judged(in second);
    }

    private void CountLiveForDegrees()
    {
        _live?.ForEach((in flow) =>
        {
            if (IsForDegrees(in flow)) _degrees.Count(in flow);
            return false;
        });
    }

    private void AddLiveToDegrees()
    {
        _live?.ForEach((in flow) =>
        {
            if (IsForDegrees(in flow)) _degrees.Add(in flow);
            return false;
        });
    }

    /// <summary>What belongs to a control connection that goes on is judged by what is known of it now.</summary>
    private void JudgeLiveControls()
    {
        _isSilent = true;
        for (int i = 0; i < (_liveControls?.Count ?? 0); i++) Judge(in _liveControls![i], Stage.Over);
        _isSilent = false;
    }
}
