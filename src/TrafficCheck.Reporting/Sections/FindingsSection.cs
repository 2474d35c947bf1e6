using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>The findings of some kinds under one heading: who, how much, why, when, and what would settle it.</summary>
internal static class FindingsSection
{
    public static void Write(ReportScope scope, string heading, params ReadOnlySpan<FindingKind> kinds)
    {
        var all = new List<Finding>();
        foreach (var finding in scope.Report.Findings)
        {
            if (kinds.Contains(finding.Kind)) all.Add(finding);
        }

        if (all.Count == 0) return;
        var canvas = scope.Canvas;
        canvas.Blank();
        canvas.Line(
            new StyledText().Add(heading, Ink.Strong).Space(3)
                .Add($"{Figures.Count(all.Count, "finding")}, {Figures.Count(all.Sum(f => f.Flows), "flow")}", Ink.Faint));

        var shown = all.Take(scope.Limit).ToList();
        var columns = new Columns(scope, shown);
        foreach (var finding in shown) One(scope, finding, columns);

        if (all.Count <= shown.Count) return;
        long flows = all.Skip(shown.Count).Sum(f => f.Flows);
        canvas.Line(
            $"  and {Figures.Count(all.Count - shown.Count)} more ({Figures.Count(flows, "flow")}): --verbose or --format json shows them",
            Ink.Warning,
            2);
    }

    private static void One(ReportScope scope, Finding finding, Columns columns)
    {
        var canvas = scope.Canvas;
        var ink = finding.Severity switch
        {
            FindingSeverity.High => Ink.StrongBad,
            FindingSeverity.Medium => Ink.StrongWarning,
            _ => Ink.Strong,
        };
        int indent = columns.Indent;
        var figures = new StyledText()
            .AddColumn(Figures.Count(finding.Flows, "flow"), columns.Flows, right: true).Space(2)
            .AddColumn(Figures.Bytes(finding.Bytes), columns.Bytes, right: true).Space(2)
            .Add(FindingText.Outcomes(finding));

        var head = new StyledText().Space(2)
            .AddColumn(finding.Id, columns.Id, ink).Space(1)
            .AddColumn(finding.Severity.Word(), columns.Severity, ink).Space(1)
            .AddColumn(FindingText.Cause(finding), columns.Reason, ink).Space(1)
            .AddColumn(FindingText.Direction(finding.Direction), 3).Space(2)
            .AddColumn(FindingText.Service(finding), columns.Service, Ink.Strong).Space(2);
        if (columns.OneLine)
        {
            canvas.Line(head.AddColumn(FindingText.Ends(finding), columns.Ends).Space(2).Add(figures), indent);
        }
        else
        {
            canvas.Line(head.Add(FindingText.Ends(finding)), indent + 2);
            canvas.Line(new StyledText().Space(indent).Add(figures), indent + 2);
        }

        Detail(RowNote(scope, finding));
        if (finding.Answered.Count > 0) Detail(FindingText.Answered(finding, canvas.Verbose), finding.Escaped > 0 ? Ink.StrongBad : Ink.Plain);
        if (finding.EarlierMatrix) Detail("found under an earlier matrix, of which it speaks", Ink.Faint);
        Detail(finding.Explanation);
        foreach (MissingEvidence missing in finding.Missing) Detail("missing: " + missing.Text);
        if (finding.Suggestion is { } suggestion) Detail("to settle it: " + suggestion);
        if (finding.PeerNames.Count > 0) Detail(FindingText.PeerNames(finding, canvas.Verbose));
        if (finding.Carriers is { } carriers) Detail(FindingText.Carriers(carriers));
        if (canvas.Verbose && finding.Peers.Sample.Count > 1) Detail("peers: " + FindingText.Sample(finding.Peers), Ink.Faint);
        if (canvas.Verbose && finding.Hosts.Sample.Count > 1) Detail("protected: " + FindingText.Sample(finding.Hosts), Ink.Faint);
        string subject = scope.Report.Subjects.Count > 1 && finding.Subject.Length > 0 ? $"{Cells.Fit(finding.Subject, 40)}; " : "";
        Detail(subject + FindingText.Times(scope, finding), Ink.Faint);
        if (canvas.Verbose && finding.Key.Length > 0) Detail("key: " + TerminalText.Clean(finding.Key, 300), Ink.Faint);

        void Detail(string? text, Ink ink = Ink.Plain)
        {
            if (!string.IsNullOrEmpty(text)) canvas.Line(new StyledText().Space(indent).Add(text, ink), indent + 2);
        }
    }

    /// <summary>The row that comes nearest, unless the explanation already names it with its line.</summary>
    private static string? RowNote(ReportScope scope, Finding finding)
    {
        if (finding.NearestRow is not { } id) return null;
        bool failing = finding.Kind == FindingKind.Failing;
        if (!failing && !scope.Canvas.Verbose && finding.Explanation.Contains($"{id} (", StringComparison.Ordinal)) return null;

        string where = scope.Where(id, finding.NearestRowLine);
        if (scope.Row(id) is not { } row) return $"{(failing ? "row" : "nearest row")} {where}";
        string purpose = row.Purpose.Length == 0 ? "" : ": " + TerminalText.Clean(row.Purpose, 160);
        return $"{(failing ? "row" : "nearest row")} {where} {RowText.Service(row)} {RowText.Direction(row.Direction)}{purpose}";
    }

    /// <summary>Widths of the columns of one section.</summary>
    private sealed class Columns
    {
        public Columns(ReportScope scope, List<Finding> findings)
        {
            Id = findings.Max(f => Cells.Of(TerminalText.Clean(f.Id)));
            Severity = findings.Max(f => f.Severity.Word().Length);
            Reason = findings.Max(f => FindingText.Cause(f).Length);
            Service = Math.Min(findings.Max(f => Cells.Of(FindingText.Service(f))), 24);
            Ends = findings.Max(f => Cells.Of(FindingText.Ends(f)));
            Flows = findings.Max(f => Figures.Count(f.Flows, "flow").Length);
            Bytes = findings.Max(f => Figures.Bytes(f.Bytes).Length);
            Indent = 2 + Id + 1 + Severity + 1;
            int outcomes = findings.Max(f => FindingText.Outcomes(f).Width);
            OneLine = Indent + Reason + 1 + 5 + Service + 2 + Ends + 2 + Flows + 2 + Bytes + 2 + outcomes <= scope.Canvas.Width;
        }

        public int Id { get; }

        public int Severity { get; }

        public int Reason { get; }

        public int Service { get; }

        public int Ends { get; }

        public int Flows { get; }

        public int Bytes { get; }

        /// <summary>Column in which the lines below the first one start.</summary>
        public int Indent { get; }

        /// <summary>Whether ends and figures of every finding fit beside each other.</summary>
        public bool OneLine { get; }
    }
}
