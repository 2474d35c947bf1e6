using TrafficCheck.Core.Tests.Wire.Stacks;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Wire;

/// <summary>What stacking headers at random found, one by one.</summary>
public sealed class StackedHeaderTests
{
    private static readonly FrameBuilder s_outer = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2");

    private static readonly byte[] s_packet = FrameBuilder.RawIPv4().IPv4("10.1.0.1", "10.1.0.2").Tcp(1234, 25).Build();

    [Fact]
    public void An_authentication_header_in_IPv4_is_no_data()
    {
        Assert.False(Decoding.Of(s_outer.Authentication().Tcp(1234, 25).Build(), LinkType.Ethernet).CarriesData);
        Assert.True(Decoding.Of(s_outer.Authentication().Tcp(1234, 25).Payload("x").Build(), LinkType.Ethernet).CarriesData);
    }

    [Fact]
    public void Mpls_over_udp_is_named_also_as_the_only_tunnel()
    {
        StackFacts found = Found(s_outer.Udp(40000, 6635).Payload([0, 1, 0x21, 0x40, .. s_packet]));
        Assert.Equal("1 MplsInUdp 18 / MplsInUdp 18", found.Tunnels);
    }

    [Theory]
    [InlineData(0x88e7, "00000001020000000002020000000001 0800")]
    [InlineData(0x88e5, "200000000001 0000000000000000 0800")]
    [InlineData(0x8926, "00000000 0800")]
    [InlineData(0x9200, "0007 0800")]
    public void A_frame_in_a_tunnel_is_known_by_every_type_that_is_followed(int type, string head)
    {
        byte[] frame = [.. FrameBuilder.Mac(FrameBuilder.SecondMac), .. FrameBuilder.Mac(FrameBuilder.FirstMac), (byte)(type >> 8), (byte)type, .. Convert.FromHexString(head.Replace(" ", "", StringComparison.Ordinal)), .. s_packet];
        StackFacts found = Found(s_outer.Udp(40000, 4789).Payload([8, 0, 0, 0, 0, 0, 5, 0, .. frame]));
        Assert.Equal(("10.1.0.1", 25), (found.Source, found.DestinationPort));
    }

    private static StackFacts Found(FrameBuilder frame)
    {
        using var decoder = new StackDecoder();
        return decoder.Decode(frame.Build(), frame.LinkType);
    }
}
