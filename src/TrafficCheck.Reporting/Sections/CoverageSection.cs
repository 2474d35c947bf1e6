using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>What the traffic says about the rows: counts by state, then the rows that are not proven, or, verbose, every row.</summary>
internal static class CoverageSection
{
    private const int StateColumn = 16;

    /// <summary>In the order in which a person looks at them.</summary>
    private static readonly CoverageState[] s_states =
    [
        CoverageState.Proven, CoverageState.Shared, CoverageState.Failing, CoverageState.Reversed, CoverageState.NotSeen,
        CoverageState.NotObservable, CoverageState.NotEnforced,
    ];

    public static void Write(ReportScope scope)
    {
        var coverage = scope.Report.Coverage;
        var canvas = scope.Canvas;
        canvas.Blank();
        var line = new StyledText().Add($"Coverage of {Figures.Count(coverage.Count, "row")}", Ink.Strong).Space(3);
        bool first = true;
        foreach (var state in s_states)
        {
            int count = coverage.Count(c => c.State == state);
            if (count == 0) continue;
            if (!first) line.Add(ReportScope.Dot);
            first = false;
            line.Add($"{Figures.Count(count)}{Figures.Glue}{Words(state).Replace(' ', Figures.Glue)}", InkOf(state));
        }

        canvas.Line(line, 2);
        if (canvas.Verbose)
        {
            Table(scope);
            return;
        }

        Lines(scope, CoverageState.Failing);
        Lines(scope, CoverageState.Reversed);
        Shared(scope);
        Groups(scope, CoverageState.NotSeen);
        Groups(scope, CoverageState.NotObservable);
        Groups(scope, CoverageState.NotEnforced);
        if (coverage.Count > 0) canvas.Line("  (--verbose shows every row, --format json every figure)", Ink.Faint, 2);
    }

    private static string Words(CoverageState state) => state.Word().Replace('-', ' ');

    private static Ink InkOf(CoverageState state) => state switch
    {
        CoverageState.Proven => Ink.Good,
        CoverageState.Failing => Ink.Bad,
        CoverageState.Reversed or CoverageState.NotEnforced => Ink.Warning,
        _ => Ink.Plain,
    };

    /// <summary>One line for each row of a state that says something of its own for every row.</summary>
    private static void Lines(ReportScope scope, CoverageState state)
    {
        var rows = scope.Report.Coverage.Where(c => c.State == state).ToList();
        if (rows.Count == 0) return;
        var shown = rows.Take(scope.Limit).ToList();
        int where = shown.Max(c => Cells.Of(scope.Where(c.Row.Id, c.Row.Source.Line)));
        int service = shown.Max(c => RowText.Service(c.Row).Length);
        string label = Words(state);
        foreach (var row in shown)
        {
            var line = Labelled(label, state)
                .AddColumn(scope.Where(row.Row.Id, row.Row.Source.Line), where).Space(2)
                .AddColumn($"{RowText.Service(row.Row)} {RowText.Direction(row.Row.Direction)}", service + 7).Space(2);
            int hang = line.Width;
            label = "";
            scope.Canvas.Line(line.Add(Story(row)), hang);
        }

        Rest(scope, rows.Count - shown.Count);
    }

    /// <summary>Rows that share their flows stand together: nothing tells them apart, so they are one story.</summary>
    private static void Shared(ReportScope scope)
    {
        var groups = scope.Report.Coverage.Where(c => c.State == CoverageState.Shared)
            .GroupBy(c => (c.Row.Subject, string.Join(' ', c.AmbiguousWith.Append(c.Row.Id).Order(StringComparer.Ordinal)), c.Shared))
            .Select(g => g.ToList()).ToList();
        string label = Words(CoverageState.Shared);
        foreach (var rows in groups.Take(scope.Limit))
        {
            string service = rows.Select(c => $"{RowText.Service(c.Row)} {RowText.Direction(c.Row.Direction)}").Distinct().Count() == 1
                ? $"{RowText.Service(rows[0].Row)} {RowText.Direction(rows[0].Row.Direction)}: ".Replace(' ', Figures.Glue)[..^1] + " "
                : "";
            string ids = string.Join(", ", rows.Take(8).Select(c => scope.Where(c.Row.Id, c.Row.Source.Line).Replace(' ', Figures.Glue)));
            if (rows.Count > 8) ids += $" and {Figures.Count(rows.Count - 8)} more";
            string rest = rows.Count > 1
                ? "nothing tells these rows apart"
                : $"nothing tells it from {Ids(rows[0].AmbiguousWith)}";
            scope.Canvas.Line(
                Labelled(label, CoverageState.Shared).Add(service).Add(ids).Add($": {Figures.Count(rows[0].Shared.Flows, "flow")}, {Figures.Bytes(rows[0].Shared.Bytes)}; {rest}"),
                StateColumn + 2);
            label = "";
        }

        Rest(scope, groups.Skip(scope.Limit).Sum(g => g.Count));
    }

    /// <summary>The rows of a state that is the same story for each of them, in a paragraph for each note.</summary>
    private static void Groups(ReportScope scope, CoverageState state)
    {
        var rows = scope.Report.Coverage.Where(c => c.State == state).ToList();
        if (rows.Count == 0) return;
        var shown = rows.Take(scope.Limit).ToList();
        string label = Words(state);
        foreach (var group in shown.GroupBy(c => c.Note ?? "", StringComparer.Ordinal))
        {
            var line = Labelled(label, state);
            label = "";
            if (group.Key.Length > 0) line.Add(group.Key.TrimEnd('.') + ": ");
            bool first = true;
            foreach (var row in group)
            {
                if (!first) line.Add(ReportScope.Dot);
                first = false;
                line.Add(Brief(scope, row));
            }

            scope.Canvas.Line(line, StateColumn + 2);
        }

        Rest(scope, rows.Count - shown.Count);
    }

