using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>The verdict in one line, what it is about, why, and, before all else that follows, an internal error.</summary>
internal static class HeadlineSection
{
    public static void Write(ReportScope scope)
    {
        var report = scope.Report;
        var summary = report.Summary;
        (string word, var ink) = summary.Found ? ("FAIL", Ink.StrongBad)
            : summary.ExitCode == 0 ? ("PASS", Ink.StrongGood)
            : ("INCONCLUSIVE", Ink.StrongWarning);
        int hang = word.Length + 2;

        var line = new StyledText().Add(word, ink).Space(2).Add(What(report), Ink.Strong);
        string about = About(scope);
        bool oneLine = line.Width + 3 + Cells.Of(about) <= scope.Canvas.Width;
        if (oneLine) line.Space(scope.Canvas.Width - line.Width - Cells.Of(about)).Add(about, Ink.Faint);
        scope.Canvas.Line(line, hang);
        if (!oneLine) scope.Canvas.Line(new StyledText().Space(hang).Add(about), hang);

        Protected(scope, hang);
        foreach (string reason in summary.ExitReasons)
            scope.Canvas.Line(new StyledText().Space(hang).Add($"exit code {summary.ExitCode}: ").Add(reason), hang + 2);
        InternalError(scope);
    }

    private static string What(CheckReport report)
    {
        var summary = report.Summary;
        long unexpected = report.Findings.Count(f => f.Kind is FindingKind.Unexpected or FindingKind.NearMiss || f.Unexpected > 0);
        long floods = report.Findings.Count(f => f.Unexpected == 0 && (f.Kind.IsScan() || f.Kind.IsFlood()));
        long failing = report.Findings.Count(f => f.Kind == FindingKind.Failing);

        var parts = new List<string>();
        if (unexpected > 0 || summary.Unexpected > 0)
        {
            string squares = summary.Escaped > 0 ? $", {Figures.Count(summary.Escaped)}{Figures.Glue}ESCAPED" : "";
            parts.Add($"{Figures.Count(unexpected, "unexpected finding")} ({Figures.Count(summary.Unexpected, "flow")}{squares})");
        }

        if (floods > 0) parts.Add(Figures.Count(floods, "scan or flood", "scans or floods") + " of what is allowed");
        if (failing > 0 || summary.Failing > 0)
            parts.Add($"{Figures.Count(failing, "needed service")} failing ({Figures.Count(summary.Failing, "flow")})");
        if (summary.Undetermined > 0) parts.Add($"{Figures.Count(summary.Undetermined, "flow")} undetermined");

        if (parts.Count > 0)
        {
            string all = string.Join(", ", parts);
            return !summary.Found ? $"nothing that --fail-on names; {all}" : all;
        }

        long allowed = summary.Allowed + summary.Related;

        // Nothing is wrong with the traffic, and what --fail-on asks for is not there: the exit reasons name it.
        string missing = summary.Found && summary.ExitReasons.Count > 0 ? $"{summary.ExitReasons[^1]}; " : "";
        return missing + allowed switch
        {
            0 => "no flow of the protected hosts crossed the boundary",
            1 => "the one flow across the boundary is allowed",
            _ => $"all {Figures.Count(allowed, "flow")} across the boundary are allowed",
        };
    }

    private static string About(ReportScope scope)
    {
        var report = scope.Report;
        string rows = Figures.Count(report.Matrix.Rows.Count, "row");
        string frames = Figures.Count(report.Accounting.FramesRead, "frame");
        string about = $"{Cells.Fit(report.Matrix.Name, 60)}, {rows}{ReportScope.Dot}{frames}";
        if (scope is not { FirstNs: { } first, LastNs: { } last }) return about;
        return $"{about} in {Figures.Duration(Figures.Between(first, last))}, {scope.Clock.Span(first, last)}";
    }

    private static void Protected(ReportScope scope, int hang)
    {
        if (scope.Report.Subjects.Count == 0) return;
        var line = new StyledText().Space(hang).Add("protected: ");
        bool first = true;
        foreach (var subject in scope.Report.Subjects)
        {
            if (!first) line.Add(ReportScope.Dot);
            first = false;
            line.Add(Cells.Fit(subject.Name, 40)).Space(1);
            int shown = Math.Min(subject.Addresses.Count, scope.Canvas.Verbose ? int.MaxValue : 6);
            line.Add(subject.Addresses.Count == 0 ? "no address" : string.Join(", ", subject.Addresses.Take(shown)));
            if (shown < subject.Addresses.Count) line.Add($" and {Figures.Count(subject.Addresses.Count - shown)} more");
            if (!subject.Seen) line.Space(1).Add("(not seen)", Ink.Warning);
            if (subject.Chosen is { } grounds) line.Add($" (chosen: {Cells.Fit(grounds, 200)})");
        }

        scope.Canvas.Line(line, hang + 2);
    }

    private static void InternalError(ReportScope scope)
    {
        var broken = scope.Report.Accounting.BrokenIdentities;
        if (broken.Count == 0) return;
        scope.Canvas.Blank();
        scope.Canvas.Line(
            new StyledText()
                .Add("INTERNAL ERROR", Ink.StrongBad)
                .Add("  the accounting of this run does not add up: do not rely on this report; please report it with the input", Ink.Bad),
            16);
        foreach (string sentence in broken) scope.Canvas.Line(new StyledText().Space(16).Add(sentence, Ink.Bad), 18);
    }
}
