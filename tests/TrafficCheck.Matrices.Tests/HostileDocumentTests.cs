using System.Diagnostics;
using System.Text;
using TrafficCheck.Matrices.Lint;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Documents made to crash, hang or fill the program: each ends soon, with a matrix or an error.</summary>
public sealed class HostileDocumentTests
{
    private const string Header = "| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n";

    /// <summary>Far above what any of these takes on a loaded machine (each is a second or two on an idle one), and below what a quadratic reader would.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => [.. s_documents.Keys];

    private static readonly Dictionary<string, Func<(string Path, string Text)>> s_documents = new()
    {
        ["megabyte purpose"] = () => ("a.md", $"{Header}| 80 | TCP | In | {new string('x', 1 << 20)} |\n"),
        ["megabyte port"] = () => ("a.md", $"{Header}| {new string('8', 1 << 20)} | TCP | In | x |\n"),
        ["port list of 60k"] = () => ("a.md", $"{Header}| {string.Concat(Enumerable.Repeat("1,", 30_000))} | TCP | In | x |\n"),
        ["transport list of 60k"] = () => ("a.md", $"{Header}| {string.Concat(Enumerable.Repeat("1,", 900))}{string.Concat(Enumerable.Repeat("tcp/udp/", 7_000))} | TCP | In | x |\n"),
        ["protocol of words"] = () => ("a.md", $"{Header}| 80 | {string.Concat(Enumerable.Repeat("ftp/", 16_000))} | In | x |\n"),
        ["brackets"] = () => ("a.md", $"{Header}| {new string('(', 60_000)} | TCP | In | {new string('[', 60_000)} |\n"),
        ["direction words"] = () => ("a.md", $"{Header}| 80 | TCP | {string.Concat(Enumerable.Repeat("in out ", 9_000))} | x |\n"),
        ["100k rows"] = () => ("a.md", Header + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"| {i % 65536} | TCP | In | row {i} |\n"))),
        ["150k rows"] = () => ("a.md", Header + string.Concat(Enumerable.Repeat("| 80 | TCP | In | x |\n", 150_000))),
        ["100k bad rows"] = () => ("a.md", Header + string.Concat(Enumerable.Repeat("| zz | QQ | up | the |\n", 100_000))),
        ["10k columns"] = () => ("a.md", "|" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $" Port {i} |")) + "\n|" + string.Concat(Enumerable.Repeat("---|", 10_000)) + "\n|" + string.Concat(Enumerable.Repeat(" 80 |", 10_000)) + "\n"),
        ["10k cells in a row"] = () => ("a.md", Header + "|" + string.Concat(Enumerable.Repeat(" 80 |", 10_000)) + "\n"),
        ["20k tables"] = () => ("a.md", string.Concat(Enumerable.Repeat($"on your host\n\n{Header}| 80 | TCP | In | x |\n\n", 20_000))),
        ["20k subjects"] = () => ("a.md", "| Subject | Port | Protocol | Direction |\n|---|---|---|---|\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"| host{i} | 80 | TCP | In |\n"))),
        ["open rows"] = () => ("a.md", Header + string.Concat(Enumerable.Repeat("| 80 | TCP\ntext\n", 50_000))),
        ["NULs"] = () => ("a.md", Header + "| 80 | TCP | In | \0\0\0 |\n"),
        ["control characters"] = () => ("a.md", Header + "| 80 | TCP | In | \u001B[2J\u0007\u0085\u2028x |\n"),
        ["backticks"] = () => ("a.md", Header + "| 80 | TCP | In | " + string.Concat(Enumerable.Range(1, 300).Select(i => new string('`', i) + " | ")) + "|\n"),
        ["markup"] = () => ("a.md", Header + $"| 80 | TCP | In | {string.Concat(Enumerable.Repeat("[a](", 10_000))} |\n"),
        ["tags"] = () => ("a.md", Header + $"| 80 | TCP | In | {string.Concat(Enumerable.Repeat("<a <b ", 10_000))} |\n"),
        ["dots"] = () => ("a.md", Header + $"| 80 | TCP | In | {string.Concat(Enumerable.Repeat("a.b.", 16_000))} |\n"),
        ["dashes"] = () => ("a.md", Header + $"| {new string('-', 60_000)}1 | TCP | In | {new string('-', 60_000)} |\n"),
        ["conditions"] = () => ("a.md", Header + $"| 80 | TCP | In | {string.Concat(Enumerable.Repeat("if when ", 8_000))} |\n"),
        ["hosts"] = () => ("a.md", Header + $"| 80 | TCP | Out | {string.Concat(Enumerable.Range(0, 5_000).Select(i => $"h{i}.x.org "))} |\n"),
        ["footnotes"] = () => ("a.md", $"{Header}{string.Concat(Enumerable.Repeat("| 80* | TCP | In | x |\n", 20_000))}\n{string.Concat(Enumerable.Range(0, 20_000).Select(i => $"* note {i} {new string('y', 100)}\n"))}"),
        ["rules"] = () => ("a.md", string.Concat(Enumerable.Repeat("|-|\n", 100_000))),
        ["unterminated front matter"] = () => ("a.md", "---\n" + string.Concat(Enumerable.Repeat("a: b\n", 200_000))),
        ["long front matter"] = () => ("a.md", "---\n" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"a{i}: b\n")) + "---\n"),
        ["many keys"] = () => ("a.md", "---\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"nam{i}: b\n")) + "---\n"),
        ["group in every row"] = () => ("a.md", $"---\ngroups: {{g: [{string.Join(',', Enumerable.Range(0, 1000).Select(i => $"h{i}.x.org"))}]}}\n---\n| Port | Protocol | Direction | Peer |\n|---|---|---|---|\n{string.Concat(Enumerable.Repeat("| 80 | TCP | In | g |\n", 8_000))}"),
        ["yaml bomb"] = () => ("a.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"),
        ["yaml depth"] = () => ("a.yaml", "rows: " + new string('[', 200_000)),
        ["yaml depth by maps"] = () => ("a.yaml", string.Concat(Enumerable.Range(0, 3_000).Select(i => new string(' ', i) + "a:\n"))),
        ["yaml quotes"] = () => ("a.yaml", "rows: \"" + new string('\\', 200_001)),
        ["yaml long key"] = () => ("a.yaml", new string('k', 1 << 20) + ": 1\n"),
        ["yaml escape"] = () => ("a.yaml", "name: \"\\UFFFFFFFF\"\n"),
        ["yaml anchors"] = () => ("a.yaml", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"- &a{i} x\n"))),
        ["yaml 50k rows"] = () => ("a.yaml", "rows:\n" + string.Concat(Enumerable.Repeat("- {ports: 80, transport: tcp, direction: in}\n", 50_000))),
        ["json depth"] = () => ("a.json", new string('[', 1 << 20)),
        ["json keys"] = () => ("a.json", "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":1")) + "}"),
        ["json half a pair"] = () => ("a.json", "{\"name\":\"\\ud800\"}"),
        ["csv open quote"] = () => ("a.csv", "Port,Protocol,Direction\n\"" + new string('x', 1 << 20)),
        ["csv quotes"] = () => ("a.csv", "Port,Protocol,Direction\n" + new string('"', 1 << 20)),
        ["csv commas"] = () => ("a.csv", "Port,Protocol,Direction\n" + new string(',', 1 << 20)),
        ["csv head"] = () => ("a.csv", "#---\n" + string.Concat(Enumerable.Repeat("#a\n", 100_000))),
        ["empty"] = () => ("a.md", ""),
        ["empty csv"] = () => ("a.csv", "\n\n"),
        ["empty yaml"] = () => ("a.yaml", "\n# nothing\n"),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Ends_soon_with_a_matrix_or_an_error(string name)
    {
        (string path, string text) = s_documents[name]();
        foreach (bool lenient in (bool[])[false, true])
        {
            var clock = Stopwatch.StartNew();
            MatrixImport import = MatrixReader.ReadText(path, text, new MatrixReadOptions(lenient));
            int lint = import.Matrix is null ? 0 : MatrixLint.Check(import.Matrix).Count;
            Assert.True(clock.Elapsed < s_limit, $"{name} took {clock.Elapsed}");
            Assert.True(import.Matrix is not null || import.Messages.Any(m => m.Severity == MessageSeverity.Error));
            Assert.True(import.Messages.Count < 3_000 && lint < 3_000);
            Assert.All(import.Messages, m => Assert.True(m.Text.Length < 2_000 && !m.ToString().Any(c => char.IsControl(c)), m.Code));
        }
    }

    [Theory]
    [InlineData("megabyte purpose", "cell-too-long", 3)]
    [InlineData("150k rows", "too-many-rows", 100_003)]
    [InlineData("10k columns", "too-many-columns", 1)]
    [InlineData("NULs", "unreadable", 3)]
    [InlineData("unterminated front matter", "front-matter-unterminated", 1)]
    [InlineData("long front matter", "front-matter-size", 1)]
    [InlineData("20k subjects", "too-many-subjects", 1027)]
    [InlineData("group in every row", "too-many-rows", 4006)]
    [InlineData("yaml bomb", "yaml-alias", 1)]
    [InlineData("yaml depth", "yaml-depth", 1)]
    [InlineData("json depth", "json-syntax", 1)]
    [InlineData("csv open quote", "csv-syntax", 2)]
    public void Limits_are_said_with_their_line(string name, string code, int line)
    {
        (string path, string text) = s_documents[name]();
        MatrixMessage error = MatrixReader.ReadText(path, text, new MatrixReadOptions()).Messages.First(m => m.Severity == MessageSeverity.Error);
        Assert.Equal((code, line), (error.Code, error.Line));
    }

    [Fact]
    public void Peers_that_are_cut_are_counted()
    {
        (string path, string text) = s_documents["hosts"]();
        MatrixImport import = MatrixReader.ReadText(path, text, new MatrixReadOptions());
        Assert.Equal(1024, Documents.Good(import).Rows[0].Peers.Count);
        Assert.Contains("3976 hosts", import.Messages.Single(m => m.Code == "peers-cut").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_one_kind_are_cut_with_their_number()
    {
        (string path, string text) = s_documents["100k bad rows"]();
        IReadOnlyList<MatrixMessage> messages = MatrixReader.ReadText(path, text, new MatrixReadOptions()).Messages;
        Assert.Equal(200, messages.Count(m => m is { Code: "port-not-understood", Line: > 0 }));
        Assert.Contains(messages, m => m is { Code: "port-not-understood", Line: 0 } && m.Text.Contains("99800 more", StringComparison.Ordinal));
    }

    [Fact]
    public void Control_characters_stay_out_of_the_matrix_and_are_said()
    {
        (string path, string text) = s_documents["control characters"]();
        MatrixImport import = MatrixReader.ReadText(path, text, new MatrixReadOptions());
        Assert.Equal("[2J x", Documents.Good(import).Rows[0].Purpose);
        Assert.Contains(import.Messages, m => m is { Code: "control-characters", Line: 3, Cell: "Required for" });
    }

    [Fact]
    public void Every_prefix_and_every_cut_of_a_document_is_read_or_refused()
    {
        string whole = "---\nname: x\nsubjects: {a: [10.0.0.1]}\n---\n" + Header + "| 25* | TCP/UDP | In/Out | if you use `x` at 10.0.0.1 \\| y |\n| tcp 80; icmp 8 | FTPS (explicit) | Out |\nbroken |\n\n* note\n";
        for (int at = 0; at <= whole.Length; at++)
        {
            MatrixReader.ReadText("a.md", whole[..at], new MatrixReadOptions());
            MatrixReader.ReadText("a.md", whole[at..], new MatrixReadOptions(true));
            MatrixReader.ReadText("a.yaml", whole[..at], new MatrixReadOptions());
            MatrixReader.ReadText("a.csv", whole[at..], new MatrixReadOptions());
        }
    }

    [Fact]
    public void Bytes_that_are_no_utf_8_do_not_throw()
    {
        var random = new Random(7);
        byte[] bytes = new byte[4096];
        for (int i = 0; i < 50; i++)
        {
            random.NextBytes(bytes);
            string text = Encoding.UTF8.GetString(bytes).Replace('\0', '|');
            foreach (string ending in (string[])["md", "yaml", "json", "csv"]) Assert.NotNull(MatrixReader.ReadText("a." + ending, Header + text, new MatrixReadOptions(true)).Messages);
        }
    }
}
