using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Waits among the judged flows for the one that a frame belongs to: of those with its key, the last that opened with it or before it. One key
/// may have several flows, one after the other.
/// </summary>
internal sealed class FlowWatch(long frame) : IJudgedFlowSink
{
    private readonly List<Judgement> _judgements = [];
    private FlowSummary _flow;

    /// <summary>The key, as soon as it is known; flows that ended before are not looked at again.</summary>
    public FlowIdentity? Wanted
    {
        get;
        set
        {
            if (field != value) _judgements.Clear();
            field = value;
        }
    }

    public bool HasFlow => _judgements.Count > 0;

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (Wanted is not { } wanted || !wanted.IsOf(in flow) || flow.FirstFrame > frame || (HasFlow && flow.FirstFrame < _flow.FirstFrame)) return;
        if (HasFlow && flow.FirstFrame > _flow.FirstFrame) _judgements.Clear();
        _flow = flow;
        _judgements.Add(judgement);
    }

    /// <returns>Null when there is no such flow.</returns>
    public ExplainedFlow? Explain(CheckEngine engine, bool verdicts)
    {
        if (!HasFlow) return null;
        FlowSummary flow = _flow;
        Judgement first = _judgements[0];
        bool high = first.InitiatorIsHigh, ports = TransportNames.HasPorts(flow.Protocol);
        FlowEndpoints ends = flow.Ends;
        return new ExplainedFlow
        {
            Transport = flow.Protocol,
            Initiator = (high ? ends.HighAddress : ends.LowAddress).ToIPAddress(),
            InitiatorPort = ports ? (high ? ends.HighPort : ends.LowPort) : null,
            Responder = (high ? ends.LowAddress : ends.HighAddress).ToIPAddress(),
            ResponderPort = ports ? (high ? ends.LowPort : ends.HighPort) : null,
            Icmp = flow.Protocol is Ip.Icmp or Ip.Icmpv6 ? ((byte)(ends.LowPort >> 8), (byte)ends.LowPort) : null,
            InitiatorPackets = high ? flow.HighPackets : flow.LowPackets,
            InitiatorBytes = high ? flow.HighBytes : flow.LowBytes,
            ResponderPackets = high ? flow.LowPackets : flow.HighPackets,
            ResponderBytes = high ? flow.LowBytes : flow.HighBytes,
            FirstNs = flow.FirstNs,
            LastNs = flow.LastNs,
            FirstFrame = flow.FirstFrame,
            Evidence = first.Method,
            Confidence = first.Confidence,
            Outcome = first.Outcome,
            Notes = [.. Notes(flow.Marks, first.Confidence), .. engine.EvidenceOf(flow, first), .. engine.StoryOf(in flow)],
            Verdicts = verdicts ? [.. _judgements.Select(j => VerdictOf(j, engine.Matrix))] : [],
        };
    }

    private static List<string> Notes(uint marks, Confidence confidence)
    {
        var notes = new List<string>();
        if ((marks & FlowMarks.MayPredateCapture) != 0 && confidence != Confidence.Proven) notes.Add("first seen so soon after the capture began that it may be older");
        if ((marks & FlowMarks.Unreachable) != 0) notes.Add("an ICMP error said that a packet of it could not be delivered");
        if ((marks & FlowMarks.Fragmented) != 0) notes.Add("some of its packets are fragments");
        if ((marks & FlowMarks.LinkBroadcast) != 0) notes.Add("a frame of it was sent to the link's broadcast address");
        return notes;
    }

    private static ExplainedVerdict VerdictOf(Judgement judgement, CompiledMatrix matrix)
    {
        RowSet rows = matrix.Sets[judgement.Rows];
        return new(
            judgement.Subject < 0 ? "" : matrix.Matrix.Subjects[judgement.Subject].Name, judgement.Direction, judgement.Verdict, judgement.Reason,
            LinkScope.Names[(int)judgement.LinkScope], Rows([.. rows.Answering, .. rows.Possible]), Rows(rows.Covered));

        IReadOnlyList<ExplainedRow> Rows(IReadOnlyList<int> indices) =>
            [.. indices.Distinct().Order().Select(i => matrix.Matrix.Rows[i]).Select(r => new ExplainedRow(r.Id, r.Source.File, r.Source.Line))];
    }
}
