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
    EtherTypeOther,
    NullFamilyOther,
    SllOther,

    // Carriers and link types that this version names and counts, but does not look into.
    Mpls,
    PppoeSession,
    MacSec,
    VnTag,
    ProviderBackboneBridge,
    LinkTypeUnsupported,

    // Damage.
    FrameEmpty,
    LinkHeaderCut,
    TagNestingTooDeep,
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
