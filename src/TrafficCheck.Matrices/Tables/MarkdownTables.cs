using System.Text;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>
/// Finds pipe tables in a document, also loose ones without outer pipes. Vendors' tables have cells broken over lines, which no Markdown
/// reader joins: a row that begins with a pipe goes on until it has as many cells as the header and ends in a pipe. Linear in the text.
/// </summary>
internal sealed class MarkdownTables
{
    private const int MaxJoined = 20;
    private const int MaxAfter = 200;

    private readonly string[] _lines;
    private readonly int _firstLine;
    private readonly List<TableText> _tables = [];
    private string _heading = "", _before = "";
    private List<string> _after = [];
    private int _beforeLine;

    private MarkdownTables(string[] lines, int firstLine)
    {
        _lines = lines;
        _firstLine = firstLine;
    }

    /// <param name="text">A Markdown document, or the part of it after the front matter.</param>
    /// <param name="firstLine">Line of the file on which the text begins, 1-based.</param>
    public static IReadOnlyList<TableText> Read(string text, int firstLine) => new MarkdownTables(Lines(text), firstLine).Read();

    /// <summary>Lines end as in every editor: at LF, CRLF and CR, not at the form feeds and separators of Unicode.</summary>
    public static string[] Lines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

    private List<TableText> Read()
    {
        bool fenced = false;
        for (int i = 0; i < _lines.Length;)
        {
            string line = _lines[i].Trim();
            if (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal)) fenced = !fenced;
            if (!fenced && i + 1 < _lines.Length && line.Contains('|', StringComparison.Ordinal) && IsRule(_lines[i + 1]))
            {
                i = Table(i);
                continue;
            }

            if (line.Length > 0) Text(line, i);
            i++;
        }

        return _tables;
    }

    private void Text(string line, int at)
    {
        string plain = line.Trim('#', ' ', '*', '_', ':');
        if (line.StartsWith('#'))
        {
            _heading = plain;
            _after = [];
        }
        else if (_after.Count < MaxAfter) _after.Add(line);

        // A line of dashes under text, or between paragraphs, says nothing.
        if (plain.Length == 0 || plain.All(c => c is '-' or '=')) return;
        _before = line.TrimStart('#').Trim();
        _beforeLine = at + _firstLine;
    }

    private int Table(int at)
    {
        List<string> headerCells = Cells(_lines[at], 0);
        var header = new TableLine(headerCells, at + _firstLine, false);
        bool outer = _lines[at].TrimStart().StartsWith('|');
        var rows = new List<TableLine>();
        int i = at + 2;
        while (i < _lines.Length)
        {
            string line = _lines[i];
            bool piped = line.TrimStart().StartsWith('|');
            if (!piped && (line.Trim().Length == 0 || !IsLooseRow(line, outer ? headerCells.Count : 2))) break;
            int start = i++;
            if (!piped || !outer)
            {
                rows.Add(new(Cells(line, headerCells.Count), start + _firstLine, false));
                continue;
            }

            var row = new StringBuilder(line);
            int pipes = Pipes(line, out bool closed);
            while (!(closed && pipes > headerCells.Count) && i < _lines.Length && i - start < MaxJoined && _lines[i].Trim().Length > 0 && !_lines[i].TrimStart().StartsWith('|'))
            {
                pipes += Pipes(_lines[i], out closed);
                row.Append('\n').Append(_lines[i++].Trim());
            }

            rows.Add(new(Cells(row.ToString(), headerCells.Count), start + _firstLine, i - start > 1));
        }

        _after = [];
        _tables.Add(new(_heading, _before, header, rows, _after) { BeforeLine = _beforeLine });
        _before = "";
        _beforeLine = 0;
        _heading = "";
        return i;
    }

    private static bool IsLooseRow(string line, int cells) => Pipes(line, out bool closed) + (closed ? 0 : 1) >= cells;

    private static bool IsRule(string line)
    {
        bool dash = false, pipe = false;
        foreach (char c in line)
        {
            if (c is not ('|' or '-' or ':' or ' ' or '\t')) return false;
            dash |= c == '-';
            pipe |= c == '|';
        }

        return dash && pipe;
    }

    /// <summary>Pipes that are not escaped, and whether the line ends in one.</summary>
    private static int Pipes(string line, out bool closed)
    {
        int count = 0;
        closed = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\') i++;
            if (c == '|') count++;
            if (c is not (' ' or '\t')) closed = c == '|';
        }

        return count;
    }

    /// <summary>
    /// Cells between pipes. A pipe inside a code span parts cells, as GitHub reads it, unless that gives more cells than the header has
    /// and keeping the spans whole does not.
    /// </summary>
    /// <param name="expected">Cells of the header; 0 for the header itself.</param>
    private static List<string> Cells(string row, int expected)
    {
        List<string> cells = Split(row, false);
        if (expected == 0 || cells.Count <= expected || !row.Contains('`', StringComparison.Ordinal)) return cells;
        List<string> whole = Split(row, true);
        return whole.Count == expected ? whole : cells;
    }

    private static List<string> Split(string row, bool keepSpans)
    {
        string inner = row.Trim();
        var cells = new List<string>();
        int from = inner.StartsWith('|') ? 1 : 0;
        bool inSpan = false;
        for (int i = from; i < inner.Length; i++)
        {
            char c = inner[i];
            if (c == '\\') i++;
            else if (c == '`') inSpan = keepSpans && !inSpan;
            else if (c == '|' && !inSpan)
            {
                cells.Add(inner[from..i].Trim());
                from = i + 1;
                if (cells.Count > DocumentLimits.Columns) return cells;
            }
        }

        if (from < inner.Length) cells.Add(inner[from..].Trim());
        return cells;
    }
}