    private static StyledText Labelled(string label, CoverageState state) => new StyledText().Space(2).Add(label, InkOf(state)).PadTo(StateColumn + 2);

    private static void Rest(ReportScope scope, int rest)
    {
        if (rest > 0)
            scope.Canvas.Line(new StyledText().Space(StateColumn + 2).Add($"and {Figures.Count(rest, "more row", "more rows")}: --verbose shows them", Ink.Warning), StateColumn + 2);
    }

    /// <summary><c>R1 20/tcp In/Out (line 5, if pmm)</c>, kept together on a line.</summary>
    private static string Brief(ReportScope scope, RowCoverage row)
    {
        string need = row.Row.Need == Core.Matrix.RowNeed.Required ? "" : $", {RowText.Need(row.Row)}";
        string file = scope.Report.Matrix.Sources.Count > 1 ? Cells.Fit(Path.GetFileName(row.Row.Source.File), 40) + " " : "";
        string text = $"{row.Row.Id} {RowText.Service(row.Row)} {RowText.Direction(row.Row.Direction)} ({file}line {row.Row.Source.Line}{need})";
        return Cells.Fit(text, 70).Replace(' ', Figures.Glue);
    }

    private static string Story(RowCoverage row)
    {
        var parts = new List<string>();
        switch (row.State)
        {
            case CoverageState.Failing:
                parts.Add($"{Figures.Count(row.Failed, "flow")} failed, none worked");
                break;
            default:
                parts.Add($"{Figures.Count(row.Reversed, "flow")} the other way round");
                break;
        }

        if (row.Row.Purpose.Length > 0)
            parts.Add("for: " + TerminalText.Clean(row.Row.Purpose, 80));
        return string.Join("; ", parts);
    }

    private static string Ids(IReadOnlyList<string> ids)
    {
        const int most = 12;
        string shown = string.Join(", ", ids.Take(most));
        return ids.Count > most ? $"{shown} and {Figures.Count(ids.Count - most)} more" : shown;
    }

    private static void Table(ReportScope scope)
    {
        bool several = scope.Report.Matrix.Subjects.Count > 1;
        foreach (var subject in scope.Report.Coverage.GroupBy(c => c.Row.Subject).OrderBy(g => g.Key))
        {
            if (several) scope.Canvas.Line(new StyledText().Space(2).Add(Cells.Fit(subject.First().Subject, 60), Ink.Strong));
            var table = new TextTable(
                new("row", Most: 12), new("line", Right: true), new("service", Most: 28), new("dir"), new("state"),
                new("own", Right: true), new("shared", Right: true), new("covered", Right: true), new("failed", Right: true),
                new("bytes", Right: true), new("peers", Right: true));
            foreach (var row in subject)
            {
                long bytes = row.Exclusive.Bytes + row.Shared.Bytes;
                table.Add(
                    (row.Row.Id, Ink.Strong), ($"{row.Row.Source.Line}", Ink.Plain), (RowText.Service(row.Row), Ink.Plain),
                    (RowText.Direction(row.Row.Direction), Ink.Plain), (Words(row.State), InkOf(row.State)),
                    (Number(row.Exclusive.Flows), Ink.Plain), (Number(row.Shared.Flows), Ink.Plain), (Number(row.Covered.Flows), Ink.Plain),
                    (Number(row.Failed), row.Failed > 0 ? Ink.Bad : Ink.Plain), (bytes == 0 ? "-" : Figures.Bytes(bytes), Ink.Plain),
                    ((row.Peers.AtLeast ? ">=" : row.Peers.Error is null ? "" : "~") + Number(row.Peers.Count), Ink.Plain));
                foreach (var detail in Details(scope, row)) table.Detail(detail);
            }

            table.Write(scope.Canvas, detailIndent: 6);
        }
    }

    private static IEnumerable<StyledText> Details(ReportScope scope, RowCoverage row)
    {
        string need = row.Row.Need == Core.Matrix.RowNeed.Required ? "" : RowText.Need(row.Row) + ": ";
        if (need.Length + row.Row.Purpose.Length > 0) yield return new StyledText().Add(need + row.Row.Purpose, Ink.Faint);
        if (row.Row.Peers.Count > 0) yield return new StyledText().Add("only " + string.Join(", ", row.Row.Peers), Ink.Faint);
        if (row.Note is { Length: > 0 } note) yield return new StyledText().Add(note, InkOf(row.State));
        if (row.Reversed > 0) yield return new StyledText().Add($"{Figures.Count(row.Reversed, "flow")} the other way round", Ink.Warning);
        if (row.AmbiguousWith.Count > 0) yield return new StyledText().Add("shares flows with " + string.Join(", ", row.AmbiguousWith));
        if (row is not { FirstNs: { } first, LastNs: { } last }) yield break;

        string sides = row.Row.Direction == Core.Matrix.RowDirection.InOut
            ? $"; initiated from outside {Figures.Count(row.InitiatedIn)}, by the subject {Figures.Count(row.InitiatedOut)}"
            : "";
        long unknown = row.Exclusive.Flows + row.Shared.Flows - row.InitiatedIn - row.InitiatedOut;
        if (unknown > 0) sides += $"; of {Figures.Count(unknown, "flow")} nobody can tell who initiated {(unknown == 1 ? "it" : "them")}";
        yield return new StyledText().Add($"first {scope.Clock.Time(first)}, last {scope.Clock.Time(last)}{sides}", Ink.Faint);
    }

    private static string Number(long value) => value == 0 ? "-" : Figures.Count(value);
}
