namespace TrafficCheck.Reporting.Layout;

/// <summary>
/// Columns as wide as their widest cell (up to a limit per column, where an ellipsis shows the cut); the last one takes the rest of the
/// line and wraps under itself. Lines of detail may follow a row.
/// </summary>
internal sealed class TextTable(params TextTable.Column[] columns)
{
    private readonly List<(string[] Cells, Ink[] Inks, List<StyledText> Details)> _rows = [];

    public int Indent { get; init; } = 2;

    public void Add(params ReadOnlySpan<(string? Text, Ink Ink)> cells)
    {
        var texts = new string[columns.Length];
        var inks = new Ink[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            bool last = i == columns.Length - 1 && !columns[i].Right;
            texts[i] = last ? TerminalText.Clean(cells[i].Text) : Cells.Fit(cells[i].Text, columns[i].Most);
            inks[i] = cells[i].Ink;
        }

        _rows.Add((texts, inks, []));
    }

    /// <summary>Adds a line below the last row.</summary>
    public void Detail(StyledText text) => _rows[^1].Details.Add(text);

    /// <param name="canvas">Where to write.</param>
    /// <param name="detailIndent">Column in which lines of detail start.</param>
    public void Write(TextCanvas canvas, int detailIndent)
    {
        var widths = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            widths[i] = Cells.Of(columns[i].Header);
            foreach (var row in _rows) widths[i] = Math.Max(widths[i], Cells.Of(row.Cells[i]));
        }

        int last = columns.Length - 1;
        int hang = Indent + widths[..last].Sum() + (2 * last);
        canvas.Line(Compose([.. columns.Select(c => c.Header)], [.. columns.Select(_ => Ink.Faint)], widths), hang);
        foreach (var row in _rows)
        {
            canvas.Line(Compose(row.Cells, row.Inks, widths), hang);
            foreach (var detail in row.Details) canvas.Line(new StyledText().Space(detailIndent).Add(detail), detailIndent + 2);
        }
    }

    private StyledText Compose(string[] cells, Ink[] inks, int[] widths)
    {
        var line = new StyledText().Space(Indent);
        for (int i = 0; i < columns.Length; i++)
        {
            if (i > 0) line.Space(2);
            line.AddColumn(cells[i], widths[i], inks[i], columns[i].Right);
        }

        return line;
    }

    internal sealed record Column(string Header, bool Right = false, int Most = 24);
}
