using TrafficCheck.Core.Tests.Explain;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.TestSupport.Frames.WirelessFrames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>Link types other than Ethernet and cooked captures: packets are found, and cut anywhere the walk of explain ends where the decoder does.</summary>
public sealed class OtherLinkTests : IDisposable
{
    private static readonly byte[] s_macs = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

    private static readonly byte[] s_v4 = FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build(),
        s_v6 = FrameBuilder.RawIp().IPv6("2001:db8::1", "2001:db8::2").Udp(1234, 25).Payload("x").Build(),
        s_ethernet = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build();

    private readonly TunnelPorts _ports = new(TunnelPorts.Standard);

    public void Dispose() => _ports.Dispose();

    /// <summary>Link type, bytes, and the VLAN that is seen.</summary>
    public static TheoryData<int, string, int> WithIp => new()
    {
        { 9, Hex([0xff, 3, 0, 0x21], s_v4), 0 },
        { 50, Hex([0, 0x57], s_v6), 0 },
        { 51, Hex([0x11, 0, 0, 7, 0, 42, 0, 0x21], s_v4), 0 },
        { 104, Hex([0x0f, 0, 0x08, 0], s_v4), 0 },
        { 107, Hex([0x18, 0x41, 3, 0xcc], s_v4), 0 },
        { 107, Hex([0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7], s_ethernet), 0 },
        { 10, Hex([0x50, .. s_macs], Snap(s_v4)), 0 },
        { 6, Hex([0x10, 0x40, 2, 0, 0, 0, 0, 2, 0x82, 0, 0, 0, 0, 1, 2, 0], Snap(s_v4)), 0 },
        { 100, Hex(Snap(s_v6)), 0 },
        { 105, Hex(Qos(Snap(s_v4))), 0 },
        { 127, Hex([0, 0, 8, 0, 0, 0, 0, 0], Qos(Snap(s_v4))), 0 },
        { 163, Hex([0x80, 0x21, 0x10, 1, 0, 0, 0, 8], Qos(Snap(s_v6))), 0 },
        { 192, Hex([0, 0, 8, 0, 1, 0, 0, 0], s_ethernet), 0 },
        { 239, Hex([2, 0, 0, 0, (byte)(4 + s_v4.Length), 0, 9, 0], s_v4), 0 },
        { 258, Hex([12, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0], s_v4), 0 },

        // Tags of switch chips: not tagged on the wire, tagged, and with a tag of their own behind.
        { 284, Hex(s_macs, [0xc0, 0x08, 0, 1, 0x08, 0], s_v4), 0 },
        { 284, Hex(s_macs, [0xe0, 0x08, 0x20, 9, 0x08, 0], s_v4), 9 },
        { 284, Hex(s_macs, [0xe0, 0x08, 0x20, 9, 0x81, 0, 0, 7, 0x86, 0xdd], s_v6), 9 },
        { 285, Hex(s_macs, [0xda, 0xda, 0, 0, 0x20, 0x08, 0, 9, 0x08, 0], s_v4), 9 },
        { 1, Hex(s_macs, [0xda, 0xda, 0, 0, 0, 0x08, 0, 9, 0x86, 0xdd], s_v6), 0 },
        { 1, Hex(s_macs, [0x81, 0, 0, 5, 0xda, 0xda, 0, 0, 0x20, 0x08, 0, 9, 0x08, 0], s_v4), 5 },
        { 281, Hex(s_macs, [0, 0, 0, 3, 0x08, 0], s_v4), 0 },
        { 281, Hex(s_macs, [0x20, 0, 0, 3, 0x81, 0, 0, 7, 0x08, 0], s_v4), 7 },
        { 282, Hex([0, 0, 0, 3], s_ethernet), 0 },

        // Packet radio: over two repeaters, as numbered information, with the byte of the modem.
        { 3, Hex(Ax25Head(0xcc), s_v4), 0 },
        { 3, Hex(Ax25Head(0xcc, repeaters: 2), s_v4), 0 },
        { 3, Hex(Ax25Head(0xcc, control: 0x20), s_v4), 0 },
        { 202, Hex([0x10, .. Ax25Head(0xcc)], s_v4), 0 },

        // 802.15.4 with IPv6 as it is: short addresses in one network, extended ones in two, none for the source; with and without checksum.
        { 195, Hex([0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x41], s_v6, [0, 0]), 0 },
        { 230, Hex([0x01, 0xcc, 1, 0xcd, 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 0xce, 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 0x41], s_v6), 0 },
        { 230, Hex([0x01, 0x08, 1, 0xcd, 0xab, 2, 0, 0x41], s_v6), 0 },
        { 283, Hex([0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x41], s_v6), 0 },
    };

