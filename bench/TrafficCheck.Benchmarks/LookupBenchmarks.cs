using BenchmarkDotNet.Attributes;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Benchmarks;

/// <summary>The lookup of (port, transport, direction), which must not depend on the number of rows.</summary>
[MemoryDiagnoser]
public class LookupBenchmarks
{
    private CompiledMatrix _matrix = null!;
    private ushort _port;

    [Params(10, 1000, 10_000)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var rows = Enumerable.Range(0, Rows).Select(i => new MatrixRow
        {
            Id = $"R{i + 1}",
            Subject = 0,
            Ports = [new PortRange((ushort)(i + 1), (ushort)(i + 1))],
            Transports = [6],
            Direction = RowDirection.In,
            Source = new RowSource("bench", i + 1, 1),
        }).ToList();
        _matrix = CompiledMatrix.Compile(new AllowedMatrix { Name = "bench", Sources = [], Subjects = [new MatrixSubject("s", [])], Rows = rows });
        _port = (ushort)Rows;
    }

    [Benchmark(Baseline = true)]
    public int Hit() => _matrix.Candidates(0, 6, _port).Has(inbound: true) ? 1 : 0;

    [Benchmark]
    public int Miss() => _matrix.Candidates(0, 6, 65000).Has(inbound: true) ? 1 : 0;
}
