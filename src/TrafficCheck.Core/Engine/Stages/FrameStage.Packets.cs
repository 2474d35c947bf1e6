using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <content>From decoded packets to those of flows: keys, marks, fragments, and errors that quote packets of other flows.</content>
internal sealed unsafe partial class FrameStage
{
    /// <summary>From the bit of <see cref="Wire.Oddities.PacketCut"/> to <see cref="FlowMarks.Cut"/>.</summary>
    private const int OddityToCut = 14;

    /// <summary>Marks for the sending side by the transport header; without a branch on whether there is data, because nothing tells beforehand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MarksOf(in PacketSummary packet) => packet.Protocol == Ip.Tcp
        ? FlowMarks.OfTcp(packet.TcpFlags, packet.CarriesData)
        : (packet.CarriesData ? 1u : 0) * FlowMarks.Data;

    private static IpAddress DestinationOf(in PacketSummary packet)
    {
        byte* a = packet.Addresses;
        return packet.Version == 4 ? IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(new(a + 4, 4))) : IpAddress.V6(U64(a + 16), U64(a + 24));
    }

    private void EnqueueRest(DecodeStatus status, in PacketSummary packet, in Arrival arrival, int part)
    {
        switch (status)
        {
            case DecodeStatus.LaterFragment when !NeedsFirstFragment(in packet):
                Enqueue(in packet, in arrival, packet.Protocol, 0, 0, FlowMarks.Data);
                return;

            case DecodeStatus.LaterFragment:
                if (!_fragments.Later(KeyOf(in packet), packet.IpLength, arrival.TimestampNs, arrival.Frame, out FirstFragment first)) return;
                if (first.CarriesTunnel) TunnelFragments++;
                else if (first.IsErrorOfFlow) EnqueueLaterOfError(in packet, in arrival, in first);
                else Enqueue(in packet, in arrival, first.Protocol, first.SourcePort, first.DestinationPort, FlowMarks.Data);
                return;
        }

        byte protocol = packet.Protocol;
        ushort sourcePort = packet.SourcePort, destinationPort = packet.DestinationPort;
        uint marks = MarksOf(in packet);
        PacketSummary quoted = default;
        bool quotes = false;
        if (protocol is Ip.Icmp or Ip.Icmpv6)
        {
            quotes = IcmpMessage.IsError(packet.Version, packet.IcmpType) && IcmpMessage.TryReadQuoted(packet.Version, packet.Payload, packet.PayloadLength, out quoted);

            // The type stands where ports stand, the request's for both directions.
            sourcePort = destinationPort = (ushort)((IcmpMessage.RequestTypeOf(packet.Version, packet.IcmpType) << 8) | packet.IcmpCode);
            if (IcmpMessage.IsRequest(packet.Version, packet.IcmpType)) marks |= FlowMarks.Syn;
            else if (IcmpMessage.IsReply(packet.Version, packet.IcmpType)) marks |= FlowMarks.SynAck;
        }

        WaitingFragments waited = default;
        if (packet.IsFragment) waited = _fragments.First(KeyOf(in packet), new FirstFragment(protocol, sourcePort, destinationPort, IsErrorOfFlow: quotes), arrival.TimestampNs, arrival.Frame);
        var earlier = new Arrival(waited.FirstNs, waited.FirstFrame, arrival.Interface);
        if (quotes)
        {
            IcmpError* error = Error(in packet, in arrival, part);
            quoted.Vlan = packet.Vlan;
            Quote(error, in packet, in quoted);
            if (waited.Packets > 0)
            {
                error->HasWaited = true;
                FillOwn(&error->WaitedV4, &error->WaitedV6, in packet, in earlier, protocol, sourcePort, destinationPort, FlowMarks.Data | FlowMarks.Fragmented, waited.Packets, waited.Bytes);
            }

            FillOwn(&error->V4, &error->V6, in packet, in arrival, protocol, sourcePort, destinationPort, marks, 1, packet.IpLength);
            return;
        }

        if (waited.Packets > 0)
            Enqueue(in packet, in earlier, protocol, sourcePort, destinationPort, FlowMarks.Data | FlowMarks.Fragmented, waited.Packets, waited.Bytes);
        Enqueue(in packet, in arrival, protocol, sourcePort, destinationPort, marks);
    }

    /// <summary>What the first fragment of an error turned out to be holds for the later ones, and only the next stage knows it.</summary>
    private void EnqueueLaterOfError(in PacketSummary packet, in Arrival arrival, in FirstFragment first)
    {
        IcmpError* error = Error(in packet, in arrival, part: -1);
        error->IsLater = true;
        FillOwn(&error->V4, &error->V6, in packet, in arrival, first.Protocol, first.SourcePort, first.DestinationPort, FlowMarks.Data, 1, packet.IpLength);
    }

    private IcmpError* Error(in PacketSummary packet, in Arrival arrival, int part)
    {
        IcmpError* error = _packets.AddError();
        error->V4Before = _packets.V4Count;
        error->V6Before = _packets.V6Count;
        error->Place = _place;
        error->Version = packet.Version;
        error->IsLater = error->HasWaited = false;
        error->IsFragment = packet.IsFragment;
        if (packet.IsFragment) error->Datagram = KeyOf(in packet);
        error->TimestampNs = arrival.TimestampNs;
        error->Part = part;
        return error;
    }

    private void Quote(IcmpError* error, in PacketSummary packet, in PacketSummary quoted)
    {
        error->Marks = IcmpMessage.IsUnreachable(packet.Version, packet.IcmpType, packet.IcmpCode) ? FlowMarks.Unreachable : 0;
        ushort sourcePort = quoted.SourcePort, destinationPort = quoted.DestinationPort;
        if (quoted.Protocol is Ip.Icmp or Ip.Icmpv6)
            sourcePort = destinationPort = (ushort)((IcmpMessage.RequestTypeOf(quoted.Version, quoted.IcmpType) << 8) | quoted.IcmpCode);
        if (quoted.Version == 4) error->QuotedV4 = V4Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _);
        else error->QuotedV6 = V6Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _);
    }

    /// <summary>
    /// Whether only the first fragment tells the flow: it has the ports or the ICMP type, or headers that hide the transport. Others,
    /// such as ESP and GRE, are known by their addresses.
    /// </summary>
    private bool NeedsFirstFragment(in PacketSummary packet) =>
        (_decapsulate && TunnelDecoder.MayCarry(in packet, _tunnelPorts)) ||
        packet.Protocol is Ip.Tcp or Ip.Udp or Ip.UdpLite or Ip.Sctp or Ip.Dccp or Ip.Icmp or Ip.Icmpv6 or Ip.Ah
        || (packet.Version == 6 && packet.Protocol is (Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment));

    private void Enqueue(in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks) =>
        Enqueue(in packet, in arrival, protocol, sourcePort, destinationPort, marks, 1, packet.IpLength);

    /// <param name="packets">What counts with this one: fragments that waited go to their flow as one entry with their sums.</param>
    private void Enqueue(
        in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks, uint packets, uint bytes)
    {
        FillOwn(_packets.V4 + _packets.V4Count, _packets.V6 + _packets.V6Count, in packet, in arrival, protocol, sourcePort, destinationPort, marks, packets, bytes);
        if (packet.Version == 4) _packets.V4Count++;
        else _packets.V6Count++;
    }

    /// <summary>Writes the packet into the place that is for its family.</summary>
    private void FillOwn(FlowPacket<Ipv4Key>* v4, FlowPacket<Ipv6Key>* v6, in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort,
        uint marks, uint packets, uint bytes)
    {
        byte fromHigh;
        PacketHead* head;
        if (packet.Version == 4)
        {
            v4->Key = V4Key(in packet, protocol, sourcePort, destinationPort, out fromHigh);
            head = &v4->Head;
        }
        else
        {
            v6->Key = V6Key(in packet, protocol, sourcePort, destinationPort, out fromHigh);
            head = &v6->Head;
        }

        long time = arrival.TimestampNs;
        head->TimestampNs = time;
        head->Frame = (int)(arrival.Frame - _packets.BaseFrame);
        head->Place = (ushort)_place++;
        head->IsTimeInDoubt = _clock.IsBorneOut ? (byte)0 : (byte)1;
        head->Bytes = bytes;
        head->Packets = packets;
        head->Vlan = packet.Vlan;
        head->Interface = arrival.Interface;
        head->FromHigh = fromHigh;
        marks = (marks << (fromHigh * FlowMarks.SideBits)) | _speech.NotAsked(marks, protocol, packet.SourcePort, packet.DestinationPort);
        head->Tunnel = _packets.Add(in packet.Tunnel);
        head->Sequence = head->SequenceLength = 0;
        head->Payload = packet.Payload;
        head->PayloadLength = protocol is Ip.Tcp or Ip.Udp ? packet.PayloadLength : 0;
        if (protocol == Ip.Tcp && !packet.IsFragment) ReadSequence(head, in packet);
        if (packet.IsFragment) marks |= FlowMarks.Fragmented;
        if (packet.LinkBroadcast) marks |= FlowMarks.LinkBroadcast;
        marks |= ((uint)packet.Oddities & (uint)Wire.Oddities.PacketCut) << OddityToCut;
        head->Marks = marks;
        long early = protocol == Ip.Tcp ? _tcpEarlyUntilNs : protocol is Ip.Udp or Ip.UdpLite ? _udpEarlyUntilNs : _otherEarlyUntilNs;
        head->MayPredateCapture = time <= early ? (byte)1 : (byte)0;
    }

    /// <summary>What the segment takes of the sequence numbers (RFC 9293 section 3.4); the numbers of a reset need not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadSequence(PacketHead* entry, in PacketSummary packet)
    {
        const int Fin = 1, Syn = 2, Rst = 4;
        if ((packet.Oddities & (Wire.Oddities.TcpFlagsMissing | Wire.Oddities.TcpDataOffsetInvalid)) != 0) return;

        // SAFETY: the flags, which lie behind the sequence number, were captured.
        entry->Sequence = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(packet.Addresses + packet.TransportOffset + 4));
        if ((packet.TcpFlags & Rst) == 0) entry->SequenceLength = packet.DataLength + (uint)((packet.TcpFlags & Fin) + ((packet.TcpFlags & Syn) >> 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Ipv4Key V4Key(in PacketSummary packet, byte protocol, ushort sourcePort, ushort destinationPort, out byte fromHigh)
    {
        // SAFETY: the decoder found both addresses inside the captured bytes.
        uint source = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(packet.Addresses));
        uint destination = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(packet.Addresses + 4));
        return Ipv4Key.Create(source, sourcePort, destination, destinationPort, protocol, (ushort)(packet.Vlan & _vlanMask), out fromHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Ipv6Key V6Key(in PacketSummary packet, byte protocol, ushort sourcePort, ushort destinationPort, out byte fromHigh)
    {
        byte* a = packet.Addresses;
        return Ipv6Key.Create(
            U64(a), U64(a + 8), sourcePort, U64(a + 16), U64(a + 24), destinationPort, protocol, (ushort)(packet.Vlan & _vlanMask), out fromHigh);
    }

    private static ulong U64(byte* p) => BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(p));

    private DatagramKey KeyOf(in PacketSummary packet)
    {
        ushort vlan = (ushort)(packet.Vlan & _vlanMask);
        byte* a = packet.Addresses;

        // RFC 791 makes the protocol part of the identity, RFC 8200 does not.
        return packet.Version == 4
            ? new(IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(new(a, 4))), IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(new(a + 4, 4))),
                packet.FragmentId, vlan, packet.Protocol)
            : new(IpAddress.V6(U64(a), U64(a + 8)), IpAddress.V6(U64(a + 16), U64(a + 24)), packet.FragmentId, vlan, 0);
    }
}
