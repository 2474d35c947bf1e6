using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Terminal;

/// <summary>The state of a run in one line, for logs and everything else that is no terminal.</summary>
public static class PlainLine
{
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary><c>2030-01-31T18:00:05Z 1 204 frames/s, 5 000 000 frames, 0 lost, 12 live flows, visibility A, ..., 31 of 40 rows proven</c></summary>
    public static string Of(LiveStatus status)
    {
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{Time(status.AtUtc)} {Figures.Count((long)status.Rate.FramesPerSecond)} frames/s"),
            Figures.Count(status.FramesRead, "frame"),
            status.Interfaces.Any(i => i.KernelDrops is null) && status.Drops == 0 ? "loss unknown" : $"{Figures.Count(status.Drops)} lost",
            Figures.Count(status.LiveFlows, "live flow"),
        };
        if (status.Report is { } report)
        {
            parts.Add($"visibility {report.Visibility.Grade}");
            parts.Add($"{Figures.Count(report.Summary.Unexpected)} unexpected, {Figures.Count(report.Summary.Undetermined)} undetermined");
            parts.Add(Figures.Count(report.Findings.Count, "finding"));
            var (proven, rows) = RowsProven(report.Coverage);
            parts.Add($"{proven} of {rows} rows proven");
        }

        return string.Join(", ", parts).Replace(Figures.Glue, ' ');
    }

    /// <summary>Rows that are proven, and those that can be: only what is enforced can.</summary>
    internal static (int Proven, int All) RowsProven(IReadOnlyList<RowCoverage> rows) =>
        (rows.Count(r => r.State == CoverageState.Proven), rows.Count(r => r.State != CoverageState.NotEnforced));

    /// <summary>A finding that was not there before.</summary>
    public static string Of(Finding finding)
    {
        string what = finding.Kind == FindingKind.Unexpected ? $"unexpected ({finding.Reason.Word()})" : finding.Kind.Word();
        string line = $"finding: {what}, {FindingText.Direction(finding.Direction)} {FindingText.Service(finding)}, {FindingText.Ends(finding)}: {finding.Explanation}";
        return TerminalText.Clean(line.Replace(Figures.Glue, ' '), 400);
    }
}
