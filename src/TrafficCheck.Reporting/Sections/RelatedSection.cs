using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>Flows that belong to control connections: whose rows answer for them, and where they were announced.</summary>
internal static class RelatedSection
{
    public static void Write(ReportScope scope)
    {
        IReadOnlyList<RelatedGroup> groups = scope.Report.Related;
        if (groups.Count == 0) return;
        TextCanvas canvas = scope.Canvas;
        canvas.Blank();
        canvas.Line(new StyledText().Add("Related", Ink.Strong).Space(3)
            .Add($"{Figures.Count(groups.Sum(g => g.Flows), "flow")} of allowed control connections, whose rows answer for them", Ink.Faint));
        List<RelatedGroup> shown = [.. groups.Take(scope.Limit)];
        int kind = shown.Max(g => g.By.Length);
        foreach (RelatedGroup group in shown) One(scope, group, kind);
        if (groups.Count == shown.Count) return;
        canvas.Line(
            $"  and {Figures.Count(groups.Count - shown.Count)} more ({Figures.Count(groups.Skip(shown.Count).Sum(g => g.Flows), "flow")}): --verbose or --format json shows them",
            Ink.Warning, 2);
    }

    private static void One(ReportScope scope, RelatedGroup group, int kind)
    {
        string rows = string.Join(", ", group.Rows.Take(8).Select(r => scope.Where(r, scope.Row(r)?.Source.Line).Replace(' ', Figures.Glue)));
        if (group.Rows.Count > 8) rows += $" and {Figures.Count(group.Rows.Count - 8)} more";
        string outcome = group.Failing > 0 ? $", {Figures.Count(group.Failing)}{Figures.Glue}failing" : "";
        int indent = kind + 4;
        scope.Canvas.Line(
            new StyledText().Space(2).AddColumn(group.By, kind).Space(2)
                .Add($"{FindingText.Direction(group.Direction)} {group.Transport}, {Figures.Count(group.Flows, "flow")}, {Figures.Bytes(group.Bytes)}{outcome}; {group.Grade}; by {rows}"),
            indent);
        IReadOnlyList<RelatedSample> samples = scope.Canvas.Verbose ? group.Samples : [.. group.Samples.Take(1)];
        foreach (RelatedSample sample in samples)
        {
            string how = group.Grade == "inferred" ? "belongs to" : "announced by";
            scope.Canvas.Line(
                new StyledText().Space(indent).Add($"{sample.Flow} (frame {sample.Frame}) {how} {sample.Control} in frame {sample.AnnouncedFrame}", Ink.Faint), indent + 2);
        }
    }
}
