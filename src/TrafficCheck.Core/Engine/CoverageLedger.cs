using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>What the flows of one row set amount to.</summary>
internal sealed class RowSetTotals(HostBudget budget)
{
    public long Flows, Bytes, Worked, Failed, Unanswered, InitiatedIn, InitiatedOut;

    /// <summary>Flows that control connections of these rows announced.</summary>
    public long RelatedFlows, RelatedBytes;
    public long FirstNs = long.MaxValue, LastNs = long.MinValue;

    /// <summary>Flows whose only chance to match are rows of this set, were a name known.</summary>
    public long MayMatch;

    /// <summary>Flows that rows of this set allow if they were initiated one way, and nobody knows which way they were.</summary>
    public long DirectionUnknown;

    /// <summary>Flows that rows of this set allow under a control connection, which began before the capture as they did.</summary>
    public long ControlUnseen;

    /// <summary>Flows that rows of this set allow only the other way round.</summary>
    public long Reversed;

    public HostCounter Peers { get; private set; } = new(budget);

    public RowSetTotals Fork(ForkScope scope)
    {
        var fork = (RowSetTotals)MemberwiseClone();
        fork.Peers = Peers.Fork(scope);
        return fork;
    }
}

/// <summary>
/// Sums judged flows by row set; rows are read from it at the end. What each subject showed is kept beside it, because a row that was not
/// seen may not have been visible.
/// </summary>
internal sealed class CoverageLedger(int subjects, ProtectedHosts hosts, HostBudget budget) : IJudgedFlowSink
{
    private const int MaxSegments = 4096;

    private HostBudget _budget = budget;
    private Dictionary<(ushort Interface, ushort Vlan), (long All, long OneWay)> _segments = [];
    private List<RowSetTotals?> _bySet = [];
    private long[] _verdicts = new long[(int)Verdict.OutOfScope + 1];
    private long[] _squares = new long[(int)Square.Attempted + 1];
    private long[] _answered = new long[subjects];
    private long[] _linkScope = new long[LinkScope.Names.Count];

    public IReadOnlyList<RowSetTotals?> BySet => _bySet;

    public ReadOnlySpan<long> Verdicts => _verdicts;

    public ReadOnlySpan<long> Squares => _squares;

    public ReadOnlySpan<long> LinkScopes => _linkScope;

    public long Transit { get; private set; }

    public long Internal { get; private set; }

    /// <summary>TCP conversations that must have had two directions, and those of them of which one was captured.</summary>
    public long TcpConversations { get; private set; }

    public long TcpOneWay { get; private set; }

    /// <summary>Whether any conversation of the subject other than TCP was seen in both directions.</summary>
    public bool ShowsAnswers(int subject) => _answered[subject] > 0;

    /// <summary>TCP conversations of the subjects with a SYN, and with a SYN-ACK.</summary>
    public long Syns { get; private set; }

    public long SynAcks { get; private set; }

    /// <summary>TCP conversations and one-way ones by interface and VLAN; those of more segments than are kept are missing here.</summary>
    public IReadOnlyDictionary<(ushort Interface, ushort Vlan), (long All, long OneWay)> Segments => _segments;

    public CoverageLedger Fork(ForkScope scope)
    {
        var fork = (CoverageLedger)MemberwiseClone();
        fork._budget = scope.Budget;
        fork._segments = new(_segments);
        fork._bySet = [.. _bySet.Select(s => s?.Fork(scope))];
        fork._verdicts = (long[])_verdicts.Clone();
        fork._squares = (long[])_squares.Clone();
        fork._answered = (long[])_answered.Clone();
        fork._linkScope = (long[])_linkScope.Clone();
        return fork;
    }

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        _verdicts[(int)judgement.Verdict]++;
        if (judgement.Verdict == Verdict.OutOfScope)
        {
            if (judgement.Reason == Reason.Transit) Transit++;
            else if (judgement.Reason == Reason.Internal) Internal++;
            else _linkScope[(int)judgement.LinkScope]++;
            return;
        }

        NoteVisibility(in flow, in judgement);
        Square square = judgement.Square(in flow);
        _squares[(int)square]++;
        if (judgement.Rows == RowSets.None) return;
        RowSetTotals totals = At(judgement.Rows);
        switch (judgement.Verdict)
        {
            case Verdict.Related:
                totals.RelatedFlows++;
                totals.RelatedBytes += flow.LowBytes + flow.HighBytes;
                break;
            case Verdict.Allowed:
                AddAnswered(totals, in flow, in judgement, square);
                break;
            case Verdict.Undetermined when judgement.Reason is Reason.PeerNameUnknown or Reason.ApplicationUnknown:
                totals.MayMatch++;
                break;
            case Verdict.Undetermined when judgement.Reason == Reason.DirectionUnknown:
                totals.DirectionUnknown++;
                break;
            case Verdict.Undetermined when judgement.Reason == Reason.ControlConnectionUnseen:
                totals.ControlUnseen++;
                break;
            case Verdict.Unexpected when judgement.Reason == Reason.Direction:
                totals.Reversed++;
                break;
        }
    }

    private void AddAnswered(RowSetTotals totals, in FlowSummary flow, in Judgement judgement, Square square)
    {
        totals.Flows++;
        totals.Bytes += flow.LowBytes + flow.HighBytes;
        totals.FirstNs = Math.Min(totals.FirstNs, flow.FirstNs);
        totals.LastNs = Math.Max(totals.LastNs, flow.LastNs);

        // Who initiated is said where it is known.
        if (judgement.Confidence < Confidence.Weak)
        {
            if (judgement.Direction == FlowDirection.In) totals.InitiatedIn++;
            else totals.InitiatedOut++;
        }

        if (square == Square.Permitted) totals.Worked++;
        else if (square == Square.Failing) totals.Failed++;
        else if (AnswerDue.IsMissing(in flow, in judgement)) totals.Unanswered++;
        else if (AnswerDue.IsNeverDue(flow.Protocol, judgement.Port)) totals.Worked++;
        bool subjectIsHigh = ((hosts.SubjectsOf(flow.Ends.HighAddress) >> judgement.Subject) & 1) != 0;
        totals.Peers.Add(subjectIsHigh ? flow.Ends.LowAddress : flow.Ends.HighAddress, flow.FirstNs);
    }

    private void NoteVisibility(in FlowSummary flow, in Judgement judgement)
    {
        bool bothWays = flow.LowPackets > 0 && flow.HighPackets > 0;
        if (flow.Protocol != TransportNames.Tcp)
        {
            if (bothWays) _answered[judgement.Subject]++;
            return;
        }

        uint either = (flow.Marks | (flow.Marks >> FlowMarks.SideBits)) & FlowMarks.SideMask;
        if ((either & FlowMarks.Syn) != 0) Syns++;
        if ((either & FlowMarks.SynAck) != 0) SynAcks++;
        if ((either & (FlowMarks.Ack | FlowMarks.Data | FlowMarks.SynAck)) == 0) return;
        TcpConversations++;
        if (!bothWays) TcpOneWay++;
        var segment = (flow.Interface, flow.Vlan);
        if (_segments.Count >= MaxSegments && !_segments.ContainsKey(segment)) return;
        ref (long All, long OneWay) share = ref CollectionsMarshal.GetValueRefOrAddDefault(_segments, segment, out _);
        share.All++;
        if (!bothWays) share.OneWay++;
    }

    private RowSetTotals At(int set)
    {
        while (_bySet.Count <= set) _bySet.Add(null);
        return _bySet[set] ??= new RowSetTotals(_budget);
    }
}
