using System.Diagnostics;
using System.Globalization;
using TrafficCheck.Fuzz.Targets;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>The loop in the instrumented process: each target in turn gets a slice of time; what takes a new branch is kept and mutated on.</summary>
internal sealed class FuzzLoop : IDisposable
{
    /// <summary>Managed memory that one input may ask for, in all.</summary>
    private const long MaxAllocated = 512L << 20;

    private static readonly TimeSpan s_slice = TimeSpan.FromSeconds(5);

    private readonly FuzzOptions _options;
    private readonly Random _random;
    private readonly Lane[] _lanes;
    private readonly CurrentInput _current;
    private readonly Findings _findings;
    private readonly Watchdog _watchdog;
    private readonly byte[] _buffer = new byte[1 << 16];

    public FuzzLoop(FuzzOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _lanes = [.. options.Targets.Select(t => new Lane(t, Path.Combine(options.Work, "corpus", t.Name), _random))];
        _current = new CurrentInput(options.CurrentPath);
        _findings = new Findings(options.FindingsFolder);
        _watchdog = new Watchdog(TimeSpan.FromSeconds(options.HangSeconds));
        Totals.Load(options.TotalsPath, _lanes);
    }

    public void Run()
    {
        long began = Stopwatch.GetTimestamp();
        foreach (Lane lane in _lanes)
        {
            foreach (byte[] input in lane.Start()) Execute(lane, input);
            Totals.Save(_options.TotalsPath, _lanes);
        }

        while (true)
        {
            foreach (Lane lane in _lanes)
            {
                if (Stopwatch.GetElapsedTime(began) > _options.Time) return;
                Slice(lane);
                Totals.Save(_options.TotalsPath, _lanes);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{lane.Target.Name}: {lane.Executions} executions, {lane.Branches} branches, {lane.Inputs} inputs, {_findings.Count} findings"));
            }
        }
    }

    public void Dispose() => _current.Dispose();

    private void Slice(Lane lane)
    {
        long began = Stopwatch.GetTimestamp();
        int room = Math.Min(_buffer.Length, lane.Target.MaxLength);
        while (Stopwatch.GetElapsedTime(began) < s_slice)
        {
            int length = lane.Mutator.Mutate(lane.Pick(_random), lane.Pick(_random), _buffer.AsSpan(0, room));
            Execute(lane, _buffer.AsSpan(0, length));
        }

        lane.Time += Stopwatch.GetElapsedTime(began);
    }

    private void Execute(Lane lane, ReadOnlySpan<byte> input)
    {
        FuzzTarget target = lane.Target;
        _current.Put(target.Name, input);
        CoverageMap.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        _watchdog.Begin();
        try
        {
            target.Run(input);
        }
        catch (Exception e)
        {
            _findings.Add(target.Name, e, input);
        }

        _watchdog.End();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > MaxAllocated) _findings.Add(target.Name, "asks for much memory", $"{allocated} bytes", input);
        lane.Executions++;
        if (CoverageMap.AddTo(lane.Known)) lane.Keep(input);
    }
}
