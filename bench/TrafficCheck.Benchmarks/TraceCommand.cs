using System.Globalization;
using TrafficCheck.Benchmarks.Traces;

namespace TrafficCheck.Benchmarks;

/// <summary>Writes a trace for programs that read files: <c>--trace FILE FRAMES CONVERSATIONS SNAPLEN SEED [KIND]</c>.</summary>
internal static class TraceCommand
{
    public const string Option = "--trace";

    /// <returns>Exit code: 0, or 2 for wrong usage.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Length is not (6 or 7)
            || !TryRead(args[2], long.MaxValue, out long frames) || !TryRead(args[3], int.MaxValue, out long live)
            || !TryRead(args[4], int.MaxValue, out long snap) || !TryRead(args[5], long.MaxValue, out long seed))
        {
            errors.WriteLine($"usage: {Option} FILE FRAMES CONVERSATIONS SNAPLEN SEED [KIND] (numbers from 1; scans: {ScanTrace.Kinds}; worst cases below)");
            foreach (var (kind, what) in WorstTrace.Described) errors.WriteLine($"  {kind,-18} {what}");
            return 2;
        }

        var spec = new TraceSpec("file", frames, (int)live, (int)snap, (ulong)seed);
        string? of = args.ElementAtOrDefault(6);
        long bytes = of is null ? TraceFile.Write(spec, args[1])
            : WorstTrace.Has(of) ? WorstTrace.Write(of, spec, args[1])
            : ScanTrace.Write(of, spec, args[1]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{args[1]}: {frames} frames, {bytes} bytes"));
        return 0;
    }

    private static bool TryRead(string text, long largest, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= largest;
}
