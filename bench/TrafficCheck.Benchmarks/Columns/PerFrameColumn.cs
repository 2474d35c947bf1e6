using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using TrafficCheck.Benchmarks.Traces;

namespace TrafficCheck.Benchmarks.Columns;

/// <summary>A figure of a whole-trace benchmark for one frame or one second. Empty for benchmarks without a trace.</summary>
internal sealed class PerFrameColumn : IColumn
{
    private static readonly Dictionary<string, long> s_sizes = [];

    private readonly string _unit;
    private readonly Func<BenchmarkReport, long, long, double?> _figure;

    private PerFrameColumn(string name, string unit, string legend, Func<BenchmarkReport, long, long, double?> figure)
    {
        ColumnName = name;
        _unit = unit;
        Legend = legend;
        _figure = figure;
    }

    public static IReadOnlyList<IColumn> All { get; } =
    [
        new PerFrameColumn("ns/frame", "0.00", "Median time for one frame", (report, frames, _) => Median(report) / frames),
        new PerFrameColumn("Mframe/s", "0.0", "Million frames in a second, by the median", (report, frames, _) => frames / Median(report) * 1e3),
        new PerFrameColumn("GB/s", "0.00", "Bytes of the capture file (10^9) in a second, by the median", (report, _, bytes) => bytes / Median(report)),
        new PerFrameColumn("B/frame", "0.000", "Managed bytes allocated for one frame", (report, frames, _) => Allocated(report) / frames),
    ];

    public string Id => "PerFrame." + ColumnName;

    public string ColumnName { get; }

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend { get; }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (benchmarkCase.Parameters.Items.FirstOrDefault(p => p.Name == nameof(LadderBenchmarks.Trace))?.Value is not string trace) return "-";
        if (summary[benchmarkCase] is not { } report || report.ResultStatistics is null) return "?";
        if (!s_sizes.TryGetValue(trace, out long bytes)) s_sizes[trace] = bytes = TraceFile.Size(TraceSpec.Of(trace));
        return _figure(report, TraceSpec.Of(trace).Frames, bytes)?.ToString(_unit, CultureInfo.InvariantCulture) ?? "?";
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    private static double? Median(BenchmarkReport report) => report.ResultStatistics?.Median;

    private static double? Allocated(BenchmarkReport report) => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
}
