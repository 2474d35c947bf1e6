using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>What every section of a text report needs.</summary>
internal sealed class ReportScope
{
    /// <summary>Entries of one list in the default report; the rest is counted.</summary>
    public const int ListLimit = 20;

    /// <summary>Keeps the dot at the end of a line rather than at the start of the next.</summary>
    public const string Dot = "\u00A0· ";

    private readonly Dictionary<string, MatrixRow> _rows = new(StringComparer.Ordinal);

    public ReportScope(CheckReport report, TextCanvas canvas)
    {
        Report = report;
        Canvas = canvas;
        foreach (var row in report.Matrix.Rows) _rows.TryAdd(row.Id, row);
        (FirstNs, LastNs) = Extent(report);
        Clock = new ReportClock(FirstNs, LastNs);
    }

    public CheckReport Report { get; }

    public TextCanvas Canvas { get; }

    public ReportClock Clock { get; }

    /// <summary>Earliest and latest instant of anything in the report; null without frames.</summary>
    public long? FirstNs { get; }

    public long? LastNs { get; }

    public int Limit => Canvas.Verbose ? int.MaxValue : ListLimit;

    public MatrixRow? Row(string? id) => id is not null && _rows.TryGetValue(id, out var row) ? row : null;

    /// <summary><c>R24 (line 44)</c>, with the file where the matrix has several.</summary>
    public string Where(string id, int? line)
    {
        string file = Report.Matrix.Sources.Count > 1 && Row(id) is { } row ? Cells.Fit(Path.GetFileName(row.Source.File), 40) + " " : "";
        return line is { } n ? $"{id}{Figures.Glue}({file}line{Figures.Glue}{n})" : id;
    }

    public static string Causes(IReadOnlyList<KeyValuePair<string, long>> causes) =>
        string.Join(", ", causes.Select(c => $"{TerminalText.Clean(c.Key).Replace(' ', Figures.Glue)}{Figures.Glue}{Figures.Count(c.Value)}"));

    private static (long? First, long? Last) Extent(CheckReport report)
    {
        long? first = null;
        long? last = null;
        foreach (var input in report.Inputs) Stretch(input.FirstNs, input.LastNs);
        foreach (var finding in report.Findings) Stretch(finding.FirstNs, finding.LastNs);
        foreach (var row in report.Coverage) Stretch(row.FirstNs, row.LastNs);
        return (first, last);

        void Stretch(long? from, long? to)
        {
            if (from is { } f && (first is null || f < first)) first = f;
            if (to is { } t && (last is null || t > last)) last = t;
        }
    }
}
