using System.Net;
using BenchmarkDotNet.Attributes;
using TrafficCheck.Benchmarks.Traces;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Benchmarks;

/// <summary>
/// The lookup of (port, transport, direction), and of the peer where rows are limited to some; neither may depend on the number of rows. Ports and peers
/// come in random order and are many, so that neither the branch predictor nor the first-level cache knows the answer.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class LookupBenchmarks
{
    private const int Lookups = 16_384;
    private const byte Tcp = 6;
    private const ushort OnePort = 443;

    private static readonly int[] s_lengthsV4 = [32, 32, 24, 20, 16, 28], s_lengthsV6 = [128, 128, 64, 48, 56, 32];

    private readonly ushort[] _hits = new ushort[Lookups], _misses = new ushort[Lookups];
    private readonly IpAddress[] _peersV4 = new IpAddress[Lookups], _peersV6 = new IpAddress[Lookups], _strangers = new IpAddress[Lookups];
    private readonly IpAddress _peer = IpAddress.V4(0xc6336407); // 198.51.100.7
    private CompiledMatrix _matrix = null!;
    private RowMatcher _free = null!, _onePeer = null!, _ownPeers = null!, _onePort = null!, _onePortV6 = null!;

    [Params(10, 1000, 10_000)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _matrix = CompiledMatrix.Compile(Matrix(i => (ushort)i, _ => []));
        _free = new RowMatcher(_matrix);
        IPNetwork[] v4 = [.. Enumerable.Range(1, Rows).Select(i => Network(i, v6: false))], v6 = [.. Enumerable.Range(1, Rows).Select(i => Network(i, v6: true))];
        _onePeer = new RowMatcher(CompiledMatrix.Compile(Matrix(i => (ushort)i, _ => [RowPeer.Of(IPNetwork.Parse("198.51.100.0/24"))])));
        _ownPeers = new RowMatcher(CompiledMatrix.Compile(Matrix(i => (ushort)i, i => [RowPeer.Of(v4[i - 1])])));
        _onePort = new RowMatcher(CompiledMatrix.Compile(Matrix(_ => OnePort, i => [RowPeer.Of(v4[i - 1])])));
        _onePortV6 = new RowMatcher(CompiledMatrix.Compile(Matrix(_ => OnePort, i => [RowPeer.Of(v6[i - 1])])));
        var dice = new Dice(3);
        for (int i = 0; i < Lookups; i++)
        {
            _hits[i] = (ushort)(1 + dice.Below(Rows));
            _misses[i] = (ushort)(20_000 + dice.Below(40_000));
            _peersV4[i] = IpAddress.From(v4[_hits[i] - 1].BaseAddress);
            _peersV6[i] = IpAddress.From(v6[_hits[i] - 1].BaseAddress);
            _strangers[i] = IpAddress.V4(0xcb000000 | (uint)dice.Below(1 << 24)); // 203.0.0.0/8
        }
    }

    [Benchmark(Description = "port, hit", Baseline = true, OperationsPerInvoke = Lookups)]
    public int Hit() => Candidates(_hits, Lookups);

    [Benchmark(Description = "port, miss", OperationsPerInvoke = Lookups)]
    public int Miss() => Candidates(_misses, 0);

    [Benchmark(Description = "rows that answer, hit", OperationsPerInvoke = Lookups)]
    public int Match()
    {
        int found = 0;
        foreach (ushort port in _hits) found += IsAllowed(_free, port, _peer);
        return Checked(found, Lookups);
    }

    [Benchmark(Description = "a port a row, one network, hit", OperationsPerInvoke = Lookups)]
    public int MatchOnePeer()
    {
        int found = 0;
        foreach (ushort port in _hits) found += IsAllowed(_onePeer, port, _peer);
        return Checked(found, Lookups);
    }

    [Benchmark(Description = "a port a row, one network, miss of the port", OperationsPerInvoke = Lookups)]
    public int MissOnePeer()
    {
        int found = 0;
        foreach (ushort port in _misses) found += IsAllowed(_onePeer, port, _peer);
        return Checked(found, 0);
    }

    [Benchmark(Description = "a port and a network a row, hit", OperationsPerInvoke = Lookups)]
    public int MatchOwnPeers() => Matches(_ownPeers, _hits, _peersV4, Lookups);

    [Benchmark(Description = "a port and a network a row, miss of the network", OperationsPerInvoke = Lookups)]
    public int MissOwnPeers() => Matches(_ownPeers, _hits, _strangers, 0);

    [Benchmark(Description = "one port, a network a row, hit", OperationsPerInvoke = Lookups)]
    public int MatchOnePort() => AtOnePort(_onePort, _peersV4, Lookups);

    [Benchmark(Description = "one port, a network a row, miss", OperationsPerInvoke = Lookups)]
    public int MissOnePort() => AtOnePort(_onePort, _strangers, 0);

    [Benchmark(Description = "one port, a network a row, IPv6, hit", OperationsPerInvoke = Lookups)]
    public int MatchOnePortV6() => AtOnePort(_onePortV6, _peersV6, Lookups);

    private static int IsAllowed(RowMatcher matcher, ushort port, IpAddress peer) =>
        matcher.Match(0, Tcp, port, inbound: true, peer, [], []).Answer == MatchAnswer.Yes ? 1 : 0;

    private static int Matches(RowMatcher matcher, ushort[] ports, IpAddress[] peers, int expected)
    {
        int found = 0;
        for (int i = 0; i < ports.Length; i++) found += IsAllowed(matcher, ports[i], peers[i]);
        return Checked(found, expected);
    }

    private static int AtOnePort(RowMatcher matcher, IpAddress[] peers, int expected)
    {
        int found = 0;
        foreach (IpAddress peer in peers) found += IsAllowed(matcher, OnePort, peer);
        return Checked(found, expected);
    }

    private static int Checked(int found, int expected) =>
        found == expected ? found : throw new InvalidOperationException($"{found} lookups hit, not {expected}.");

    /// <summary>One of many networks that do not hold each other's first address, of six lengths.</summary>
    private static IPNetwork Network(int i, bool v6)
    {
        int length = (v6 ? s_lengthsV6 : s_lengthsV4)[i % 6];
        IPAddress scattered = v6
            ? IpAddress.V6(0x2001_0db8_0000_0000 | ((ulong)i << 16), length == 128 ? (ulong)i * 0x9e3779b97f4a7c15 : 0).ToIPAddress()
            : IpAddress.V4((10u << 24) + ((uint)i << 8)).ToIPAddress();
        byte[] bytes = scattered.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private int Candidates(ushort[] ports, int expected)
    {
        int found = 0;
        foreach (ushort port in ports) found += _matrix.Candidates(0, Tcp, port, inbound: true).IsEmpty ? 0 : 1;
        return Checked(found, expected);
    }

    private AllowedMatrix Matrix(Func<int, ushort> port, Func<int, RowPeer[]> peers) => new()
    {
        Name = "bench",
        Sources = [],
        Subjects = [new MatrixSubject("s", [])],
        Rows = [.. Enumerable.Range(1, Rows).Select(i => new MatrixRow
        {
            Id = $"R{i}",
            Subject = 0,
            Ports = [new PortRange(port(i), port(i))],
            Transports = [Tcp],
            Direction = RowDirection.In,
            Peers = peers(i),
            Source = new RowSource("bench", i, 1),
        })],
    };
}
