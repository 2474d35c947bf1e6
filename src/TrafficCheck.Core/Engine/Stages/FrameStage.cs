using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// The first stage: frames in, packets of flows out, every frame counted in one decode status. It knows time, copies and fragments, but no flows. Whole TCP
/// and UDP packets take the short way (<see cref="OrdinaryFrames"/>); everything else goes through <see cref="FrameDecoder"/>.
/// </summary>
internal sealed unsafe partial class FrameStage : IDisposable
{
    /// <summary>Frames that are decoded before the first of them goes on; what is known of them stays in the first-level cache.</summary>
    private const int Block = OrdinaryFrames.Block;

    private readonly IPacketLine _line;
    private readonly FragmentTable _fragments;
    private readonly CaptureInterfaces _interfaces;
    private readonly long[] _statuses = new long[(int)DecodeStatus.Count];
    private readonly ushort _vlanMask;
    private readonly TunnelPorts _tunnelPorts;
    private readonly bool _decapsulate;
    private readonly CopyFilter? _copies;
    private bool _readsDns;
    private SpeechDemand _speech;

    private readonly OrdinaryFrames _ordinaryFrames;
    private readonly bool _takesShortWay;

    /// <summary>The frames of a block that are not ordinary, by their place in it; a bit set of them fits a register.</summary>
    private BlockFrame* _block;

    /// <summary>Where ordinary packets wait while others take their places between them.</summary>
    private FlowPacket<Ipv4Key>* _movedV4;
    private FlowPacket<Ipv6Key>* _movedV6;

    /// <summary>The ordinary frames of the block.</summary>
    private OrdinaryFrames.Sets _ordinary;

    /// <summary>Number of the frame before the block.</summary>
    private long _before;

    /// <summary>Where packets go now, and the place of the next among them.</summary>
    private PacketBatch _packets;
    private int _place;
    private ObservationStart _observation;

    // A flow that is first seen up to these times may be older than the capture.
    private long _tcpEarlyUntilNs, _udpEarlyUntilNs, _otherEarlyUntilNs;
    private int _interface = -1;

    /// <summary>Number of the last frame that was counted.</summary>
    private long _numbered, _highest;
    private PacketClock _clock = new();

    /// <summary>The time by which idle flows may be ended.</summary>
    private long _nowNs = long.MinValue;

    /// <param name="readsDns">Whether answers of DNS servers are handed on.</param>
    /// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
    /// <param name="takesShortWay">Whether ordinary frames are read by <see cref="OrdinaryFrames"/>; if not, all are decoded by <see cref="FrameDecoder"/>.</param>
    /// <param name="partFates">Where it is noted what became of the parts of the last aggregate.</param>
    public FrameStage(EngineOptions options, HashSeed seed, CaptureInterfaces interfaces, IPacketLine line, bool readsDns, ControlPorts? controlPorts, bool takesShortWay,
        List<PartFate> partFates)
    {
        _partFates = partFates;
        _line = line;
        _packets = line.Current;
        _speech = new(options.ReadSpeech, controlPorts);
        _fragments = new(seed);
        _interfaces = interfaces;
        _vlanMask = options.VlanInKey ? (ushort)0xfff : (ushort)0;
        _tunnelPorts = new TunnelPorts(options.TunnelPorts);
        _decapsulate = options.Decapsulate;
        _readsDns = readsDns;
        _copies = options.KeepCopies ? null : new CopyFilter(seed, _vlanMask);
        _ordinaryFrames = new(_vlanMask, _tunnelPorts, _copies, _speech, readsDns);
        _takesShortWay = takesShortWay;
        _block = (BlockFrame*)NativeMemory.AlignedAlloc((nuint)(sizeof(BlockFrame) * Block), 64);
        _movedV4 = (FlowPacket<Ipv4Key>*)NativeMemory.AlignedAlloc((nuint)(sizeof(FlowPacket<Ipv4Key>) * Block), 64);
        _movedV6 = (FlowPacket<Ipv6Key>*)NativeMemory.AlignedAlloc((nuint)(sizeof(FlowPacket<Ipv6Key>) * Block), 64);
    }

    public FragmentTable Fragments => _fragments;

    /// <summary>Null when every copy counts.</summary>
    public CopyFilter? Copies => _copies;

    public ReadOnlySpan<long> Statuses => _statuses;

