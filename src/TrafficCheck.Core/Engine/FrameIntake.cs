using System.Numerics;
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
internal sealed unsafe partial class FrameIntake<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    /// <summary>Frames that are decoded before the first of them goes on; their summaries stay in the first-level cache.</summary>
    private const int Block = OrdinaryFrames.Block;

    private readonly FlowTable<Ipv4Key> _v4;
    private readonly FlowTable<Ipv6Key> _v6;
    private readonly FragmentTable _fragments;
    private readonly CaptureInterfaces _interfaces;
    private readonly long[] _statuses = new long[(int)DecodeStatus.Count];
    private readonly ushort _vlanMask;
    private readonly TunnelPorts _tunnelPorts;
    private readonly bool _decapsulate;
    private readonly CopyFilter? _copies;
    private readonly SpeechDemand _speech;
    private readonly PeerNaming? _names;

    private readonly OrdinaryFrames _ordinaryFrames;
    private readonly bool _takesShortWay;

    /// <summary>The frames of a block that are not ordinary, by their place in it; a bit set of them fits a register.</summary>
    private BlockFrame* _block;

    /// <summary>The ordinary frames of the block.</summary>
    private OrdinaryFrames.Sets _ordinary;

    /// <summary>Number of the frame before the block.</summary>
    private long _before;
    private TSink _sink;
    private ObservationStart _observation;

    // A flow that is first seen up to these times may be older than the capture.
    private long _tcpEarlyUntilNs, _udpEarlyUntilNs, _otherEarlyUntilNs;
    private int _interface = -1;

    /// <summary>Number of the last frame that was counted.</summary>
    private long _numbered;
    private PacketClock _clock = new();
    private readonly FlowLimits _limits;

    /// <param name="names">Learns from DNS answers; null when nobody asks for names.</param>
    /// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
    /// <param name="takesShortWay">Whether ordinary frames are read by <see cref="OrdinaryFrames"/>; if not, all are decoded by <see cref="FrameDecoder"/>.</param>
    public FrameIntake(EngineOptions options, CaptureInterfaces interfaces, FlowLimits limits, TSink sink, PeerNaming? names = null,
        ControlPorts? controlPorts = null, bool takesShortWay = true)
    {
        _names = names;
        _speech = new(options.ReadSpeech, controlPorts);
        HashSeed seed = options.Seed ?? HashSeed.Random();
        _v4 = new(seed, options.Timeouts, limits);
        _v6 = new(seed, options.Timeouts, limits);
        _limits = limits;
        _fragments = new(seed);
        _interfaces = interfaces;
        _vlanMask = options.VlanInKey ? (ushort)0xfff : (ushort)0;
        _tunnelPorts = new TunnelPorts(options.TunnelPorts);
        _decapsulate = options.Decapsulate;
        _copies = options.KeepCopies ? null : new CopyFilter(seed, _vlanMask);
        _ordinaryFrames = new(_vlanMask, _tunnelPorts, _copies, _speech, readsDns: names is not null);
        _takesShortWay = takesShortWay;
        _block = (BlockFrame*)NativeMemory.AlignedAlloc((nuint)(sizeof(BlockFrame) * Block), 64);
        _sink = sink;
    }

    public FlowTable<Ipv4Key> V4 => _v4;

    public FlowTable<Ipv6Key> V6 => _v6;

    public FragmentTable Fragments => _fragments;

    /// <summary>Null when every copy counts.</summary>
    public CopyFilter? Copies => _copies;

    public ReadOnlySpan<long> Statuses => _statuses;

    public long FramesRead { get; private set; }

    /// <summary>Those of them that took the short way.</summary>
    public long OrdinaryFramesRead { get; private set; }

    /// <summary>ICMP errors about flows that are live: they are no flows of their own.</summary>
    public long IcmpErrorsOfFlows { get; private set; }

    /// <summary>ICMP errors about flows that had ended when they came.</summary>
    public long IcmpErrorsOfEndedFlows { get; private set; }

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
    /// In blocks, and over each block in loops that are short enough to keep what they need in registers: decode, fetch the line in which
    /// a copy would be found, account and leave copies out, hand on to the flow tables.
    /// </summary>
    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Process(FrameBatch batch, int start, int count, long firstNumber)
    {
        _numbered = firstNumber - 1;
        ReadOnlySpan<FrameDescriptor> frames = batch.Frames.Slice(start, count);
        for (int done = 0; done < frames.Length; done += Block)
        {
            ReadOnlySpan<FrameDescriptor> block = frames.Slice(done, Math.Min(Block, frames.Length - done));
            _ordinary = _takesShortWay ? _ordinaryFrames.Read(batch.Buffer, block) : default;
            ulong others = (block.Length == Block ? ulong.MaxValue : (1UL << block.Length) - 1) & ~_ordinary.All;
            if (others != 0) Decode(batch.Buffer, block, others);
            CheckOrdinary();
            if (_copies is not null && others != 0) PrepareCopies(_copies, others);
            HandOn(Account(batch.Buffer, block));
        }

        if (count > 0) _observation.Saw(_clock.NowNs);

        // The payloads of waiting packets go when the batch is filled again.
        if (start + count < batch.Count) return;
        _v4.Flush(ref _sink);
        _v6.Flush(ref _sink);
    }

    /// <summary>The long way of decoding.</summary>
    private void Decode(byte* buffer, ReadOnlySpan<FrameDescriptor> block, ulong others)
    {
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
            if (status > DecodeStatus.LaterFragment) continue;
            ChecksumFaults faults = Checksums.Check(in *packet);
            if (faults != ChecksumFaults.None) CountFaults(faults, packet->Protocol);
        }
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

    /// <summary>Gives each frame of a block its time and number, counts what is odd, and finds out which of their packets go on to flows.</summary>
    /// <returns>Those that do, a bit for each frame of the block.</returns>
    private ulong Account(byte* buffer, ReadOnlySpan<FrameDescriptor> block)
    {
        ulong admitted = 0, ordinary = _ordinary.All, bit = 1;
        _before = _numbered;
        OrdinaryFrames.Frame* plain = _ordinaryFrames.Frames;
        CopyFilter? copies = _copies;
        for (int i = 0; i < block.Length; i++, bit <<= 1, plain++)
        {
            ref readonly FrameDescriptor frame = ref block[i];
            if (frame.Interface != _interface) admitted = EnterInterface(in frame, admitted);
            long now = _clock.Read(frame.TimestampNs);
            if (_clock.IsBorneOut) _limits.NowNs = _clock.NowNs;
            if ((ordinary & bit) != 0)
            {
                plain->TimestampNs = now;
                if (copies is null || !copies.IsCopy(plain->CopyHash, now, plain->Trait)) admitted |= bit;
            }
            else
            {
                admitted = AccountOther(buffer, in frame, i, now, admitted);
            }
        }

        _numbered = _before + block.Length;
        FramesRead += block.Length;
        return admitted;
    }

    /// <summary>A frame that is not ordinary.</summary>
    private ulong AccountOther(byte* buffer, in FrameDescriptor frame, int place, long now, ulong admitted)
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
            if ((oddities & Wire.Oddities.Aggregate) != 0) return TakeParts(buffer, in frame, place, admitted);
        }

        if (frame.WireLength < (uint)frame.CapturedLength) Oddities.Count(Wire.Oddities.CapturedBeyondWire);
        if (at->Status > DecodeStatus.LaterFragment) return admitted; // counted by the status: without flow, or no packet
        if (at->Packet.IpLength > LargePackets.Ordinary) Large.Count(at->Packet.IpLength);
        if (_copies is not null && IsCopy(at, MacsOf(buffer + frame.Offset, in frame))) return admitted;
        return admitted | (1UL << place);
    }

    private bool IsCopy(BlockFrame* at, ushort macs) =>
        _copies!.IsCopy(at->CopyHash, at->Arrival.TimestampNs, CopyTrait.Of(in at->Packet, at->Arrival.Interface, macs));

    /// <summary>
    /// Ordinary packets go on family by family, because nothing guesses which comes next; but what is not ordinary (it may be an error about one of
    /// them, or name an address) keeps its place among them.
    /// </summary>
    private void HandOn(ulong admitted)
    {
        ulong others = admitted & ~_ordinary.All;
        for (; others != 0; others &= others - 1)
        {
            ulong before = (others & (0UL - others)) - 1;
            HandOnOrdinary(admitted & before);
            admitted &= ~before;
            HandOnOther(_block + BitOperations.TrailingZeroCount(others));
        }

        HandOnOrdinary(admitted);
    }

    private void HandOnOther(BlockFrame* at)
    {
        ref readonly PacketSummary packet = ref at->Packet;
        ref readonly Arrival arrival = ref at->Arrival;
        if (at->Status == DecodeStatus.Decoded && !packet.IsFragment && packet.Protocol is Ip.Tcp or Ip.Udp)
        {
            if (packet.SourcePort == PeerNaming.DnsPort && _names is not null && packet.PayloadLength > 0)
                _names.Learn(in packet, DestinationOf(in packet), arrival.Frame, arrival.TimestampNs);
            Enqueue(in packet, in arrival, packet.Protocol, packet.SourcePort, packet.DestinationPort, MarksOf(in packet));
        }
        else
        {
            ProcessRest(at->Status, in packet, in arrival);
        }
    }

    /// <summary>Sixteen bits of both hardware addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort MacsOf(byte* frame, in FrameDescriptor descriptor)
    {
        if (descriptor.LinkType != LinkType.Ethernet || descriptor.CapturedLength < 12) return 0;
        return (ushort)OrdinaryFrames.MacsOf(frame);
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
        _ordinaryFrames.Dispose();

        // SAFETY: null after the first call; the intake is not used after Dispose.
        NativeMemory.AlignedFree(_block);
        _block = null;
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

    /// <summary>Frames of another interface begin, perhaps of another input; those before them go on first.</summary>
    /// <returns>The packets that still have to go on: none.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong EnterInterface(in FrameDescriptor frame, ulong admitted)
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

    /// <summary>What the loops over a block know of a frame.</summary>
    private struct BlockFrame
    {
        public PacketSummary Packet;
        public Arrival Arrival;
        public ulong CopyHash;
        public DecodeStatus Status;
    }
}
