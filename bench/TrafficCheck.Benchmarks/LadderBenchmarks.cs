using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using TrafficCheck.Benchmarks.Columns;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Benchmarks;

/// <summary>
/// The work on a trace, a rung more with each row: what a rung costs is the difference to the one before. Rows up to classify work on frames
/// in memory, the last two on a file in the page cache. An operation is the whole trace; each returns the frames it did, or throws.
/// </summary>
[Config(typeof(LadderConfig))]
public unsafe class LadderBenchmarks
{
    private const int CacheLine = 64;

    private readonly HashSeed _seed = HashSeed.Fixed;
    private TraceSpec _spec = null!;
    private TraceBatches _trace = null!;
    private string _file = null!;
    private AllowedMatrix _matrix = null!;
    private FrameIntake<FlowTally> _warm = null!;
    private ulong _sum;

    [Params(TraceSpec.HeadersName, TraceSpec.FullName)]
    public string Trace { get; set; } = "";

    /// <summary>Where results go that would otherwise be computed for nobody.</summary>
    public ulong Sum => _sum;

    [GlobalSetup]
    public void Setup()
    {
        _spec = TraceSpec.Of(Trace);
        _trace = new TraceBatches(_spec);
        _file = Path.GetTempFileName();
        TraceFile.Write(_spec, _file);
        _matrix = Site.ReadMatrix();
        _warm = NewIntake();
        Take(_warm);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _warm.Dispose();
        _trace.Dispose();
        File.Delete(_file);
    }

