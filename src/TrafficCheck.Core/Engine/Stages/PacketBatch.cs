using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// What frames became, on its way from the stage that decodes to the stage that keeps flows: packets by family, each an array in the order of the frames,
/// and beside them the few things that have to happen in between. Reused; owns its memory and holds the frames that payloads point into.
/// </summary>
internal sealed unsafe class PacketBatch : IDisposable
{
    /// <summary>Packets of a family: 80 KB of IPv4, which stay in the second-level cache. Measured in bench/README.md.</summary>
    public const int Capacity = 1024;

    /// <summary>Frames that one batch may stand for, packets or not.</summary>
    private const int MaxFrames = 8192;

    private byte* _memory;
    private readonly List<FrameBatch> _held = [];
    private IcmpError* _errors;
    private DnsAnswer* _answers;

    public PacketBatch()
    {
        // The tunnels need no room while there are none: pages that nobody touches cost nothing.
        int v4 = sizeof(FlowPacket<Ipv4Key>) * Capacity, v6 = sizeof(FlowPacket<Ipv6Key>) * Capacity, tunnels = sizeof(TunnelPath) * (Capacity + 1) * 2;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(v4 + v6 + tunnels), 4096);
        V4 = (FlowPacket<Ipv4Key>*)_memory;
        V6 = (FlowPacket<Ipv6Key>*)(_memory + v4);
        Tunnels = (TunnelPath*)(_memory + v4 + v6);
        Tunnels[0] = default;
    }

    ~PacketBatch() => Free();

    public FlowPacket<Ipv4Key>* V4 { get; }

    public FlowPacket<Ipv6Key>* V6 { get; }

    /// <summary>What packets had around them; the first stands for nothing.</summary>
    public TunnelPath* Tunnels { get; }

    public int V4Count { get; set; }

    public int V6Count { get; set; }

    public int TunnelCount { get; private set; }

    /// <summary>Errors that quote packets of flows: each has its place among the packets.</summary>
    public IcmpError* Errors => _errors;

    public int ErrorCount { get; private set; }

    /// <summary>Answers of DNS servers, which teach names.</summary>
    public DnsAnswer* Answers => _answers;

    public int AnswerCount { get; private set; }

    /// <summary>Frames decoded into it.</summary>
    public int Frames { get; set; }

    /// <summary>What the frame numbers of its packets count from.</summary>
    public long BaseFrame { get; set; }

    /// <summary>The time by which idle flows may be ended: of the last frame, as the clock of the run has it.</summary>
    public long NowNs { get; set; } = long.MinValue;

    /// <summary>Frames of the run up to this batch.</summary>
    public long FramesRead { get; set; }

    public bool IsEmpty => Frames == 0;

    /// <summary>Whether the packets of a block of ordinary frames find room, whatever their family.</summary>
    public bool HasRoomForBlock => Math.Max(V4Count, V6Count) <= Capacity - OrdinaryFrames.Block && Frames <= MaxFrames - OrdinaryFrames.Block;

    /// <summary>Whether one more packet or error finds room, whatever its family, and what waited for it.</summary>
    public bool HasRoom => Math.Max(V4Count, V6Count) <= Capacity - 2 && ErrorCount < Capacity && AnswerCount < Capacity && TunnelCount < 2 * Capacity;

    public PacketRun<Ipv4Key> V4Run => new(V4, V4Count, BaseFrame, Tunnels);

    public PacketRun<Ipv6Key> V6Run => new(V6, V6Count, BaseFrame, Tunnels);

    /// <summary>The place of what a packet has around it in <see cref="Tunnels"/>.</summary>
    public ushort Add(in TunnelPath tunnel)
    {
        if (tunnel.Depth == 0) return 0;
        Tunnels[++TunnelCount] = tunnel;
        return (ushort)TunnelCount;
    }

    public IcmpError* AddError()
    {
        if (_errors == null) _errors = (IcmpError*)NativeMemory.Alloc(Capacity, (nuint)sizeof(IcmpError));
        return _errors + ErrorCount++;
    }

    public DnsAnswer* AddAnswer()
    {
        if (_answers == null) _answers = (DnsAnswer*)NativeMemory.Alloc(Capacity, (nuint)sizeof(DnsAnswer));
        return _answers + AnswerCount++;
    }

    /// <summary>Payloads of the batch point into these frames.</summary>
    public void Hold(FrameBatch frames)
    {
        if (_held.Count > 0 && _held[^1] == frames) return;
        if (_held.Contains(frames)) return;
        frames.Hold();
        _held.Add(frames);
    }

    /// <summary>Everything in it was taken.</summary>
    public void Clear()
    {
        V4Count = V6Count = TunnelCount = ErrorCount = AnswerCount = Frames = 0;
        LetGo();
    }

    /// <summary>Also with packets that nobody took: who holds frames for good keeps their memory, too.</summary>
    public void Dispose()
    {
        LetGo();
        Free();
        GC.SuppressFinalize(this);
    }

    private void LetGo()
    {
        foreach (FrameBatch frames in _held) frames.Release();
        _held.Clear();
    }

    private void Free()
    {
        // SAFETY: null after the first call; the batch is not used after Dispose.
        NativeMemory.AlignedFree(_memory);
        NativeMemory.Free(_errors);
        NativeMemory.Free(_answers);
        _memory = null;
        _errors = null;
        _answers = null;
    }
}
