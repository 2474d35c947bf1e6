namespace TrafficCheck.Core.Wire;

/// <summary>Report names of decode statuses.</summary>
public static class DecodeStatusNames
{
    private static readonly string[] s_names = Build();

    public static string Of(DecodeStatus status) => s_names[(int)status];

    /// <summary>Whether the frame was decoded to an IP packet.</summary>
    public static bool IsDecoded(DecodeStatus status) => status <= DecodeStatus.LastDecoded;

    /// <summary>Whether the frame is a sound frame of a kind that carries no IP packet.</summary>
    public static bool IsNonIp(DecodeStatus status) => status is > DecodeStatus.LastDecoded and <= DecodeStatus.LastNonIp;

    private static string[] Build()
    {
        var names = new string[(int)DecodeStatus.Count];
        for (var s = DecodeStatus.Decoded; s < DecodeStatus.Count; s++) names[(int)s] = Spell(s);
        return names;
    }

    private static string Spell(DecodeStatus status) => status switch
    {
        DecodeStatus.Decoded => "decoded",
        DecodeStatus.LaterFragment => "later-fragment",
        DecodeStatus.PortsMissing => "ports-missing",
        DecodeStatus.Ipv6ExtensionCut => "ipv6-extension-cut",
        DecodeStatus.Arp => "arp",
        DecodeStatus.Rarp => "rarp",
        DecodeStatus.Stp => "stp",
        DecodeStatus.Lldp => "lldp",
        DecodeStatus.Cdp => "cdp",
        DecodeStatus.CiscoOther => "cisco-other",
        DecodeStatus.SlowProtocols => "slow-protocols",
        DecodeStatus.Eapol => "eapol",
        DecodeStatus.Ptp => "ptp",
        DecodeStatus.IsIs => "is-is",
        DecodeStatus.Profinet => "profinet",
        DecodeStatus.EthernetLoopback => "ethernet-loopback",
        DecodeStatus.PppoeDiscovery => "pppoe-discovery",
        DecodeStatus.PppControl => "ppp-control",
        DecodeStatus.Ipx => "ipx",
        DecodeStatus.AppleTalk => "appletalk",
        DecodeStatus.NetBeui => "netbeui",
        DecodeStatus.LlcOther => "llc-other",
        DecodeStatus.EtherTypeOther => "ethertype-other",
        DecodeStatus.NullFamilyOther => "null-family-other",
        DecodeStatus.SllOther => "sll-other",
        DecodeStatus.Netlink => "netlink",
        DecodeStatus.CanBus => "can-bus",
        DecodeStatus.Vsock => "vsock",
        DecodeStatus.Mctp => "mctp",
        DecodeStatus.Irda => "irda",
        DecodeStatus.Phonet => "phonet",
        DecodeStatus.Ax25 => "ax.25",
        DecodeStatus.Ax25Unread => "ax.25-compressed-or-segmented",
        DecodeStatus.SixLowpan => "6lowpan-compressed",
        DecodeStatus.Ieee802154 => "802.15.4",
        DecodeStatus.Ieee802154Unread => "802.15.4-not-read",
        DecodeStatus.CookedKindUnknown => "cooked-kind-unknown",
        DecodeStatus.MplsChannel => "mpls-associated-channel",
        DecodeStatus.Ieee80211Management => "802.11-management-or-control",
        DecodeStatus.Ieee80211WithoutData => "802.11-without-data",
        DecodeStatus.LinkTypeWithoutIp => "link-type-without-ip",
        DecodeStatus.Ieee80211Encrypted => "802.11-encrypted",
        DecodeStatus.MplsPayloadUnknown => "mpls-payload-unknown",
        DecodeStatus.LinkNestingTooDeep => "link-nesting-too-deep",
        DecodeStatus.TunnelNestingTooDeep => "tunnel-nesting-too-deep",
        DecodeStatus.MacSec => "macsec-encrypted",
        DecodeStatus.LinkTypeUnsupported => "link-type-unsupported",
        DecodeStatus.FrameEmpty => "frame-empty",
        DecodeStatus.LinkHeaderCut => "link-header-cut",
        DecodeStatus.Ipv4HeaderCut => "ipv4-header-cut",
        DecodeStatus.Ipv4VersionInvalid => "ipv4-version-invalid",
        DecodeStatus.Ipv4HeaderLengthInvalid => "ipv4-header-length-invalid",
        DecodeStatus.Ipv4TotalLengthInvalid => "ipv4-total-length-invalid",
        DecodeStatus.Ipv6HeaderCut => "ipv6-header-cut",
        DecodeStatus.Ipv6VersionInvalid => "ipv6-version-invalid",
        DecodeStatus.Ipv6ExtensionChainTooLong => "ipv6-extension-chain-too-long",
        DecodeStatus.IpVersionUnknown => "ip-version-unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "a decode status without a name"),
    };
}
