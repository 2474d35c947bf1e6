using System.Net;
using System.Text;
using CsCheck;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Tests;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Whatever a matrix holds, every form carries it.</summary>
public sealed class RoundTripTests
{
    private static readonly Gen<char> s_char = Gen.OneOf(
        Gen.Char['a', 'z'], Gen.Char["|\\`*_[]<>&~\"'#:-?{},!%@=+;^$0123456789 ÄéТ中ポ€†‡…·"], Gen.Const('\u00AD'), Gen.Const('\u200B'), Gen.Const('\u202E'), Gen.Const('\uE000'));

    /// <summary>Text as the model holds it: one line, single blanks, none at the ends.</summary>
    private static readonly Gen<string> s_text = Gen.Select(s_char.Array[0, 40], Gen.Bool).Select((chars, emoji) =>
        string.Join(' ', (new string(chars) + (emoji ? "😀" : "")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    private static readonly Gen<string> s_name = s_text.Select(t => t.Length == 0 ? "x" : t);

    private static readonly Gen<string> s_id = Gen.Select(Gen.Char['A', 'Z'], Gen.String[Gen.Char["abcXYZ0189-_.:"], 0, 8]).Select((first, rest) => first + rest);

    private static readonly Gen<RowPeer> s_peer = Gen.OneOf(
        Gen.Select(Gen.Byte.Array[4], Gen.Int[0, 32]).Select((b, length) => RowPeer.Of(Masked(b, length))),
        Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 128]).Select((b, length) => RowPeer.Of(Masked(b, length))),
        Gen.Select(Gen.Bool, Gen.String[Gen.Char['a', 'z'], 1, 8], Pick("example.net", "x-1.example.org", "xn--bcher-kva.example")).Select((wild, host, domain) => RowPeer.Of((wild ? "*." : host + ".") + domain)))
        .Where(p => p.Network is not { PrefixLength: 0 });

    private static readonly Gen<(IReadOnlyList<PortRange> Ports, IReadOnlyList<byte> Transports)> s_service = Gen.OneOf(
        Gen.Select(Ranges(65535), Pick<byte[]>([6], [17], [6, 17], [6, 17, 33, 132, 136], [])).Select((p, t) => (p, (IReadOnlyList<byte>)t)),
        Gen.Select(Ranges(255), Pick<byte[]>([1], [58], [1, 58])).Select((p, t) => (p, (IReadOnlyList<byte>)t)),
        Gen.Byte.Array[1, 4].Select(t => ((IReadOnlyList<PortRange>)[PortRange.Any], (IReadOnlyList<byte>)[.. t.Distinct().Order()])));

    private static readonly Gen<MatrixRow> s_row = Gen.Select(
        Gen.Select(s_id, Gen.Int[0, 2], s_service, Gen.Enum<RowDirection>()),
        Gen.Select(Gen.OneOf(Gen.Const((string?)null), Pick<string?>("ftp", "tls", "ftps-explicit", "something-new")), Gen.Bool, s_peer.Array[0, 5]),
        Gen.Select(Gen.Enum<RowNeed>(), s_id, s_text, Gen.Bool)).Select((a, b, c) => new MatrixRow
        {
            Id = a.Item1,
            Subject = a.Item2,
            Ports = a.Item3.Ports,
            Transports = a.Item3.Transports,
            Direction = a.Item4,
            Application = b.Item1,
            FromServerPort = b.Item2,
            Peers = [.. b.Item3.Distinct()],
            Need = c.Item1,
            Condition = c.Item1 == RowNeed.Conditional ? c.Item2 : null,
            Purpose = c.Item3,
            Enforced = c.Item4,
            Source = new("generated", 1, 1),
        });

    private static readonly Gen<AllowedMatrix> s_matrix = Gen.Select(s_name, s_name.Array[3], s_peer.Array[0, 3], s_row.Array[1, 12]).Select((name, subjects, addresses, rows) => new AllowedMatrix
    {
        Name = name,
        Sources = [],
        Subjects = [.. subjects.Select((s, i) => new MatrixSubject($"{s} {i}", [.. addresses.Where(a => a.Network is not null).Select(a => a.Network!.Value).Distinct().Skip(i)]))],
        Rows = [.. rows.DistinctBy(r => r.Id)],
        Conditions = [.. rows.DistinctBy(r => r.Id).Where(r => r.Condition is not null).Select(r => r.Condition!).Distinct()],
    });

    [Theory]
    [InlineData(MatrixForm.Yaml, "yaml")]
    [InlineData(MatrixForm.Json, "json")]
    [InlineData(MatrixForm.Csv, "csv")]
    [InlineData(MatrixForm.Markdown, "md")]
    public void Reading_back_gives_the_same_matrix(MatrixForm form, string ending) =>
        s_matrix.SampleRepeatably(matrix => RoundTrip.AssertSame(matrix, Documents.Good(RoundTrip.Through(matrix, form, ending))), draws: 200);

    [Fact]
    public void Json_is_read_as_yaml_too() =>
        s_matrix.SampleRepeatably(
            matrix => RoundTrip.AssertSame(matrix, Documents.Good(MatrixYaml.Read("again.yaml", RoundTrip.Text(matrix, MatrixForm.Json), new MatrixReadOptions()))),
            draws: 100);

    [Fact]
    public void No_form_lets_text_become_markup_or_a_formula()
    {
        var row = new MatrixRow { Id = "R1", Subject = 0, Ports = [new(80, 80)], Transports = [6], Direction = RowDirection.In, Purpose = "=HYPERLINK(\"http://x\") <script>alert(1)</script> | end", Source = new("x", 1, 1) };
        var matrix = new AllowedMatrix { Name = "n", Sources = [], Subjects = [new("s", [])], Rows = [row] };
        Assert.DoesNotContain(",=HYPER", RoundTrip.Text(matrix, MatrixForm.Csv).Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", RoundTrip.Text(matrix, MatrixForm.Markdown).Replace("\\<", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(10, Encoding.UTF8.GetBytes(RoundTrip.Text(matrix, MatrixForm.Markdown).Split('\n')[^2]).Count(b => b == (byte)'|') - 2);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<IReadOnlyList<PortRange>> Ranges(int max) => Gen.OneOf(
        Gen.Const((IReadOnlyList<PortRange>)[PortRange.Any]),
        Gen.Int[0, max].Array[1, 8].Select(ends =>
        {
            int[] sorted = [.. ends.Distinct().Order()];
            var ranges = new List<PortRange>();
            for (int i = 0; i < sorted.Length; i += 2) ranges.Add(new((ushort)sorted[i], (ushort)sorted[Math.Min(i + (sorted[i] % 2), sorted.Length - 1)]));
            return (IReadOnlyList<PortRange>)ranges;
        }));

    private static IPNetwork Masked(byte[] bytes, int length)
    {
        byte[] masked = [.. bytes];
        for (int bit = length; bit < masked.Length * 8; bit++) masked[bit >> 3] &= (byte)~(0x80 >> (bit & 7));
        return new IPNetwork(new IPAddress(masked), length);
    }
}
