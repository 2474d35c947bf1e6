using System.Globalization;

namespace TrafficCheck.Reporting.Layout;

/// <summary>Writes times in UTC; the date stands once in the headline when everything happened on one day.</summary>
internal sealed class ReportClock
{
    private const long NsPerDay = 86_400_000_000_000;

    private readonly bool _oneDay;
    private readonly bool _fine;

    /// <param name="firstNs">Earliest instant of the report, or null when it has none.</param>
    /// <param name="lastNs">Latest instant of the report.</param>
    public ReportClock(long? firstNs, long? lastNs)
    {
        if (firstNs is not { } first || lastNs is not { } last) return;
        _oneDay = Day(first) == Day(last);
        _fine = Figures.Between(first, last) < 60_000_000_000;
    }

    /// <summary><c>09:14:02</c>, with milliseconds where the whole run is shorter than a minute, with the date where days differ.</summary>
    public string Time(long ns)
    {
        var time = Instant(ns);
        string format = (_oneDay, _fine) switch
        {
            (true, true) => "HH:mm:ss.fff",
            (true, false) => "HH:mm:ss",
            (false, true) => "yyyy-MM-dd HH:mm:ss.fff",
            _ => "yyyy-MM-dd HH:mm:ss",
        };
        return Glued(time.ToString(format, CultureInfo.InvariantCulture));
    }

    /// <summary><c>2024-05-01 09:14:02 to 11:28:10 UTC</c></summary>
    public string Span(long firstNs, long lastNs)
    {
        string day = _oneDay ? Instant(firstNs).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + Figures.Glue : "";
        return firstNs == lastNs ? $"{day}{Time(firstNs)}{Figures.Glue}UTC" : $"{day}{Time(firstNs)} to {Time(lastNs)}{Figures.Glue}UTC";
    }

    private static string Glued(string text) => text.Replace(' ', Figures.Glue);

    private static long Day(long ns) => (long)Math.Floor((decimal)ns / NsPerDay);

    private static DateTime Instant(long ns) => DateTime.UnixEpoch.AddTicks((ns >= 0 ? ns : ns - 99) / 100);
}
