using System.Diagnostics;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Lint;

namespace TrafficCheck.Matrices.Tests;

public sealed class LintTests
{
    [Theory]
    [InlineData("80 TCP Out any", "80 TCP Out any", "redundancy R2")]
    [InlineData("80 TCP Out 10.0.0.1", "80 TCP Out any", "shadowing R1")]
    [InlineData("80 TCP Out any", "80 TCP Out a.example.net", "shadowing R2")]
    [InlineData("80 TCP Out 10.0.0.1", "80 TCP Out 10.0.0.0/24", "shadowing R1")]
    [InlineData("80 TCP Out a.example.net", "80 TCP Out *.example.net", "shadowing R1")]
    [InlineData("21 FTP Out any", "21 TCP Out any", "shadowing R1")]
    [InlineData("81 TCP Out 10.0.0.1", "80-90 TCP/UDP In/Out any", "shadowing R1")]
    [InlineData("53 TCP Out any", "53 UDP/TCP In/Out any", "generalisation R1")]
    [InlineData("80-81 TCP In any", "79-90 TCP In any", "generalisation R1")]
    [InlineData("80,85 TCP In any", "80-90 TCP In any", "generalisation R1")]
    [InlineData("80-90 TCP In any", "85-95 TCP In any", "correlation R2")]
    [InlineData("80 TCP/UDP Out any", "80 TCP In/Out any", "correlation R2")]
    [InlineData("80 TCP Out 10.0.0.1, 10.0.0.2", "80 TCP Out 10.0.0.2, 10.0.0.3", "correlation R2")]
    [InlineData("80-90 TCP Out 10.0.0.1", "80 TCP Out any", "correlation R2")]
    [InlineData("80 TCP Out 10.0.0.1", "80 TCP Out 10.0.0.2", "")]
    [InlineData("80 TCP In any", "80 TCP Out any", "")]
    [InlineData("80 TCP In any", "80 UDP In any", "")]
    [InlineData("80 TCP In any", "81 TCP In any", "")]
    [InlineData("20 FTP Out any", "20 TCP Out any", "")]
    public void How_two_rows_lie_to_each_other(string first, string second, string expected)
    {
        AllowedMatrix matrix = Matrix(first, second);
        Assert.Equal(expected, string.Join(' ', Of(matrix, "redundancy", "shadowing", "generalisation", "correlation").Select(m => $"{m.Code} {m.Text.Split(':')[0]}")));
    }

    [Fact]
    public void Rows_of_two_subjects_do_not_meet()
    {
        MatrixImport import = Documents.Markdown("| Subject | Port | Protocol | Direction |\n|---|---|---|---|\n| a | 8080 | TCP | In |\n| b | 8080 | TCP | In |\n");
        Assert.Empty(MatrixLint.Check(Documents.Good(import)));
    }

    [Theory]
    [InlineData("3389 TCP In any", "sensitive-port")]
    [InlineData("445 TCP In any", "sensitive-port")]
    [InlineData("22 TCP In any", "sensitive-port")]
    [InlineData("23 TCP In/Out any", "sensitive-port")]
    [InlineData("1433 TCP In any", "sensitive-port")]
    [InlineData("5900-5964 TCP In any", "sensitive-port")]
    [InlineData("3389 TCP In 10.0.0.0/24", "")]
    [InlineData("3389 TCP Out any", "")]
    [InlineData("any TCP In any", "over-broad")]
    [InlineData("1024-65535 TCP In 10.0.0.1", "")]
    [InlineData("389 TCP In/Out any", "both-ways")]
    [InlineData("389 TCP Out any", "")]
    [InlineData("162 UDP In any", "only-goes-out")]
    [InlineData("162 UDP Out any", "")]
    [InlineData("162 TCP In any", "")]
    [InlineData("135 TCP Out any", "missing-companion")]
    [InlineData("135 TCP Out any; 49152-65535 TCP Out any", "")]
    [InlineData("135 TCP Out any; 49152-65535 TCP In 10.0.0.1", "missing-companion")]
    [InlineData("21 TCP Out any", "missing-companion")]
    [InlineData("21 TCP Out any; 30000-30100 TCP Out any", "")]
    [InlineData("80 TCP In any; 443 TCP In any", "cleartext-twin")]
    [InlineData("80 TCP In any; 443 TCP Out any", "")]
    [InlineData("389 TCP Out any; 636 TCP Out any", "cleartext-twin")]
    [InlineData("25 TCP Out any; 465 TCP Out any", "cleartext-twin")]
    [InlineData("143 TCP Out any; 993 TCP Out any", "cleartext-twin")]
    [InlineData("110 TCP Out any; 995 TCP Out any", "cleartext-twin")]
    [InlineData("3268 TCP Out any; 3269 TCP Out any", "cleartext-twin")]
    [InlineData("23 TCP Out any; 22 TCP Out any", "cleartext-twin")]
    [InlineData("80 TCP In any", "")]
    public void Advice_on_services(string rows, string expected) => Assert.Equal(expected, string.Join(' ', MatrixLint.Check(Matrix(rows.Split("; "))).Select(m => m.Code)));

