using System.Globalization;
using TrafficCheck.Benchmarks.Traces;

namespace TrafficCheck.Benchmarks;

/// <summary>Writes a trace for programs that read files: <c>--trace FILE FRAMES CONVERSATIONS SNAPLEN SEED</c>.</summary>
internal static class TraceCommand
{
    public const string Option = "--trace";

    /// <returns>Exit code: 0, or 2 for wrong usage.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (args.Length != 6
            || !TryRead(args[2], long.MaxValue, out long frames) || !TryRead(args[3], int.MaxValue, out long live)
            || !TryRead(args[4], int.MaxValue, out long snap) || !TryRead(args[5], long.MaxValue, out long seed))
        {
            errors.WriteLine($"usage: {Option} FILE FRAMES CONVERSATIONS SNAPLEN SEED (numbers from 1)");
            return 2;
        }

        long bytes = TraceFile.Write(new TraceSpec("file", frames, (int)live, (int)snap, (ulong)seed), args[1]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{args[1]}: {frames} frames, {bytes} bytes"));
        return 0;
    }

    private static bool TryRead(string text, long largest, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1 && value <= largest;
}
