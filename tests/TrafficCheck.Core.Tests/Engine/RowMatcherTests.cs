using System.Net;
using CsCheck;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class RowMatcherTests
{
    private static readonly byte[] s_two = [TransportNames.Tcp, TransportNames.Udp];

    /// <summary>More specific first. All match TCP 80 Out to 10.1.2.3, which is named www.example.net.</summary>
    public static TheoryData<string, MatrixRow, MatrixRow> Pairs => new()
    {
        { "peers over any peer", Allow("A", 80, peers: ["10.0.0.0/8"]), Allow("B", 80) },
        { "longer prefix over shorter", Allow("A", 80, peers: ["10.1.0.0/16"]), Allow("B", 80, peers: ["10.0.0.0/8"]) },
        { "address over prefix", Allow("A", 80, peers: ["10.1.2.3"]), Allow("B", 80, peers: ["10.1.2.2/31"]) },
        { "address over name", Allow("A", 80, peers: ["10.1.2.3"]), Allow("B", 80, peers: ["www.example.net"]) },
        { "name over wildcard", Allow("A", 80, peers: ["www.example.net"]), Allow("B", 80, peers: ["*.example.net"]) },
        { "name over prefix", Allow("A", 80, peers: ["*.example.net"]), Allow("B", 80, peers: ["10.1.2.0/24"]) },
        { "best of several peers", Allow("A", 80, peers: ["192.0.2.1", "10.1.2.3"]), Allow("B", 80, peers: ["10.1.2.0/24", "192.0.2.1"]) },
        { "peer over port", Allow("A", 1, last: 1000, peers: ["10.1.2.3"]), Allow("B", 80) },
        { "single port over range", Allow("A", 80), Allow("B", 80, last: 81) },
        { "range over any", Allow("A", 1, last: 65535), Allow("B", 0, last: 65535) },
        { "port over application", Allow("A", 80), Allow("B", 79, last: 80) with { Application = "http" } },
        { "application over none", Allow("A", 80) with { Application = "http" }, Allow("B", 80) },
        { "application over direction", Allow("A", 80, RowDirection.InOut) with { Application = "http" }, Allow("B", 80) },
        { "one direction over both", Allow("A", 80), Allow("B", 80, RowDirection.InOut) },
        { "direction over transport", Allow("A", 80, transports: s_two), Allow("B", 80, RowDirection.InOut) },
        { "one transport over two", Allow("A", 80), Allow("B", 80, transports: s_two) },
        { "two transports over any", Allow("A", 80, transports: s_two), Allow("B", 80, transports: []) },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_more_specific_row_answers_and_the_other_is_kept(string criterion, MatrixRow specific, MatrixRow general)
    {
        Assert.NotEmpty(criterion);
        foreach (MatrixRow[] rows in new MatrixRow[][] { [specific, general], [general, specific] })
        {
            AllowedMatrix matrix = MatrixOf(rows);
            CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
            RowMatch match = new RowMatcher(compiled).Match(0, TransportNames.Tcp, 80, false, IpAddress.From(IPAddress.Parse("10.1.2.3")), ["www.example.net"], []);
            Assert.Equal((MatchAnswer.Yes, "A", "B"), (match.Answer, Ids(matrix, compiled.Sets[match.RowSet].Answering), Ids(matrix, compiled.Sets[match.RowSet].Covered)));
        }
    }

    [Fact]
    public void Equally_specific_rows_all_answer()
    {
        AllowedMatrix matrix = MatrixOf(Allow("A", 80), Allow("B", 80), Allow("C", 80, last: 90));
        CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
        RowSet set = compiled.Sets[new RowMatcher(compiled).Match(0, TransportNames.Tcp, 80, false, IpAddress.V4(1), [], []).RowSet];
        Assert.Equal(("A B", "C"), (Ids(matrix, set.Answering), Ids(matrix, set.Covered)));
    }

    [Theory]
    [InlineData("www.example.net", MatchAnswer.Yes)]
    [InlineData("a.b.example.net", MatchAnswer.Yes)]
    [InlineData("example.net", MatchAnswer.OtherPeer)]
    [InlineData("evilexample.net", MatchAnswer.OtherPeer)]
    [InlineData("www.example.net.evil.test", MatchAnswer.OtherPeer)]
    [InlineData("", MatchAnswer.CannotTell)]
    public void A_wildcard_takes_every_name_below_it(string name, MatchAnswer expected)
    {
        var matcher = new RowMatcher(CompiledMatrix.Compile(MatrixOf(Allow("A", 80, peers: ["*.example.net"]))));
        Assert.Equal(expected, matcher.Match(0, TransportNames.Tcp, 80, false, IpAddress.V4(1), name.Length == 0 ? [] : [name], []).Answer);
    }

    [Theory]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", "10.1.2.4", false)]
    [InlineData("::/0", "10.1.2.3", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("0.0.0.0/0", "10.1.2.3", true)]
    public void A_peer_is_of_one_family(string peer, string address, bool matches)
    {
        var matcher = new RowMatcher(CompiledMatrix.Compile(MatrixOf(Allow("A", 80, peers: [peer]))));
        RowMatch match = matcher.Match(0, TransportNames.Tcp, 80, false, IpAddress.From(IPAddress.Parse(address)), [], []);
        Assert.Equal(matches ? MatchAnswer.Yes : MatchAnswer.OtherPeer, match.Answer);
    }

    private static readonly string[][] s_peers = [[], [], ["10.1.0.0/16"], ["10.1.2.3"], ["192.0.2.1", "10.0.0.0/8"], ["www.example.net"], ["*.example.net"], ["other.example.org"]];

    private static readonly Gen<MatrixRow> s_row = Gen.Select(
        Gen.Int[78, 82], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, s_peers.Length - 1], Gen.Bool,
        (first, width, direction, transports, peers, application) =>
            Allow(
                "?", (ushort)first, (RowDirection)direction, transports switch { 0 => [], 1 => [6], 2 => [17], _ => s_two }, s_peers[peers],
                last: (ushort)(width == 3 ? 65535 : first + width)) with
            { Application = application ? "http" : null });

    [Fact]
    public void Any_order_of_rows_gives_the_answer_of_a_search_of_all() =>
        Gen.Select(s_row.Array[1, 14], Gen.Int[0, 1000]).SampleRepeatably(
            (rows, seed) =>
            {
                MatrixRow[] named = [.. rows.Select((r, i) => r with { Id = $"R{i:00}" })], shuffled = [.. named];
                new Random(seed).Shuffle(shuffled);
                foreach (MatrixRow[] order in new[] { named, shuffled })
                {
                    AllowedMatrix matrix = MatrixOf(order);
                    CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
                    var matcher = new RowMatcher(compiled);
                    foreach (ushort port in new ushort[] { 77, 78, 80, 82, 85, 65535 })
                        foreach (byte protocol in s_two)
                            foreach (bool inbound in new[] { false, true })
                                foreach (string address in new[] { "10.1.2.3", "203.0.113.5" })
                                    foreach (string[] names in new string[][] { [], ["www.example.net"] })
                                    {
                                        RowMatch match = matcher.Match(0, protocol, port, inbound, IpAddress.From(IPAddress.Parse(address)), names, []);
                                        RowSet set = compiled.Sets[match.RowSet];
                                        var expected = Search(named, protocol, port, inbound, IPAddress.Parse(address), names);
                                        Assert.Equal(expected, (match.Answer, Ids(matrix, set.Answering), Ids(matrix, set.Covered)));
                                    }
                }
            },
            draws: 400);

    [Fact]
    public void A_row_taken_alone_matches_where_it_answers_or_is_covered() =>
        Gen.Select(
            s_row.List[1, 12], Gen.Int[70, 90], Gen.Int[0, 2].Select(i => new[] { TransportNames.Tcp, TransportNames.Udp, TransportNames.Sctp }[i]), Gen.Bool,
            Gen.Int[0, 2].Select(i => new[] { "10.1.2.3", "10.1.9.9", "192.0.2.1" }[i]), Gen.Bool).Sample(
            (rows, port, protocol, inbound, address, named) =>
            {
                AllowedMatrix matrix = MatrixOf([.. rows.Select((r, i) => r with { Id = $"R{i}" })]);
                CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
                var matcher = new RowMatcher(compiled);
                string[] names = named ? ["www.example.net"] : [];
                IpAddress peer = IpAddress.From(IPAddress.Parse(address));
                RowMatch match = matcher.Match(0, protocol, (ushort)port, inbound, peer, names, []);
                RowTrial[] trials = [.. rows.Select((_, i) => matcher.Try(i, protocol, (ushort)port, inbound, peer, names, []))];
                RowTrial[] matching = [.. trials.Where(t => t.Matches)];
                Assert.Equal(match.Answer == MatchAnswer.Yes, matching.Length > 0);
                if (match.Answer != MatchAnswer.Yes) return;
                uint best = matching.Max(t => t.Rank);
                RowSet set = compiled.Sets[match.RowSet];
                Assert.Equal(set.Answering, matching.Where(t => t.Rank == best).Select(t => t.Row));
                Assert.Equal(set.Covered, matching.Where(t => t.Rank < best).Select(t => t.Row));
            },
            seed: "0001HxNkzZp2", iter: 3000);

    private static (MatchAnswer Answer, string Answering, string Covered) Search(
        MatrixRow[] rows, byte protocol, ushort port, bool inbound, IPAddress address, string[] names)
    {
        var candidates = rows.Where(r => (r.Transports.Count == 0 || r.Transports.Contains(protocol)) && r.Ports.Any(p => p.Contains(port))
            && r.Direction != (inbound ? RowDirection.Out : RowDirection.In)).ToList();
        var yes = candidates.Where(r => r.Peers.Count == 0 || r.Peers.Any(p => Holds(p, address, names))).ToList();
        if (yes.Count > 0)
        {
            var ranked = yes.Select(r => (Row: r, Rank: Rank(r, address, names))).ToList();
            var best = ranked.Max(r => r.Rank);
            return (MatchAnswer.Yes, Join(ranked.Where(r => r.Rank == best).Select(r => r.Row)), Join(ranked.Where(r => r.Rank != best).Select(r => r.Row)));
        }

        var open = candidates.Where(r => names.Length == 0 && r.Peers.Any(p => p.Name is not null)).ToList();
        return open.Count > 0 ? (MatchAnswer.CannotTell, Join(open), "")
            : candidates.Count > 0 ? (MatchAnswer.OtherPeer, Join(candidates), "") : (MatchAnswer.NoRow, "", "");
    }

    private static (int Peer, int Port, bool Application, bool OneWay, int Transport) Rank(MatrixRow row, IPAddress address, string[] names)
    {
        PortRange range = row.Ports[0];
        int peer = row.Peers.Where(p => Holds(p, address, names)).Select(p => p switch
        {
            { Network.PrefixLength: 32 } => 1000,
            { Network: { } network } => 1 + network.PrefixLength,
            { Name: ['*', ..] } => 500,
            _ => 501,
        }).DefaultIfEmpty(0).Max();
        return (peer, range.IsSingle ? 2 : range.IsAny ? 0 : 1, row.Application is not null, row.Direction != RowDirection.InOut, row.Transports.Count switch { 1 => 2, 2 => 1, _ => 0 });
    }

    private static bool Holds(RowPeer peer, IPAddress address, string[] names) => peer.Network is { } network
        ? network.Contains(address)
        : names.Any(n => peer.Name![0] == '*' ? n.EndsWith(peer.Name[1..], StringComparison.Ordinal) : n == peer.Name);

    private static string Join(IEnumerable<MatrixRow> rows) => string.Join(' ', rows.Select(r => r.Id).Order(StringComparer.Ordinal));

    private static string Ids(AllowedMatrix matrix, IReadOnlyList<int> rows) => Join(rows.Select(r => matrix.Rows[r]));
}
