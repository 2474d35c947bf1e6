namespace TrafficCheck.Matrices.Tables;

/// <summary>A row of a table: its cells, the lines it covers, and whether it had to be joined from several.</summary>
internal sealed record TableLine(IReadOnlyList<string> Cells, int Line, bool Joined);

/// <param name="Before">The nearest text before the table: a heading or a sentence.</param>
internal sealed record TableText(string Before, TableLine Header, IReadOnlyList<TableLine> Rows);

/// <summary>
/// Finds pipe tables in a document. Vendors' tables have cells broken over lines, which no Markdown reader joins: a row goes on until it has
/// as many cells as the header and ends in a pipe.
/// </summary>
internal static class MarkdownTables
{
    private const int MaxJoined = 20;

    public static IReadOnlyList<TableText> Read(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        var tables = new List<TableText>();
        string before = "";
        for (int i = 0; i < lines.Length;)
        {
            if (i + 1 >= lines.Length || !lines[i].Contains('|', StringComparison.Ordinal) || !IsRule(lines[i + 1]))
            {
                if (lines[i].Trim().Length > 0) before = lines[i].Trim().TrimStart('#').Trim();
                i++;
                continue;
            }

            var header = new TableLine(Cells(lines[i]), i + 1, false);
            var rows = new List<TableLine>();
            for (i += 2; i < lines.Length && lines[i].TrimStart().StartsWith('|');)
            {
                int start = i;
                string row = lines[i++];
                while (!IsWhole(row, header.Cells.Count) && i < lines.Length && i - start < MaxJoined && lines[i].Trim().Length > 0 && !lines[i].TrimStart().StartsWith('|'))
                    row += " " + lines[i++].Trim();
                rows.Add(new(Cells(row), start + 1, i - start > 1));
            }

            tables.Add(new(before, header, rows));
            before = "";
        }

        return tables;
    }

    private static bool IsWhole(string row, int cells) => row.TrimEnd().EndsWith('|') && Cells(row).Count >= cells;

    private static bool IsRule(string line) => line.Contains('-', StringComparison.Ordinal) && line.All(c => c is '|' or '-' or ':' or ' ' or '\t');

    private static List<string> Cells(string row)
    {
        string inner = row.Trim();
        if (inner.StartsWith('|')) inner = inner[1..];
        if (inner.EndsWith('|')) inner = inner[..^1];
        return [.. inner.Split('|').Select(c => c.Trim())];
    }
}
