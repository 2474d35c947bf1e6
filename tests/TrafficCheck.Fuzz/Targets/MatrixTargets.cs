using System.Text;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.Matrices.Lint;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>
/// Table documents in each form. What was read without error can be checked, compiled and written, and what was written says the same when it
/// is read again.
/// </summary>
internal static class MatrixTargets
{
    private const int MaxDocument = 1 << 13;

    private static readonly (MatrixForm Form, string Ending)[] s_forms =
        [(MatrixForm.Markdown, "md"), (MatrixForm.Yaml, "yaml"), (MatrixForm.Json, "json"), (MatrixForm.Csv, "csv")];

    private static readonly string[] s_words =
    [
        "TCP", "UDP", "TCP/UDP", "ICMP", "any", "In", "Out", "In/Out", "53", "1024-65535", "20,21", "10.0.0.0/8", "2001:db8::/32", "host.example", "*", "[1]",
        "subjects:", "rows:", "name:", "- ", "| ", " |\n", "---\n", "|---|", "\n", "\"", "'", "`", "<br>", "&amp;", "\\|", "Yes", "No", "optional", "conditional",
        "schema: trafficcheck-matrix/1\n", "groups:", "peers", "port", "protocol", "direction", "&a ", "*a", "!!str ", "{", "}", "[", "]", ": ", "# ",
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
        [.. s_forms.Select(f => new FuzzTarget("matrix-" + f.Ending, MaxDocument, input => Run(input, f.Ending), () => Seeds(f.Form), s_words))];

    private static void Run(ReadOnlySpan<byte> input, string ending)
    {
        string text = Encoding.UTF8.GetString(input);
        MatrixImport import = MatrixReader.ReadText("t." + ending, text, new MatrixReadOptions(Lenient: (input.Length & 1) == 1));
        BrokenPromiseException.Unless(import.Matrix is not null || import.Messages.Count > 0, "what is refused says why");
        BrokenPromiseException.Unless(import.Matrix is null || import.Messages.All(m => m.Severity != MessageSeverity.Error), "no matrix comes with errors");
        if (import.Matrix is not { } matrix) return;
        MatrixLint.Check(matrix);
        try
        {
            CompiledMatrix.Compile(matrix);
        }
        catch (MatrixTooLargeException)
        {
            // Documented: too many rows or subjects.
        }

        foreach (var (form, again) in s_forms) RoundTrip(matrix, form, again);
    }

    private static void RoundTrip(AllowedMatrix matrix, MatrixForm form, string ending)
    {
        string written = Text(matrix, form);
        MatrixImport import = MatrixReader.ReadText("t." + ending, written, new MatrixReadOptions());
        if (import.Matrix is null)
            throw new BrokenPromiseException($"what is written as {ending} can be read", string.Join("\n", import.Messages.Take(3)) + "\n" + Head(written));
        string before = Whole(matrix), after = Whole(import.Matrix);
        if (before != after) throw new BrokenPromiseException($"what is written as {ending} says the same", $"{Head(before)}\n---\n{Head(after)}\n---\n{Head(written)}");
    }

    private static string Text(AllowedMatrix matrix, MatrixForm form)
    {
        using var text = new StringWriter { NewLine = "\n" };
        MatrixWriter.Write(matrix, form, text);
        return text.ToString();
    }

    private static string Head(string text) => text.Length > 2000 ? text[..2000] : text;

    private static string Whole(AllowedMatrix matrix) => string.Join('\n',
    [
        matrix.Name, string.Join('|', matrix.Conditions), .. matrix.Subjects.Select(s => $"{s.Name}: {string.Join(' ', s.Addresses)}"), .. matrix.Rows.Select(Whole),
    ]);

    private static string Whole(MatrixRow row) =>
        $"{row.Id}|{row.Subject}|{row.PortsText}|{string.Join('/', row.Transports)}|{row.Direction}|{row.Application}|{row.FromServerPort}|{string.Join(' ', row.Peers.Select(p => (p.Name is null ? "net " : "name ") + p))}|{row.Need}|{row.Condition}|{row.Purpose}|{row.Enforced}";

    private static IEnumerable<byte[]> Seeds(MatrixForm form)
    {
        foreach (byte[] document in SeedFrames.Samples("matrix.md", MaxDocument).Prepend(Encoding.UTF8.GetBytes(Foreign)))
        {
            if (form == MatrixForm.Markdown) yield return document;
            if (MatrixReader.ReadText("t.md", Encoding.UTF8.GetString(document), new MatrixReadOptions(Lenient: true)).Matrix is { } matrix)
                yield return Encoding.UTF8.GetBytes(Text(matrix, form));
        }

        if (form == MatrixForm.Csv) yield return "Port;Protocol;Direction;Required for\n\"25\";TCP;In;\"Mail \"\"in\"\"\"\n53;TCP/UDP;Out;\n"u8.ToArray();
        if (form == MatrixForm.Yaml) yield return "subjects: {a: [10.0.0.1, '2001:db8::/64'], b: []}\nrows:\n- {port: 25, protocol: [tcp, udp], direction: in, peers: [x.example]}\n- &r {port: any, protocol: icmp, direction: out}\n"u8.ToArray();
    }

    private const string Foreign =
        """
        # Ports

        **Server A**

        | Port(s) | Transport | Traffic | Destination | Needed? | Notes |
        |:---|:---:|---|---|---|---|
        | 20, 21 | TCP | Outbound | ftp.example | Yes | Passive mode [1] |
        | 1024&ndash;65535 | TCP | Inbound/Outbound | 10.0.0.0/8<br>192.0.2.1 | optional | `code` \| pipe |
        | any | ICMP | In | * | only with PMM | * |
        | 443 (HTTPS) | TCP | Out | any | No | |

        [1] Only in the evening.

        ## Server B

        Port | Protocol | Direction
        --- | --- | ---
        53 | TCP/UDP | Out
        161-162 | udp | In
        """;
}
