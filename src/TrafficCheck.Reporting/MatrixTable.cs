using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting;

/// <summary>The matrix as understood, for <c>matrix show</c>: one table for each subject.</summary>
public static class MatrixTable
{
    /// <summary>UTF-16 units of a purpose, and peers of a row, in the table that is not verbose.</summary>
    private const int PurposeLimit = 240, PeerLimit = 8;

    public static void Write(AllowedMatrix matrix, TextWriter output, TextStyle style)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);

        var canvas = new TextCanvas(output, style);
        int off = matrix.Rows.Count(r => !r.Enforced);
        string notEnforced = off > 0 ? $", {Figures.Count(off)} not enforced" : "";
        canvas.Line(
            new StyledText().Add(Cells.Fit(matrix.Name, 80), Ink.Strong)
                .Add($"   {Figures.Count(matrix.Rows.Count, "row")}, {Figures.Count(matrix.Subjects.Count, "subject")}{notEnforced}"));
        foreach (var source in matrix.Sources) canvas.Line(new StyledText().Space(2).Add($"{source.Path}  sha256 {source.Sha256}", Ink.Faint), 4);
        if (matrix.Conditions.Count > 0) canvas.Line($"  conditions: {string.Join(", ", matrix.Conditions)} (switch on with --with NAME)", hang: 4);

        for (int i = 0; i < matrix.Subjects.Count; i++) Subject(matrix, i, canvas);
    }

    private static void Subject(AllowedMatrix matrix, int index, TextCanvas canvas)
    {
        var subject = matrix.Subjects[index];
        var rows = matrix.Rows.Where(r => r.Subject == index).ToList();
        canvas.Blank();
        var heading = new StyledText().Add(Cells.Fit(subject.Name, 60), Ink.Strong).Add($"   {Figures.Count(rows.Count, "row")}");
        if (subject.Addresses.Count > 0) heading.Add($"   {string.Join(", ", subject.Addresses.Select(a => RowPeer.Of(a).ToString()))}");
        canvas.Line(heading, 2);
        if (rows.Count == 0) return;

        var table = new TextTable(
            new("row", Most: 12), new("line", Right: true), new("ports", Most: 20), new("transport", Most: 14), new("direction"),
            new("application", Most: 18), new("need", Most: 18), new("peers"));
        foreach (var row in rows)
        {
            table.Add(
                (row.Id, Ink.Strong),
                ($"{row.Source.Line}", Ink.Plain),
                (row.FromServerPort ? $"from {row.PortsText}" : row.PortsText, Ink.Plain),
                (RowText.Transports(row), Ink.Plain),
                (RowText.Direction(row.Direction), Ink.Plain),
                (row.Application ?? "-", Ink.Plain),
                (RowText.Need(row), Ink.Plain),
                (Peers(row, canvas.Verbose), Ink.Plain));
            string purpose = TerminalText.Clean(row.Purpose, canvas.Verbose ? TerminalText.DefaultLimit : PurposeLimit);
            if (purpose.Length > 0) table.Detail(new StyledText().Add(purpose, Ink.Faint));
            if (!row.Enforced) table.Detail(new StyledText().Add("not enforced: a cell was not understood (see matrix lint)", Ink.Warning));
        }

        table.Write(canvas, detailIndent: 6);
    }

    private static string Peers(MatrixRow row, bool all)
    {
        if (row.Peers.Count == 0) return "any";
        int shown = all ? row.Peers.Count : Math.Min(row.Peers.Count, PeerLimit);
        string peers = string.Join(", ", row.Peers.Take(shown).Select(p => TerminalText.Clean(p.ToString(), 255)));
        return shown < row.Peers.Count ? $"{peers} and {Figures.Count(row.Peers.Count - shown)} more" : peers;
    }
}
