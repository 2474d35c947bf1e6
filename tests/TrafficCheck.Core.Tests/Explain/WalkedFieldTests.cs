using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Explain;

public sealed class WalkedFieldTests
{
    private const string A4 = "10.0.0.1", B4 = "10.0.0.2", A6 = "2001:db8::1", B6 = "2001:db8::2";

    [Fact]
    public void Headers_have_their_offsets_and_fields()
    {
        FrameWalk walk = Walk(FrameBuilder.Ethernet().Vlan(7, priority: 5).IPv4(A4, B4, ttl: 63, id: 0x1234, options: [148, 4, 0, 0])
            .Tcp(40000, 25, TcpFlags.Syn | TcpFlags.Ack, seq: 9, options: [2, 4, 5, 180]).Payload("hello"));
        Assert.Equal(["ethernet 0+14", "vlan 14+4", "ipv4 18+24", "tcp 42+24"], walk.Layers.Select(l => $"{l.Name} {l.Offset}+{l.Length}"));
        Assert.Equal(2, walk.IpLayer);
        Assert.Equal(("12", "0x8100 802.1q"), Field(walk, 0, "type"));
        Assert.Equal(("14", "7"), Field(walk, 1, "id"));
        Assert.Equal(("14", "5"), Field(walk, 1, "priority"));
        Assert.Equal(("26", "63"), Field(walk, 2, "ttl"));
        Assert.Equal(("22", "0x1234"), Field(walk, 2, "identification"));
        Assert.Equal(("38", "148 router alert 0000"), Field(walk, 2, "option"));
        Assert.Equal(("34", B4), Field(walk, 2, "destination"));
        Assert.EndsWith("right", Field(walk, 2, "checksum").Value, StringComparison.Ordinal);
        Assert.Equal(("55", "SYN ACK"), Field(walk, 3, "flags"));
        Assert.Equal(("62", "maximum segment size 1460"), Field(walk, 3, "option"));
        Assert.Equal(66, walk.PayloadOffset);
    }

    [Fact]
    public void A_wrong_header_checksum_is_called_wrong() =>
        Assert.EndsWith("wrong", Field(Walk(FrameBuilder.RawIPv4().IPv4(A4, B4, checksum: 0xbad).Udp(1, 2)), 0, "checksum").Value, StringComparison.Ordinal);

    [Fact]
    public void Extension_headers_are_listed_one_by_one()
    {
        FrameWalk walk = Walk(FrameBuilder.RawIPv6().IPv6(A6, B6).HopByHop([5, 2, 0, 0]).Routing(4, 1, ["2001:db8::7"]).Fragment(0, true, 0xabc).Udp(1, 2).Payload(new byte[8]));
        Assert.Equal(["ipv6", "hop-by-hop options", "routing header", "fragment header", "udp"], walk.Layers.Select(l => l.Name));
        Assert.Equal(("42", "0x05 0000"), Field(walk, 1, "option"));
        Assert.Equal(("56", "2001:db8::7"), Field(walk, 2, "address"));
        Assert.Equal("0x00000abc", Field(walk, 3, "identification").Value);
    }

    [Fact]
    public void The_packet_in_a_tunnel_counts_and_the_one_around_it_with_no_decapsulation()
    {
        byte[] inner = FrameBuilder.Ethernet().IPv4("192.0.2.1", "192.0.2.2").Tcp(4000, 443).Build();
        FrameBuilder outer = FrameBuilder.Ethernet().IPv4(A4, B4).Udp(50000, 4789).Payload([8, 0, 0, 0, 0, 0x13, 0x89, 0, .. inner]);
        FrameWalk walk = Walk(outer);
        Assert.Equal(["ethernet 0", "ipv4 14", "udp 34", "vxlan 42", "ethernet 50", "ipv4 64", "tcp 84"], walk.Layers.Select(l => $"{l.Name} {l.Offset}"));
        Assert.Equal((5, "vxlan 5001"), (walk.IpLayer, walk.Packet.Tunnel.ToString()));
        FrameWalk stopped = FrameWalk.Of(outer.Build(), LinkType.Ethernet, null);
        Assert.Equal((1, 4789), (stopped.IpLayer, (int)stopped.Packet.DestinationPort));
    }

    [Fact]
    public void A_tunnel_port_alone_is_no_tunnel_and_the_walk_says_why()
    {
        FrameWalk walk = Walk(FrameBuilder.Ethernet().IPv4(A4, B4).Udp(50000, 4789).Payload("no tunnel at all"));
        Assert.Equal("udp", walk.Layers[^1].Name);
        Assert.Contains(walk.Layers[^1].Notes, n => n.Contains("vxlan", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cut_header_says_what_is_missing()
    {
        byte[] frame = FrameBuilder.Ethernet().IPv4(A4, B4).Tcp(1, 2).Build()[..30];
        FrameWalk walk = FrameWalk.Of(frame, LinkType.Ethernet, null);
        Assert.Equal(DecodeStatus.Ipv4HeaderCut, walk.Status);
        Assert.Contains("cut: 20 bytes are needed, 16 are there", walk.Layers[^1].Notes);
    }

    [Fact]
    public void A_hostile_frame_makes_no_more_fields_than_the_limit()
    {
        byte[] frame = FrameBuilder.RawIPv6().IPv6(A6, B6).HopByHop([.. Enumerable.Repeat<byte[]>([0x1e, 0], 1000).SelectMany(o => o)]).Udp(1, 2).Build();
        FrameWalk walk = FrameWalk.Of(frame, LinkType.Ipv6, null);
        Assert.Equal(WalkedLayer.MaxFields, walk.Layers[1].Fields.Count);
        Assert.True(walk.Layers[1].MoreFields > 900);
    }

    private static FrameWalk Walk(FrameBuilder frame)
    {
        using var ports = new TunnelPorts(TunnelPorts.Standard);
        return FrameWalk.Of(frame.Build(), frame.LinkType, ports);
    }

    private static (string Offset, string Value) Field(FrameWalk walk, int layer, string name)
    {
        WalkedField field = walk.Layers[layer].Fields.First(f => f.Name == name);
        return ($"{field.Offset}", field.Value);
    }
}
