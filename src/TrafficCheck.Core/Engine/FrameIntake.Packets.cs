using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <content>From decoded packets to the flow tables: keys, marks, fragments, and errors that quote packets of other flows.</content>
internal sealed unsafe partial class FrameIntake<TSink>
    where TSink : struct, IFlowSink
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

    private void ProcessRest(DecodeStatus status, in PacketSummary packet, in Arrival arrival)
    {
        switch (status)
        {
            case DecodeStatus.LaterFragment when !NeedsFirstFragment(in packet):
                Enqueue(in packet, in arrival, packet.Protocol, 0, 0, FlowMarks.Data);
                return;

            case DecodeStatus.LaterFragment:
                if (!_fragments.Later(KeyOf(in packet), packet.IpLength, arrival.TimestampNs, arrival.Frame, out FirstFragment first)) return;
                if (first.CarriesTunnel) TunnelFragments++;
                else if (first.IsErrorOfFlow) IcmpErrorsOfFlows++;
                else Enqueue(in packet, in arrival, first.Protocol, first.SourcePort, first.DestinationPort, FlowMarks.Data);
                return;
        }

        byte protocol = packet.Protocol;
        ushort sourcePort = packet.SourcePort, destinationPort = packet.DestinationPort;
        uint marks = MarksOf(in packet);
        if (protocol is Ip.Icmp or Ip.Icmpv6)
        {
            if (IcmpMessage.IsError(packet.Version, packet.IcmpType) && MarkQuoted(in packet, arrival.TimestampNs))
            {
                if (packet.IsFragment)
                    IcmpErrorsOfFlows += _fragments.First(KeyOf(in packet), new FirstFragment(protocol, 0, 0, IsErrorOfFlow: true), arrival.TimestampNs).Packets;
                return;
            }

            // The type stands where ports stand, the request's for both directions.
            sourcePort = destinationPort = (ushort)((IcmpMessage.RequestTypeOf(packet.Version, packet.IcmpType) << 8) | packet.IcmpCode);
            if (IcmpMessage.IsRequest(packet.Version, packet.IcmpType)) marks |= FlowMarks.Syn;
            else if (IcmpMessage.IsReply(packet.Version, packet.IcmpType)) marks |= FlowMarks.SynAck;
        }

        if (!packet.IsFragment)
        {
            Enqueue(in packet, in arrival, protocol, sourcePort, destinationPort, marks);
            return;
        }

        WaitingFragments waited = _fragments.First(KeyOf(in packet), new FirstFragment(protocol, sourcePort, destinationPort), arrival.TimestampNs);
        if (waited.Packets > 0)
        {
            var first = new Arrival(waited.FirstNs, waited.FirstFrame, arrival.Interface);
            Enqueue(in packet, in first, protocol, sourcePort, destinationPort, FlowMarks.Data | FlowMarks.Fragmented, waited.Packets, waited.Bytes);
        }

        Enqueue(in packet, in arrival, protocol, sourcePort, destinationPort, marks);
    }

    /// <summary>
    /// Whether only the first fragment tells the flow: it has the ports or the ICMP type, or headers that hide the transport. Others,
    /// such as ESP and GRE, are known by their addresses.
    /// </summary>
    private bool NeedsFirstFragment(in PacketSummary packet) =>
        (_decapsulate && TunnelDecoder.MayCarry(in packet, _tunnelPorts)) ||
        packet.Protocol is Ip.Tcp or Ip.Udp or Ip.UdpLite or Ip.Sctp or Ip.Dccp or Ip.Icmp or Ip.Icmpv6 or Ip.Ah
        || (packet.Version == 6 && packet.Protocol is (Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks) =>
        Enqueue(in packet, in arrival, protocol, sourcePort, destinationPort, marks, 1, packet.IpLength);

    /// <param name="packets">What counts with this one: fragments that waited go to their flow as one entry with their sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(
        in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks, uint packets, ulong bytes)
    {
        if (packet.Version != 4)
        {
            EnqueueV6(in packet, in arrival, protocol, sourcePort, destinationPort, marks, packets, bytes);
            return;
        }

        FlowPacket<Ipv4Key>* entry = _v4.Next();
        entry->Key = V4Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
        Fill(entry, in packet, in arrival, fromHigh, protocol, marks, packets, bytes);
        if (_v4.Commit()) _v4.Advance(ref _sink);
    }

    /// <summary>By itself, so that the code for the more frequent family keeps its values in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnqueueV6(
        in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks, uint packets, ulong bytes)
    {
        FlowPacket<Ipv6Key>* entry = _v6.Next();
        entry->Key = V6Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
        Fill(entry, in packet, in arrival, fromHigh, protocol, marks, packets, bytes);
        if (_v6.Commit()) _v6.Advance(ref _sink);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill<TKey>(FlowPacket<TKey>* entry, in PacketSummary packet, in Arrival arrival, byte fromHigh, byte protocol, uint marks, uint packets, ulong bytes)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        long time = arrival.TimestampNs;
        entry->TimestampNs = time;
        entry->Frame = arrival.Frame;
        entry->Bytes = bytes;
        entry->Packets = packets;
        entry->Vlan = packet.Vlan;
        entry->Interface = arrival.Interface;
        entry->FromHigh = fromHigh;
        marks = (marks << (fromHigh * FlowMarks.SideBits)) | _speech.NotAsked(marks, protocol, packet.SourcePort, packet.DestinationPort);
        entry->Tunnel = packet.Tunnel;
        entry->Sequence = entry->SequenceLength = 0;
        entry->Payload = packet.Payload;
        entry->PayloadLength = protocol is Ip.Tcp or Ip.Udp ? packet.PayloadLength : 0;
        if (protocol == Ip.Tcp && !packet.IsFragment) ReadSequence(entry, in packet);
        if (packet.IsFragment) marks |= FlowMarks.Fragmented;
        if (packet.LinkBroadcast) marks |= FlowMarks.LinkBroadcast;
        marks |= ((uint)packet.Oddities & (uint)Wire.Oddities.PacketCut) << OddityToCut;
        entry->Marks = marks;
        entry->MayPredateCapture = time <= (protocol == Ip.Tcp ? _tcpEarlyUntilNs : protocol is Ip.Udp or Ip.UdpLite ? _udpEarlyUntilNs : _otherEarlyUntilNs);
    }

    /// <summary>What the segment takes of the sequence numbers (RFC 9293 section 3.4); the numbers of a reset need not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadSequence<TKey>(FlowPacket<TKey>* entry, in PacketSummary packet)
        where TKey : unmanaged, IFlowKey<TKey>
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

    /// <summary>An ICMP error marks the live flow whose packet it quotes. One about a flow that has ended, and was judged, is counted.</summary>
    /// <returns>Whether there is or was one, so that the error is no flow of its own.</returns>
    private bool MarkQuoted(in PacketSummary error, long timeNs)
    {
        if (!IcmpMessage.TryReadQuoted(error.Version, error.Payload, error.PayloadLength, out PacketSummary quoted)) return false;
        quoted.Vlan = error.Vlan;
        uint marks = IcmpMessage.IsUnreachable(error.Version, error.IcmpType, error.IcmpCode) ? FlowMarks.Unreachable : 0;
        ushort sourcePort = quoted.SourcePort, destinationPort = quoted.DestinationPort;
        if (quoted.Protocol is Ip.Icmp or Ip.Icmpv6)
            sourcePort = destinationPort = (ushort)((IcmpMessage.RequestTypeOf(quoted.Version, quoted.IcmpType) << 8) | quoted.IcmpCode);
        QuotedFlow flow = quoted.Version == 4
            ? _v4.TryMark(V4Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _), marks, timeNs, ref _sink)
            : _v6.TryMark(V6Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _), marks, timeNs, ref _sink);
        if (flow == QuotedFlow.Live) IcmpErrorsOfFlows++;
        else if (flow == QuotedFlow.Ended) IcmpErrorsOfEndedFlows++;
        return flow != QuotedFlow.Unknown;
    }
}
