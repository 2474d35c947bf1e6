using System.Buffers.Binary;
using System.Globalization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Watches a run for the other fragments of one fragment's datagram, by the rules of <see cref="FragmentTable"/>: the same identification, and
/// never more than a minute from one to the next.
/// </summary>
internal sealed class DatagramWatch
{
    private const int Listed = 20;
    private const ulong LifetimeNs = 60_000_000_000;

    private readonly ExplainedFrame _frame;
    private readonly FrameWalk _walk;
    private readonly EngineOptions _options;
    private readonly TunnelPorts _ports;
    private readonly DatagramKey _key;
    private readonly List<long> _later = [];
    private long _more, _seenNs, _first;
    private bool _seenAny, _over, _firstHoldsTunnel;

    public DatagramWatch(ExplainedFrame frame, FrameWalk walk, EngineOptions options, TunnelPorts ports)
    {
        _frame = frame;
        _walk = walk;
        _options = options;
        _ports = ports;
        _key = KeyOf(walk.Packet, frame.Bytes.AsSpan(walk.AddressesOffset));
    }

    /// <summary>The flow that the first fragment names, once it was seen.</summary>
    public FlowIdentity? Flow { get; private set; }

    /// <summary>Whether the first fragment had come and was forgotten again when this one came.</summary>
    public bool FirstWasForgotten => Waited && _first != 0 && _first < _frame.Number;

    /// <summary>Whether the engine put the fragment aside because its first had not come.</summary>
    public bool Waited { get; set; }

    /// <summary>Whether only the first fragment tells the flow.</summary>
    public bool NeedsFirst
    {
        get
        {
            PacketSummary packet = _walk.Packet;
            return (_options.Decapsulate && TunnelDecoder.MayCarry(in packet, _ports))
                || packet.Protocol is Ip.Tcp or Ip.Udp or Ip.UdpLite or Ip.Sctp or Ip.Dccp or Ip.Icmp or Ip.Icmpv6 or Ip.Ah
                || (packet.Version == 6 && packet.Protocol is Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment);
        }
    }

    /// <param name="bytes">The captured bytes of a frame of the run.</param>
    /// <param name="number">Its number.</param>
    public unsafe void See(byte* bytes, in FrameDescriptor descriptor, long number)
    {
        if (_over) return;
        var parts = new FrameParts(bytes, descriptor.CapturedLength, descriptor.LinkType, _options.Decapsulate ? _ports : null);
        while (parts.Next() && !_over)
        {
            PacketSummary outer = parts.Outer, packet = parts.Packet;
            if (packet.Addresses != outer.Addresses && IsOurs(in outer)) Note(in outer, DecodeStatus.Decoded, true, descriptor.TimestampNs, number);
            else if (DecodeStatusNames.IsDecoded(parts.Status) && IsOurs(in packet)) Note(in packet, parts.Status, false, descriptor.TimestampNs, number);
        }
    }

    public FragmentStory Tell()
    {
        bool isFirst = _walk.Status != DecodeStatus.LaterFragment, namesFlow = _walk.Status == DecodeStatus.Decoded;
        string id = string.Create(CultureInfo.InvariantCulture, $"0x{_key.Id:x}");
        string decision = isFirst && !namesFlow ? $"the first fragment of datagram {id}, too short or cut to name the flow: the others stay without flow, too"
            : isFirst ? $"the first fragment of datagram {id}: it names the flow, and the others are counted to it, those that came before it too"
            : !NeedsFirst ? $"a later fragment of datagram {id}: its protocol has no ports, so the addresses name its flow"
            : _first == 0 ? $"a later fragment of datagram {id}, whose first fragment was not captured in time: its flow is not known, and it is counted as such"
            : _firstHoldsTunnel ? $"a later fragment of datagram {id}, whose first fragment holds the packet of a tunnel: that packet was counted with its whole length, so this one adds nothing"
            : !Waited ? $"a later fragment of datagram {id}: counted to the flow that the first fragment, frame {Text(_first)}, names"
            : _first >= _frame.Number ? $"a later fragment of datagram {id} that came before its first: it waited and was counted to the flow when frame {Text(_first)} named it"
            : $"a later fragment of datagram {id}: its first fragment, frame {Text(_first)}, had been forgotten to make room, so its flow is not known";
        return new(decision, _first == 0 ? null : _first, _later, _more);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private unsafe bool IsOurs(in PacketSummary packet) =>
        packet.IsFragment && KeyOf(packet, new ReadOnlySpan<byte>(packet.Addresses, packet.Version == 4 ? 8 : 32)) == _key;

    private unsafe void Note(in PacketSummary packet, DecodeStatus status, bool holdsTunnel, long timestampNs, long number)
    {
        // The identification is taken again for another datagram after a while.
        if (_seenAny && (ulong)Math.Max(timestampNs, _seenNs) - (ulong)Math.Min(timestampNs, _seenNs) > LifetimeNs)
        {
            if (number > _frame.Number)
            {
                _over = true;
                return;
            }

            _later.Clear();
            (_more, _first, Flow, _firstHoldsTunnel) = (0, 0, null, false);
        }

        _seenAny = true;
        _seenNs = timestampNs;
        if (status == DecodeStatus.LaterFragment)
        {
            if (_later.Count < Listed) _later.Add(number);
            else _more++;
            return;
        }

        if (status != DecodeStatus.Decoded) return; // it names no flow
        if (_first != 0 && number > _frame.Number) return; // a copy
        _first = number;
        _firstHoldsTunnel = holdsTunnel;
        if (!holdsTunnel)
            Flow = FlowIdentity.Of(packet, new ReadOnlySpan<byte>(packet.Addresses, packet.Version == 4 ? 8 : 32), _options.VlanInKey);
    }

    private DatagramKey KeyOf(PacketSummary packet, ReadOnlySpan<byte> addresses)
    {
        ushort vlan = _options.VlanInKey ? (ushort)(packet.Vlan & 0xfff) : (ushort)0;

        // RFC 791 makes the protocol part of the identity, RFC 8200 does not.
        return packet.Version == 4
            ? new(IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(addresses)), IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(addresses[4..])), packet.FragmentId, vlan, packet.Protocol)
            : new(new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(addresses)), new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(addresses[16..])), packet.FragmentId, vlan, 0);
    }
}
