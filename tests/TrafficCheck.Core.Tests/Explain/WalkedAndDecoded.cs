using System.Net;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Explain;

/// <summary>The walk of a frame beside what the decoders of the hot path say of it.</summary>
internal static class WalkedAndDecoded
{
    /// <summary>Null when they agree, else what differs.</summary>
    public static unsafe string? Difference(ReadOnlySpan<byte> frame, LinkType linkType, TunnelPorts ports, out FrameWalk walk)
    {
        var buffer = new byte[frame.Length + FrameBatch.Slack];
        frame.CopyTo(buffer);
        walk = FrameWalk.Of(frame, linkType, ports);
        AssertInside(walk, frame.Length);
        fixed (byte* start = buffer)
        {
            DecodeStatus status = FrameDecoder.Decode(start, frame.Length, linkType, out PacketSummary packet);
            if (packet.Protocol != 6 && TunnelDecoder.MayCarry(in packet, ports) && status == DecodeStatus.Decoded)
                status = TunnelDecoder.Unwrap(status, ref packet, ports);
            string ours = Text(status, in packet, packet.Addresses == null ? -1 : (int)(packet.Addresses - start), packet.Payload == null ? -1 : (int)(packet.Payload - start));
            PacketSummary walked = walk.Packet;
            string theirs = Text(walk.Status, in walked, walk.AddressesOffset, walk.PayloadOffset);
            return ours == theirs ? null : $"decoder {ours}\nwalk    {theirs}";
        }
    }

    private static string Text(DecodeStatus status, in PacketSummary p, int addresses, int payload) => DecodeStatusNames.IsDecoded(status)
        ? FormattableString.Invariant(
            $"{status} v{p.Version} at {addresses} length {p.IpLength} {p.Protocol} {p.SourcePort} {p.DestinationPort} payload {payload}+{p.PayloadLength} id {p.FragmentId} vlan {p.Vlan} {p.Oddities} flags {p.TcpFlags} icmp {p.IcmpType}/{p.IcmpCode} {p.DataLength} {p.IsFragment} {p.LinkBroadcast} {p.Tunnel} {p.Tunnel.Depth}")
        : $"{status} {p.Oddities} {p.LinkBroadcast} {p.Vlan} {p.Tunnel}";

    private static void AssertInside(FrameWalk walk, int length)
    {
        foreach (WalkedLayer layer in walk.Layers)
        {
            Assert.InRange(layer.Offset, 0, length);
            Assert.InRange(layer.Length, 0, length - layer.Offset);
            Assert.True(layer.Fields.Count <= WalkedLayer.MaxFields);
            foreach (WalkedField field in layer.Fields) Assert.InRange(field.Offset, layer.Offset, length - 1);
        }

        if (DecodeStatusNames.IsDecoded(walk.Status)) Assert.InRange(walk.IpLayer, 0, walk.Layers.Count - 1);
    }
}
