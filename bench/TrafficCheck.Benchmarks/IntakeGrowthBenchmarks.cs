using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>
/// What a frame costs in all when more flows are live: frames of live flows in random order and direction, from bytes to the record of the flow, with
/// everything <c>check</c> does on the way. Writing the frame's bytes is part of the time, as reading them is of a run.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 2, iterationCount: 9, invocationCount: 1)]
public unsafe class IntakeGrowthBenchmarks
{
    private const int Frames = 4_000_000, BatchFrames = 8192, FrameLength = 60;
    private const uint Host = 0x0a141e01, FirstPeer = 0x0b000000; // 10.20.30.1, 11.0.0.0
    private const ushort HostPort = 25;
    private const int Ip = 14, Tcp = 34;

    private CheckEngine _engine = null!;
    private FrameBatch _batch = null!;
    private Dice _dice = new(7);
    private long _number;
    private int _filled;

    [Params(100_000, 1_000_000, 10_000_000)]
    public int Flows { get; set; }

    private int Live => Math.Min(Flows, GrowthBenchmarks.FlowLimit ?? Flows);

    [GlobalSetup]
    public void Setup()
    {
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
        _engine = new CheckEngine(Site.ReadMatrix(), Site.Protected, interfaces, new EngineOptions(), keepRows: false);
        _batch = new FrameBatch(FrameLength * BatchFrames, BatchFrames);
        MakeFrames();
        for (int flow = 0; flow < Live; flow++) Add(flow, fromHost: false);
        Send();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _engine.Dispose();
        _batch.Dispose();
    }

    [Benchmark(Description = "frame of a live flow", OperationsPerInvoke = Frames)]
    public long Process()
    {
        int live = Live;
        for (int i = 0; i < Frames; i++)
        {
            int random = _dice.Below(2 * live);
            Add(random >> 1, (random & 1) != 0);
        }

        Send();
        return _engine.LiveFlows == live ? _engine.FramesRead : throw new InvalidOperationException($"{_engine.LiveFlows} flows are live, not {live}.");
    }

    /// <summary>TCP acknowledgements without data; addresses, ports, numbers and times are filled in later.</summary>
    private void MakeFrames()
    {
        Span<FrameDescriptor> frames = _batch.Reserve(BatchFrames);
        var writer = new byte[FrameLength];
        var frame = new FrameWriter(writer);
        frame.Link(fromHost: false, vlan: 0, v6: false);
        frame.Ipv4(0, 0, 6, 20, 0);
        frame.Tcp(0, 0, 0x10, 0);
        for (int i = 0; i < BatchFrames; i++)
        {
            writer.CopyTo(_batch.Block[(i * FrameLength)..]);
            frames[i] = new FrameDescriptor { Offset = i * FrameLength, CapturedLength = FrameLength, WireLength = FrameLength, LinkType = LinkType.Ethernet };
        }
    }

    private void Add(int flow, bool fromHost)
    {
        // SAFETY: the batch has room for BatchFrames frames of FrameLength bytes.
        byte* frame = _batch.Buffer + (_filled * FrameLength);
        uint peer = FirstPeer + (uint)flow;
        var peerPort = (ushort)(1024 + (flow % 60000));
        Write32(frame + Ip + 12, fromHost ? Host : peer);
        Write32(frame + Ip + 16, fromHost ? peer : Host);
        Write32(frame + Tcp, fromHost ? ((uint)HostPort << 16) | peerPort : ((uint)peerPort << 16) | HostPort);
        Write32(frame + Tcp + 4, (uint)++_number);
        if (++_filled == BatchFrames) Send();
    }

    private void Send()
    {
        _batch.Clear();
        Span<FrameDescriptor> frames = _batch.Reserve(_filled);
        for (int i = 0; i < _filled; i++) frames[i].TimestampNs = (TraceGenerator.StartMicroseconds * 1000) + ((_number - _filled + i) * 100);
        _batch.Commit(_filled);
        _engine.Process(_batch, 0, _filled);
        _filled = 0;
    }

    private static void Write32(byte* at, uint value) => *(uint*)at = BinaryPrimitives.ReverseEndianness(value);
}
