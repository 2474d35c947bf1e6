using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Which of the time from the first frame to the last no input covers: what happened then is not in the report.</summary>
internal static class TimeCoverage
{
    /// <returns>The gaps of more than <see cref="ObservationStart.SilenceNs"/>, in order of time.</returns>
    public static IReadOnlyList<TimeGap> Gaps(IReadOnlyList<InputSummary> inputs)
    {
        var gaps = new List<TimeGap>();
        long? until = null;
        foreach (InputSummary input in inputs.Where(i => i.FirstNs is not null && i.LastNs is not null).OrderBy(i => i.FirstNs).ThenBy(i => i.LastNs))
        {
            (long first, long last) = (input.FirstNs!.Value, input.LastNs!.Value);
            if (until is { } end && first > end && TimeDistance.Of(first, end) > ObservationStart.SilenceNs) gaps.Add(new TimeGap(end, first));
            until = until is { } seen ? Math.Max(seen, last) : last;
        }

        return gaps;
    }

    /// <summary>Share of the time that lies in gaps; 0 to 1.</summary>
    public static double UncoveredShare(IReadOnlyList<TimeGap> gaps, IReadOnlyList<InputSummary> inputs)
    {
        if (gaps.Count == 0) return 0;
        decimal whole = (decimal)inputs.Max(i => i.LastNs)!.Value - inputs.Min(i => i.FirstNs)!.Value;
        return whole <= 0 ? 0 : (double)(gaps.Sum(g => (decimal)g.ToNs - g.FromNs) / whole);
    }
}
