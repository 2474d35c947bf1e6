using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>What a report of a moment costs, by the number of live flows: the part for which the run waits, and both parts together.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
[SimpleJob(RunStrategy.Monitoring, warmupCount: 5, iterationCount: 15, invocationCount: 1)]
public unsafe class SnapshotBenchmarks
{
    private const int BatchFrames = 8192, FrameLength = 60, Ip = 14, Tcp = 34;
    private const uint Host = 0x0a141e01, FirstPeer = 0x0b000000; // 10.20.30.1, 11.0.0.0
    private const ushort HostPort = 25;

    private CheckEngine _engine = null!;
    private FrameBatch _batch = null!;
    private long _number;
    private int _filled;

    [Params(3_000, 10_000, 100_000, 1_000_000)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
        _engine = new CheckEngine(Site.ReadMatrix(), Site.Protected, interfaces, new EngineOptions(), keepRows: false);
        _batch = new FrameBatch(FrameLength * BatchFrames, BatchFrames);
        for (int flow = 0; flow < Math.Min(Flows, GrowthBenchmarks.FlowLimit ?? Flows); flow++)
        {
            Add(flow, fromHost: false, flags: 0x02);
            Add(flow, fromHost: true, flags: 0x12);
            Add(flow, fromHost: false, flags: 0x10);
        }

        Send();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _engine.Dispose();
        _batch.Dispose();
    }

    [Benchmark(Description = "fork: the run waits")]
    public long Fork()
    {
        using ReportSnapshot fork = _engine.Fork();
        return fork.FramesRead;
    }

    [Benchmark(Description = "fork and report")]
    public CheckReport Report() =>
        _engine.Snapshot([new InputSummary { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = _engine.FramesRead, Bytes = 0, Problems = [] }], [], new ExitRules());

    private void Add(int flow, bool fromHost, byte flags)
    {
        var frame = new FrameWriter(_batch.Block.Slice(_filled * FrameLength, FrameLength));
        frame.Link(fromHost, vlan: 0, v6: false);
        frame.Ipv4(0, 0, 6, 20, 0);
        frame.Tcp(0, 0, flags, 0);

        // SAFETY: the batch has room for BatchFrames frames of FrameLength bytes.
        byte* at = _batch.Buffer + (_filled * FrameLength);
        uint peer = FirstPeer + (uint)flow;
        var peerPort = (ushort)(1024 + (flow % 60000));
        Write32(at + Ip + 12, fromHost ? Host : peer);
        Write32(at + Ip + 16, fromHost ? peer : Host);
        Write32(at + Tcp, fromHost ? ((uint)HostPort << 16) | peerPort : ((uint)peerPort << 16) | HostPort);
        Write32(at + Tcp + 4, (uint)++_number);
        if (++_filled == BatchFrames) Send();
    }

    private void Send()
    {
        _batch.Clear();
        Span<FrameDescriptor> frames = _batch.Reserve(_filled);
        for (int i = 0; i < _filled; i++)
        {
            frames[i] = new FrameDescriptor
            {
                TimestampNs = (TraceGenerator.StartMicroseconds * 1000) + ((_number - _filled + i) * 100),
                Offset = i * FrameLength,
                CapturedLength = FrameLength,
                WireLength = FrameLength,
                LinkType = LinkType.Ethernet,
            };
        }

        _batch.Commit(_filled);
        _engine.Process(_batch, 0, _filled);
        _engine.Drain();
        _filled = 0;
    }

    private static void Write32(byte* at, uint value) => *(uint*)at = BinaryPrimitives.ReverseEndianness(value);
}
