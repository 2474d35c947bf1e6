using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;

namespace TrafficCheck.Benchmarks.Columns;

/// <summary>
/// One operation is a whole trace, tens of milliseconds and more: each is timed by itself. Rows that need libpcap are left out where it is missing.
/// </summary>
internal sealed class LadderConfig : ManualConfig
{
    public LadderConfig()
    {
        AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(3).WithIterationCount(11).WithInvocationCount(1).WithUnrollFactor(1));
        AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)));
        HideColumns("Error", "StdDev", "Median", "Allocated", "Alloc Ratio", "Ratio", "RatioSD");
        AddColumn(StatisticColumn.Min, StatisticColumn.Max);
        AddColumn([.. PerFrameColumn.All]);
        AddFilter(new SimpleFilter(benchmark => Libpcap.IsPresent || !benchmark.Descriptor.HasCategory(Libpcap.Category)));
        WithOrderer(new BenchmarkDotNet.Order.DefaultOrderer(BenchmarkDotNet.Order.SummaryOrderPolicy.Declared));
    }
}
