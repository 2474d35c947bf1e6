using System.Globalization;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting;

/// <summary>The line of progress for standard error.</summary>
public static class ProgressLine
{
    /// <summary><c>42 %  7 612 004 frames  18.4 Mframe/s  1702 MB/s  3 s left</c>, without line end. Figures that are not known are left out.</summary>
    /// <param name="bytesDone">Bytes of the inputs read so far.</param>
    /// <param name="bytesTotal">Bytes of all inputs, or null where they are not known (standard input).</param>
    /// <param name="frames">Frames read so far.</param>
    /// <param name="elapsed">Time since the start.</param>
    public static string Format(long bytesDone, long? bytesTotal, long frames, TimeSpan elapsed)
    {
        var parts = new List<string>();
        bool known = bytesTotal is > 0;
        double share = known ? Math.Clamp((double)bytesDone / bytesTotal!.Value, 0, 1) : 0;
        if (known) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(share * 100),3:0} %"));
        else parts.Add(Figures.Bytes(bytesDone));

        parts.Add(Figures.Count(frames, "frame"));
        double seconds = elapsed.TotalSeconds;
        if (seconds > 0)
        {
            parts.Add(Rate(frames / seconds / 1e6) + " Mframe/s");
            parts.Add(Rate(bytesDone / seconds / 1e6) + " MB/s");

            // An estimate from less than a hundredth of the work misleads more than it tells.
            if (known && share >= 0.01 && share < 1)
            {
                double left = seconds * (1 - share) / share;
                parts.Add(Figures.Duration((ulong)Math.Clamp(Math.Ceiling(left), 1, 1e9) * 1_000_000_000) + " left");
            }
        }

        return string.Join("  ", parts).Replace(Figures.Glue, ' ');
    }

    private static string Rate(double value) => value.ToString(value < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