    public static TheoryData<int, string, string> WithoutIp => new()
    {
        { 3, Hex(Ax25Head(0xcd), new byte[28]), "arp" },
        { 3, Hex(Ax25Head(0xf0), [1, 2, 3]), "ax.25" },
        { 3, Hex(Ax25Head(0, control: 0x3f)), "ax.25" },
        { 3, Hex(Ax25Head(0x06), s_v4), "ax.25-compressed-or-segmented" },
        { 3, Hex(Ax25Head(0x08), s_v4), "ax.25-compressed-or-segmented" },
        { 3, Hex([.. Enumerable.Repeat((byte)0x40, 77)]), "link-header-cut" },
        { 202, "0601", "ax.25" },
        { 195, Hex([0x02, 0, 1, 0, 0]), "802.15.4" },
        { 195, Hex([0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x48, 2, 0, 0]), "802.15.4" },
        { 195, Hex([0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x7a, 0x33]), "802.15.4" },
        { 195, Hex([0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x7a, 0x33, 0x3a, 0, 0]), "6lowpan-compressed" },
        { 230, Hex([0x41, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0xc0, 0x80, 0, 1, 0x41], s_v6), "6lowpan-compressed" },
        { 230, Hex([0x49, 0x88, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x41], s_v6), "802.15.4-not-read" },
        { 230, Hex([0x41, 0xa8, 1, 0xcd, 0xab, 2, 0, 1, 0, 0x41], s_v6), "802.15.4-not-read" },
        { 284, Hex(s_macs, [0xc0, 0x08, 0, 1, 0x08, 0x06], new byte[28]), "arp" },
    };

    [Theory]
    [MemberData(nameof(WithIp))]
    public void Packets_are_found_and_cut_anywhere_walked_alike(int linkType, string frame, int vlan)
    {
        byte[] bytes = Convert.FromHexString(frame);
        var link = (LinkType)linkType;
        Decoding found = Decoding.Of(bytes, link);
        found.AssertSound(bytes.Length);
        Assert.Equal((DecodeStatus.Decoded, 1234, 25, vlan), (found.Status, found.SourcePort, found.DestinationPort, found.Vlan));
        for (int length = 0; length <= bytes.Length; length++) Assert.Null(WalkedAndDecoded.Difference(bytes.AsSpan(0, length), link, _ports, out _));
    }

    [Theory]
    [MemberData(nameof(WithoutIp))]
    public void What_holds_no_packet_or_is_not_read_has_its_name(int linkType, string frame, string name)
    {
        byte[] bytes = Convert.FromHexString(frame);
        Assert.Equal(name, DecodeStatusNames.Of(Decoding.Of(bytes, (LinkType)linkType).Status));
        for (int length = 0; length <= bytes.Length; length++) Assert.Null(WalkedAndDecoded.Difference(bytes.AsSpan(0, length), (LinkType)linkType, _ports, out _));
    }

    [Fact]
    public void A_modem_that_sends_several_packets_at_once_says_that_one_was_read()
    {
        byte[] two = FrameBuilder.Cooked1(etherType: 0xf9, arpHardware: 519).Payload([0, 1, 0, 40, .. s_v4, 0, 1, 0, 40, .. s_v4]).Build();
        Decoding found = Decoding.Of(two, LinkType.LinuxSll);
        Assert.Equal((DecodeStatus.Decoded, Oddities.AggregateReadInPart), (found.Status, found.Oddities));
        Assert.Null(WalkedAndDecoded.Difference(two, LinkType.LinuxSll, _ports, out _));
    }

    [Fact]
    public void Tags_of_switches_without_end_are_given_up()
    {
        byte[] frame = [.. s_macs, .. Enumerable.Repeat((byte[])[0xda, 0xda, 0, 0, 0, 0, 0, 0], 10_000).SelectMany(b => b)];
        Assert.Equal(DecodeStatus.LinkNestingTooDeep, Decoding.Of(frame, LinkType.Ethernet).Status);
        Assert.Null(WalkedAndDecoded.Difference(frame, LinkType.Ethernet, _ports, out _));
    }

    [Fact]
    public void With_any_byte_changed_they_end_in_one_status_and_are_walked_alike()
    {
        var random = new Random(3);
        foreach (ITheoryDataRow row in WithIp)
        {
            object?[] data = row.GetData();
            byte[] bytes = Convert.FromHexString((string)data[1]!);
            for (int i = 0; i < bytes.Length; i++)
            {
                byte[] changed = [.. bytes];
                changed[i] ^= (byte)random.Next(1, 256);
                Decoding.Of(changed, (LinkType)(int)data[0]!).AssertSound(changed.Length);
                Assert.Null(WalkedAndDecoded.Difference(changed, (LinkType)(int)data[0]!, _ports, out _));
            }
        }
    }

    /// <summary>QST-0 from N0CALL-1, and two repeaters at most.</summary>
    internal static byte[] Ax25Head(byte protocol, byte control = 3, int repeaters = 0)
    {
        byte[] Call(string name, int number, bool last) => [.. name.PadRight(6).Select(c => (byte)(c << 1)), (byte)(0x60 | (number << 1) | (last ? 1 : 0))];
        return
        [
            .. Call("QST", 0, false), .. Call("N0CALL", 1, repeaters == 0),
            .. Enumerable.Range(1, repeaters).SelectMany(i => Call("RELAY", i, i == repeaters)), control, protocol,
        ];
    }

    private static string Hex(params byte[][] parts) => string.Concat(parts.Select(Convert.ToHexString));
}
