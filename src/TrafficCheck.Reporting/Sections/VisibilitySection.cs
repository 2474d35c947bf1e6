using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>How far the capture can be trusted, with the figures behind the grade. A figure that is not known is named, never 0.</summary>
internal static class VisibilitySection
{
    private const int Indent = 15;

    public static void Write(ReportScope scope)
    {
        var seen = scope.Report.Visibility;
        var ink = seen.Grade switch
        {
            'A' or 'B' => Ink.StrongGood,
            'C' => Ink.StrongWarning,
            _ => Ink.StrongBad,
        };
        var unknown = new List<string>();
        scope.Canvas.Line(
            new StyledText().Add("Visibility ", Ink.Strong).Add(seen.Grade.ToString(), ink).PadTo(Indent)
                .Add(string.Join(ReportScope.Dot, Known(seen, unknown))),
            Indent);
        if (unknown.Count > 0) scope.Canvas.Line(new StyledText().Space(Indent).Add($"not known: {string.Join(", ", unknown)}", Ink.Faint), Indent);
        if (scope.Canvas.Verbose)
        {
            // The worst of these is the grade.
            foreach (var rule in seen.GradeRules)
            {
                string limits = string.Join(", ", rule.Limits.Select((limit, i) => string.Create(CultureInfo.InvariantCulture, $"{"ABCDEF"[i]} to {limit * 100:0.###} %")));
                scope.Canvas.Line(
                    new StyledText().Space(Indent).Add(rule.Grade.ToString()).Space(1).Add($"{Figures.Percent(rule.Share)} {rule.What}").Add($"  ({limits})", Ink.Faint), Indent + 2);
            }
        }

        foreach (string reason in seen.GradeReasons)
            scope.Canvas.Line(new StyledText().Space(Indent).Add($"{seen.Grade}, because {reason}"), Indent + 2);
        foreach (string note in seen.Notes.Concat(scope.Report.MatrixChanges)) scope.Canvas.Line(new StyledText().Space(Indent).Add(note, Ink.Warning), Indent + 2);
    }

    private static List<string> Known(VisibilityReport seen, List<string> unknown)
    {
        var known = new List<string>();
        if (seen.DroppedFrames is { } dropped) known.Add(dropped == 0 ? "no drops" : Glued($"{Figures.Count(dropped, "frame")} dropped"));
        else unknown.Add("drops (no input says)");

        if (seen.OneWayShare is { } oneWay) known.Add(Glued($"{Figures.Percent(oneWay)} one-way"));
        else unknown.Add("one-way share (no conversation to tell)");

        known.Add(seen.UndecodedShare > 0 ? Glued($"{Figures.Percent(seen.UndecodedShare)} not decoded") : "all decoded");
        known.Add(seen.TruncatedFrames == 0 ? "none cut short" : Glued($"{Figures.Count(seen.TruncatedFrames)} cut short"));
        if (seen.OutOfOrder > 0) known.Add(Glued($"{Figures.Count(seen.OutOfOrder)} out of order{(seen.Reordered == seen.OutOfOrder ? ", repaired" : "")}"));

        known.Add(seen.Gaps == 0 ? "no gaps" : Glued($"gaps in {Figures.Count(seen.Gaps, "conversation")}"));
        if (seen.Duplicates is { } copies)
            known.Add(copies == 0 ? "no mirror copies" : Glued($"{Figures.Count(copies)} mirror {(copies == 1 ? "copy" : "copies")} removed"));
        else known.Add("every mirror copy counted");
        known.Add(seen.BadChecksums == 0 ? "no bad checksums" : Glued($"{Figures.Count(seen.BadChecksums, "bad checksum")}"));
        return known;
    }

    private static string Glued(string text) => text.Replace(' ', Figures.Glue);
}
