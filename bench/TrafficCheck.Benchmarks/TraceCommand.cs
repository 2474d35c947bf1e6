using System.Globalization;
using TrafficCheck.Benchmarks.Traces;

namespace TrafficCheck.Benchmarks;

/// <summary>Writes a trace for programs that read files: <c>--trace FILE FRAMES CONVERSATIONS SNAPLEN SEED [SCAN]</c>.</summary>
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
            errors.WriteLine($"usage: {Option} FILE FRAMES CONVERSATIONS SNAPLEN SEED [SCAN] (numbers from 1; scans: {ScanTrace.Kinds})");
            return 2;
        }

        var spec = new TraceSpec("file", frames, (int)live, (int)snap, (ulong)seed);
        long bytes = args.Length == 7 ? ScanTrace.Write(args[6], spec, args[1]) : TraceFile.Write(spec, args[1]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{args[1]}: {frames} frames, {bytes} bytes"));
        return 0;
    }

    private static bool TryRead(string text, long largest, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= largest;
}
