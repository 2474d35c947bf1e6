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
        fixed (byte* start = buffer)
        {
            var parts = new FrameParts(start, frame.Length, linkType, ports);
            foreach (FrameWalk one in new[] { walk }.Concat(walk.Further))
            {
                AssertInside(one, frame.Length);
                if (!parts.Next()) return "the walk has more parts than the decoder";
                PacketSummary packet = parts.Packet, walked = one.Packet;
                string ours = Text(parts.Status, in packet, packet.Addresses == null ? -1 : (int)(packet.Addresses - start), packet.Payload == null ? -1 : (int)(packet.Payload - start));
                string theirs = Text(one.Status, in walked, one.AddressesOffset, one.PayloadOffset);
                if (ours != theirs) return $"decoder {ours}\nwalk    {theirs}";
            }

            return parts.Next() ? "the decoder has more parts than the walk" : null;
        }
    }

    private static string Text(DecodeStatus status, in PacketSummary p, int addresses, int payload) => DecodeStatusNames.IsDecoded(status)
        ? FormattableString.Invariant(
            $"{status} v{p.Version} at {addresses} length {p.IpLength} {p.Protocol} {p.SourcePort} {p.DestinationPort} payload {payload}+{p.PayloadLength} id {p.FragmentId} vlan {p.Vlan} {p.Oddities} flags {p.TcpFlags} icmp {p.IcmpType}/{p.IcmpCode} {p.DataLength} {p.IsFragment} {p.LinkBroadcast} {p.Tunnel} {p.Tunnel.Depth} {p.Rest}")
        : $"{status} {p.Oddities} {p.LinkBroadcast} {p.Vlan} {p.Tunnel} {p.Rest}";

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
