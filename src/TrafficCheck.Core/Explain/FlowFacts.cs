using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>A judged flow as values that need the engine no more.</summary>
internal static class FlowFacts
{
    /// <param name="judgements">One, or one for each protected end.</param>
    /// <param name="verdicts">Whether there is a matrix to speak of.</param>
    public static ExplainedFlow Of(in FlowSummary flow, IReadOnlyList<Judgement> judgements, CheckEngine engine, bool verdicts)
    {
        Judgement first = judgements[0];
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
            Names = Names(in flow, judgements, engine),
            Verdicts = verdicts ? [.. judgements.Select(j => VerdictOf(j, engine.Matrix))] : [],
        };
    }

    /// <summary>Whether the protected end of a judgement is the high one; for flows that concern no subject, the initiator's stands in.</summary>
    public static bool SubjectIsHigh(in Judgement judgement) => judgement.InitiatorIsHigh == (judgement.Direction != FlowDirection.In);

    private static List<NamesOfEnd> Names(in FlowSummary flow, IReadOnlyList<Judgement> judgements, CheckEngine engine)
    {
        var names = new List<NamesOfEnd>();
        if (engine.Names is not { } naming) return names;
        foreach (Judgement judgement in judgements)
        {
            NamesOfEnd peer = NamesOfEnd.Of(in flow, !SubjectIsHigh(in judgement), naming);
            if (peer.Names.Count > 0) names.Add(peer);
        }

        return names;
    }

    private static List<string> Notes(uint marks, Confidence confidence)
    {
        var notes = new List<string>();
        if ((marks & FlowMarks.MayPredateCapture) != 0 && confidence != Confidence.Proven) notes.Add("first seen so soon after the capture began that it may be older");
        if ((marks & FlowMarks.Unreachable) != 0) notes.Add("an ICMP error said that a packet of it could not be delivered");
        if ((marks & FlowMarks.Fragmented) != 0) notes.Add("some of its packets are fragments");
        if ((marks & FlowMarks.Cut) != 0) notes.Add("some of its packets were cut by the snap length");
        if ((marks & FlowMarks.LinkBroadcast) != 0) notes.Add("a frame of it was sent to the link's broadcast address");
        return notes;
    }

    private static ExplainedVerdict VerdictOf(Judgement judgement, CompiledMatrix matrix)
    {
        RowSet rows = matrix.Sets[judgement.Rows];
        return new(
            judgement.Subject < 0 ? "" : matrix.Matrix.Subjects[judgement.Subject].Name, judgement.Direction, judgement.Verdict, judgement.Reason,
            LinkScope.Names[(int)judgement.LinkScope], Rows(rows.Answering), Rows(rows.Covered), Rows(rows.Possible));

        IReadOnlyList<ExplainedRow> Rows(IReadOnlyList<int> indices) =>
            [.. indices.Distinct().Order().Select(i => matrix.Matrix.Rows[i]).Select(r => new ExplainedRow(r.Id, r.Source.File, r.Source.Line))];
    }
}
