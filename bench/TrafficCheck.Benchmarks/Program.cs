using BenchmarkDotNet.Running;
using TrafficCheck.Benchmarks;

// --dry runs every benchmark once without BenchmarkDotNet, to see that it still works.
if (args is ["--dry"])
{
    var lookup = new LookupBenchmarks { Rows = 1000 };
    lookup.Setup();
    return lookup.Hit() >= 0 ? 0 : 1;
}

BenchmarkSwitcher.FromAssembly(typeof(LookupBenchmarks).Assembly).Run(args);
return 0;
