using System.Buffers;
using CsvHelper;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;
using TrafficCheck.Matrices.Tables;

namespace TrafficCheck.Matrices.Forms;

/// <summary>
/// The CSV form: the columns of the Markdown form. Name and subjects stand above them in lines that begin with <c>#</c>, as front matter
/// between two lines <c>#---</c>. Cells that a spreadsheet would take for a formula begin with an apostrophe, which is taken off again.
/// </summary>
internal static class CsvForm
{
    private const string Mark = "#---";

    private static readonly SearchValues<char> s_quotedFor = SearchValues.Create(",\"\n\r;\t");

    /// <summary>UTF-8 bytes of one record.</summary>
    private const int MaxRecord = 16 << 20;

    public static void Write(AllowedMatrix matrix, TextWriter output)
    {
        output.Write(Mark + "\n");
        foreach (string line in ExactTable.Head(matrix).TrimEnd('\n').Split('\n')) output.Write("#" + line + "\n");
        output.Write(Mark + "\n");
        output.Write(string.Join(',', ExactTable.Header) + "\n");
        foreach (MatrixRow row in matrix.Rows) output.Write(string.Join(',', ExactTable.Cells(row, matrix.Subjects[row.Subject].Name).Select(Cell)) + "\n");
    }

    /// <exception cref="DocumentException">The document is no CSV, or its head is no YAML.</exception>
    public static void Import(string file, string text, MatrixDraft draft)
    {
        string[] lines = MarkdownTables.Lines(text);
        int at = 0;
        var settings = new DocumentSettings();
        if (lines[0].TrimEnd() == Mark)
        {
            int end = Array.FindIndex(lines, 1, l => l.TrimEnd() == Mark);
            if (end < 0) throw new DocumentException("front-matter-unterminated", 1, "the head that begins here does not end: put a line #--- after it");
            string head = string.Join('\n', lines[1..end].Select(l => l.StartsWith('#') ? l[1..] : l));
            if (head.Length > DocumentLimits.FrontMatter) throw new DocumentException("front-matter-size", 1, $"the head is longer than {DocumentLimits.FrontMatter} characters");
            if (YamlTree.Read(head, 2) is { } root) settings = new SettingsReader(file, draft).Read(root, withRows: false);
            at = end + 1;
        }

        while (at < lines.Length && (lines[at].Trim().Length == 0 || lines[at].StartsWith('#'))) at++;
        if (at >= lines.Length) return;
        List<TableLine> rows = Rows(string.Join('\n', lines[at..]), at + 1, settings.Exact);
        if (rows.Count == 0) return;
        new TableImporter(file, draft, settings).Import([new TableText("", "", rows[0], rows[1..], [])]);
    }

    private static List<TableLine> Rows(string text, int firstLine, bool exact)
    {
        // Recovering from a quote that is never closed would swallow the rest of the table in silence.
        var options = new CsvReaderOptions { HasHeader = false, TrackLineNumbers = true, MaxRecordSize = MaxRecord, MalformedData = CsvMalformedDataHandling.Throw, DetectSeparatorHint = false };
        var rows = new List<TableLine>();
        using CsvReader csv = CsvReader.FromText(text, exact ? options with { Separator = ',' } : options);
        try
        {
            while (rows.Count <= DocumentLimits.Rows + 1 && csv.Read())
            {
                var cells = new string[Math.Min(csv.FieldCount, DocumentLimits.Columns + 1)];
                for (int i = 0; i < cells.Length; i++) cells[i] = exact ? Unguarded(csv.GetString(i)) : Escaped(csv.GetString(i).Trim());
                rows.Add(new(cells, (int)Math.Min(int.MaxValue, csv.LineNumber + firstLine - 1), false));
            }
        }
        catch (Exception e) when (e is CsvFormatException or InvalidDataException or InvalidOperationException)
        {
            throw new DocumentException("csv-syntax", rows.Count > 0 ? rows[^1].Line + 1 : firstLine, "no valid CSV after the row before this line: " + Quoted.Of(e.Message));
        }

        return rows;
    }

    private static string Cell(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\'') text = "'" + text;
        return text.AsSpan().IndexOfAny(s_quotedFor) >= 0 ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;
    }

    /// <summary>Cells are read as Markdown later; what they hold is text, not markup.</summary>
    private static string Unguarded(string cell) => Escaped(cell.Length > 1 && cell[0] == '\'' && cell[1] is '=' or '+' or '-' or '@' or '\'' ? cell[1..] : cell);

    private static string Escaped(string cell) => cell.Replace("\\", "\\\\", StringComparison.Ordinal);
}
