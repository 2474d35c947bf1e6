using System.Net;
using BenchmarkDotNet.Attributes;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>
/// The lookup of (port, transport, direction), which must not depend on the number of rows. Ports come in random order, so that neither
/// the branch predictor nor the first-level cache knows the answer.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class LookupBenchmarks
{
    private const int Lookups = 4096;
    private const byte Tcp = 6;

    private readonly ushort[] _hits = new ushort[Lookups], _misses = new ushort[Lookups];
    private readonly IpAddress _peer = IpAddress.V4(0xc6336407); // 198.51.100.7
    private CompiledMatrix _matrix = null!;
    private RowMatcher _matcher = null!, _peerMatcher = null!;

    [Params(10, 1000, 10_000)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _matrix = CompiledMatrix.Compile(Matrix([]));
        _matcher = new RowMatcher(_matrix);
        _peerMatcher = new RowMatcher(CompiledMatrix.Compile(Matrix([RowPeer.Of(IPNetwork.Parse("198.51.100.0/24"))])));
        var dice = new Dice(3);
        for (int i = 0; i < Lookups; i++)
        {
            _hits[i] = (ushort)(1 + dice.Below(Rows));
            _misses[i] = (ushort)(20_000 + dice.Below(40_000));
        }
    }

    [Benchmark(Description = "hit", Baseline = true, OperationsPerInvoke = Lookups)]
    public int Hit() => Candidates(_hits, Lookups);

    [Benchmark(Description = "miss", OperationsPerInvoke = Lookups)]
    public int Miss() => Candidates(_misses, 0);

    [Benchmark(Description = "hit, rows to answer", OperationsPerInvoke = Lookups)]
    public int Match() => Matches(_matcher, _hits, Lookups);

    [Benchmark(Description = "hit, rows to answer, with peers", OperationsPerInvoke = Lookups)]
    public int MatchPeer() => Matches(_peerMatcher, _hits, Lookups);

    [Benchmark(Description = "miss, with peers", OperationsPerInvoke = Lookups)]
    public int MissPeer() => Matches(_peerMatcher, _misses, 0);

    private int Candidates(ushort[] ports, int expected)
    {
        int found = 0;
        foreach (ushort port in ports) found += _matrix.Candidates(0, Tcp, port, inbound: true).IsEmpty ? 0 : 1;
        return Checked(found, expected);
    }

    private int Matches(RowMatcher matcher, ushort[] ports, int expected)
    {
        int found = 0;
        foreach (ushort port in ports) found += matcher.Match(0, Tcp, port, inbound: true, _peer, [], []).Answer == MatchAnswer.Yes ? 1 : 0;
        return Checked(found, expected);
    }

    private static int Checked(int found, int expected) =>
        found == expected ? found : throw new InvalidOperationException($"{found} lookups hit, not {expected}.");

    private AllowedMatrix Matrix(RowPeer[] peers) => new()
    {
        Name = "bench",
        Sources = [],
        Subjects = [new MatrixSubject("s", [])],
        Rows = [.. Enumerable.Range(1, Rows).Select(i => new MatrixRow
        {
            Id = $"R{i}",
            Subject = 0,
            Ports = [new PortRange((ushort)i, (ushort)i)],
            Transports = [Tcp],
            Direction = RowDirection.In,
            Peers = peers,
            Source = new RowSource("bench", i, 1),
        })],
    };
}
