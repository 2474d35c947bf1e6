using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>Frames of every kind of tunnel, and files that stand in the repository.</summary>
internal static class SeedFrames
{
    /// <summary>One frame for each header that a tunnel may have, with a TCP packet over Ethernet or IP inside.</summary>
    public static IReadOnlyList<byte[]> Tunnels { get; } = [.. Build()];

    /// <summary>802.11 frames of one part and of several, one with a tunnel inside.</summary>
    public static IReadOnlyList<byte[]> Aggregates { get; } =
    [
        WirelessFrames.Aggregate([WirelessFrames.Snap(FrameBuilder.RawIp().IPv4("10.1.0.1", "10.1.0.2").Tcp(1234, 25).Payload("hello"))]),
        WirelessFrames.Aggregate(
        [
            WirelessFrames.Snap(FrameBuilder.RawIp().IPv4("10.1.0.1", "10.1.0.2").Udp(1234, 53).Payload("hello")),
            WirelessFrames.Snap([0, 1, 8, 0], 0x0806),
            WirelessFrames.Snap(FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Protocol(4, FrameBuilder.RawIp().IPv4("10.1.0.1", "10.1.0.2").Tcp(1, 2).Build())),
            WirelessFrames.Snap(FrameBuilder.RawIp().IPv6("2001:db8::1", "2001:db8::2").Tcp(1234, 25)),
        ]),
    ];

    public static IEnumerable<byte[]> Samples(string name, int most) =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Find(), "samples"), name, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Select(b => b.Length > most ? b[..most] : b);

    private static IEnumerable<byte[]> Build()
    {
        FrameBuilder outer = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2"), outer6 = FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2");
        byte[] ether = FrameBuilder.Ethernet().IPv4("10.1.0.1", "10.1.0.2").Tcp(1234, 25).Payload("hello").Build(), v4 = ether[14..];
        byte[] v6 = FrameBuilder.RawIp().IPv6("2001:db8:1::1", "2001:db8:1::2").Udp(1234, 53).Payload("hello").Build();
        (byte Protocol, byte[] Head, byte[] Inner)[] overIp =
        [
            (4, [], v4), (41, [], v6), (47, [0, 0, 8, 0], v4), (47, [0xb0, 0, 0x86, 0xdd, 1, 2, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1], v6),
            (47, [0x20, 0, 0x65, 0x58, 0, 0x13, 0x88, 1], ether), (47, [0, 0, 0x88, 0xbe], ether), (47, [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 7, 0, 100, 0, 0, 0, 0], ether),
            (47, [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 7, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0], ether), (47, [0x30, 0x01, 0x88, 0x0b, 0, 9, 0, 3, 0, 0, 0, 1, 0xff, 3, 0, 0x21], v4),
            (47, [0, 0, 0x88, 0x3e, 0, 1, 0, 0], v4), (47, [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0], v4), (97, [0x30, 0], ether),
            (115, [0, 0, 0, 5, 0, 0, 0, 0], ether), (137, [0, 1, 0x01, 0x40], v4), (51, [4, 4, 0, 0, .. new byte[20]], v4),
        ];
        (ushort Port, byte[] Head, byte[] Inner)[] overUdp =
        [
            (4789, [8, 0, 0, 0, 0, 0x13, 0x89, 0], ether), (4790, [0x0c, 0, 0, 1, 0, 0x13, 0x89, 0], v4), (4790, [0x0c, 0, 0, 4, 0, 0, 7, 0, 0, 2, 1, 1, 0, 0, 1, 255], v4),
            (6081, [1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0], ether), (6081, [0, 0, 8, 0, 0, 0, 7, 0], v4), (2152, [0x30, 255, 0, 45, 0, 0, 0, 9], v4),
            (2152, [0x34, 255, 0, 53, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0, 0, 0], v4), (3544, [0, 1, 0, 0, .. new byte[9], 0, 0, .. new byte[6]], v6),
            (1701, [0, 2, 0, 5, 0, 6, 0xff, 3, 0, 0x21], v4), (1701, [0x4a, 2, 0, 60, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0x57], v6),
            (1701, [0, 3, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0], ether), (6635, [0, 1, 0x01, 0x40], v4), (4341, [8, 0, 0, 0, 0, 0, 5, 0], v4),
        ];
        foreach (var (protocol, head, inner) in overIp) yield return outer.Protocol(protocol, [.. head, .. inner]).Build();
        foreach (var (port, head, inner) in overUdp) yield return (port % 2 == 0 ? outer6 : outer).Udp(40000, port).Payload([.. head, .. inner]).Build();
        (ushort Type, byte[] Head, byte[] Inner)[] carriers =
        [
            (0x8847, [0, 1, 0x00, 0x40, 0, 2, 0x01, 0x40], v4), (0x8847, [0, 1, 0x01, 0x40, 0, 0, 0, 0], ether), (0x8864, [0x11, 0, 0, 9, 0, 50, 0, 0x21], v4),
            (0x88e7, [0, 0, 1, 0], ether), (0x8903, [0, 0x40], ether), (0x894f, [0, 2, 1, 1, 0, 0, 1, 255], v4), (0x8926, [0, 0, 0, 0, 8, 0], v4),
            (0x8909, [1, 1, 0, 1, 0, 5, 8, 0], v4), (0x88e5, [0x20, 0, 0, 0, 0, 1, .. new byte[8], 8, 0], v4),
        ];
        foreach (var (type, head, inner) in carriers) yield return FrameBuilder.Ethernet().EtherPayload(type, [.. head, .. inner]).Build();
    }

    /// <summary>Tags of switches, modems, packet radio and 802.15.4, each before a packet.</summary>
    public static IEnumerable<(LinkType Link, byte[] Frame)> OtherLinks
    {
        get
        {
            byte[] packet = FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build(), six = FrameBuilder.RawIp().IPv6("2001:db8::1", "2001:db8::2").Udp(1234, 25).Build();
            byte[] macs = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], call = [0xa2, 0xa6, 0xa8, 0x40, 0x40, 0x40, 0x60];
            yield return (LinkType.DsaTag, [.. macs, 0xe0, 8, 0x20, 9, 0x81, 0, 0, 7, 8, 0, .. packet]);
            yield return (LinkType.DsaTagWithEtherType, [.. macs, 0xda, 0xda, 0, 0, 0x20, 8, 0, 9, 8, 0, .. packet]);
            yield return (LinkType.DsaTagBroadcom, [.. macs, 0x20, 0, 0, 3, 8, 0, .. packet]);
            yield return (LinkType.LinuxSll, [0, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf9, 3, 1, 0, 43, .. packet, 0, 0, 0]);
            yield return (LinkType.Ax25, [.. call, .. call[..6], 0x61, 3, 0xcc, .. packet]);
            yield return (LinkType.Ieee802154, [0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x41, .. six, 0, 0]);
        }
    }
}
