using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Matrices.Tests;

public sealed class FrontMatterTests
{
    private const string Body = "\n| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| 80 | TCP | In/Out | Web |\n";

    [Theory]
    [InlineData("clean", "relay", "10.0.0.10/32 2001:db8:20::10/128")]
    [InlineData("midstream", "gateway", "10.0.0.5/32 2001:db8:10::5/128")]
    public void The_samples_name_their_subjects_with_addresses(string sample, string subject, string addresses)
    {
        AllowedMatrix matrix = Documents.Good(MatrixReader.Read([Path.Combine(RepositoryFolder.Find(), "samples", sample, "matrix.md")], new MatrixReadOptions()));
        MatrixSubject only = Assert.Single(matrix.Subjects);
        Assert.Equal((subject, addresses), (only.Name, string.Join(' ', only.Addresses)));
    }

    [Fact]
    public void Everything_it_can_say()
    {
        MatrixImport import = Documents.Markdown("""
            ---
            name: Mail gateway
            subjects:
              gateway: {addresses: [10.0.0.5, 10.1.0.9/24], names: [SEG]}
              exchange: 10.0.0.9
            in-out: reply
            groups:
              resolvers: [192.0.2.53, ns.example.net]
            conditions: {cluster: "more than one node"}
            ---
            | Subject | Port | Protocol | Direction | Peer | Required for |
            |---|---|---|---|---|---|
            | SEG | 53 | UDP | In/Out | resolvers | Names |
            | Exchange | 80 | TCP | In | | For more than one node |
            """);
        AllowedMatrix matrix = Documents.Good(import);
        Assert.Equal("Mail gateway", matrix.Name);
        Assert.Equal(["gateway 10.0.0.5/32,10.1.0.0/24", "exchange 10.0.0.9/32"], matrix.Subjects.Select(s => $"{s.Name} {string.Join(',', s.Addresses)}"));
        Assert.Equal(["53/udp Out [192.0.2.53 ns.example.net]", "80/tcp In if cluster"], matrix.Rows.Select(Documents.Short));
        Assert.Equal([0, 1], matrix.Rows.Select(r => r.Subject));
        Assert.Equal([13, 14], matrix.Rows.Select(r => r.Source.Line));
        Assert.Empty(import.Messages);
    }

    [Theory]
    [InlineData("either", RowDirection.InOut)]
    [InlineData("reply", RowDirection.Out)]
    public void In_out(string meaning, RowDirection expected) => Assert.Equal(expected, Documents.Good(Documents.Markdown($"---\nin-out: {meaning}\n---\n{Body}")).Rows[0].Direction);

    [Theory]
    [InlineData("name: x\nsubject: y", "settings-key", 3)]
    [InlineData("in_out: reply", "settings-key", 2)]
    [InlineData("in-out: sometimes", "settings-not-understood", 2)]
    [InlineData("subjects:\n  a: [10.0.0]", "address-not-understood", 3)]
    [InlineData("subjects:\n  a: [host.example.net]", "address-not-understood", 3)]
    [InlineData("subjects:\n  a: {address: 10.0.0.1}", "settings-not-understood", 3)]
    [InlineData("groups: {g: [no host]}", "peer-not-understood", 2)]
    [InlineData("groups: {g: []}", "group-empty", 2)]
    [InlineData("groups: 5", "settings-not-understood", 2)]
    [InlineData("- a\n- b", "settings-not-understood", 2)]
    [InlineData("name: [unclosed", "yaml-syntax", 3)]
    [InlineData("name: &a x\nother: *a", "yaml-alias", 2)]
    [InlineData("name: !!binary aGk=", "yaml-tag", 2)]
    [InlineData("name: a\nname: b", "yaml-duplicate-key", 3)]
    [InlineData("? [a]\n: b", "yaml-key", 2)]
    public void What_is_wrong_is_one_error_with_its_line(string yaml, string code, int line)
    {
        MatrixImport import = Documents.Markdown($"---\n{yaml}\n---\n{Body}");
        MatrixMessage error = Assert.Single(import.Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal((code, line), (error.Code, error.Line));
        Assert.Null(import.Matrix);
    }

    [Theory]
    [InlineData("title")]
    [InlineData("date")]
    [InlineData("author")]
    public void Keys_of_other_tools_are_warned_of(string key)
    {
        MatrixImport import = Documents.Markdown($"---\n{key}: x\n---\n{Body}");
        Assert.Equal(("settings-key", 2, MessageSeverity.Warning), (import.Messages[0].Code, import.Messages[0].Line, import.Messages[0].Severity));
        Documents.Good(import);
    }

    [Fact]
    public void Front_matter_that_does_not_end_is_an_error() => Assert.Equal("1 front-matter-unterminated", Documents.Place(Assert.Single(Documents.Markdown("---\nname: x\n" + Body).Messages)));

    [Fact]
    public void Lines_are_counted_past_it_whatever_ends_them() => Assert.Equal(7, Documents.Good(Documents.Markdown(("---\nname: x\n---\n" + Body).Replace("\n", "\r\n", StringComparison.Ordinal))).Rows[0].Source.Line);
}