    [Theory]
    [InlineData("| 514 | TCP | Out | Central syslog server |", true)]
    [InlineData("| 514 | UDP | Out | Central syslog server |", false)]
    [InlineData("| 8443 | TCP | In | Web interface |", true)]
    [InlineData("| 8444 | TCP | In | Web interface |", false)]
    public void Names_at_odds_with_the_registry(string row, bool said) => Assert.Equal(said, MatrixLint.Check(Documents.Good(Documents.Table(row))).Any(m => m is { Code: "registry-name", Line: 3 }));

    [Fact]
    public void Rows_out_of_force_are_left_alone()
    {
        AllowedMatrix matrix = Matrix("80 TCP Out any", "80 TCP Out any");
        Assert.Empty(MatrixLint.Check(matrix with { Rows = [matrix.Rows[0], matrix.Rows[1] with { Enforced = false }] }));
    }

    public static TheoryData<string> Many => ["same", "distinct hosts", "nested ranges", "prefixes and hosts", "many ranges", "endpoint mappers"];

    [Theory]
    [MemberData(nameof(Many))]
    public void Ten_thousand_rows_are_compared_soon_and_their_messages_cut(string shape)
    {
        MatrixRow row = Matrix("80 TCP Out any").Rows[0];
        AllowedMatrix matrix = Matrix("80 TCP Out any") with
        {
            Rows = [.. Enumerable.Range(0, 10_000).Select(i => shape switch
            {
                "same" => row with { Id = $"R{i}" },
                "distinct hosts" => row with { Id = $"R{i}", Peers = [RowPeer.Of($"h{i}.example.net")] },
                "nested ranges" => row with { Id = $"R{i}", Ports = [new((ushort)i, (ushort)(65000 - i))] },
                "prefixes and hosts" => row with { Id = $"R{i}", Peers = [i % 2 == 0 ? RowPeer.Of(new System.Net.IPNetwork(System.Net.IPAddress.Parse("10.0.0.0"), 8 + (i % 4))) : RowPeer.Of($"h{i}.example.net")] },
                "many ranges" => row with { Id = $"R{i}", Ports = [.. Enumerable.Range(0, 20).Select(k => new PortRange((ushort)(k * 100), (ushort)((k * 100) + (i % 90))))] },
                _ => row with { Id = $"R{i}", Ports = [new(135, 135)], Purpose = $"p{i}" },
            })],
        };
        var clock = Stopwatch.StartNew();
        IReadOnlyList<MatrixMessage> messages = MatrixLint.Check(matrix);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{clock.Elapsed}");
        Assert.All(messages.GroupBy(m => m.Code), g => Assert.True(g.Count() <= MatrixLint.MaxOfACode + 1));
        if (shape == "same") Assert.Contains(messages, m => m is { Code: "redundancy", Line: 0 } && m.Text.Contains("9899 more", StringComparison.Ordinal));
        if (shape == "distinct hosts") Assert.Empty(messages);
        if (shape == "nested ranges") Assert.Contains(messages, m => m.Code == "overlaps-not-complete");
    }

    private static IEnumerable<MatrixMessage> Of(AllowedMatrix matrix, params string[] codes) => MatrixLint.Check(matrix).Where(m => codes.Contains(m.Code));

    /// <summary>Rows written as <c>80 TCP Out 10.0.0.1, 10.0.0.2</c>.</summary>
    private static AllowedMatrix Matrix(params string[] rows) => Documents.Good(Documents.Markdown(
        "| Port | Protocol | Direction | Peer |\n|---|---|---|---|\n" + string.Concat(rows.Select(r => r.Split(' ', 4)).Select(c => $"| {c[0]} | {c[1]} | {c[2]} | {c[3]} |\n"))));
}
