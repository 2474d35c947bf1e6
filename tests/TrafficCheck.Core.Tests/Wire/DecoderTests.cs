using CsCheck;
using PacketDotNet;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests;

public sealed unsafe class DecoderTests
{
    private static readonly FrameBuilder[] s_frames =
    [
        FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Payload("EHLO"),
        FrameBuilder.Ethernet().Vlan(7).IPv4("10.0.0.1", "10.0.0.2").Udp(1234, 53).Payload("query"),
        FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2").Udp(1234, 53).Payload("query"),
        FrameBuilder.Ethernet().IPv6("2001:db8::1", "2001:db8::2").HopByHop().Tcp(1234, 443).Payload("x"),
        FrameBuilder.Cooked1().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Payload("x"),
        FrameBuilder.Cooked2().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Payload("x"),
        FrameBuilder.RawIp().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Payload("x"),
    ];

    private static DecodeStatus Decode(ReadOnlySpan<byte> bytes, LinkType type, out PacketSummary packet)
    {
        fixed (byte* p = bytes) return FrameDecoder.Decode(p, bytes.Length, type, out packet);
    }

    [Fact]
    public void Canonical_frames_give_their_ports()
    {
        foreach (FrameBuilder frame in s_frames)
        {
            Assert.Equal(DecodeStatus.Decoded, Decode(frame.Build(), frame.LinkType, out PacketSummary packet));
            Assert.Equal(1234, packet.SourcePort);
            Assert.Contains(packet.DestinationPort, new ushort[] { 25, 53, 443 });
        }
    }

    [Fact]
    public void Every_prefix_has_a_status_with_a_name()
    {
        foreach (FrameBuilder frame in s_frames)
        {
            byte[] whole = frame.Build();
            for (int length = 0; length < whole.Length; length++)
            {
                byte[] prefix = whole[..length];
                DecodeStatus status = Decode(prefix, frame.LinkType, out _);
                Assert.True(status < DecodeStatus.Count);
                Assert.NotEmpty(DecodeStatusNames.Of(status));
            }
        }
    }

    [Fact]
    public void Mutated_frames_never_throw() =>
        Gen.Select(Gen.Int[0, s_frames.Length - 1], Gen.Int[0, 90], Gen.Byte).Sample(
            (which, at, value) =>
            {
                byte[] bytes = s_frames[which].Build();
                bytes[at % bytes.Length] = value;
                Assert.True(Decode(bytes, s_frames[which].LinkType, out _) < DecodeStatus.Count);
            },
            seed: "0001HxNkzZp2", iter: 20_000);

    [Fact]
    public void Agrees_with_PacketDotNet()
    {
        foreach (FrameBuilder frame in s_frames.Take(3))
        {
            byte[] bytes = frame.Build();
            Decode(bytes, frame.LinkType, out PacketSummary packet);
            var transport = Packet.ParsePacket(LinkLayers.Ethernet, bytes).Extract<TransportPacket>();
            Assert.Equal(transport.SourcePort, packet.SourcePort);
            Assert.Equal(transport.DestinationPort, packet.DestinationPort);
        }
    }
}
