namespace TrafficCheck.Core.Wire;

/// <summary>
/// How decoding of one frame ended. Every frame ends in exactly one of these, and each has a counter and a name
/// (<see cref="DecodeStatusNames"/>) that reaches the report. The values up to <see cref="LastDecoded"/> say that an IP packet was found.
/// </summary>
public enum DecodeStatus : byte
{
    /// <summary>IP packet with all that its flow needs: ports, ICMP type, or a protocol that has neither.</summary>
    Decoded,

    /// <summary>A later fragment: addresses and protocol, never ports.</summary>
    LaterFragment,

    /// <summary>IP packet whose transport header was not captured, or does not fit, as far as the ports.</summary>
    PortsMissing,

    /// <summary>IPv6 packet whose extension headers were not captured to their end: its transport is unknown.</summary>
    Ipv6ExtensionCut,

    LastDecoded = Ipv6ExtensionCut,

    // Sound frames that hold no IP packet, by kind.
    Arp,
    Rarp,
    Stp,
    Lldp,
    Cdp,
    CiscoOther,
    SlowProtocols,
    Eapol,
    Ptp,
    IsIs,
    Profinet,
    EthernetLoopback,
    PppoeDiscovery,
    PppControl,
    Ipx,
    AppleTalk,
    NetBeui,
    LlcOther,
    NullFamilyOther,
    SllOther,
    Netlink,
    CanBus,
    Vsock,
    Mctp,
    Irda,
    Phonet,
    MplsChannel,
    Ieee80211Management,
    Ieee80211WithoutData,
    Ax25,
    Ieee802154,

    /// <summary>The link carries no IP (USB, Bluetooth, CAN ...).</summary>
    LinkTypeWithoutIp,

    LastNonIp = LinkTypeWithoutIp,

    // What cannot be read: encrypted, or of a kind that this version does not know. It may hold IP packets.
    EtherTypeOther,
    Ieee80211Encrypted,
    MacSec,
    MplsPayloadUnknown,

    /// <summary>Packet radio with compressed headers, or a part of a packet.</summary>
    Ax25Unread,

    /// <summary>IPv6 with compressed headers or in parts.</summary>
    SixLowpan,

    /// <summary>802.15.4 that is encrypted, or of a version that is not looked into.</summary>
    Ieee802154Unread,

    /// <summary>A protocol number of the kernel in a cooked capture, behind which IP may stand.</summary>
    CookedKindUnknown,
    LinkTypeUnsupported,

    // Damage.
    FrameEmpty,
    LinkHeaderCut,

    /// <summary>More than <see cref="FrameDecoder.MaxLinkLayers"/> tags, labels and other carriers before the network header.</summary>
    LinkNestingTooDeep,

    /// <summary>More than <see cref="TunnelDecoder.MaxDepth"/> packets inside each other.</summary>
    TunnelNestingTooDeep,
    Ipv4HeaderCut,
    Ipv4VersionInvalid,
    Ipv4HeaderLengthInvalid,
    Ipv4TotalLengthInvalid,
    Ipv6HeaderCut,
    Ipv6VersionInvalid,
    Ipv6ExtensionChainTooLong,
    IpVersionUnknown,

    Count,
}
