using System.Diagnostics;
using System.Globalization;
using System.Text;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks.Soak;

/// <summary>
/// Runs the engine over very many frames and shows its memory and flows over time: <c>--soak FRAMES [OPTION VALUE...]</c>. Writes NAME.csv and
/// NAME.svg.
/// </summary>
internal sealed class SoakCommand
{
    public const string Option = "--soak";

    private const string Usage = """
        usage: --soak FRAMES [--output NAME] [--samples N] [--pass-minutes N] [--trace-frames N] [--conversations N]
          --output NAME      where NAME.csv and NAME.svg go (soak)
          --samples N        moments that are shown (400)
          --pass-minutes N   time that the trace takes by its frames before it comes again (15)
          --trace-frames N   frames of the trace that goes round (2000000)
          --conversations N  conversations side by side in it (30000)
        """;

    private string _output = "soak";
    private long _frames, _samples = 400, _passMinutes = 15, _traceFrames = 2_000_000, _conversations = 30_000;

    /// <returns>Exit code: 0, 1 when the accounting does not add up, 2 for wrong usage.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        var soak = new SoakCommand();
        if (soak.TryParse(args)) return soak.Run(output, errors);
        errors.WriteLine(Usage);
        return 2;
    }

    private bool TryParse(string[] args)
    {
        if (args.Length < 2 || args.Length % 2 != 0 || !TryRead(args[1], out _frames)) return false;
        for (int i = 2; i < args.Length; i += 2)
        {
            string value = args[i + 1];
            bool known = args[i] switch
            {
                "--output" => (_output = value).Length > 0,
                "--samples" => TryRead(value, out _samples),
                "--pass-minutes" => TryRead(value, out _passMinutes),
                "--trace-frames" => TryRead(value, out _traceFrames),
                "--conversations" => TryRead(value, out _conversations),
                _ => false,
            };
            if (!known) return false;
        }

        return _traceFrames <= int.MaxValue && _conversations <= int.MaxValue && _passMinutes <= 60;
    }

    private int Run(TextWriter output, TextWriter errors)
    {
        var spec = new TraceSpec("soak", _traceFrames, (int)_conversations, 96, 2);
        using var trace = new SoakTrace(spec, _passMinutes * 60_000_000_000);
        using var engine = new CheckEngine(Site.ReadMatrix(), Site.Protected, trace.Interfaces, new EngineOptions(), keepRows: false);

        // What making the trace left behind is none of the engine's.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        List<SoakSample> samples = Feed(trace, engine, errors);
        long held = GC.GetTotalMemory(forceFullCollection: true);
        var time = Stopwatch.StartNew();
        CheckReport report = engine.Finish([Describe(trace, engine)], [], new ExitRules());
        string end = Words(trace, engine, report, samples, held, time.Elapsed.TotalSeconds);
        var picture = new SoakPicture(samples, trace.MemoryBytes, Machine());
        File.WriteAllText(_output + ".svg", picture.Draw(), new UTF8Encoding(false));
        output.WriteLine(end);
        output.WriteLine($"{_output}.csv, {_output}.svg");
        foreach (string broken in report.Accounting.BrokenIdentities) errors.WriteLine("accounting does not add up: " + broken);
        return report.Accounting.BrokenIdentities.Count == 0 ? 0 : 1;
    }

    private List<SoakSample> Feed(SoakTrace trace, CheckEngine engine, TextWriter errors)
    {
        var samples = new List<SoakSample>((int)Math.Min(_samples, 1_000_000) + 2);
        using var csv = new StreamWriter(_output + ".csv", false, new UTF8Encoding(false)) { NewLine = "\n" };
        csv.WriteLine(SoakSample.Header);
        long every = Math.Max(1, _frames / _samples), next = every, allocatedBefore = GC.GetTotalAllocatedBytes(precise: false), own = 0;
        var time = Stopwatch.StartNew();
        double before = 0;
        long framesBefore = 0;
        while (engine.FramesRead < _frames)
        {
            FrameBatch batch = trace.Next();
            engine.Process(batch, 0, batch.Count);
            if (engine.FramesRead < next && engine.FramesRead < _frames) continue;

            long allocated = GC.GetTotalAllocatedBytes(precise: false);
            double now = time.Elapsed.TotalSeconds;
            var (resident, peak) = SoakSample.ReadMemory();
            var sample = new SoakSample(
                engine.FramesRead, now, (trace.LastNs - trace.FirstNs) / 3.6e12, resident, peak, GC.GetTotalMemory(false), GC.GetGCMemoryInfo().TotalCommittedBytes, allocated - allocatedBefore - own,
                engine.LiveFlows, engine.FlowsOpened, engine.FlowsExpired, (engine.FramesRead - framesBefore) / Math.Max(1e-9, now - before));
            samples.Add(sample);
            csv.WriteLine(sample.ToCsv());
            csv.Flush();
            if (samples.Count % 20 == 0) errors.WriteLine(Line(in sample));
            framesBefore = engine.FramesRead;
            while (next <= engine.FramesRead) next += every;

            // What looking costs is not the engine's.
            own += GC.GetTotalAllocatedBytes(precise: false) - allocated;
            before = time.Elapsed.TotalSeconds;
        }

        return samples;
    }

    private static InputSummary Describe(SoakTrace trace, CheckEngine engine) => new()
    {
        Path = "soak",
        Format = "memory",
        LinkTypes = [LinkType.Ethernet],
        Frames = engine.FramesRead,
        Bytes = trace.BytesGiven,
        FirstNs = trace.FirstNs,
        LastNs = trace.LastNs,
        Problems = [],
    };

    private static string Line(in SoakSample sample) => string.Create(
        CultureInfo.InvariantCulture,
        $"{sample.Frames / 1e6,8:0} M frames {sample.Seconds,7:0.0} s {sample.ResidentBytes / 1e6,6:0} MB {sample.LiveFlows,9} flows live {sample.FramesPerSecond / 1e6:0.0} M/s");

    private static string Words(SoakTrace trace, CheckEngine engine, CheckReport report, List<SoakSample> samples, long held, double endSeconds)
    {
        SoakSample half = samples[samples.Count / 2], last = samples[^1];
        long most = samples.Skip(samples.Count / 2).Max(s => s.ResidentBytes), least = samples.Skip(samples.Count / 2).Min(s => s.ResidentBytes);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {engine.FramesRead} frames in {last.Seconds:0.0} s ({last.Frames / last.Seconds / 1e6:0.00} M/s), {trace.Passes} passes, {last.SimulatedHours:0.0} hours by their times; the report took {endSeconds:0.0} s.
            Flows: {report.Accounting.FlowsOpened} opened, {last.FlowsExpired} expired on the way, {report.Accounting.FlowsEvicted} evicted, most live at a sample {samples.Max(s => s.LiveFlows)}.
            Resident memory, of which the trace has {trace.MemoryBytes / 1e6:0} MB: {half.ResidentBytes / 1e6:0} MB halfway, {last.ResidentBytes / 1e6:0} MB at the end, from {least / 1e6:0} to {most / 1e6:0} MB in the second half.
            Managed heap: {half.HeapBytes / 1e6:0.0} MB halfway, {last.HeapBytes / 1e6:0.0} MB at the end, {held / 1e6:0.0} MB of it in use; allocated {(double)last.AllocatedBytes / last.Frames:0.000} bytes a frame, in the second half {(double)(last.AllocatedBytes - half.AllocatedBytes) / Math.Max(1, last.Frames - half.Frames):0.000}.
            """);
    }

    private static string Machine()
    {
        const string Processors = "/proc/cpuinfo";
        string? model = File.Exists(Processors) ? File.ReadLines(Processors).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return $"{model ?? "unknown processor"}, .NET {Environment.Version}";
    }

    private static bool TryRead(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= 1_000_000_000_000;
}
