using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Matrices that people write by hand in YAML, JSON and CSV.</summary>
public sealed class NativeFormTests
{
    [Theory]
    [InlineData("need: required, ", RowNeed.Conditional, "cluster")]
    [InlineData("need: conditional, ", RowNeed.Conditional, "cluster")]
    [InlineData("", RowNeed.Conditional, "cluster")]
    [InlineData("need: optional, ", RowNeed.Optional, null)]
    public void A_condition_makes_a_row_conditional_unless_it_is_optional_anyway(string need, RowNeed expected, string? condition)
    {
        MatrixImport import = MatrixYaml.Read("t.yaml", $"rows:\n- {{ports: 25, transport: tcp, direction: in, {need}when: cluster}}\n", new MatrixReadOptions());
        MatrixRow row = Assert.Single(import.Matrix!.Rows);
        Assert.Equal((expected, condition), (row.Need, row.Condition));
        Assert.Equal(expected == RowNeed.Optional, import.Messages.Any(m => m.Code == "condition-of-optional-row"));
        foreach (var (form, ending) in new[] { (MatrixForm.Markdown, "md"), (MatrixForm.Yaml, "yaml"), (MatrixForm.Json, "json"), (MatrixForm.Csv, "csv") })
            RoundTrip.AssertSame(import.Matrix, RoundTrip.Through(import.Matrix, form, ending).Matrix!);
    }

    [Fact]
    public void A_short_document()
    {
        MatrixImport import = MatrixYaml.Read("m.yaml", """
            name: Relay
            subjects: {relay: [10.0.0.10]}
            groups: {resolvers: [192.0.2.53]}
            rows:
              - {ports: 25, transport: tcp, direction: in}
              - ports: [53, 5353]
                transport: [udp, tcp]
                direction: out
                peers: [resolvers, ns.example.net]
                need: optional
                purpose: Names
              - {ports: 443, transport: https, direction: in/out, in-out: reply, when: cluster}
              - {transport: esp, direction: In & Out}
              - {ports: 20, transport: tcp, from-server-port: true, direction: in, enforced: false, id: FTP-1}
            """, new MatrixReadOptions());
        Assert.Equal(["25/tcp In", "53,5353/tcp+udp Out [192.0.2.53 ns.example.net] optional", "443/tcp Out tls if cluster", "any/esp In/Out", "from 20/tcp In not-enforced"], Documents.Short(import));
        Assert.Equal(["R1", "R2", "R3", "R4", "FTP-1"], import.Matrix!.Rows.Select(r => r.Id));
        Assert.Equal([5, 6, 12, 13, 14], import.Matrix.Rows.Select(r => r.Source.Line));
        Assert.Equal("relay", import.Matrix.Subjects.Single().Name);
        Assert.Empty(import.Messages);
    }

