namespace TrafficCheck.Core.Wire;

/// <summary>What the checksums of one packet say.</summary>
[Flags]
public enum ChecksumFaults : byte
{
    None = 0,

    /// <summary>The IPv4 header's checksum is wrong.</summary>
    Ipv4Header = 1,

    /// <summary>The transport's checksum is wrong (TCP, UDP, ICMP, ICMPv6).</summary>
    Transport = 2,

    /// <summary>
    /// A checksum that the network card was to fill in: 0, or the sum of the pseudo header alone. The packet was captured on the host that sent
    /// it, before the card had it; nothing is wrong with it.
    /// </summary>
    Offloaded = 4,
}
