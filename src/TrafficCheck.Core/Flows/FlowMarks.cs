namespace TrafficCheck.Core.Flows;

/// <summary>
/// What was seen of a flow, one bit each. The first twelve are six bits for each side (low endpoint first): bits only ever
/// get set, so that their value does not depend on the order of packets. What a bit means for direction and outcome is decided in
/// <see cref="FlowReading"/>.
/// </summary>
public static class FlowMarks
{
    /// <summary>SYN without ACK; for ICMP a request.</summary>
    public const uint Syn = 1;

    /// <summary>SYN with ACK; for ICMP the reply to a request.</summary>
    public const uint SynAck = 2;

    public const uint Fin = 4;

    public const uint Rst = 8;

    /// <summary>An acknowledgement that is neither SYN nor RST.</summary>
    public const uint Ack = 16;

    /// <summary>Bytes behind the transport header.</summary>
    public const uint Data = 32;

    /// <summary>Bits of one side; the high endpoint's are shifted by this.</summary>
    public const int SideBits = 6;

    public const uint SideMask = (1 << SideBits) - 1;

    public const uint FirstFromHigh = 1 << 12;

    /// <summary>The first SYN without ACK came from the high endpoint (matters when both sent one).</summary>
    public const uint FirstSynFromHigh = 1 << 13;

    /// <summary>An ICMP error said that a packet of the flow could not be delivered.</summary>
    public const uint Unreachable = 1 << 14;

    /// <summary>The flow was first seen so soon after the capture began that it may have begun before.</summary>
    public const uint MayPredateCapture = 1 << 15;

    public const uint Fragmented = 1 << 16;

    /// <summary>A frame of the flow was sent to the link's broadcast address.</summary>
    public const uint LinkBroadcast = 1 << 17;

    /// <summary>The payloads of the flow have shown what they can; no more are read.</summary>
    public const uint SpeechKnown = 1 << 18;

    /// <summary>TCP sequence numbers were skipped; they may have come later.</summary>
    public const uint Gap = 1 << 19;

    /// <summary>Of a packet of the flow fewer bytes were captured than it has.</summary>
    public const uint Cut = 1 << 20;

    /// <summary>Marks of one TCP packet for its own side.</summary>
    public static byte OfTcp(byte tcpFlags, bool data)
    {
        const int FinFlag = 1, SynFlag = 2, RstFlag = 4, AckFlag = 16;
        uint marks = data ? Data : 0;
        if ((tcpFlags & RstFlag) != 0) marks |= Rst;
        else if ((tcpFlags & SynFlag) != 0) marks |= (tcpFlags & AckFlag) != 0 ? SynAck : Syn;
        else
        {
            if ((tcpFlags & AckFlag) != 0) marks |= Ack;
            if ((tcpFlags & FinFlag) != 0) marks |= Fin;
        }

        return (byte)marks;
    }
}
