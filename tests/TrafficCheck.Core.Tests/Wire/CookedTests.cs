using TrafficCheck.Core.Tests.Explain;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>Linux cooked captures, both versions, of every kind of device (<c>ARPHRD_</c>) and every protocol of the kernel (<c>ETH_P_</c>).</summary>
public sealed class CookedTests : IDisposable
{
    /// <summary>All of linux/if_arp.h but those that say of themselves what their payload is.</summary>
    private static readonly ushort[] s_plain =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 19, 23, 24, 27, 32, 256, 257, 258, 259, 260, 264, 270, 271, 272, 512, 513, 516, 517, 518, 519, 768, 769, 771, 772, 773, 774, 775,
        776, 777, 778, 779, 780, 781, 782, 783, 784, 785, 786, 787, 800, 820, 821, 822, 823, 825, 0xfffe, 0xffff,
    ];

    private static readonly byte[] s_v4 = FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build(),
        s_v6 = FrameBuilder.RawIp().IPv6("2001:db8::1", "2001:db8::2").Udp(1234, 25).Payload("x").Build(),
        s_ethernet = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build();

    private readonly TunnelPorts _ports = new(TunnelPorts.Standard);

    public void Dispose() => _ports.Dispose();

    /// <summary>Device, protocol, bytes, and the tunnel that is seen.</summary>
    public static TheoryData<int, int, string, string?> WithIp => new()
    {
        // The protocol is ignored: the payload has headers of its own.
        { 770, 0, Hex([0x18, 0x41, 3, 0xcc], s_v4), null },
        { 770, 0x0800, Hex([0x18, 0x41, 0x08, 0x00], s_v4), null },
        { 801, 0, Hex(WirelessFrames.Qos(WirelessFrames.Snap(s_v4))), null },
        { 802, 0x0019, Hex([0, 0, 0, 0x44, 16, 0, 0, 0, .. new byte[8]], WirelessFrames.Qos(WirelessFrames.Snap(s_v4))), null },
        { 803, 0x0004, Hex([0, 0, 8, 0, 0, 0, 0, 0], WirelessFrames.Qos(WirelessFrames.Snap(s_v6))), null },

        // Tunnels hand up what was inside; of GRE the protocol is that of its header.
        { 768, 0x0800, Hex(s_v4), "ip-in-ip" },
        { 769, 0x86dd, Hex(s_v6), "ip-in-ip" },
        { 776, 0x86dd, Hex(s_v6), "ip-in-ip" },
        { 778, 0x0800, Hex(s_v4), "gre" },
        { 823, 0x86dd, Hex(s_v6), "gre" },
        { 778, 0x6558, Hex(s_ethernet), "gre" },
        { 778, 0x880b, Hex([0xff, 3, 0, 0x21], s_v4), "gre" },
        { 778, 0x883e, Hex([0, 1, 0, 0], s_v4), "gre" },
        { 778, 0x88be, Hex(s_ethernet), "erspan-1" },
        { 778, 0x88be, Hex([0x10, 7, 0, 100, 0, 0, 0, 0], s_ethernet), "erspan-2 100" },
        { 823, 0x22eb, Hex([0x20, 7, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0], s_ethernet), "erspan-3 100" },
        { 778, 0x8847, Hex([0, 1, 0x01, 0x40], s_v4), "gre / mpls 16" },

        // Protocols of the kernel behind which IP stands.
        { 1, 0x0003, Hex(s_ethernet), null },
        { 6, 0x0004, Hex(WirelessFrames.Snap(s_v4)), null },
        { 800, 0x0011, Hex(WirelessFrames.Snap(s_v6)), null },
        { 512, 0x0007, Hex([0xff, 3, 0, 0x21], s_v4), null },
        { 512, 0x0007, Hex([0, 0x57], s_v6), null },
        { 513, 0x0019, Hex([0x0f, 0, 0x08, 0x00], s_v4), null },
        { 1, 0x8100, Hex([0, 9, 0x08, 0x00], s_v4), null },

        // Devices that carry bare IP need no protocol.
        { 519, 0, Hex(s_v4), null },
        { 0xfffe, 0, Hex(s_v6), null },
        { 0xfffe, 0x0003, Hex(s_v4), null },
        { 256, 0, Hex(s_v4), null },
        { 776, 0, Hex(s_v6), "ip-in-ip" },
        { 779, 0, Hex(s_v4), null },
        { 821, 0, Hex(s_v4), null },

        // Packet radio behind the byte of its modem, and the packets of a mobile modem: with padding, and with a checksum header.
        { 3, 0x0002, Hex([0, .. OtherLinkTests.Ax25Head(0xcc)], s_v4), null },
        { 519, 0x00f9, Hex([3, 1, 0, 43], s_v4, [0, 0, 0]), null },
        { 519, 0x00f9, Hex([0, 1, 0, 44, 0, 20, 0x80, 16], s_v4), null },
    };

    /// <summary>Device, protocol and what the frame is counted as.</summary>
    public static TheoryData<int, int, string> WithoutIp => new()
    {
        { 824, 0, "netlink" },
        { 824, 0x0800, "netlink" },
        { 826, 0, "vsock" },
        { 280, 0x000c, "can-bus" },
        { 280, 0x0800, "can-bus" },
        { 1, 0x000d, "can-bus" },
        { 290, 0x00fa, "mctp" },
        { 783, 0x0017, "irda" },
        { 820, 0x00f5, "phonet" },
        { 1, 0x0001, "ipx" },
        { 773, 0x0009, "appletalk" },
        { 1, 0x0806, "arp" },
        { 1, 0x88cc, "lldp" },

        // What may hold IP and is not looked into is no kind without IP: it counts as not decoded.
        { 804, 0x00f6, "802.15.4-not-read" },
        { 805, 0x0003, "802.15.4-not-read" },
        { 1, 0x00f6, "802.15.4-not-read" },
        { 1, 0x001b, "cooked-kind-unknown" },
        { 1, 0, "cooked-kind-unknown" },
        { 518, 0x0019, "cooked-kind-unknown" },
    };

    [Theory]
    [MemberData(nameof(WithIp))]
    public void Packets_are_found_behind_every_kind_of_device(int device, int protocol, string payload, string? tunnel)
    {
        foreach (var (link, bytes) in Frames(device, protocol, Convert.FromHexString(payload)))
        {
            Decoding found = Decoding.Of(bytes, link);
            found.AssertSound(bytes.Length);
            Assert.Equal((DecodeStatus.Decoded, 1234, 25), (found.Status, found.SourcePort, found.DestinationPort));
            for (int length = 0; length <= bytes.Length; length++)
            {
                Assert.Null(WalkedAndDecoded.Difference(bytes.AsSpan(0, length), link, _ports, out var walk));
                if (length == bytes.Length) Assert.Equal(tunnel, walk.Packet.Tunnel.ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(WithoutIp))]
    public void Everything_else_has_a_name(int device, int protocol, string name)
    {
        foreach (var (link, bytes) in Frames(device, protocol, new byte[16]))
        {
            Assert.Equal(name, DecodeStatusNames.Of(Decoding.Of(bytes, link).Status));
            Assert.Null(WalkedAndDecoded.Difference(bytes, link, _ports, out _));
        }
    }

    [Fact]
    public void An_EtherType_means_the_same_on_every_other_device()
    {
        foreach (ushort device in s_plain.Append((ushort)4711))
        {
            foreach (var (protocol, payload) in new[] { (0x0800, s_v4), (0x86dd, s_v6) })
            {
                foreach (var (link, bytes) in Frames(device, protocol, payload))
                    Assert.Equal((DecodeStatus.Decoded, 25), (Decoding.Of(bytes, link).Status, (int)Decoding.Of(bytes, link).DestinationPort));
            }
        }
    }

    [Fact]
    public void Every_device_and_every_small_protocol_ends_in_one_status_as_it_is_walked()
    {
        var random = new Random(5);
        foreach (ushort device in s_plain.Concat(new ushort[] { 280, 290, 770, 801, 802, 803, 804, 805, 824, 826 }))
        {
            for (int protocol = 0; protocol < 0x120; protocol++)
            {
                byte[] payload = new byte[random.Next(40)];
                random.NextBytes(payload);
                foreach (var (link, bytes) in Frames(device, protocol, payload))
                {
                    Decoding.Of(bytes, link).AssertSound(bytes.Length);
                    Assert.Null(WalkedAndDecoded.Difference(bytes, link, _ports, out _));
                }
            }
        }
    }

    private static IEnumerable<(LinkType Link, byte[] Bytes)> Frames(int device, int protocol, byte[] payload)
    {
        yield return (LinkType.LinuxSll, FrameBuilder.Cooked1(etherType: (ushort)protocol, arpHardware: (ushort)device).Payload(payload).Build());
        yield return (LinkType.LinuxSll2, FrameBuilder.Cooked2(etherType: (ushort)protocol, arpHardware: (ushort)device).Payload(payload).Build());
    }

    private static string Hex(params byte[][] parts) => string.Concat(parts.Select(Convert.ToHexString));
}
