using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>What a flow says about the host that initiated it.</summary>
internal enum ProbeClass : byte
{
    /// <summary>Nothing: who initiated it or whether it worked is not known well enough, or it is none of the boundary's business.</summary>
    None,

    /// <summary>Something was exchanged, or a connection was at least completed.</summary>
    Conversation,

    /// <summary>A try that came to nothing.</summary>
    Unanswered,

    /// <summary>A try that was answered, and that the initiator did not go on with: all that a scanner wants to know.</summary>
    Answered,
}

/// <summary>
/// What counts as a probe, and how many of them are a scan or a flood. Only tries that came to nothing count against a host: one that uses
/// many ports or hosts with success is no scanner, however many they are.
/// </summary>
internal static class ProbeRules
{
    /// <summary>
    /// Ports of one target that one host tried in vain: the threshold of Zeek's policy/misc/scan for a Port_Scan. A client of a suite whose
    /// server is down tries fewer.
    /// </summary>
    public const int ScanPorts = 15;

    /// <summary>Targets on one port that one host tried in vain: Zeek's threshold for an Address_Scan.</summary>
    public const int ScanHosts = 25;

    /// <summary>
    /// Hosts that tried one target in vain within one minute, and more than the conversations that it began to have then. Firewalls look
    /// at the rate too, at hundreds of SYNs a second; this is lower, because a capture may show a flood behind what limits it, and still beyond the
    /// internet's noise at one address, which is a few sources a minute.
    /// </summary>
    public const int FloodSources = 256;

    /// <summary>Datagrams of a probe: scanners send one or two, resolvers ask a few times. Media and logs that nobody answers are many.</summary>
    private const int MostDatagrams = 10;

    /// <summary>Segments of a probe without a SYN (FIN, NULL, Xmas and ACK scans).</summary>
    private const int MostSegments = 3;

    public static ProbeClass Of(in FlowSummary flow, in Judgement judgement)
    {
        if (judgement.Verdict is Verdict.OutOfScope or Verdict.Related || judgement.Reason is Reason.DirectionUnknown or Reason.ControlConnectionUnseen) return ProbeClass.None;
        if (judgement.Direction == FlowDirection.None) return ProbeClass.None;

        // Datagrams early in a capture may be answers to what was before it. Those of a server go to the many ports of its clients, which is no
        // shape of a scan; TCP segments have better evidence, or belong to a session.
        bool told = judgement.Confidence is Confidence.Proven or Confidence.Likely
            || (flow.Protocol != TransportNames.Tcp && judgement is { Confidence: Confidence.Weak, Method: EvidenceMethod.FirstSeen });
        if (!told) return ProbeClass.None;
        ProbeClass of = flow.Protocol == TransportNames.Tcp ? OfTcp(in flow, in judgement) : OfDatagrams(in flow, in judgement);

        // What is undetermined stays among what a better capture would settle.
        return judgement.Verdict == Verdict.Undetermined && of != ProbeClass.Conversation ? ProbeClass.None : of;
    }

    private static ProbeClass OfTcp(in FlowSummary flow, in Judgement judgement)
    {
        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        uint initiator = judgement.InitiatorIsHigh ? high : low, responder = judgement.InitiatorIsHigh ? low : high;
        switch (judgement.Outcome)
        {
            case Outcome.NoAnswer or Outcome.Refused or Outcome.Unreachable:
                return IsNamed(in flow) ? ProbeClass.None : ProbeClass.Unanswered;
            case Outcome.Established:
                bool halfOpen = (responder & FlowMarks.SynAck) != 0 && (responder & FlowMarks.Data) == 0
                    && (initiator & FlowMarks.Syn) != 0 && (initiator & (FlowMarks.Ack | FlowMarks.Data | FlowMarks.Fin)) == 0;
                return halfOpen ? ProbeClass.Answered : ProbeClass.Conversation;
            default:
                // One direction. Bytes and SYNs in it belong to a conversation of which the other was not captured.
                if (judgement.Square(in flow) is Square.Permitted) return ProbeClass.Conversation;
                bool bare = ((low | high) & (FlowMarks.Data | FlowMarks.Syn | FlowMarks.SynAck)) == 0;
                return bare && judgement.Verdict == Verdict.Unexpected && flow.LowPackets + flow.HighPackets <= MostSegments
                    ? ProbeClass.Unanswered
                    : ProbeClass.None;
        }
    }

    private static ProbeClass OfDatagrams(in FlowSummary flow, in Judgement judgement)
    {
        long sent = judgement.InitiatorIsHigh ? flow.HighPackets : flow.LowPackets;
        bool few = sent is > 0 and <= MostDatagrams && !IsNamed(in flow);
        switch (judgement.Outcome)
        {
            case Outcome.Answered:
                return judgement.Verdict == Verdict.Unexpected && few && flow.LowPackets + flow.HighPackets <= MostDatagrams ? ProbeClass.Answered : ProbeClass.Conversation;
            case Outcome.Unreachable:
                return few ? ProbeClass.Unanswered : ProbeClass.None;
            case Outcome.OneWay:
                // Of what is allowed, only what asks counts: logs and traps are answered by nobody.
                bool counts = judgement.Verdict == Verdict.Unexpected ? !AnswerDue.IsNeverDue(flow.Protocol, judgement.Port) : AnswerDue.IsMissing(in flow, in judgement);
                return few && counts ? ProbeClass.Unanswered : ProbeClass.None;
            default:
                return ProbeClass.None;
        }
    }

    /// <summary>Who calls its peer by name knows whom it wants.</summary>
    private static bool IsNamed(in FlowSummary flow) => flow.Note.Name != 0;
}
