using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>What the packets of a flow say about who started it and whether it worked. Knows no matrix.</summary>
/// <param name="InitiatorIsHigh">Which end initiated, also when <paramref name="Confidence"/> is unknown (then the first sender).</param>
/// <param name="Conflicts">What speaks against it, or kept stronger evidence from counting.</param>
public readonly record struct FlowReading(
    bool InitiatorIsHigh, EvidenceMethod Method, Confidence Confidence, EvidenceConflicts Conflicts = EvidenceConflicts.None)
{
    public static FlowReading Of(in FlowSummary flow)
    {
        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        bool firstFromHigh = (flow.Marks & FlowMarks.FirstFromHigh) != 0;
        int clients = flow.Speech.Clients;
        var conflicts = EvidenceConflicts.None;
        if (flow.Protocol is Ip.Tcp or Ip.Icmp or Ip.Icmpv6)
        {
            uint either = low | high, both = low & high;
            if ((either & FlowMarks.Syn) != 0)
            {
                if ((both & FlowMarks.Syn) != 0) conflicts |= EvidenceConflicts.BothSyn;
                bool fromHigh = (high & FlowMarks.Syn) != 0 && ((low & FlowMarks.Syn) == 0 || (flow.Marks & FlowMarks.FirstSynFromHigh) != 0);
                return Checked(flow, fromHigh, flow.Protocol == Ip.Tcp ? EvidenceMethod.Syn : EvidenceMethod.Application, Confidence.Proven, conflicts);
            }

            if ((both & FlowMarks.SynAck) != 0)
            {
                // Both ends answering is a contradiction of equal rank.
                return Checked(flow, firstFromHigh, EvidenceMethod.None, Confidence.Unknown, EvidenceConflicts.BothSynAck);
            }

            if ((either & FlowMarks.SynAck) != 0)
            {
                bool toHigh = (low & FlowMarks.SynAck) != 0;
                if (flow.Protocol != Ip.Tcp) return Checked(flow, toHigh, EvidenceMethod.Application, Confidence.Proven, conflicts);

                // A SYN-ACK alone may be a scan or backscatter; an acknowledgement or data the other way bears it out.
                bool borneOut = ((toHigh ? high : low) & (FlowMarks.Ack | FlowMarks.Data)) != 0;
                if (clients is 1 or 2 && clients == 2 != toHigh) conflicts |= EvidenceConflicts.PayloadAgainstSynAck;
                if (borneOut || clients is not (1 or 2))
                    return Checked(flow, toHigh, EvidenceMethod.SynAck, borneOut ? Confidence.Proven : Confidence.Weak, conflicts);
            }
        }

        // What the payload says: 1 the low end is the client, 2 the high one; both at once is a contradiction of equal rank.
        if (clients is 1 or 2) return Checked(flow, clients == 2, EvidenceMethod.Application, Confidence.Proven, conflicts);
        if (clients == 3) return Checked(flow, firstFromHigh, EvidenceMethod.None, Confidence.Unknown, EvidenceConflicts.BothClients);

        return (flow.Marks & FlowMarks.MayPredateCapture) != 0
            ? Checked(flow, firstFromHigh, EvidenceMethod.FirstSeen, Confidence.Weak, conflicts)
            : Checked(flow, firstFromHigh, EvidenceMethod.FirstPacket, Confidence.Likely, conflicts);
    }

    /// <summary>The end that the evidence names is not the one that sent the first packet.</summary>
    public bool IsFlip(in FlowSummary flow) => IsFlip(in flow, InitiatorIsHigh, Confidence);

    /// <inheritdoc cref="IsFlip(in FlowSummary)"/>
    public static bool IsFlip(in FlowSummary flow, bool initiatorIsHigh, Confidence confidence) =>
        confidence != Confidence.Unknown && initiatorIsHigh != ((flow.Marks & FlowMarks.FirstFromHigh) != 0);

    /// <summary>Whether the conversation worked, if the given end initiated it.</summary>
    public static Outcome OutcomeOf(in FlowSummary flow, bool initiatorIsHigh)
    {
        long sent = initiatorIsHigh ? flow.HighPackets : flow.LowPackets, received = initiatorIsHigh ? flow.LowPackets : flow.HighPackets;
        bool unreachable = (flow.Marks & FlowMarks.Unreachable) != 0;
        if (flow.Protocol != Ip.Tcp) return sent > 0 && received > 0 ? Outcome.Answered : unreachable ? Outcome.Unreachable : Outcome.OneWay;

        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        uint initiator = initiatorIsHigh ? high : low, responder = initiatorIsHigh ? low : high;
        if (received > 0 && sent > 0)
        {
            // A SYN-ACK says that the boundary let the attempt through and the service took it, whether or not the initiator went on.
            if ((responder & (FlowMarks.SynAck | FlowMarks.Ack | FlowMarks.Data | FlowMarks.Fin)) != 0) return Outcome.Established;
            if ((responder & FlowMarks.Rst) != 0) return Outcome.Refused;
            return (responder & FlowMarks.Syn) != 0 ? Outcome.NoAnswer : Outcome.Established;
        }

        if (unreachable) return Outcome.Unreachable;
        return sent > 0 && (initiator & FlowMarks.Syn) != 0 && (initiator & (FlowMarks.Ack | FlowMarks.SynAck | FlowMarks.Fin)) == 0
            ? Outcome.NoAnswer
            : Outcome.OneWay;
    }

    /// <summary>
    /// Multicast, broadcast and unspecified addresses never initiate. What shows one as the initiator is forged or misread, and proves nothing:
    /// the other end is named, without any evidence.
    /// </summary>
    private static FlowReading Checked(in FlowSummary flow, bool initiatorIsHigh, EvidenceMethod method, Confidence confidence, EvidenceConflicts conflicts)
    {
        if (!AddressKind.CannotInitiate(flow.Ends.Address(initiatorIsHigh))) return new(initiatorIsHigh, method, confidence, conflicts);
        bool neither = AddressKind.CannotInitiate(flow.Ends.Address(!initiatorIsHigh));
        return new(neither == initiatorIsHigh, EvidenceMethod.None, Confidence.Unknown, conflicts | EvidenceConflicts.AddressNeverInitiates);
    }
}
