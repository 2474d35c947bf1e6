using System.Globalization;
using System.Text;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>
/// Everything that happens in one sample, as parts with a label each: the row of the table that a part exercises, or what is unexpected
/// about it. Frames are numbered once all parts are known, so the page of the sample can say where each part lies.
/// </summary>
internal sealed class Scenario(long startNs)
{
    private readonly List<Part> _parts = [];

    /// <summary>Time of the capture's first frame.</summary>
    public long StartNs { get; } = startNs;

    /// <summary>A time of the scenario in nanoseconds since 1970.</summary>
    public long At(double seconds) => StartNs + ((long)Math.Round(seconds * 1_000_000) * 1000);

    /// <param name="label">Short name of the row or the finding, such as <c>R5</c>; empty for background.</param>
    /// <param name="what">One phrase for the sample's page.</param>
    public void Add(string label, string what, params ReadOnlySpan<IEnumerable<TimedFrame>> frames)
    {
        var all = new List<TimedFrame>();
        foreach (IEnumerable<TimedFrame> some in frames) all.AddRange(some);
        _parts.Add(new Part(label, what, all));
    }

    /// <summary>All frames in order of time.</summary>
    public IReadOnlyList<TimedFrame> Frames() => TimedFrame.Merge(_parts.Select(p => p.Frames));

    /// <summary>A Markdown table of the parts and the numbers of their frames, as Wireshark counts them.</summary>
    public string FrameTable()
    {
        var numbers = new Dictionary<TimedFrame, int>(ReferenceEqualityComparer.Instance);
        foreach (TimedFrame frame in Frames()) numbers[frame] = numbers.Count + 1;

        var table = new StringBuilder("| What | Frames | Traffic |\n|---|---|---|\n");
        foreach (Part part in _parts)
        {
            string frames = Ranges([.. part.Frames.Select(f => numbers[f]).Order()]);
            table.Append(CultureInfo.InvariantCulture, $"| {part.Label} | {frames} | {part.What} |\n");
        }
        return table.ToString();
    }

    private static string Ranges(IReadOnlyList<int> numbers)
    {
        var ranges = new List<string>();
        for (int i = 0; i < numbers.Count;)
        {
            int last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1) last++;
            ranges.Add(last == i
                ? numbers[i].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{numbers[i]}-{numbers[last]}"));
            i = last + 1;
        }
        return ranges.Count <= 6
            ? string.Join(", ", ranges)
            : string.Join(", ", ranges.Take(5)) + string.Create(CultureInfo.InvariantCulture, $" ... {numbers[^1]} ({numbers.Count})");
    }

    private sealed record Part(string Label, string What, IReadOnlyList<TimedFrame> Frames);
}
