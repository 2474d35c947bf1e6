using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Alerts;

/// <summary>An alert in one line for people; nothing of it acts on a terminal.</summary>
internal static class AlertText
{
    public static string Of(Alert alert)
    {
        if (alert.Finding is not { } finding) return Plain(Summary(alert.Further!));
        string reason = finding.Reason.Word() is { Length: > 0 } word ? $" ({word})" : "";
        string what = $"{finding.Severity.Word()} {finding.Kind.Word()}{reason}: {FindingText.Ends(finding)} {FindingText.Service(finding)} {FindingText.Direction(finding.Direction)}";
        string subject = $"subject {TerminalText.Clean(finding.Subject, 80)}";
        if (alert.Event == AlertEvent.Withdrawn) return Plain($"withdrawn {what}, {subject}: later packets tell otherwise");
        string totals = $"{Figures.Count(finding.Flows, "flow")}, {Figures.Count(finding.Packets, "packet")}, {Figures.Count(finding.Bytes, "byte")}";
        if (alert.Before is { } before) totals += $" ({Figures.Count(finding.Flows - before.Flows)} more flows than told before)";
        return Plain($"{alert.EventWord} {what}, {subject}: {totals}; {TerminalText.Clean(finding.Explanation, 500)}");
    }

    private static string Summary(FurtherFindings further)
    {
        List<string> parts = [];
        if (further.New > 0)
        {
            string severities = string.Join(", ", further.BySeverity.Select((n, s) => (n, s)).Where(x => x.n > 0).Select(x => $"{Figures.Count(x.n)} {((FindingSeverity)x.s).Word()}"));
            string kinds = string.Join(", ", further.ByKind.Select(k => $"{Figures.Count(k.Value)} {k.Key}"));
            parts.Add($"{Figures.Count(further.New, "further new finding")} ({severities}; {kinds})");
        }

        if (further.Updates > 0) parts.Add($"{Figures.Count(further.Updates, "update")} of findings left out");
        if (further.NotRemembered > 0) parts.Add($"{Figures.Count(further.NotRemembered, "finding")} beyond those that are remembered");
        return string.Create(CultureInfo.InvariantCulture, $"summary: {string.Join("; ", parts)}; the report has them all");
    }

    private static string Plain(string text) => text.Replace(Figures.Glue, ' ');
}