    public long FramesRead { get; private set; }

    /// <summary>Those of them that took the short way.</summary>
    public long OrdinaryFramesRead { get; private set; }

    /// <summary>Fragments of packets whose first fragment held the packet of a tunnel, which was counted with its whole length.</summary>
    public long TunnelFragments { get; private set; }

    public ref readonly PacketClock Clock => ref _clock;

    public OddityCounts Oddities { get; } = new();

    /// <summary>Packets by the checksum that is wrong in them.</summary>
    public ChecksumCounts BadChecksums { get; } = new();

    public LargePackets Large { get; } = new();

    /// <summary>Packets of which a snap length cut something off, and that have no other oddity.</summary>
    public long PacketsCut { get; private set; }

    /// <summary>Processes frames whose numbers go on from those before.</summary>
    public void Process(FrameBatch batch, int start, int count) => Process(batch, start, count, _numbered + 1);

    /// <summary>
    /// In blocks, and over each block in loops that are short enough to keep what they need in registers: decode, and fetch the line in which a copy
    /// would be found; verify checksums; give each frame its time and leave copies out.
    /// </summary>
    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Process(FrameBatch batch, int start, int count, long firstNumber)
    {
        if (count == 0) return;
        _numbered = firstNumber - 1;
        long bytes = Bytes;
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int done = 0; done < frames.Length; done += Block)
        {
            ReadOnlySpan<FrameDescriptor> block = frames.Slice(done, Math.Min(Block, frames.Length - done));
            if (!_packets.HasRoomForBlock) Send();
            if (_packets.IsEmpty) Begin();
            if (_line.IsAsynchronous) _packets.Hold(batch);
            FlowPacket<Ipv4Key>* v4 = _packets.V4 + _packets.V4Count;
            FlowPacket<Ipv6Key>* v6 = _packets.V6 + _packets.V6Count;
            foreach (ref readonly FrameDescriptor frame in block) bytes += frame.WireLength;
            _ordinary = _takesShortWay ? _ordinaryFrames.Read(batch.Buffer, block, v4, v6) : default;
            ulong others = (block.Length == Block ? ulong.MaxValue : (1UL << block.Length) - 1) & ~_ordinary.All;
            bool mixed = others != 0 && Decode(batch.Buffer, block, others);
            CheckOrdinary();
            if (_copies is not null && mixed) PrepareCopies(_copies, others);
            _before = _numbered;
            if (mixed) AccountMixed(batch, block);
            else AccountOrdinary(batch, block);
            _numbered = _before + block.Length;
            FramesRead += block.Length;
            _packets.Frames += block.Length;
        }

        Bytes = bytes;
        _highest = Math.Max(_highest, _numbered);
        Counters?.Read(FramesRead, bytes, _clock.NowNs);

