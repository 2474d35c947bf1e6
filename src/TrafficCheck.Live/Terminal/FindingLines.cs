using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Terminal;

/// <summary>The newest findings as a table in the lines that are left on a screen.</summary>
internal static class FindingLines
{
    private const int Gap = 2, MostCause = 18, MostService = 24, FewService = 12, LeastEnds = 26;

    private const long DayNs = 86_400_000_000_000;

    /// <param name="room">Lines at most, the heading included.</param>
    public static IEnumerable<StyledText> Of(CheckReport? report, int width, int room)
    {
        if (report is null || room < 1) return [];
        if (report.Findings.Count == 0) return [new StyledText().Add("no findings", Ink.Faint)];
        if (room < 2) return [new StyledText().Add(Figures.Count(report.Findings.Count, "finding"), Ink.Bad)];

        // The newest in front; a screen that is too small says how many it hides.
        int shown = report.Findings.Count <= room - 1 ? report.Findings.Count : Math.Max(1, room - 2), hidden = report.Findings.Count - shown;
        Finding[] newest = [.. report.Findings.OrderByDescending(f => f.FirstNs).ThenBy(f => f.Key, StringComparer.Ordinal).Take(shown)];
        List<StyledText> lines = Table(newest, width);
        if (hidden > 0 && lines.Count < room) lines.Add(new StyledText().Add($"and {Figures.Count(hidden)} more", Ink.Faint));
        return lines;
    }

    private static List<StyledText> Table(Finding[] findings, int width)
    {
        bool dated = findings[0].FirstNs - findings[^1].FirstNs > DayNs;
        string[] since = [.. findings.Select(f => LocalTime(f.FirstNs, dated))], flows = [.. findings.Select(f => Figures.Count(f.Flows))];
        string[] cause = [.. findings.Select(f => Cells.Fit(FindingText.Cause(f), MostCause))];
        string[] service = [.. findings.Select(f => Cells.Fit($"{FindingText.Direction(f.Direction)} {FindingText.Service(f)}", MostService))];
        int forSince = Widest(since, "since"), forFlows = Widest(flows, "flows"), forCause = Widest(cause, "finding"), forService = Widest(service, "service");
        int Ends() => width - forCause - forService - (forSince > 0 ? forSince + Gap : 0) - (forFlows > 0 ? forFlows + Gap : 0) - (2 * Gap);

        // A narrow screen has room for what, and between whom.
        if (Ends() < LeastEnds) forSince = 0;
        if (Ends() < LeastEnds) forService = Math.Min(forService, FewService);
        if (Ends() < LeastEnds) forFlows = 0;
        string[] ends = [.. findings.Select(f => Cells.Fit(FindingText.Ends(f), Math.Max(8, Ends())))];
        int forEnds = Math.Min(Widest(ends, "from -> to"), Math.Max(8, Ends()));

        StyledText Line(string at, string what, Ink ink, string by, string between, string count, Ink others)
        {
            var line = new StyledText();
            if (forSince > 0) line.AddColumn(at, forSince + Gap, Ink.Faint);
            line.AddColumn(Cells.Fit(what, forCause), forCause + Gap, ink).AddColumn(Cells.Fit(by, forService), forService + Gap, others);
            if (forFlows == 0) return line.Add(between, others);
            return line.AddColumn(between, forEnds + Gap, others).AddColumn(count, forFlows, others, right: true);
        }

        var lines = new List<StyledText> { Line("since", "finding", Ink.Faint, "service", "from -> to", "flows", Ink.Faint) };
        for (int i = 0; i < findings.Length; i++) lines.Add(Line(since[i], cause[i], InkOf(findings[i].Kind), service[i], ends[i], flows[i], Ink.Plain));
        return lines;
    }

    private static int Widest(string[] texts, string heading) => Math.Max(heading.Length, texts.Max(Cells.Of));

    private static Ink InkOf(FindingKind kind) => kind == FindingKind.Failing ? Ink.Warning : kind == FindingKind.Undetermined ? Ink.Faint : Ink.Bad;

    private static string LocalTime(long ns, bool dated) => new DateTimeOffset(DateTimeOffset.UnixEpoch.UtcTicks + (ns / 100), TimeSpan.Zero).ToLocalTime()
        .ToString(dated ? "MM-dd HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