    /// <summary>Brings each cache line of each frame to the processor.</summary>
    [Benchmark(Description = "touch", Baseline = true)]
    public long Touch()
    {
        long frames = 0;
        ulong sum = 0;
        foreach (FrameBatch batch in _trace.All)
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames)
            {
                byte* at = batch.Buffer + frame.Offset;
                for (int i = 0; i < frame.CapturedLength; i += CacheLine) sum += at[i];
                frames++;
            }
        }

        _sum = sum;
        return Checked(frames);
    }

    [Benchmark(Description = "decode")]
    public long Decode()
    {
        long decoded = 0;
        foreach (FrameBatch batch in _trace.All)
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames)
            {
                DecodeStatus status = FrameDecoder.Decode(batch.Buffer + frame.Offset, frame.CapturedLength, frame.LinkType, out PacketSummary packet);
                decoded += status == DecodeStatus.Decoded ? 1 : 0;
                _sum += packet.SourcePort;
            }
        }

        return Checked(decoded);
    }

    [Benchmark(Description = "+ key")]
    public long Key()
    {
        long decoded = 0;
        foreach (FrameBatch batch in _trace.All)
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames)
            {
                DecodeStatus status = FrameDecoder.Decode(batch.Buffer + frame.Offset, frame.CapturedLength, frame.LinkType, out PacketSummary packet);
                if (status != DecodeStatus.Decoded) continue;
                decoded++;
                _sum += packet.Version == 4 ? HashV4(in packet) : HashV6(in packet);
            }
        }

        return Checked(decoded);
    }

    /// <summary>The engine's intake with all its counters; the table knows each flow already, so nothing is opened and no page is new.</summary>
    [Benchmark(Description = "+ flow, table warm")]
    public long FlowWarm() => Take(_warm);

    /// <summary>The same into an empty table, which opens the flows, grows and takes its pages from the system, and ends them all.</summary>
    [Benchmark(Description = "+ flow")]
    public long Flow()
    {
        using FrameIntake<FlowTally> intake = NewIntake();
        long frames = Take(intake);
        intake.End();
        return frames;
    }

    [Benchmark(Description = "+ classify")]
    public long Classify()
    {
        using CheckEngine engine = NewEngine(_trace.Interfaces, keepRows: false);
        return Checked(JudgeTrace(engine));
    }

    /// <summary>What <c>--flows</c> adds: every flow kept, sorted and handed over.</summary>
    [Benchmark(Description = "+ classify, every flow listed")]
    public long ClassifyAndList()
    {
        using CheckEngine engine = NewEngine(_trace.Interfaces, keepRows: true);
        long frames = JudgeTrace(engine), rows = 0;
        engine.WriteRows(_ => rows++);
        if (rows == 0) throw new InvalidOperationException("No flow was listed.");
        return Checked(frames);
    }

    /// <summary>The capture reader alone: bytes of a file to descriptors of frames.</summary>
    [Benchmark(Description = "file to frames")]
    public long Read()
    {
        using var set = new CaptureSet([new CaptureInput(_file)]);
        long frames = 0;
        while (set.ReadRun(out _, out _, out int count)) frames += count;
        return Checked(frames);
    }

    [Benchmark(Description = "file to report")]
    public long FileToReport()
    {
        using var set = new CaptureSet([new CaptureInput(_file)]);
        using CheckEngine engine = NewEngine(set.Interfaces, keepRows: false);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) engine.Process(batch, start, count);
        CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
        TextReport.Write(report, TextWriter.Null, TextStyle.Plain);
        return Checked(Judged(report));
    }

    [Benchmark(Description = "reference: PacketDotNet, decode")]
    public long PacketDotNetDecode() => Checked(new PacketDotNetFlows(keepFlows: false).TakeAll(_trace));

    [Benchmark(Description = "reference: PacketDotNet, + flow")]
    public long PacketDotNetFlow() => Checked(new PacketDotNetFlows(keepFlows: true).TakeAll(_trace));

    [Benchmark(Description = "reference: SharpPcap, file to frames")]
    [BenchmarkCategory(Libpcap.Category)]
    public long SharpPcapRead() => Checked(SharpPcapFile.Count(_file));

    [Benchmark(Description = "reference: SharpPcap and PacketDotNet, file to flows")]
    [BenchmarkCategory(Libpcap.Category)]
    public long SharpPcapFlow() => Checked(SharpPcapFile.TakeAll(_file, new PacketDotNetFlows(keepFlows: true)));

    private FrameIntake<FlowTally> NewIntake() =>
        new(new EngineOptions { Seed = _seed }, _trace.Interfaces, new FlowLimits(), new FlowTally());

    private CheckEngine NewEngine(CaptureInterfaces interfaces, bool keepRows) =>
        new(_matrix, Site.Protected, interfaces, new EngineOptions { Seed = _seed }, keepRows);

    private long Take(FrameIntake<FlowTally> intake)
    {
        long before = intake.FramesRead;
        foreach (FrameBatch batch in _trace.All) intake.Process(batch, 0, batch.Count);
        return Checked(intake.FramesRead - before);
    }

    private long JudgeTrace(CheckEngine engine)
    {
        foreach (FrameBatch batch in _trace.All) engine.Process(batch, 0, batch.Count);
        return Judged(engine.Finish([_trace.Describe()], [], new ExitRules()));
    }

    /// <summary>A fast run that judged nothing would be no result.</summary>
    private static long Judged(CheckReport report)
    {
        if (report.Summary.Allowed == 0 || report.Accounting.BrokenIdentities.Count > 0)
            throw new InvalidOperationException($"{report.Summary.Allowed} flows allowed; {string.Join(' ', report.Accounting.BrokenIdentities)}");
        return report.Accounting.FramesDecoded;
    }

    private long Checked(long frames) =>
        frames == _spec.Frames ? frames : throw new InvalidOperationException($"{frames} of {_spec.Frames} frames.");

    private ulong HashV4(in PacketSummary packet)
    {
        uint source = BinaryPrimitives.ReadUInt32BigEndian(new(packet.Addresses, 4));
        uint destination = BinaryPrimitives.ReadUInt32BigEndian(new(packet.Addresses + 4, 4));
        Ipv4Key key = Ipv4Key.Create(source, packet.SourcePort, destination, packet.DestinationPort, packet.Protocol, 0, out _);
        return Ipv4Key.Hash(in key, in _seed);
    }

    private ulong HashV6(in PacketSummary packet)
    {
        byte* a = packet.Addresses;
        Ipv6Key key = Ipv6Key.Create(
            Word(a), Word(a + 8), packet.SourcePort, Word(a + 16), Word(a + 24), packet.DestinationPort, packet.Protocol, 0, out _);
        return Ipv6Key.Hash(in key, in _seed);
    }

    private static ulong Word(byte* at) => BinaryPrimitives.ReadUInt64BigEndian(new(at, 8));
}
