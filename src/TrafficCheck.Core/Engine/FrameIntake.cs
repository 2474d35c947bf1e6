using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// The hot path: frames in, flow packets out, every frame counted in one decode status. Whole TCP and UDP packets take the short way through
/// <see cref="Process"/>; everything else goes through <see cref="ProcessRest"/>.
/// </summary>
internal sealed unsafe class FrameIntake<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    /// <summary>Frames that are decoded before the first of them goes on; their summaries stay in the first-level cache.</summary>
    private const int Block = 64;

    /// <summary>From the bit of a SYN to <see cref="FlowMarks.SpeechKnown"/>.</summary>
    private const int SynToSpeech = 18;

    private static readonly byte[] s_tcpMarks = [.. Enumerable.Range(0, 128).Select(i => FlowMarks.OfTcp((byte)(i & 63), i >= 64))];

    private readonly FlowTable<Ipv4Key> _v4;
    private readonly FlowTable<Ipv6Key> _v6;
    private readonly FragmentTable _fragments;
    private readonly CaptureInterfaces _interfaces;
    private readonly long[] _statuses = new long[(int)DecodeStatus.Count];
    private readonly ushort _vlanMask;
    private readonly TunnelPorts _tunnelPorts;
    private readonly bool _decapsulate;
    private readonly CopyFilter? _copies;

    /// <summary>
    /// <see cref="FlowMarks.SpeechKnown"/> when no row asks what is spoken and no list shows it: payloads are then read only of flows whose
    /// direction no SYN tells.
    /// </summary>
    private readonly uint _speechNotAsked;
    private readonly ControlPorts? _controlPorts;
    private readonly PeerNaming? _names;
    private PacketSummary* _packets;
    private readonly DecodeStatus[] _packetStatuses = new DecodeStatus[Block];
    private readonly ulong[] _copyHashes = new ulong[Block];
    private readonly Arrival[] _arrivals = new Arrival[Block];
    private readonly byte[] _admitted = new byte[Block];
    private TSink _sink;
    private ObservationStart _observation;

    // A flow that is first seen up to these times may be older than the capture.
    private long _tcpEarlyUntilNs, _udpEarlyUntilNs, _otherEarlyUntilNs;
    private int _interface = -1;
    private PacketClock _clock = new();
    private readonly FlowLimits _limits;

    /// <param name="names">Learns from DNS answers; null when nobody asks for names.</param>
    /// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
    public FrameIntake(EngineOptions options, CaptureInterfaces interfaces, FlowLimits limits, TSink sink, PeerNaming? names = null,
        ControlPorts? controlPorts = null)
    {
        _names = names;
        _controlPorts = controlPorts;
        HashSeed seed = options.Seed ?? HashSeed.Random();
        _v4 = new(seed, options.Timeouts, limits);
        _v6 = new(seed, options.Timeouts, limits);
        _limits = limits;
        _fragments = new(seed);
        _interfaces = interfaces;
        _vlanMask = options.VlanInKey ? (ushort)0xfff : (ushort)0;
        _tunnelPorts = new TunnelPorts(options.TunnelPorts);
        _decapsulate = options.Decapsulate;
        _speechNotAsked = options.ReadSpeech ? 0 : FlowMarks.SpeechKnown;
        _copies = options.KeepCopies ? null : new CopyFilter(seed, _vlanMask);
        _packets = (PacketSummary*)NativeMemory.AlignedAlloc((nuint)(sizeof(PacketSummary) * Block), 64);
        _sink = sink;
    }

    public FlowTable<Ipv4Key> V4 => _v4;

    public FlowTable<Ipv6Key> V6 => _v6;

    public FragmentTable Fragments => _fragments;

    /// <summary>Null when every copy counts.</summary>
    public CopyFilter? Copies => _copies;

    public ReadOnlySpan<long> Statuses => _statuses;

    public long FramesRead { get; private set; }

    /// <summary>ICMP errors about flows that are live: they are no flows of their own.</summary>
    public long IcmpErrorsOfFlows { get; private set; }

    /// <summary>Fragments of packets whose first fragment held the packet of a tunnel, which was counted with its whole length.</summary>
    public long TunnelFragments { get; private set; }

    public ref readonly PacketClock Clock => ref _clock;

    public OddityCounts Oddities { get; } = new();

    /// <summary>Packets by the checksum that is wrong in them.</summary>
    public ChecksumCounts BadChecksums { get; } = new();

    public LargePackets Large { get; } = new();

    /// <summary>Packets of which a snap length cut something off, and that have no other oddity.</summary>
    public long PacketsCut { get; private set; }

    /// <summary>
    /// In blocks, and over each block in loops that are short enough to keep what they need in registers: decode, fetch the line in which
    /// a copy would be found, account and leave copies out, hand on to the flow tables.
    /// </summary>
    public void Process(FrameBatch batch, int start, int count)
    {
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int done = 0; done < frames.Length; done += Block)
        {
            ReadOnlySpan<FrameDescriptor> block = frames.Slice(done, Math.Min(Block, frames.Length - done));
            Decode(batch.Buffer, block);
            if (_copies is not null) PrepareCopies(_copies, block.Length);
            int admitted = Account(batch.Buffer, block);
            HandOn(admitted);
        }

        if (count > 0) _observation.Saw(_clock.NowNs);

        // The payloads of waiting packets go when the batch is filled again.
        if (start + count < batch.Count) return;
        _v4.Flush(ref _sink);
        _v6.Flush(ref _sink);
    }

    private void Decode(byte* buffer, ReadOnlySpan<FrameDescriptor> block)
    {
        for (int i = 0; i < block.Length; i++)
        {
            ref readonly FrameDescriptor frame = ref block[i];
            PacketSummary* packet = _packets + i;
            DecodeStatus status = FrameDecoder.Decode(buffer + frame.Offset, frame.CapturedLength, frame.LinkType, out *packet);
            if (packet->Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in *packet, _tunnelPorts)) status = Unwrap(status, ref *packet, in frame);
            _packetStatuses[i] = status;
            _statuses[(int)status]++;
            if (status > DecodeStatus.LaterFragment) continue;
            ChecksumFaults faults = Checksums.Check(in *packet);
            if (faults != ChecksumFaults.None) CountFaults(faults, in *packet);
        }
    }

    /// <summary>In a loop of its own, so that the processor works on the hashes of several packets at once.</summary>
    private void PrepareCopies(CopyFilter copies, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_packetStatuses[i] <= DecodeStatus.LaterFragment) _copyHashes[i] = copies.Prepare(in _packets[i]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountFaults(ChecksumFaults faults, in PacketSummary packet)
    {
        if ((faults & ChecksumFaults.Ipv4Header) != 0) BadChecksums.Ipv4Header++;
        if ((faults & ChecksumFaults.Offloaded) != 0) BadChecksums.Offloaded++;
        if ((faults & ChecksumFaults.Transport) == 0) return;
        if (packet.Protocol == Ip.Tcp) BadChecksums.Tcp++;
        else if (packet.Protocol == Ip.Udp) BadChecksums.Udp++;
        else BadChecksums.Icmp++;
    }

    /// <summary>Counts each frame of a block, and finds out which of their packets go on to flows.</summary>
    /// <returns>How many do; their places in the block are in <see cref="_admitted"/>, with time and number in <see cref="_arrivals"/>.</returns>
    private int Account(byte* buffer, ReadOnlySpan<FrameDescriptor> block)
    {
        int admitted = 0;
        long read = FramesRead;
        Span<Arrival> arrivals = _arrivals.AsSpan(0, block.Length);
        for (int i = 0; i < block.Length; i++)
        {
            ref readonly FrameDescriptor frame = ref block[i];
            PacketSummary* packet = _packets + i;
            if (frame.Interface != _interface) admitted = EnterInterface(in frame, admitted);
            long now = _clock.Read(frame.TimestampNs);
            if (_clock.IsBorneOut) _limits.NowNs = _clock.NowNs;
            if (packet->Oddities == Wire.Oddities.PacketCut) PacketsCut++;
            else if (packet->Oddities != 0) Oddities.Count(packet->Oddities);
            if (frame.WireLength < (uint)frame.CapturedLength) Oddities.Count(Wire.Oddities.CapturedBeyondWire);
            arrivals[i] = new(now, ++read, frame.Interface);
            if (_packetStatuses[i] > DecodeStatus.LaterFragment) continue; // counted by the status: without flow, or no packet
            if (packet->IpLength > LargePackets.Ordinary) Large.Count(packet->IpLength);
            if (_copies is not null && _copies.IsCopy(_copyHashes[i], in *packet, in arrivals[i], MacsOf(buffer + frame.Offset, in frame))) continue;
            _admitted[admitted++] = (byte)i;
        }

        FramesRead = read;
        return admitted;
    }

    private void HandOn(int admitted)
    {
        foreach (byte i in _admitted.AsSpan(0, admitted))
        {
            ref readonly PacketSummary packet = ref _packets[i];
            ref readonly Arrival arrival = ref _arrivals[i];
            DecodeStatus status = _packetStatuses[i];
            if (status == DecodeStatus.Decoded && !packet.IsFragment && packet.Protocol is Ip.Tcp or Ip.Udp)
            {
                if (packet.SourcePort == PeerNaming.DnsPort && _names is not null && packet.PayloadLength > 0)
                    _names.Learn(in packet, DestinationOf(in packet), arrival.Frame, arrival.TimestampNs);
                Enqueue(in packet, in arrival, packet.Protocol, packet.SourcePort, packet.DestinationPort, MarksOf(in packet));
            }
            else
            {
                ProcessRest(status, in packet, in arrival);
            }
        }
    }

    /// <summary>Marks for the sending side by the transport header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MarksOf(in PacketSummary packet) => packet.Protocol == Ip.Tcp
        ? s_tcpMarks[packet.TcpFlags | (packet.CarriesData ? 64 : 0)]
        : packet.CarriesData ? FlowMarks.Data : 0;

    private static IpAddress DestinationOf(in PacketSummary packet)
    {
        byte* a = packet.Addresses;
        return packet.Version == 4 ? IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(new(a + 4, 4))) : IpAddress.V6(U64(a + 16), U64(a + 24));
    }

    /// <summary>Sixteen bits of both hardware addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort MacsOf(byte* frame, in FrameDescriptor descriptor)
    {
        if (descriptor.LinkType != LinkType.Ethernet || descriptor.CapturedLength < 12) return 0;
        return (ushort)(Unsafe.ReadUnaligned<ushort>(frame + 4) ^ (31 * Unsafe.ReadUnaligned<ushort>(frame + 10)));
    }

    /// <summary>The input is over: all flows end.</summary>
    public void End()
    {
        _v4.End(ref _sink);
        _v6.End(ref _sink);
        _fragments.End();
    }

    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
        _fragments.Dispose();
        _tunnelPorts.Dispose();
        _copies?.Dispose();

        // SAFETY: null after the first call; the intake is not used after Dispose.
        NativeMemory.AlignedFree(_packets);
        _packets = null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private DecodeStatus Unwrap(DecodeStatus status, ref PacketSummary packet, in FrameDescriptor frame)
    {
        if (!_decapsulate || status != DecodeStatus.Decoded) return status;
        PacketSummary outer = packet;
        DecodeStatus inside = TunnelDecoder.Unwrap(status, ref packet, _tunnelPorts);
        if (outer.IsFragment && packet.Addresses != outer.Addresses)
            TunnelFragments += _fragments.First(KeyOf(in outer), new FirstFragment(0, 0, 0, CarriesTunnel: true), frame.TimestampNs).Packets;
        return inside;
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
                else Enqueue(in packet, in arrival, first.Protocol, first.SourcePort, first.DestinationPort, FlowMarks.Data);
                return;
        }

        byte protocol = packet.Protocol;
        ushort sourcePort = packet.SourcePort, destinationPort = packet.DestinationPort;
        uint marks = MarksOf(in packet);
        if (protocol is Ip.Icmp or Ip.Icmpv6)
        {
            if (IcmpMessage.IsError(packet.Version, packet.IcmpType) && MarkQuoted(in packet)) return;

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
        if (waited.Packets > 0) EnqueueWaiting(in packet, in arrival, in waited, protocol, sourcePort, destinationPort);
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
    private void Enqueue(in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks)
    {
        if (packet.Version != 4)
        {
            EnqueueV6(in packet, in arrival, protocol, sourcePort, destinationPort, marks);
            return;
        }

        FlowPacket<Ipv4Key>* entry = _v4.Next();
        entry->Key = V4Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
        Fill(entry, in packet, in arrival, fromHigh, protocol, marks);
        if (_v4.Commit()) _v4.Advance(ref _sink);
    }

    /// <summary>By itself, so that the code for the more frequent family keeps its values in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnqueueV6(in PacketSummary packet, in Arrival arrival, byte protocol, ushort sourcePort, ushort destinationPort, uint marks)
    {
        FlowPacket<Ipv6Key>* entry = _v6.Next();
        entry->Key = V6Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
        Fill(entry, in packet, in arrival, fromHigh, protocol, marks);
        if (_v6.Commit()) _v6.Advance(ref _sink);
    }

    /// <summary>Fragments that waited go to their flow as one entry with their sums.</summary>
    private void EnqueueWaiting(
        in PacketSummary packet, in Arrival arrival, in WaitingFragments waited, byte protocol, ushort sourcePort, ushort destinationPort)
    {
        var first = new Arrival(waited.FirstNs, waited.FirstFrame, arrival.Interface);
        const uint Marks = FlowMarks.Data | FlowMarks.Fragmented;
        if (packet.Version == 4)
        {
            FlowPacket<Ipv4Key>* entry = _v4.Next();
            entry->Key = V4Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
            Fill(entry, in packet, in first, fromHigh, protocol, Marks);
            entry->Packets = waited.Packets;
            entry->Bytes = waited.Bytes;
            if (_v4.Commit()) _v4.Advance(ref _sink);
        }
        else
        {
            FlowPacket<Ipv6Key>* entry = _v6.Next();
            entry->Key = V6Key(in packet, protocol, sourcePort, destinationPort, out byte fromHigh);
            Fill(entry, in packet, in first, fromHigh, protocol, Marks);
            entry->Packets = waited.Packets;
            entry->Bytes = waited.Bytes;
            if (_v6.Commit()) _v6.Advance(ref _sink);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fill<TKey>(FlowPacket<TKey>* entry, in PacketSummary packet, in Arrival arrival, byte fromHigh, byte protocol, uint marks)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        long time = arrival.TimestampNs;
        entry->TimestampNs = time;
        entry->Frame = arrival.Frame;
        entry->Bytes = packet.IpLength;
        entry->Packets = 1;
        entry->Vlan = packet.Vlan;
        entry->Interface = arrival.Interface;
        entry->FromHigh = fromHigh;
        uint notAsked = _speechNotAsked & (marks << SynToSpeech);
        if (notAsked != 0 && _controlPorts is not null && protocol == Ip.Tcp && _controlPorts.IsOfUse(packet.SourcePort, packet.DestinationPort)) notAsked = 0;
        marks = (marks << (fromHigh * FlowMarks.SideBits)) | notAsked;
        entry->Tunnel = packet.Tunnel;
        entry->SequenceLength = 0;
        entry->Payload = packet.Payload;
        entry->PayloadLength = protocol is Ip.Tcp or Ip.Udp ? packet.PayloadLength : 0;
        if (protocol == Ip.Tcp && !packet.IsFragment) ReadSequence(entry, in packet);
        if (packet.IsFragment) marks |= FlowMarks.Fragmented;
        if (packet.LinkBroadcast) marks |= FlowMarks.LinkBroadcast;
        entry->Marks = marks;
        entry->MayPredateCapture = time <= (protocol == Ip.Tcp ? _tcpEarlyUntilNs : protocol is Ip.Udp or Ip.UdpLite ? _udpEarlyUntilNs : _otherEarlyUntilNs);
    }

    /// <summary>What the segment takes of the sequence numbers (RFC 9293 section 3.4); the numbers of a reset need not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadSequence<TKey>(FlowPacket<TKey>* entry, in PacketSummary packet)
        where TKey : unmanaged, IFlowKey<TKey>
    {
        const int Fin = 1, Syn = 2, Rst = 4;
        if ((packet.TcpFlags & Rst) != 0 || (packet.Oddities & (Wire.Oddities.TcpFlagsMissing | Wire.Oddities.TcpDataOffsetInvalid)) != 0) return;

        // SAFETY: the flags, which lie behind the sequence number, were captured.
        entry->Sequence = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(packet.Addresses + packet.TransportOffset + 4));
        entry->SequenceLength = packet.DataLength + (uint)((packet.TcpFlags & Fin) + ((packet.TcpFlags & Syn) >> 1));
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

    /// <summary>An ICMP error marks the live flow whose packet it quotes.</summary>
    /// <returns>Whether there is one.</returns>
    private bool MarkQuoted(in PacketSummary error)
    {
        if (!IcmpMessage.TryReadQuoted(error.Version, error.Payload, error.PayloadLength, out PacketSummary quoted)) return false;
        quoted.Vlan = error.Vlan;
        uint marks = IcmpMessage.IsUnreachable(error.Version, error.IcmpType, error.IcmpCode) ? FlowMarks.Unreachable : 0;
        ushort sourcePort = quoted.SourcePort, destinationPort = quoted.DestinationPort;
        if (quoted.Protocol is Ip.Icmp or Ip.Icmpv6)
            sourcePort = destinationPort = (ushort)((IcmpMessage.RequestTypeOf(quoted.Version, quoted.IcmpType) << 8) | quoted.IcmpCode);
        bool live = quoted.Version == 4
            ? _v4.TryMark(V4Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _), marks, ref _sink)
            : _v6.TryMark(V6Key(in quoted, quoted.Protocol, sourcePort, destinationPort, out _), marks, ref _sink);
        if (live) IcmpErrorsOfFlows++;
        return live;
    }

    /// <summary>Frames of another interface begin, perhaps of another input; those before them go on first.</summary>
    /// <returns>How many packets still have to go on: none.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int EnterInterface(in FrameDescriptor frame, int admitted)
    {
        HandOn(admitted);
        _interface = frame.Interface;
        int input = frame.Interface < _interfaces.All.Count ? _interfaces.All[frame.Interface].Input : 0;
        _observation.Saw(_clock.NowNs);
        _observation.Enter(input, frame.TimestampNs);
        _tcpEarlyUntilNs = EarlyUntil(Ip.Tcp);
        _udpEarlyUntilNs = EarlyUntil(Ip.Udp);
        _otherEarlyUntilNs = EarlyUntil(0);
        return 0;
    }

    private long EarlyUntil(byte protocol)
    {
        long timeout = FlowTimeouts.Default.Of(protocol, 0);
        return _observation.SinceNs > long.MaxValue - timeout ? long.MaxValue : _observation.SinceNs + timeout;
    }
}
