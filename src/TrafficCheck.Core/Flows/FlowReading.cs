using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>What the packets of a flow say about who started it and whether it worked. Knows no matrix.</summary>
/// <param name="InitiatorIsHigh">Which end initiated, also when <paramref name="Confidence"/> is unknown (then the first sender).</param>
public readonly record struct FlowReading(bool InitiatorIsHigh, EvidenceMethod Method, Confidence Confidence)
{
    public static FlowReading Of(in FlowSummary flow)
    {
        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        bool firstFromHigh = (flow.Marks & FlowMarks.FirstFromHigh) != 0;
        if (flow.Protocol is Ip.Tcp or Ip.Icmp or Ip.Icmpv6)
        {
            uint either = low | high;
            if ((either & FlowMarks.Syn) != 0)
            {
                bool fromHigh = (high & FlowMarks.Syn) != 0 && ((low & FlowMarks.Syn) == 0 || (flow.Marks & FlowMarks.FirstSynFromHigh) != 0);
                return Checked(flow, fromHigh, flow.Protocol == Ip.Tcp ? EvidenceMethod.Syn : EvidenceMethod.Application, Confidence.Proven);
            }

            if ((either & FlowMarks.SynAck) != 0)
            {
                // Both ends answering is a contradiction of equal rank.
                if ((low & high & FlowMarks.SynAck) != 0) return new(firstFromHigh, EvidenceMethod.None, Confidence.Unknown);
                bool toHigh = (low & FlowMarks.SynAck) != 0;
                if (flow.Protocol != Ip.Tcp) return Checked(flow, toHigh, EvidenceMethod.Application, Confidence.Proven);

                // A SYN-ACK alone may be a scan or backscatter; an acknowledgement or data the other way bears it out.
                bool borneOut = ((toHigh ? high : low) & (FlowMarks.Ack | FlowMarks.Data)) != 0;
                if (borneOut || flow.Speech.Clients is not (1 or 2)) return Checked(flow, toHigh, EvidenceMethod.SynAck, borneOut ? Confidence.Proven : Confidence.Weak);
            }
        }

        // What the payload says: 1 the low end is the client, 2 the high one; both at once is a contradiction and says nothing.
        if (flow.Speech.Clients is 1 or 2) return Checked(flow, flow.Speech.Clients == 2, EvidenceMethod.Application, Confidence.Proven);

        return (flow.Marks & FlowMarks.MayPredateCapture) != 0
            ? Checked(flow, firstFromHigh, EvidenceMethod.FirstSeen, Confidence.Weak)
            : Checked(flow, firstFromHigh, EvidenceMethod.FirstPacket, Confidence.Likely);
    }

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

    /// <summary>Multicast, broadcast and unspecified addresses never initiate.</summary>
    private static FlowReading Checked(in FlowSummary flow, bool initiatorIsHigh, EvidenceMethod method, Confidence confidence)
    {
        IpAddress initiator = initiatorIsHigh ? flow.Ends.HighAddress : flow.Ends.LowAddress;
        if (!AddressKind.CannotInitiate(initiator)) return new(initiatorIsHigh, method, confidence);
        IpAddress other = initiatorIsHigh ? flow.Ends.LowAddress : flow.Ends.HighAddress;
        return AddressKind.CannotInitiate(other)
            ? new(initiatorIsHigh, EvidenceMethod.None, Confidence.Unknown)
            : new(!initiatorIsHigh, method, confidence);
    }
}