        // Payloads go when the batch of frames is filled again.
        if (start + count == batch.Count) Send();
    }

    /// <summary>Hands on what has been decoded.</summary>
    public void Send()
    {
        if (_packets.IsEmpty) return;
        _packets.NowNs = _nowNs;
        _packets.FramesRead = FramesRead;
        _line.Send();
        _packets = _line.Current;
    }

    /// <summary>Hands on what has been decoded, and waits until it is in the flows.</summary>
    public void Drain()
    {
        _packets.NowNs = _nowNs;
        _packets.FramesRead = FramesRead;
        _line.Drain();
        _packets = _line.Current;
    }

    /// <summary>The input is over.</summary>
    public void End()
    {
        Drain();
        _fragments.End();
    }

    public void Dispose()
    {
        _fragments.Dispose();
        _tunnelPorts.Dispose();
        _copies?.Dispose();
        _ordinaryFrames.Dispose();

        // SAFETY: null after the first call; the stage is not used after Dispose.
        NativeMemory.AlignedFree(_block);
        NativeMemory.AlignedFree(_movedV4);
        NativeMemory.AlignedFree(_movedV6);
        _block = null;
        _movedV4 = null;
        _movedV6 = null;
    }

    /// <summary>The long way of decoding.</summary>
    /// <returns>Whether any of them holds a packet that counts.</returns>
    private bool Decode(byte* buffer, ReadOnlySpan<FrameDescriptor> block, ulong others)
    {
        bool packets = false;
        for (; others != 0; others &= others - 1)
        {
            int i = BitOperations.TrailingZeroCount(others);
            ref readonly FrameDescriptor frame = ref block[i];
            BlockFrame* at = _block + i;
            PacketSummary* packet = &at->Packet;
            DecodeStatus status = FrameDecoder.Decode(buffer + frame.Offset, frame.CapturedLength, frame.LinkType, out *packet);
            if (packet->Protocol != Ip.Tcp && TunnelDecoder.MayCarry(in *packet, _tunnelPorts)) status = Unwrap(status, ref *packet, in frame);
            at->Status = status;
            _statuses[(int)status]++;
            packets |= status <= DecodeStatus.LaterFragment || (packet->Oddities & Wire.Oddities.Aggregate) != 0;
            if (status > DecodeStatus.LaterFragment) continue;
            ChecksumFaults faults = Checksums.Check(in *packet);
            if (faults != ChecksumFaults.None) CountFaults(faults, packet->Protocol);
        }

        return packets;
    }

    /// <summary>In a loop of its own, so that the processor works on the hashes of several packets at once.</summary>
    private void PrepareCopies(CopyFilter copies, ulong others)
    {
        for (; others != 0; others &= others - 1)
        {
            BlockFrame* at = _block + BitOperations.TrailingZeroCount(others);
            if (at->Status <= DecodeStatus.LaterFragment) at->CopyHash = copies.Prepare(in at->Packet);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountFaults(ChecksumFaults faults, byte protocol)
    {
        if ((faults & ChecksumFaults.Ipv4Header) != 0) BadChecksums.Ipv4Header++;
        if ((faults & ChecksumFaults.Offloaded) != 0) BadChecksums.Offloaded++;
        if ((faults & ChecksumFaults.Transport) == 0) return;
        if (protocol == Ip.Tcp) BadChecksums.Tcp++;
        else if (protocol == Ip.Udp) BadChecksums.Udp++;
        else BadChecksums.Icmp++;
    }

    /// <summary>Frames of a batch begin.</summary>
    private void Begin()
    {
        _packets.BaseFrame = _numbered;
        _place = 0;
    }

    /// <summary>
    /// Each frame of a block with other packets than ordinary ones, in its order: its time, what is odd about it, whether it is a copy, and its packets.
    /// An error, or an answer that names an address, keeps its place among the others.
    /// </summary>
    private void AccountMixed(FrameBatch batch, ReadOnlySpan<FrameDescriptor> block)
    {
        // What the ordinary ones among them became waits beside the batch.
        FlowPacket<Ipv4Key>* v4 = _packets.V4 + _packets.V4Count;
        FlowPacket<Ipv6Key>* v6 = _packets.V6 + _packets.V6Count;
        int v4Count = BitOperations.PopCount(_ordinary.V4), v6Count = BitOperations.PopCount(_ordinary.V6), v4Next = 0, v6Next = 0;
        Unsafe.CopyBlock(_movedV4, v4, (uint)(v4Count * sizeof(FlowPacket<Ipv4Key>)));
        Unsafe.CopyBlock(_movedV6, v6, (uint)(v6Count * sizeof(FlowPacket<Ipv6Key>)));
        for (int i = 0; i < block.Length; i++)
        {
            ref readonly FrameDescriptor frame = ref block[i];
            if (frame.Interface != _interface) EnterInterface(in frame);
            long now = ReadClock(in frame);
            ulong bit = 1UL << i;
            if ((_ordinary.All & bit) == 0)
            {
                AccountOther(batch, in frame, i, now);
                continue;
            }

            OrdinaryFrames.Frame* about = _ordinaryFrames.Frames + i;
            bool admitted = _copies is null || !_copies.IsCopy(about->CopyHash, now, about->Trait);
            bool isV4 = (_ordinary.V4 & bit) != 0;
            PacketHead* head = isV4 ? &_movedV4[v4Next++].Head : &_movedV6[v6Next++].Head;
            if (!admitted) continue;
            MakeRoom(batch);
            Stamp(head, now, i);
            if (isV4) _packets.V4[_packets.V4Count++] = _movedV4[v4Next - 1];
            else _packets.V6[_packets.V6Count++] = _movedV6[v6Next - 1];
        }
    }

    /// <summary>Room for two packets of either family, what stands around them and an error.</summary>
    private void MakeRoom(FrameBatch batch)
    {
        if (_packets.HasRoom) return;
        Send();
        Begin();
        _packets.Frames = 1; // it stands for what is left of the block
        if (_line.IsAsynchronous) _packets.Hold(batch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadClock(in FrameDescriptor frame)
    {
        long now = _clock.Read(frame.TimestampNs);
        if (_clock.IsBorneOut) _nowNs = _clock.NowNs;
        return now;
    }

    /// <summary>A frame that is not ordinary.</summary>
    private void AccountOther(FrameBatch batch, in FrameDescriptor frame, int place, long now)
    {
        BlockFrame* at = _block + place;
        at->Arrival = new(now, _before + place + 1, frame.Interface);
        Oddities oddities = at->Packet.Oddities;
        if (oddities == Wire.Oddities.PacketCut)
        {
            PacketsCut++;
        }
        else if (oddities != Wire.Oddities.None)
        {
            Oddities.Count(oddities);
            if ((oddities & Wire.Oddities.Aggregate) != 0)
            {
                TakeParts(batch, in frame, place);
                return;
            }
        }

        if (frame.WireLength < (uint)frame.CapturedLength) Oddities.Count(Wire.Oddities.CapturedBeyondWire);
        if (at->Status > DecodeStatus.LaterFragment) return; // counted by the status: without flow, or no packet
        if (at->Packet.IpLength > LargePackets.Ordinary) Large.Count(at->Packet.IpLength);
        if (_copies is not null && IsCopy(at, MacsOf(batch.Buffer + frame.Offset, in frame))) return;
        HandOn(batch, at, part: -1);
    }

    private bool IsCopy(BlockFrame* at, ushort macs) =>
        _copies!.IsCopy(at->CopyHash, at->Arrival.TimestampNs, CopyTrait.Of(in at->Packet, at->Arrival.Interface, macs));

    /// <param name="part">Place among the parts of the frame, or -1.</param>
    private void HandOn(FrameBatch batch, BlockFrame* at, int part)
    {
        MakeRoom(batch);
        ref readonly PacketSummary packet = ref at->Packet;
        ref readonly Arrival arrival = ref at->Arrival;
        if (at->Status == DecodeStatus.Decoded && !packet.IsFragment && packet.Protocol is Ip.Tcp or Ip.Udp)
        {
            if (packet.SourcePort == PeerNaming.DnsPort && _readsDns && packet.PayloadLength > 0)
            {
                DnsAnswer* answer = _packets.AddAnswer();
                answer->V4Before = _packets.V4Count;
                answer->V6Before = _packets.V6Count;
                answer->Place = _place;
                answer->Packet = packet;
                answer->Client = DestinationOf(in packet);
                answer->Arrival = arrival;
            }

            Enqueue(in packet, in arrival, packet.Protocol, packet.SourcePort, packet.DestinationPort, MarksOf(in packet));
        }
        else
        {
            EnqueueRest(at->Status, in packet, in arrival, part);
        }
    }

    /// <summary>Sixteen bits of both hardware addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort MacsOf(byte* frame, in FrameDescriptor descriptor)
    {
        if (descriptor.LinkType != LinkType.Ethernet || descriptor.CapturedLength < 12) return 0;
        return (ushort)OrdinaryFrames.MacsOf(frame);
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

    /// <summary>Frames of another interface begin, perhaps of another input.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterInterface(in FrameDescriptor frame)
    {
        _interface = frame.Interface;
        int input = frame.Interface < _interfaces.All.Count ? _interfaces.All[frame.Interface].Input : 0;
        _observation.Saw(_clock.NowNs);
        _observation.Enter(input, frame.TimestampNs);
        _tcpEarlyUntilNs = EarlyUntil(Ip.Tcp);
        _udpEarlyUntilNs = EarlyUntil(Ip.Udp);
        _otherEarlyUntilNs = EarlyUntil(0);
    }

    private long EarlyUntil(byte protocol)
    {
        long timeout = FlowTimeouts.Default.Of(protocol, 0);
        return _observation.SinceNs > long.MaxValue - timeout ? long.MaxValue : _observation.SinceNs + timeout;
    }

    /// <summary>What the loops over a block know of a frame.</summary>
    private struct BlockFrame
    {
        public PacketSummary Packet;
        public Arrival Arrival;
        public ulong CopyHash;
        public DecodeStatus Status;
    }
}
