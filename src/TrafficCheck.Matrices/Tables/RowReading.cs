using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>The cells of one row while it is read, without markup, and the footnote marks found on them.</summary>
internal sealed class RowReading(TableLine line, bool exact)
{
    private readonly List<string> _cells = [.. line.Cells.Select(c => exact ? CellMarkup.Exact(c) : CellMarkup.Plain(c))];

    /// <summary>Footnote marks, each once.</summary>
    public List<string> Marks { get; } = [];

    /// <summary>Column of the first mark; -1 when it stands in the purpose.</summary>
    public int MarkedColumn { get; private set; } = -1;

    /// <summary>Rows that this line has given so far.</summary>
    public int RowsAdded { get; set; }

    /// <summary>Text of a column; empty when the row has no such cell.</summary>
    public string Text(int column) => column >= 0 && column < _cells.Count ? _cells[column].Trim() : "";

    /// <summary>As <see cref="Text"/>; of cells that hold no prose, footnote marks are taken off.</summary>
    public string Structured(int column, bool marks)
    {
        string text = Text(column);
        if (exact || !marks) return text;
        int before = Marks.Count;
        string bare = Footnotes.Strip(text, Marks);
        if (Marks.Count > before && MarkedColumn < 0) MarkedColumn = column;
        return bare;
    }

    /// <summary>Joins what stands beyond the last column to it.</summary>
    public void JoinBeyond(int columns)
    {
        if (_cells.Count <= columns || columns == 0) return;
        _cells[columns - 1] = string.Join(" | ", _cells.Skip(columns - 1));
        _cells.RemoveRange(columns, _cells.Count - columns);
    }

    /// <summary>Empties cells beyond the size limit and takes control characters out of the others.</summary>
    /// <param name="onControls">Called with column and text of a cell that holds control characters.</param>
    /// <param name="tooLong">Column of the last cell that was too long.</param>
    /// <returns>Whether every cell is within the limit.</returns>
    public bool CheckCells(Action<int, string> onControls, out int tooLong)
    {
        tooLong = -1;
        for (int i = 0; i < _cells.Count; i++)
        {
            if (_cells[i].Length > DocumentLimits.Cell)
            {
                _cells[i] = "";
                tooLong = i;
            }
            else if (Quoted.HasControls(_cells[i]))
            {
                onControls(i, _cells[i]);
                _cells[i] = string.Concat(_cells[i].Select(c => char.IsControl(c) && c != '\n' ? ' ' : c));
            }
        }

        return tooLong < 0;
    }
}
