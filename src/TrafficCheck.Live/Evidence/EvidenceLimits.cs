using System.Globalization;

namespace TrafficCheck.Live.Evidence;

/// <summary>Limits as the command line gives them.</summary>
public static class EvidenceLimits
{
    private static readonly (string Unit, long Bytes)[] s_sizes = [("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)];

    private static readonly (string Unit, long Seconds)[] s_ages = [("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];

    /// <summary><c>100MB</c>: a whole number and KB, MB, GB or TB, powers of ten.</summary>
    /// <exception cref="FormatException">Not understood.</exception>
    public static long ParseSize(string text) => Parse(text, s_sizes, 1L << 60) ?? throw new FormatException($"'{text}': give a size such as 100MB; the units are KB, MB, GB and TB");

    /// <summary><c>30d</c>: a whole number and m, h, d or w; <c>none</c> is null.</summary>
    /// <exception cref="FormatException">Not understood.</exception>
    public static TimeSpan? ParseAge(string text) => text == "none"
        ? null
        : TimeSpan.FromSeconds(Parse(text, s_ages, 1L << 33) ?? throw new FormatException($"'{text}': give an age such as 30d, or none; the units are m, h, d and w"));

    private static long? Parse(string text, (string Unit, long Factor)[] units, long most)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (unit, factor) in units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            return long.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= most / factor
                ? number * factor
                : null;
        }

        return null;
    }
}
