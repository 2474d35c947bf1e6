using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>What was found in a frame, with offsets in place of pointers. Of a frame without a packet only what its counters need.</summary>
internal readonly record struct FrameFacts(
    DecodeStatus Status, Oddities Oddities, ushort Vlan, bool Broadcast, byte Depth, TunnelKind Outer, TunnelKind Inner, uint OuterId, uint InnerId,
    byte Version, byte Protocol, int Addresses, int Payload, int PayloadLength, uint IpLength, uint DataLength, uint FragmentId, ushort Source,
    ushort Destination, byte TcpFlags, byte IcmpType, byte IcmpCode, bool Fragment)
{
    public static unsafe FrameFacts Of(DecodeStatus status, in PacketSummary packet, byte* frame) =>
        Of(status, in packet, packet.Addresses == null ? -1 : (int)(packet.Addresses - frame), packet.Payload == null ? -1 : (int)(packet.Payload - frame));

    public static FrameFacts Of(FrameWalk walk)
    {
        PacketSummary packet = walk.Packet;
        return Of(walk.Status, in packet, walk.AddressesOffset, walk.PayloadOffset);
    }

    public void Check(int length)
    {
        BrokenPromiseException.Unless(Status < DecodeStatus.Count, "a frame ends in one status");
        if (!DecodeStatusNames.IsDecoded(Status)) return;
        BrokenPromiseException.Unless(Version is 4 or 6, "a packet has a version");
        BrokenPromiseException.Unless(Addresses >= 0 && Addresses + (Version == 4 ? 8 : 32) <= length, "addresses lie in the frame");
        BrokenPromiseException.Unless(PayloadLength >= 0 && (PayloadLength == 0 || (Payload > Addresses && Payload + PayloadLength <= length)), "the payload lies in the frame");
        BrokenPromiseException.Unless(Status != DecodeStatus.LaterFragment || Fragment, "a later fragment is a fragment");
        BrokenPromiseException.Unless(Status == DecodeStatus.Decoded || (Source | Destination | TcpFlags) == 0, "no ports without a transport");
        BrokenPromiseException.Unless(DataLength <= IpLength, "data are not longer than the packet");
    }

    private static FrameFacts Of(DecodeStatus status, in PacketSummary p, int addresses, int payload)
    {
        TunnelPath tunnel = p.Tunnel;
        return DecodeStatusNames.IsDecoded(status)
            ? new(
                status, p.Oddities, p.Vlan, p.LinkBroadcast, tunnel.Depth, tunnel.Outer, tunnel.Inner, tunnel.OuterId, tunnel.InnerId, p.Version, p.Protocol,
                addresses, payload, p.PayloadLength, p.IpLength, p.DataLength, p.FragmentId, p.SourcePort, p.DestinationPort, p.TcpFlags, p.IcmpType, p.IcmpCode,
                p.IsFragment)
            : new FrameFacts() with
            {
                Status = status,
                Oddities = p.Oddities,
                Vlan = p.Vlan,
                Broadcast = p.LinkBroadcast,
                Depth = tunnel.Depth,
                Outer = tunnel.Outer,
                Inner = tunnel.Inner,
                OuterId = tunnel.OuterId,
                InnerId = tunnel.InnerId,
            };
    }
}
