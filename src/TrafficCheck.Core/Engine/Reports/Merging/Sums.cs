using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>Named counts of two reports together.</summary>
internal static class Sums
{
    /// <summary>In ordinal order of the names.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Add(IReadOnlyList<KeyValuePair<string, long>> one, IReadOnlyList<KeyValuePair<string, long>> other)
    {
        var sum = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in one.Concat(other)) sum[name] = sum.GetValueOrDefault(name) + count;
        return [.. sum];
    }

    /// <summary>In the order of the words that there are; others behind them.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Add(
        IReadOnlyList<KeyValuePair<string, long>> one, IReadOnlyList<KeyValuePair<string, long>> other, IEnumerable<string> words)
    {
        var sum = Add(one, other).ToDictionary();
        var result = new List<KeyValuePair<string, long>>();
        foreach (string word in words)
        {
            if (sum.Remove(word, out long count)) result.Add(new(word, count));
        }

        return [.. result, .. sum.OrderBy(s => s.Key, StringComparer.Ordinal)];
    }

    /// <summary>Each the greater one.</summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Greater(IReadOnlyList<KeyValuePair<string, long>> one, IReadOnlyList<KeyValuePair<string, long>> other)
    {
        var most = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in one.Concat(other)) most[name] = Math.Max(most.GetValueOrDefault(name), count);
        return [.. most];
    }

    public static HitCount Add(HitCount one, HitCount other) => new(one.Flows + other.Flows, one.Bytes + other.Bytes);

    public static long? Add(long? one, long? other) => one is null && other is null ? null : (one ?? 0) + (other ?? 0);

    public static long? Earlier(long? one, long? other) => one is { } a && other is { } b ? Math.Min(a, b) : one ?? other;

    public static long? Later(long? one, long? other) => one is { } a && other is { } b ? Math.Max(a, b) : one ?? other;

    /// <summary>The first so many, each once.</summary>
    public static IReadOnlyList<T> First<T>(IEnumerable<T> earlier, IEnumerable<T> later, int most) => [.. earlier.Concat(later).Distinct().Take(most)];
}
