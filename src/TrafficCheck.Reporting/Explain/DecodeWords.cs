using TrafficCheck.Core.Wire;

namespace TrafficCheck.Reporting.Explain;

/// <summary>Decode statuses and oddities in whole sentences.</summary>
public static class DecodeWords
{
    public static string Of(DecodeStatus status) => status switch
    {
        DecodeStatus.Decoded => "an IP packet with all that its flow needs",
        DecodeStatus.LaterFragment => "a later fragment: it has addresses and a protocol, never ports",
        DecodeStatus.PortsMissing => "an IP packet whose transport header was not captured, or does not fit, as far as the ports",
        DecodeStatus.Ipv6ExtensionCut => "an IPv6 packet whose extension headers are cut: what it carries is not known",
        DecodeStatus.Arp => "address resolution",
        DecodeStatus.Rarp => "reverse address resolution",
        DecodeStatus.Stp => "spanning tree",
        DecodeStatus.Lldp => "link layer discovery",
        DecodeStatus.Cdp => "Cisco's discovery protocol",
        DecodeStatus.CiscoOther => "other protocols of Cisco's (VTP, DTP, PAgP, UDLD ...)",
        DecodeStatus.SlowProtocols => "LACP and other slow protocols of a link",
        DecodeStatus.Eapol => "802.1X authentication",
        DecodeStatus.Ptp => "precision time",
        DecodeStatus.IsIs => "IS-IS and other OSI routing",
        DecodeStatus.Profinet => "PROFINET",
        DecodeStatus.EthernetLoopback => "loopback tests of Ethernet",
        DecodeStatus.PppoeDiscovery => "discovery of PPPoE",
        DecodeStatus.Netlink => "messages between the Linux kernel and programs",
        DecodeStatus.CanBus => "frames of a CAN bus",
        DecodeStatus.LinkTypeWithoutIp => "a link type that carries no IP",
        DecodeStatus.Ieee80211Management => "a management or control frame of 802.11",
        DecodeStatus.Ieee80211WithoutData => "a data frame of 802.11 without data",
        DecodeStatus.EtherTypeOther => "a protocol that carries no IP, or one that is not known",
        DecodeStatus.LlcOther => "an LLC frame of a kind that carries no IP",
        DecodeStatus.NullFamilyOther => "an address family that is neither IPv4 nor IPv6",
        DecodeStatus.SllOther => "a cooked frame of a kind that carries no IP",
        DecodeStatus.Ax25 => "a packet radio frame without IP",
        DecodeStatus.Ax25Unread => "a packet radio frame whose packet is compressed or in parts, which this version does not look into",
        DecodeStatus.Ieee802154 => "a frame of 802.15.4 without IP",
        DecodeStatus.Ieee802154Unread => "a frame of 802.15.4 that is encrypted, or of a version that this one does not look into",
        DecodeStatus.SixLowpan => "IPv6 with compressed headers or in parts (6LoWPAN), which this version does not put together",
        DecodeStatus.CookedKindUnknown => "a cooked frame of a kind that this version does not look into",
        DecodeStatus.MplsChannel => "the associated channel of a pseudowire: messages of the network, no packet",
        DecodeStatus.PppControl => "a control message of PPP or of its tunnel",
        DecodeStatus.Ieee80211Encrypted => "an encrypted 802.11 frame",
        DecodeStatus.MacSec => "a frame encrypted by MACsec",
        DecodeStatus.MplsPayloadUnknown => "behind the labels stands neither IP nor Ethernet",
        DecodeStatus.LinkTypeUnsupported => "a link type that this version does not look into",
        DecodeStatus.FrameEmpty => "no byte of the frame was captured",
        DecodeStatus.LinkHeaderCut => "a header below IP is cut, or its length does not fit into the frame",
        DecodeStatus.LinkNestingTooDeep => "more tags, labels or carriers than are followed",
        DecodeStatus.TunnelNestingTooDeep => "more packets inside each other than are followed",
        DecodeStatus.Ipv4HeaderCut => "the IPv4 header is cut",
        DecodeStatus.Ipv4VersionInvalid => "where an IPv4 header should be, the version is not 4",
        DecodeStatus.Ipv4HeaderLengthInvalid => "the IPv4 header says that it is shorter than 20 bytes",
        DecodeStatus.Ipv4TotalLengthInvalid => "the IPv4 packet says that it is shorter than its header",
        DecodeStatus.Ipv6HeaderCut => "the IPv6 header is cut",
        DecodeStatus.Ipv6VersionInvalid => "where an IPv6 header should be, the version is not 6",
        DecodeStatus.Ipv6ExtensionChainTooLong => "more IPv6 extension headers than are followed",
        DecodeStatus.IpVersionUnknown => "the first four bits are neither 4 nor 6",
        _ when DecodeStatusNames.IsNonIp(status) => "a sound frame that carries no IP",
        _ => "",
    };

    public static string Of(Oddities one) => one switch
    {
        Oddities.Ipv4TotalLengthZero => "IPv4 total length 0 (segmentation offload): the captured length stands in for it",
        Oddities.Ipv6PayloadLengthZero => "IPv6 payload length 0 without a jumbo option (offload): the captured length stands in for it",
        Oddities.TcpFlagsMissing => "the TCP header was not captured as far as its flags",
        Oddities.TcpDataOffsetInvalid => "the TCP header length does not fit into the packet",
        Oddities.UdpLengthInvalid => "the UDP length does not fit into the packet",
        Oddities.CapturedBeyondWire => "more bytes are captured than the frame had on the link",
        Oddities.PacketCut => "fewer bytes were captured than the packet has",
        Oddities.TunnelWithoutIp => "a tunnel that holds no IP packet: the packet around it counts",
        Oddities.TunnelDamaged => "a tunnel whose content is damaged or cut: the packet around it counts",
        Oddities.Aggregate => "a frame that may hold several packets (802.11 A-MSDU): each is read",
        Oddities.AggregateReadInPart => "a frame of several packets, of which not all could be read: one is cut, or there are too many",
        _ => "",
    };

    /// <summary>The oddities of a packet, by name.</summary>
    public static IEnumerable<KeyValuePair<Oddities, string>> All(Oddities oddities) => OddityNames.All.Where(o => (oddities & o.Key) != 0);
}
