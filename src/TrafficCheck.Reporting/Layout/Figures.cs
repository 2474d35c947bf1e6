using System.Globalization;

namespace TrafficCheck.Reporting.Layout;

/// <summary>Numbers as people read them, independent of culture. Spaces inside a figure are <see cref="Glue"/>, so that no line breaks there.</summary>
internal static class Figures
{
    /// <summary>The no-break space: keeps a figure on one line, and is written as an ordinary space that every terminal shows and every search finds.</summary>
    public const char Glue = '\u00A0';

    private static readonly NumberFormatInfo s_grouped = new() { NumberGroupSeparator = Glue.ToString(), NumberDecimalDigits = 0 };

    private static readonly string[] s_byteUnits = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary><c>18 204 113</c></summary>
    public static string Count(long value) => value.ToString("N", s_grouped);

    /// <summary><c>1 flow</c>, <c>42 flows</c></summary>
    public static string Count(long value, string noun) => Count(value, noun, noun + "s");

    public static string Count(long value, string one, string many) => $"{Count(value)}{Glue}{(value == 1 ? one : many)}";

    /// <summary>Decimal units, two significant digits or more: <c>812 B</c>, <c>4.1 KB</c>, <c>118 KB</c>.</summary>
    public static string Bytes(long bytes)
    {
        if (bytes < 1000) return $"{bytes.ToString(CultureInfo.InvariantCulture)}{Glue}B";
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < s_byteUnits.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return $"{Short(value)}{Glue}{s_byteUnits[unit]}";
    }

    /// <summary>From nanoseconds: <c>812 µs</c>, <c>4.1 s</c>, <c>12 min 4 s</c>, <c>2 h 14 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(ulong ns)
    {
        ulong seconds = ns / 1_000_000_000;
        if (ns < 1000) return $"{ns.ToString(CultureInfo.InvariantCulture)}{Glue}ns";
        if (ns < 999_500) return $"{Short(ns / 1e3)}{Glue}µs";
        if (ns < 999_500_000) return $"{Short(ns / 1e6)}{Glue}ms";
        if (seconds < 60) return $"{Short(Math.Min(ns / 1e9, 59.4))}{Glue}s";
        if (seconds < 3600) return Two(seconds / 60, "min", seconds % 60, "s");
        if (seconds < 86_400) return Two(seconds / 3600, "h", seconds / 60 % 60, "min");
        return Two(seconds / 86_400, "d", seconds / 3600 % 24, "h");
    }

    /// <summary>Time between two instants in nanoseconds since 1970, correct over the whole range; 0 when they are in the wrong order.</summary>
    public static ulong Between(long firstNs, long lastNs) => lastNs > firstNs ? unchecked((ulong)lastNs - (ulong)firstNs) : 0;

    /// <summary>A share of 0 to 1 as <c>0.2 %</c>; only none is 0 % and only all is 100 %.</summary>
    public static string Percent(double share)
    {
        if (!double.IsFinite(share)) return "unknown";
        double percent = share * 100;
        string text = percent switch
        {
            <= 0 => "0",
            < 0.1 => "<0.1",
            > 99.9 and < 100 => ">99.9",
            < 9.95 => percent.ToString("0.#", CultureInfo.InvariantCulture),
            < 99.5 => percent.ToString("0", CultureInfo.InvariantCulture),
            _ => percent.ToString("0.#", CultureInfo.InvariantCulture),
        };
        return $"{text}{Glue}%";
    }

    /// <summary>One decimal below ten, none above.</summary>
    public static string Short(double value) => value.ToString(value < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Two(ulong large, string largeUnit, ulong small, string smallUnit)
    {
        string head = $"{large.ToString(CultureInfo.InvariantCulture)}{Glue}{largeUnit}";
        return small == 0 ? head : $"{head}{Glue}{small.ToString(CultureInfo.InvariantCulture)}{Glue}{smallUnit}";
    }
}
