using System.Net;
using CsCheck;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Matrix;

public sealed class RandomMatrixTests
{
    private static readonly string[] s_peers =
    [
        "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "10.1.2.2/31", "10.1.2.128/25", "0.0.0.0/0", "192.0.2.0/24", "192.0.2.7/32",
        "::/0", "2001:db8::/32", "2001:db8:0:1::/64", "2001:db8:0:1::5/128", "2001:db8:0:1::4/127", "2001:db8:8000::/33", "::/1",
        "www.example.net", "*.example.net", "*.net", "mail.example.org", "a.b.example.net",
    ];

    private static readonly IpAddress[] s_hosts = new[]
    {
        "10.1.2.3", "10.1.2.2", "10.1.2.200", "10.1.9.9", "10.200.0.1", "192.0.2.7", "192.0.2.8", "203.0.113.1", "0.0.0.0", "255.255.255.255",
        "2001:db8:0:1::5", "2001:db8:0:1::4", "2001:db8:0:1::9", "2001:db8:9000::1", "2001:db8::1", "fe80::1", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    }.Select(text => IpAddress.From(IPAddress.Parse(text))).ToArray();

    private static readonly string[][] s_names = [[], [], ["www.example.net"], ["a.b.example.net"], ["x.net", "mail.example.org"], ["example.net"], ["other.test"], [".example.net"]];
    private static readonly string[] s_applications = ["http", "ssh", "smtp"];
    private static readonly byte[][] s_transports = [[], [6], [17], [6, 17], [1], [132], [47], [6, 47], [1, 58]];
    private static readonly byte[] s_protocols = [6, 17, 132, 1, 58, 47, 50];

    private static readonly Gen<PortRange[]> s_ports = Gen.OneOf(
        Gen.Const(new[] { PortRange.Any }),
        Gen.Int[0, 40].Select(p => new[] { new PortRange((ushort)p, (ushort)p) }),
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 30], (first, width) => new[] { new PortRange((ushort)first, (ushort)(first + width)) }),
        Gen.Select(Gen.Int[0, 700], Gen.Int[0, 65535], (x, y) => new[] { new PortRange((ushort)Math.Min(x, y), (ushort)Math.Max(x, y)) }),
        Gen.Int[0, 20].HashSet[2, 6].Select(set => set.Order().Select(p => new PortRange((ushort)(p * 4), (ushort)((p * 4) + (p % 3)))).ToArray()));

    private static readonly Gen<MatrixRow> s_row = Gen.Select(
        Gen.Int[0, 1], s_ports, Gen.Int[0, s_transports.Length - 1], Gen.Int[0, 2], Gen.Int[0, s_peers.Length - 1].List[0, 4], Gen.Int[0, 9], Gen.Bool,
        (subject, ports, transports, direction, peers, rest, free) => new MatrixRow
        {
            Id = "?",
            Subject = subject,
            Ports = ports,
            Transports = s_transports[transports],
            Direction = (RowDirection)direction,
            Peers = free ? [] : [.. peers.Select(i => PeerOf(s_peers[i]))],
            Application = rest < s_applications.Length ? s_applications[rest] : null,
            Enforced = rest != 8,
            FromServerPort = rest == 9,
            Source = new RowSource("t", 1, 1),
        });

    private static readonly Gen<(int Subject, byte Protocol, ushort Port, bool Inbound, int Host, int Names, int Spoken)> s_question = Gen.Select(
        Gen.Int[0, 1], Gen.Int[0, s_protocols.Length - 1], Gen.OneOf(Gen.Int[0, 90], Gen.Int[0, 65535], Gen.Int[250, 260], Gen.Const(65535)), Gen.Bool,
        Gen.Int[0, s_hosts.Length - 1], Gen.Int[0, s_names.Length - 1], Gen.Int[0, 33],
        (subject, protocol, port, inbound, host, names, spoken) => (subject, s_protocols[protocol], Asked(s_protocols[protocol], port), inbound, host, names, spoken));

    /// <summary>One port, and most rows for others than who asks: rows are taken from the peer, by which some come twice.</summary>
    private static readonly Gen<MatrixRow> s_rowOfPeers = Gen.Select(
        s_row, Gen.OneOf(Gen.Int[0, s_peers.Length - 1].Array[2, 3], Gen.Int[100, 200].Array[1, 2], Gen.Int[100, 200].Array[1, 2]),
        (row, peers) => row with
        {
            Subject = 0,
            Ports = [new PortRange(25, 25)],
            Transports = [TransportNames.Tcp],
            Enforced = true,
            FromServerPort = false,
            Peers = [.. peers.Distinct().Select(i => i < s_peers.Length ? s_peers[i] : $"172.16.{i}.0/24").Select(PeerOf)],
        });

    [Fact]
    public void Any_matrix_gives_the_answers_of_a_search_of_all_rows() => Gen.Select(s_row.Array[1, 40], s_question.Array[60]).SampleRepeatably(Compare, draws: 1500);

    [Fact]
    public void So_do_many_rows_of_one_port() =>
        Gen.Select(s_rowOfPeers.Array[2, 24], s_question.Select(q => q with { Subject = 0, Protocol = TransportNames.Tcp, Port = 25 }).Array[60]).SampleRepeatably(Compare, draws: 1000);

    private static void Compare(MatrixRow[] rows, (int Subject, byte Protocol, ushort Port, bool Inbound, int Host, int Names, int Spoken)[] questions)
    {
        AllowedMatrix matrix = MatrixOf(rows);
        CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
        var matcher = new RowMatcher(compiled);
        var linear = new LinearMatcher(matrix, compiled.Applications);

        // Twice: what is remembered must be what was worked out.
        foreach (var (subject, protocol, port, inbound, host, names, spoken) in questions.Concat(questions.Reverse()))
        {
            ApplicationAnswer[] said = spoken > 26 ? [] : [.. compiled.Applications.Select((_, i) => (ApplicationAnswer)(spoken / (int)Math.Pow(3, i) % 3))];
            RowMatch match = matcher.Match(subject, protocol, port, inbound, s_hosts[host], s_names[names], said);
            RowSet set = compiled.Sets[match.RowSet];
            string got = new LinearMatcher.Answer(match.Answer, [.. set.Answering], [.. set.Covered], [.. set.Possible]).ToString();
            Assert.Equal(linear.Match(subject, protocol, port, inbound, s_hosts[host], s_names[names], said).ToString(), got);
            int[] atPort = linear.AtPort(subject, protocol, port, inbound);
            Assert.Equal(atPort, compiled.Sets[matcher.AllAtPort(subject, protocol, port, inbound)].Answering);
            Assert.Equal(atPort.Length > 0, !compiled.Candidates(subject, protocol, port, inbound).IsEmpty);
        }
    }

    private static RowPeer PeerOf(string text) => text.Contains('/', StringComparison.Ordinal) ? RowPeer.Of(IPNetwork.Parse(text)) : RowPeer.Of(text);

    private static ushort Asked(byte protocol, int port) => (ushort)(TransportNames.HasPorts(protocol) ? port : protocol is 1 or 58 ? port & 255 : 0);

    internal static AllowedMatrix MatrixOf(IReadOnlyList<MatrixRow> rows) => new()
    {
        Name = "t",
        Sources = [],
        Subjects = [new MatrixSubject("a", []), new MatrixSubject("b", [])],
        Rows = [.. rows.Select((row, i) => row with { Id = $"R{i}" })],
    };
}
