using System.Buffers;
using System.Globalization;

namespace TrafficCheck.Cli.Watch;

/// <summary>Times on the command line.</summary>
internal static class TimeText
{
    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    /// <summary><c>90s</c>, <c>1h30m</c>, <c>7d</c>; a bare number is seconds.</summary>
    /// <exception cref="UsageException">Not understood, or out of the range from <paramref name="least"/> to ten years.</exception>
    public static TimeSpan ParseSpan(string option, string text, TimeSpan least)
    {
        double seconds = 0;
        ReadOnlySpan<char> left = text.AsSpan().Trim();
        bool good = left.Length > 0;
        while (good && left.Length > 0)
        {
            int digits = left.IndexOfAnyExcept(s_number);
            if (digits < 0) digits = left.Length;
            good = double.TryParse(left[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
            left = left[digits..];
            int letters = left.IndexOfAny(s_number);
            string unit = left[..(letters < 0 ? left.Length : letters)].ToString();
            left = letters < 0 ? [] : left[letters..];
            int at = Array.FindIndex(s_units, u => u.Unit == (unit.Length == 0 ? "s" : unit));
            good &= at >= 0;
            if (good) seconds += number * s_units[at].Seconds;
        }

        if (!good || seconds < least.TotalSeconds || seconds > 86_400d * 3660)
            throw new UsageException($"{option} '{text}': give a time from {Words(least)}, such as 90s, 30m, 1h or 7d");
        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>A time of day of this machine (the next one), or RFC 3339.</summary>
    /// <exception cref="UsageException">Not understood, or over.</exception>
    public static DateTimeOffset ParseUntil(string option, string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        string[] formats = ["H:mm", "H:mm:ss"];
        if (TimeOnly.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time))
        {
            DateTime today = TimeZoneInfo.ConvertTime(now, zone).Date;
            return Enumerable.Range(0, 3).SelectMany(day => At(today.AddDays(day) + time.ToTimeSpan(), zone)).Where(at => at > now).Min();
        }

        string[] full = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK"];
        if (!DateTimeOffset.TryParseExact(text, full, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset at))
            throw new UsageException($"{option} '{text}': give a time of day such as 18:00, or a time such as 2030-01-31T18:00:00Z");
        return at > now ? at : throw new UsageException($"{option} '{text}': this time is over");
    }

    /// <summary>When a clock in the zone shows a time: twice where summer time ends. A time that its beginning leaves out is the first that there is after it.</summary>
    private static IEnumerable<DateTimeOffset> At(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
        {
            local = new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0);
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        }

        return zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Select(offset => new DateTimeOffset(local, offset)) : [new(local, zone.GetUtcOffset(local))];
    }

    private static string Words(TimeSpan span) =>
        span.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms") : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s");
}
