using System.Buffers.Binary;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Finds the packets of a flow among all frames, by the decoders of the hot path, and notes what each is the first to show.</summary>
internal sealed unsafe class FlowPacketWatch
{
    private readonly FlowTarget _target;
    private readonly FlowLives _lives;
    private readonly EngineOptions _options;
    private readonly TunnelPorts _ports;
    private readonly LifePackets[] _packets;

    /// <summary>The last packets that were seen, for readers that see them again when the flow table takes them: it lets fewer wait.</summary>
    private readonly (long Frame, int Life)[] _recent = new (long, int)[256];
    private uint _seen;

    public FlowPacketWatch(FlowTarget target, FlowLives lives, EngineOptions options, TunnelPorts ports)
    {
        _target = target;
        _lives = lives;
        _options = options;
        _ports = ports;
        _packets = [.. Enumerable.Range(0, lives.ToldCount).Select(_ => new LifePackets())];
    }

    /// <summary>By life.</summary>
    public IReadOnlyList<LifePackets> Packets => _packets;

    public static LifeKey KeyOf(byte protocol, in FlowEndpoints ends, ushort vlan, bool vlanInKey) =>
        new(vlanInKey ? (ushort)(vlan & 0xfff) : (ushort)0, protocol is Ip.Icmp or Ip.Icmpv6 ? ends.LowPort : (ushort)0);

    /// <summary>The life that a frame seen not long ago belongs to, or -1.</summary>
    public int LifeOf(long frame)
    {
        foreach (var (number, life) in _recent)
        {
            if (number == frame) return life;
        }

        return -1;
    }

    /// <summary>Whether the frame holds a packet of the flow, or an ICMP error about one.</summary>
    public bool Sees(byte* bytes, in FrameDescriptor frame, long number, out SeenPacket seen)
    {
        seen = default;
        DecodeStatus status = FrameDecoder.Decode(bytes, frame.CapturedLength, frame.LinkType, out PacketSummary packet);
        if (_options.Decapsulate && status == DecodeStatus.Decoded && packet.Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in packet, _ports))
            status = TunnelDecoder.Unwrap(status, ref packet, _ports);
        if (!DecodeStatusNames.IsDecoded(status)) return false;
        bool hasEnds = status == DecodeStatus.Decoded
            || (status == DecodeStatus.LaterFragment && !Matrix.TransportNames.HasPorts(packet.Protocol) && packet.Protocol is not (Ip.Icmp or Ip.Icmpv6));
        if (hasEnds && Life(in packet, number, out bool fromHigh) is >= 0 and var life)
        {
            seen = new(life, number, frame.TimestampNs, fromHigh, false, packet);
            _recent[_seen++ % (uint)_recent.Length] = (number, life);
            return true;
        }

        if (packet.Protocol is not (Ip.Icmp or Ip.Icmpv6) || !IcmpMessage.IsError(packet.Version, packet.IcmpType)) return false;
        if (!IcmpMessage.TryReadQuoted(packet.Version, packet.Payload, packet.PayloadLength, out PacketSummary quoted)) return false;
        quoted.Vlan = packet.Vlan;
        if (Life(in quoted, number, out fromHigh) is not (>= 0 and var about)) return false;
        seen = new(about, number, frame.TimestampNs, fromHigh, true, packet);
        return true;
    }

    /// <summary>Takes a packet that was seen, now that it is known what the engine made of it.</summary>
    /// <param name="isCopy">A mirror had delivered it before.</param>
    /// <param name="isErrorOfFlow">The engine counted it as an error about a live flow.</param>
    public void Note(in SeenPacket seen, bool isCopy, bool isErrorOfFlow)
    {
        LifePackets life = _packets[seen.Life];
        if (seen.IsError)
        {
            if (isErrorOfFlow) life.AddError(in seen);
        }
        else if (isCopy) life.AddCopy(seen.Frame);
        else life.Add(in seen);
    }

    private int Life(in PacketSummary packet, long number, out bool fromHigh)
    {
        fromHigh = false;
        var addresses = new ReadOnlySpan<byte>(packet.Addresses, packet.Version == 4 ? 8 : 32);
        if (packet.Protocol != _target.Protocol || packet.Version != (_target.First.IsV4 ? 4 : 6)) return -1;
        FlowIdentity identity = FlowIdentity.Of(in packet, addresses, _options.VlanInKey);
        FlowEndpoints ends = identity.Ends;
        if (!_target.IsOf(packet.Protocol, in ends)) return -1;
        IpAddress source = packet.Version == 4 ? IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(addresses)) : new(BinaryPrimitives.ReadUInt128BigEndian(addresses));
        fromHigh = ends.LowAddress == ends.HighAddress ? ends.LowPort != ends.HighPort && packet.SourcePort == ends.HighPort : source == ends.HighAddress;
        return _lives.Of(number, KeyOf(packet.Protocol, in ends, packet.Vlan, _options.VlanInKey));
    }
}

/// <summary>A packet of a flow that is told; pointers in it live as long as its batch.</summary>
/// <param name="IsError">It is an ICMP error about the flow; then <paramref name="FromHigh"/> speaks of the packet it quotes.</param>
internal readonly record struct SeenPacket(int Life, long Frame, long TimestampNs, bool FromHigh, bool IsError, PacketSummary Packet);
