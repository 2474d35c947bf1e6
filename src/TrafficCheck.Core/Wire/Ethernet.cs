namespace TrafficCheck.Core.Wire;

/// <summary>Offsets and numbers of IEEE 802.3, 802.1Q and 802.2 headers.</summary>
internal static class Ethernet
{
    public const int DestinationOffset = 0, TypeOffset = 12, HeaderLength = 14, TagLength = 4;

    /// <summary>Values of the type field up to this are lengths: an LLC frame follows (IEEE 802.3 clause 3.2.6).</summary>
    public const int MaxLength = 1500;

    public const int LlcLength = 3, SnapLength = 8;

    public const ushort Ipv4 = 0x0800, Arp = 0x0806, CiscoCdp = 0x2000, Rarp = 0x8035, AppleTalk = 0x809b, AppleTalkArp = 0x80f3,
        Vlan = 0x8100, Ipx = 0x8137, Ipv6 = 0x86dd, SlowProtocols = 0x8809, Mpls = 0x8847, MplsMulticast = 0x8848,
        PppoeDiscovery = 0x8863, PppoeSession = 0x8864, Eapol = 0x888e, Profinet = 0x8892, ProviderBridge = 0x88a8,
        Lldp = 0x88cc, MacSec = 0x88e5, BackboneBridge = 0x88e7, Ptp = 0x88f7, VnTag = 0x8926, Loopback = 0x9000,
        TransparentBridging = 0x6558, Ppp = 0x880b, FabricPath = 0x8903, CiscoMetaData = 0x8909, Nsh = 0x894f,
        QinQ = 0x9100, QinQ2 = 0x9200, IsIsTrunk = 0x22f4, DsaTag = 0xdada;
}
