using System.Text;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Flows;

/// <summary>
/// The <c>rows</c> column: <c>R8;R9 / R7</c>. Flows share their lists of rows, so the last text is kept.
/// </summary>
internal sealed class RowsText(Func<string, string> clean)
{
    private readonly StringBuilder _text = new();
    private IReadOnlyList<string>? _rows;
    private IReadOnlyList<string>? _covered;
    private string _last = "";

    public string Of(in FlowRow row)
    {
        if (row.CoveredRows.Count == 0 && row.Rows.Count <= 1) return row.Rows.Count == 0 ? "" : clean(row.Rows[0]);
        if (ReferenceEquals(row.Rows, _rows) && ReferenceEquals(row.CoveredRows, _covered)) return _last;

        _text.Clear();
        Append(row.Rows);
        if (row.CoveredRows.Count > 0)
        {
            _text.Append(" / ");
            Append(row.CoveredRows);
        }

        (_rows, _covered, _last) = (row.Rows, row.CoveredRows, _text.ToString());
        return _last;
    }

    private void Append(IReadOnlyList<string> ids)
    {
        for (int i = 0; i < ids.Count; i++)
        {
            if (i > 0) _text.Append(';');
            _text.Append(clean(ids[i]));
        }
    }
}