    [Theory]
    [InlineData("port: 25, transport: tcp, direction: in", "row-key", "port", 2)]
    [InlineData("ports: 70000, transport: tcp, direction: in", "port-not-understood", "ports", 1)]
    [InlineData("ports: 25, transport: qqq, direction: in", "protocol-not-understood", "transport", 1)]
    [InlineData("ports: 25, direction: in", "protocol-missing", "ports", 1)]
    [InlineData("transport: tcp, direction: in", "port-missing", "ports", 1)]
    [InlineData("ports: 25, transport: tcp", "direction-not-understood", "direction", 1)]
    [InlineData("ports: 25, transport: tcp, direction: up", "direction-not-understood", "direction", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, peers: [nobody]", "peer-not-understood", "peers", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, need: perhaps", "need-not-understood", "need", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, id: a b", "id-not-understood", "id", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, subject: other", "subject-not-declared", "subject", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, enforced: maybe", "value-not-understood", "enforced", 1)]
    [InlineData("ports: 25, transport: tcp, direction: in, purpose: {a: b}", "value-not-understood", "purpose", 1)]
    public void What_is_wrong_is_said_with_its_key_and_line(string row, string code, string key, int errors)
    {
        string text = $"subjects: {{relay: []}}\nrows:\n  - {{{row}}}\n";
        List<MatrixMessage> found = [.. MatrixYaml.Read("m.yaml", text, new MatrixReadOptions()).Messages.Where(m => m.Severity == MessageSeverity.Error)];
        Assert.Equal((code, 3, key, errors), (found[0].Code, found[0].Line, found[0].Cell, found.Count));
        MatrixImport lenient = MatrixYaml.Read("m.yaml", text, new MatrixReadOptions(true));
        Assert.False(Assert.Single(lenient.Matrix!.Rows).Enforced);
    }

    [Fact]
    public void An_id_stands_once()
    {
        MatrixImport import = MatrixYaml.Read("m.yaml", "rows:\n- {id: A, ports: 1, transport: tcp, direction: in}\n- {id: A, ports: 2, transport: tcp, direction: in}\n", new MatrixReadOptions());
        Assert.Equal("3 id-taken", Documents.Place(Assert.Single(import.Messages)));
    }

    [Theory]
    [InlineData("{\"rows\": [\n{\"ports\": 443, \"transport\": \"tcp\", \"direction\": \"in\"}]}", 2)]
    [InlineData("{\n\"rows\": [\n\n{\"ports\": [443], \"transport\": \"tcp\", \"direction\": \"in\", \"enforced\": true}]}", 4)]
    public void Json_knows_its_lines(string text, int line)
    {
        MatrixRow row = Assert.Single(Documents.Good(MatrixReader.ReadText("m.json", text, new MatrixReadOptions())).Rows);
        Assert.Equal(("443/tcp In", line), (Documents.Short(row), row.Source.Line));
    }

    [Theory]
    [InlineData("Port,Protocol,Direction,Required for\n443,TCP,Out,\"Updates, from 192.0.2.1\"\n", 2)]
    [InlineData("Port;Protocol;Direction;Required for\n443;TCP;Out;Updates, from 192.0.2.1\n", 2)]
    [InlineData("Port\tProtocol\tDirection\tRequired for\n443\tTCP\tOut\tUpdates, from 192.0.2.1\n", 2)]
    [InlineData("# a comment\nPort,Protocol,Direction,\"Required\nfor\"\n443,TCP,Out,\"Updates,\nfrom 192.0.2.1\"\n", 4)]
    public void Csv_of_a_vendor(string text, int line)
    {
        MatrixRow row = Assert.Single(Documents.Good(MatrixReader.ReadText("m.csv", text, new MatrixReadOptions())).Rows);
        Assert.Equal(("443/tcp Out [192.0.2.1]", "Updates, from 192.0.2.1", line), (Documents.Short(row), row.Purpose, row.Source.Line));
    }

    [Fact]
    public void Several_files_make_one_matrix()
    {
        string folder = Directory.CreateTempSubdirectory("matrix-files").FullName;
        try
        {
            string first = Path.Combine(folder, "a.md"), second = Path.Combine(folder, "b.yaml");
            File.WriteAllText(first, "---\nsubjects: {gw: [10.0.0.1]}\n---\n| Port | Protocol | Direction |\n|---|---|---|\n| 25 | TCP | In |\n");
            File.WriteAllText(second, "subjects: {gw: [10.0.0.2], other: []}\nrows: [{subject: gw, ports: 80, transport: tcp, direction: in}, {subject: other, ports: 81, transport: tcp, direction: in}]\n");
            AllowedMatrix matrix = Documents.Good(MatrixReader.Read([first, second], new MatrixReadOptions()));
            Assert.Equal(["R1 0", "R2 0", "R3 1"], matrix.Rows.Select(r => $"{r.Id} {r.Subject}"));
            Assert.Equal(2, matrix.Subjects[0].Addresses.Count);
            Assert.Equal([first, second], matrix.Sources.Select(s => s.Path));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
