namespace TrafficCheck.Core.Wire;

/// <summary>What ICMP and ICMPv6 types mean for flows (RFC 792, 950, 4443, 4620).</summary>
public static class IcmpMessage
{
    /// <summary>Replies and their requests, so that both directions have one key: (version, reply, request).</summary>
    public static byte RequestTypeOf(byte version, byte type) => (byte)(version == 4
        ? type switch { 0 => 8, 14 => 13, 16 => 15, 18 => 17, 9 => 10, _ => type }
        : type switch { 129 => 128, 134 => 133, 136 => 135, 140 => 139, _ => type });

    /// <summary>A request whose sender is the client beyond doubt: echo, timestamp, information, address mask, node information.</summary>
    public static bool IsRequest(byte version, byte type) => version == 4 ? type is 8 or 13 or 15 or 17 : type is 128 or 139;

    public static bool IsReply(byte version, byte type) => version == 4 ? type is 0 or 14 or 16 or 18 : type is 129 or 140;

    /// <summary>An error that quotes the packet it is about.</summary>
    public static bool IsError(byte version, byte type) => version == 4 ? type is 3 or 4 or 5 or 11 or 12 : type is 1 or 2 or 3 or 4;

    /// <summary>An error that says the packet was not delivered; "fragmentation needed" and "packet too big" ask for a smaller one.</summary>
    public static bool IsUnreachable(byte version, byte type, byte code) => version == 4 ? type == 3 && code != 4 : type == 1;

    /// <summary>Reads the packet quoted by an error: its IP header and ports.</summary>
    /// <param name="message">First byte of the ICMP message.</param>
    /// <param name="length">Captured bytes of the message.</param>
    /// <returns>False when addresses or ports were not quoted or not captured.</returns>
    public static unsafe bool TryReadQuoted(byte version, byte* message, int length, out PacketSummary quoted)
    {
        const int Header = 8;
        quoted = default;
        if (length <= Header) return false;
        LinkType family = version == 4 ? LinkType.Ipv4 : LinkType.Ipv6;
        return FrameDecoder.Decode(message + Header, length - Header, family, out quoted) == DecodeStatus.Decoded;
    }
}
