namespace TrafficCheck.Core.Wire;

/// <summary>Offsets and numbers of IP and of the transports above it (RFC 791, 8200, 9293, 768, 9260).</summary>
internal static class Ip
{
    public const int V4MinHeader = 20, V4TotalLength = 2, V4Id = 4, V4FlagsFragment = 6, V4Protocol = 9, V4Source = 12;
    public const int V4MoreFragments = 0x2000, V4FragmentOffset = 0x1fff;

    public const int V6Header = 40, V6PayloadLength = 4, V6NextHeader = 6, V6Source = 8;

    /// <summary>More extension headers than this in one packet are an attack, not traffic.</summary>
    public const int MaxExtensions = 16;

    public const byte HopByHop = 0, Icmp = 1, IpInIp = 4, Tcp = 6, Udp = 17, Dccp = 33, Ipv6 = 41, Routing = 43, Fragment = 44, Gre = 47, Ah = 51, Icmpv6 = 58,
        NoNext = 59, DestinationOptions = 60, EtherIp = 97, L2tp = 115, Sctp = 132, UdpLite = 136, Mpls = 137;

    public const int TcpMinHeader = 20, TcpDataOffset = 12, TcpFlags = 13, UdpHeader = 8, UdpLength = 4, SctpHeader = 12, DccpHeader = 12;

    /// <summary>Type of the hop-by-hop option that carries a jumbogram's length (RFC 2675).</summary>
    public const byte JumboOption = 0xc2;
}
