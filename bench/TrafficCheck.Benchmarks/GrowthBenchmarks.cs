using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>
/// What a packet costs the flow table when more flows are live: packets of flows in random order, the worst there is for a cache. The time
/// includes making the packet's key.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 2, iterationCount: 9, invocationCount: 1)]
public unsafe class GrowthBenchmarks
{
    private const int Packets = 4_000_000;

    /// <summary>Packets that the table takes at once.</summary>
    private const int Run = 1000;

    private FlowTable<Ipv4Key> _table = null!;
    private FlowTally _sink;
    private Dice _dice = new(7);
    private long _number;
    private int _waiting;
    private readonly FlowPacket<Ipv4Key>* _packets = (FlowPacket<Ipv4Key>*)NativeMemory.AlignedAlloc((nuint)(sizeof(FlowPacket<Ipv4Key>) * Run), 64);
    private readonly TunnelPath* _tunnels = (TunnelPath*)NativeMemory.AllocZeroed((nuint)sizeof(TunnelPath));

    /// <summary>Live flows shrink to this many for a dry run; null for measurements.</summary>
    internal static int? FlowLimit { get; set; }

    [Params(100_000, 1_000_000, 10_000_000)]
    public int Flows { get; set; }

    private int Live => Math.Min(Flows, FlowLimit ?? Flows);

    [GlobalSetup]
    public void Setup()
    {
        _table = new FlowTable<Ipv4Key>(HashSeed.Fixed, FlowTimeouts.Default, new FlowLimits());
        for (int flow = 0; flow < Live; flow++) Add(flow);
        Flush();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _table.Dispose();
        NativeMemory.AlignedFree(_packets);
        NativeMemory.Free(_tunnels);
    }

    [Benchmark(Description = "packet of a live flow", OperationsPerInvoke = Packets)]
    public long Update()
    {
        int live = Live;
        for (int i = 0; i < Packets; i++) Add(_dice.Below(live));
        Flush();
        return _table.Opened == live ? _table.Packets : throw new InvalidOperationException($"{_table.Opened} flows opened, not {live}.");
    }

    private void Add(int flow)
    {
        FlowPacket<Ipv4Key>* packet = _packets + _waiting;
        *packet = default;
        packet->Key = Ipv4Key.Create(0x0a141e01, 25, 0x0b000000u + (uint)flow, (ushort)(flow * 31), 6, 0, out packet->Head.FromHigh);
        packet->Head.TimestampNs = ++_number;
        packet->Head.Bytes = 1500;
        packet->Head.Packets = 1;
        packet->Head.Marks = FlowMarks.Ack;
        packet->Head.Frame = ++_waiting;
        if (_waiting == Run) Flush();
    }

    private void Flush()
    {
        _table.Begin(new PacketRun<Ipv4Key>(_packets, _waiting, _number - _waiting, _tunnels));
        _table.Take(_waiting, ref _sink);
        _waiting = 0;
    }
}
