using System.Diagnostics;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

public sealed class DecoderTests
{
    private static readonly LinkType[] s_links =
    [
        LinkType.Ethernet, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.RawIp, LinkType.Ipv4, LinkType.Ipv6, LinkType.BsdNull, LinkType.BsdLoop,
    ];

    public static TheoryData<string> Names => [.. CanonicalFrames.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Canonical_frames_give_what_they_hold(string name)
    {
        CanonicalFrame frame = CanonicalFrames.Named(name);
        Decoding found = Decoding.Of(frame.Bytes, frame.LinkType);
        found.AssertSound(frame.Bytes.Length);
        Assert.Equal(frame.Status, found.Status);
        Assert.Equal(frame.Protocol, found.Protocol);
        Assert.Equal(Oddities.None, found.Oddities);
        bool icmp = frame.Protocol is 1 or 58;
        Assert.Equal((frame.Source, frame.Destination), icmp ? (found.IcmpType, found.IcmpCode) : (found.SourcePort, found.DestinationPort));
        byte[] last = frame.Bytes[(found.AddressOffset + found.AddressBytes - 1)..(found.AddressOffset + found.AddressBytes)];
        Assert.Equal([2], last);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_prefix_never_contradicts_the_whole_frame(string name)
    {
        CanonicalFrame frame = CanonicalFrames.Named(name);
        Decoding whole = Decoding.Of(frame.Bytes, frame.LinkType);
        bool foundIp = false;
        for (int length = 0; length < frame.Bytes.Length; length++)
        {
            Decoding prefix = Decoding.Of(frame.Bytes.AsSpan(0, length), frame.LinkType);
            prefix.AssertSound(length);
            Assert.False(foundIp && !prefix.FoundIp, $"{length} bytes lose the packet that fewer bytes gave");
            foundIp = prefix.FoundIp;
            switch (prefix.Status)
            {
                case DecodeStatus.Decoded:
                    Assert.Equal(whole.Identity(), prefix.Identity());
                    if ((prefix.Oddities & Oddities.TcpFlagsMissing) == 0) Assert.Equal((whole.TcpFlags, whole.CarriesData), (prefix.TcpFlags, prefix.CarriesData));
                    Assert.True(prefix.PayloadLength <= whole.PayloadLength);
                    break;
                case DecodeStatus.LaterFragment:
                    Assert.Equal(whole.Identity(), prefix.Identity());
                    Assert.Equal(DecodeStatus.LaterFragment, whole.Status);
                    break;
                case DecodeStatus.PortsMissing or DecodeStatus.Ipv6ExtensionCut:
                    Assert.Equal((whole.Version, whole.AddressOffset, whole.IpLength, whole.Vlan), (prefix.Version, prefix.AddressOffset, prefix.IpLength, prefix.Vlan));
                    break;
                default:
                    Assert.Contains(
                        prefix.Status,
                        new[] { DecodeStatus.FrameEmpty, DecodeStatus.LinkHeaderCut, DecodeStatus.Ipv4HeaderCut, DecodeStatus.Ipv6HeaderCut });
                    break;
            }

            // What the snap length took away is said, unless the frame has bytes behind the packet.
            if (prefix.FoundIp && prefix.AddressOffset + (prefix.Version == 4 ? -12 : -8) + prefix.IpLength > length)
                Assert.True(prefix.Oddities.HasFlag(Oddities.PacketCut));
        }
    }

    [Fact]
    public void Any_mutation_ends_in_one_status_and_stays_inside_the_frame()
    {
        var random = new Random(20_240_117);
        var statuses = new HashSet<DecodeStatus>();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 200_000; i++)
        {
            CanonicalFrame frame = CanonicalFrames.All[random.Next(CanonicalFrames.All.Count)];
            byte[] bytes = [.. frame.Bytes];
            for (int changes = random.Next(1, 6); changes > 0; changes--)
            {
                int at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(bytes[at] ^ (1 << random.Next(8))), _ => s_edges[random.Next(s_edges.Length)] };
            }

            int length = random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length;
            LinkType link = random.Next(8) == 0 ? s_links[random.Next(s_links.Length)] : frame.LinkType;
            Decoding found = Decoding.Of(bytes.AsSpan(0, length), link);
            found.AssertSound(length);
            statuses.Add(found.Status);
        }

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "200,000 small frames take a second or so");
        Assert.True(statuses.Count > 15, string.Join(' ', statuses));
    }

    private static readonly byte[] s_edges = [0x00, 0x01, 0x08, 0x45, 0x60, 0x7f, 0x80, 0xff];

    [Fact]
    public void Random_bytes_of_every_link_type_end_in_one_status()
    {
        var random = new Random(7);
        var bytes = new byte[200];
        for (int i = 0; i < 40_000; i++)
        {
            random.NextBytes(bytes);
            int length = random.Next(bytes.Length);
            var link = i % 3 == 0 ? (LinkType)random.Next(300) : s_links[i % s_links.Length];
            Decoding.Of(bytes.AsSpan(0, length), link).AssertSound(length);
        }
    }

    [Fact]
    public void Tags_and_snap_headers_nested_without_end_are_given_up()
    {
        // Each turn leads from an 802.1Q tag into 802.2 and back: a decoder that calls itself would need a stack as deep as the frame is long.
        byte[] turn = [0, 1, 0, 60, 0xaa, 0xaa, 3, 0, 0, 0, 0x81, 0];
        byte[] bytes = [.. new byte[12], 0x81, 0, .. Enumerable.Repeat(turn, 200_000).SelectMany(b => b)];
        DecodeStatus status = DecodeStatus.Count;
        var thread = new Thread(() => status = Decoding.Of(bytes, LinkType.Ethernet).Status, 256 << 10);
        thread.Start();
        thread.Join();
        Assert.Equal(DecodeStatus.LinkNestingTooDeep, status);
    }

    [Fact]
    public void Tags_are_followed_up_to_the_limit()
    {
        FrameBuilder frame = FrameBuilder.Ethernet();
        for (int i = 0; i < FrameDecoder.MaxLinkLayers; i++) frame = frame.Vlan((ushort)(i + 1));
        Decoding found = Decoding.Of(frame.IPv4("10.0.0.1", "10.0.0.2").Tcp(1, 2).Build(), LinkType.Ethernet);
        Assert.Equal((DecodeStatus.Decoded, 1), (found.Status, found.Vlan));
        Assert.Equal(DecodeStatus.LinkNestingTooDeep, Decoding.Of(frame.Vlan(9).IPv4("10.0.0.1", "10.0.0.2").Tcp(1, 2).Build(), LinkType.Ethernet).Status);
    }

    [Fact]
    public void Extension_headers_are_followed_up_to_the_limit()
    {
        FrameBuilder frame = FrameBuilder.RawIPv6().IPv6("2001:db8::1", "2001:db8::2");
        for (int i = 0; i < 16; i++) frame = frame.DestinationOptions();
        Assert.Equal(DecodeStatus.Decoded, Decoding.Of(frame.Tcp(1, 2).Build(), LinkType.Ipv6).Status);
        Assert.Equal(DecodeStatus.Ipv6ExtensionChainTooLong, Decoding.Of(frame.DestinationOptions().Tcp(1, 2).Build(), LinkType.Ipv6).Status);
    }

    [Theory]
    [InlineData(0, Oddities.Ipv4TotalLengthZero, DecodeStatus.Decoded)]
    [InlineData(19, Oddities.None, DecodeStatus.Ipv4TotalLengthInvalid)]
    [InlineData(22, Oddities.None, DecodeStatus.PortsMissing)]
    [InlineData(60, Oddities.PacketCut, DecodeStatus.Decoded)]
    public void The_total_length_of_IPv4_decides_what_belongs_to_the_packet(int total, Oddities oddities, DecodeStatus status)
    {
        byte[] bytes = FrameBuilder.RawIPv4().IPv4("10.0.0.1", "10.0.0.2", totalLength: (ushort)total).Udp(1, 2, length: 0).Payload("abcd").Build();
        Decoding found = Decoding.Of(bytes, LinkType.Ipv4);
        Assert.Equal((status, oddities), (found.Status, found.Oddities));
    }

    [Fact]
    public void A_jumbo_option_gives_the_length_and_its_absence_the_captured_one()
    {
        FrameBuilder start = FrameBuilder.RawIPv6().IPv6("2001:db8::1", "2001:db8::2", payloadLength: 0);
        Decoding jumbo = Decoding.Of(start.HopByHop([0xc2, 4, 0, 1, 0x86, 0xa0]).Tcp(1, 2).Build(), LinkType.Ipv6);
        Assert.Equal((DecodeStatus.Decoded, 100_040u, Oddities.PacketCut), (jumbo.Status, jumbo.IpLength, jumbo.Oddities));
        Decoding offload = Decoding.Of(start.Tcp(1, 2).Payload("abc").Build(), LinkType.Ipv6);
        Assert.Equal((DecodeStatus.Decoded, 63u, Oddities.Ipv6PayloadLengthZero), (offload.Status, offload.IpLength, offload.Oddities));
    }

    [Fact]
    public void Only_the_broadcast_address_of_the_link_is_broadcast()
    {
        foreach (string mac in new[] { FrameBuilder.BroadcastMac, "ff:ff:ff:ff:ff:fe", "7f:ff:ff:ff:ff:ff" })
        {
            byte[] bytes = FrameBuilder.Ethernet(destination: mac).IPv4("10.0.0.1", "10.0.0.2").Udp(1, 2).Build();
            Assert.Equal(mac == FrameBuilder.BroadcastMac, Decoding.Of(bytes, LinkType.Ethernet).LinkBroadcast);
        }

        Assert.True(Decoding.Of(FrameBuilder.Cooked1(packetType: 1).IPv4("10.0.0.1", "10.0.0.2").Udp(1, 2).Build(), LinkType.LinuxSll).LinkBroadcast);
        Assert.False(Decoding.Of(FrameBuilder.Cooked2(packetType: 2).IPv4("10.0.0.1", "10.0.0.2").Udp(1, 2).Build(), LinkType.LinuxSll2).LinkBroadcast);
    }

    [Fact]
    public void Every_status_has_its_own_name()
    {
        string[] names = [.. Enumerable.Range(0, (int)DecodeStatus.Count).Select(s => DecodeStatusNames.Of((DecodeStatus)s))];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z0-9.-]+$", name));
    }
}
