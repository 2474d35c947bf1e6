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
/// The work on a trace, a rung more with each row: what a rung costs is the difference to the one before. All read a file in the page cache,
/// so that frames lie in the cache of the processor as they do in a run. An operation is the whole trace; each returns the frames it did,
/// or throws.
/// </summary>
[Config(typeof(LadderConfig))]
public unsafe class LadderBenchmarks
{
    private const int CacheLine = 64;

    private readonly HashSeed _seed = HashSeed.Fixed;
    private TraceSpec _spec = null!;
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
        _file = Path.GetTempFileName();
        TraceFile.Write(_spec, _file);
        _matrix = Site.ReadMatrix();
        using CaptureSet set = Open();
        _warm = NewIntake(set.Interfaces);
        Take(set, _warm);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _warm.Dispose();
        File.Delete(_file);
    }

    /// <summary>The capture reader: bytes of a file to descriptors of frames.</summary>
    [Benchmark(Description = "file to frames")]
    public long Read()
    {
        using CaptureSet set = Open();
        long frames = 0;
        while (set.ReadRun(out _, out _, out int count)) frames += count;
        return Checked(frames);
    }

    /// <summary>Brings each cache line of each frame to the processor.</summary>
    [Benchmark(Description = "+ touch")]
    public long Touch()
    {
        using CaptureSet set = Open();
        long frames = 0;
        ulong sum = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames.Slice(start, count))
            {
                byte* at = batch.Buffer + frame.Offset;
                for (int i = 0; i < frame.CapturedLength; i += CacheLine) sum += at[i];
                frames++;
            }
        }

        _sum = sum;
        return Checked(frames);
    }

    /// <summary>Without the touch: a decoder reads the headers only.</summary>
    [Benchmark(Description = "+ decode")]
    public long Decode()
    {
        using CaptureSet set = Open();
        long decoded = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames.Slice(start, count))
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
        using CaptureSet set = Open();
        long decoded = 0;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (ref readonly FrameDescriptor frame in batch.Frames.Slice(start, count))
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
    public long FlowWarm()
    {
        using CaptureSet set = Open();
        return Take(set, _warm);
    }

    /// <summary>The same into an empty table, which opens the flows, grows and takes its pages from the system, and ends them all.</summary>
    [Benchmark(Description = "+ flow")]
    public long Flow()
    {
        using CaptureSet set = Open();
        using FrameIntake<FlowTally> intake = NewIntake(set.Interfaces);
        long frames = Take(set, intake);
        intake.End();
        return frames;
    }

    /// <summary>What looking for tunnels costs those who have none: the difference to the row before.</summary>
    [Benchmark(Description = "+ flow, without looking for tunnels")]
    public long FlowOfOuterPackets()
    {
        using CaptureSet set = Open();
        using FrameIntake<FlowTally> intake = NewIntake(set.Interfaces, decapsulate: false);
        long frames = Take(set, intake);
        intake.End();
        return frames;
    }

    [Benchmark(Description = "+ classify")]
    public long Classify()
    {
        using CaptureSet set = Open();
        using CheckEngine engine = NewEngine(set.Interfaces, keepRows: false);
        return Checked(Judge(set, engine).Accounting.FramesDecoded);
    }

    /// <summary>What <c>--flows</c> adds to classify: every flow kept, sorted and handed over.</summary>
    [Benchmark(Description = "+ classify, every flow listed")]
    public long ClassifyAndList()
    {
        using CaptureSet set = Open();
        using CheckEngine engine = NewEngine(set.Interfaces, keepRows: true);
        CheckReport report = Judge(set, engine);
        long rows = 0;
        engine.WriteRows(_ => rows++);
        if (rows == 0) throw new InvalidOperationException("No flow was listed.");
        return Checked(report.Accounting.FramesDecoded);
    }

    [Benchmark(Description = "file to report")]
    public long FileToReport()
    {
        using CaptureSet set = Open();
        using CheckEngine engine = NewEngine(set.Interfaces, keepRows: false);
        CheckReport report = Judge(set, engine);
        TextReport.Write(report, TextWriter.Null, TextStyle.Plain);
        return Checked(report.Accounting.FramesDecoded);
    }

    /// <summary>On this project's reader, so that the row tells the decoders apart and nothing else.</summary>
    [Benchmark(Description = "reference: PacketDotNet, + decode")]
    public long PacketDotNetDecode()
    {
        using CaptureSet set = Open();
        return Checked(new PacketDotNetFlows(keepFlows: false).TakeAll(set));
    }

    [Benchmark(Description = "reference: PacketDotNet, + flow")]
    public long PacketDotNetFlow()
    {
        using CaptureSet set = Open();
        return Checked(new PacketDotNetFlows(keepFlows: true).TakeAll(set));
    }

    [Benchmark(Description = "reference: SharpPcap, file to frames")]
    [BenchmarkCategory(Libpcap.Category)]
    public long SharpPcapRead() => Checked(SharpPcapFile.Count(_file));

    [Benchmark(Description = "reference: SharpPcap and PacketDotNet, file to flows")]
    [BenchmarkCategory(Libpcap.Category)]
    public long SharpPcapFlow() => Checked(SharpPcapFile.TakeAll(_file, new PacketDotNetFlows(keepFlows: true)));

    private CaptureSet Open() => new([new CaptureInput(_file)]);

    private FrameIntake<FlowTally> NewIntake(CaptureInterfaces interfaces, bool decapsulate = true) =>
        new(new EngineOptions { Seed = _seed, Decapsulate = decapsulate }, interfaces, new FlowLimits(), new FlowTally());

    private CheckEngine NewEngine(CaptureInterfaces interfaces, bool keepRows) =>
        new(_matrix, Site.Protected, interfaces, new EngineOptions { Seed = _seed }, keepRows);

    private long Take(CaptureSet set, FrameIntake<FlowTally> intake)
    {
        long before = intake.Frames.FramesRead;
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) intake.Process(batch, start, count);
        return Checked(intake.Frames.FramesRead - before);
    }

    /// <exception cref="InvalidOperationException">Nothing was allowed or the accounting is broken: a fast run that judged nothing is no result.</exception>
    private static CheckReport Judge(CaptureSet set, CheckEngine engine)
    {
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) engine.Process(batch, start, count);
        CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
        if (report.Summary.Allowed > 0 && report.Accounting.BrokenIdentities.Count == 0) return report;
        throw new InvalidOperationException($"{report.Summary.Allowed} flows allowed; {string.Join(' ', report.Accounting.BrokenIdentities)}");
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
