using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>EtherTypes in words, for those that the decoder knows.</summary>
internal static class EtherTypeNames
{
    /// <summary><c>0x0800 ipv4</c>, or the number alone.</summary>
    public static string Text(int type)
    {
        string number = "0x" + type.ToString("x4", CultureInfo.InvariantCulture), name = Of(type);
        return name.Length == 0 ? number : $"{number} {name}";
    }

    private static string Of(int type) => type switch
    {
        Ethernet.Ipv4 => "ipv4",
        Ethernet.Ipv6 => "ipv6",
        Ethernet.Arp => "arp",
        Ethernet.Rarp => "rarp",
        Ethernet.Vlan => "802.1q",
        Ethernet.ProviderBridge => "802.1ad",
        Ethernet.QinQ or Ethernet.QinQ2 => "qinq",
        Ethernet.Mpls => "mpls",
        Ethernet.MplsMulticast => "mpls-multicast",
        Ethernet.PppoeDiscovery => "pppoe-discovery",
        Ethernet.PppoeSession => "pppoe-session",
        Ethernet.Ppp => "ppp",
        Ethernet.BackboneBridge => "802.1ah",
        Ethernet.VnTag => "vn-tag",
        Ethernet.CiscoMetaData => "cisco-metadata",
        Ethernet.FabricPath => "fabricpath",
        Ethernet.TransparentBridging => "ethernet",
        Ethernet.Nsh => "nsh",
        Ethernet.MacSec => "macsec",
        Ethernet.Eapol => "eapol",
        Ethernet.Lldp => "lldp",
        Ethernet.SlowProtocols => "slow-protocols",
        Ethernet.Profinet => "profinet",
        Ethernet.Ptp => "ptp",
        Ethernet.Loopback => "loopback",
        Ethernet.Ipx => "ipx",
        Ethernet.AppleTalk => "appletalk",
        Ethernet.AppleTalkArp => "appletalk-arp",
        Ethernet.IsIsTrunk => "is-is",
        Ethernet.CiscoCdp => "cdp",
        _ => "",
    };
}
