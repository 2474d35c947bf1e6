using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Matrices.Tests;

public sealed class SeedTests
{
    [Fact]
    public void The_vendor_table_imports_as_published()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the vendor's table is not beside this clone");
        MatrixImport import = MatrixReader.Read([Path.Combine(shared, "seed", "vendor-port-table.md")], new MatrixReadOptions());
        AllowedMatrix matrix = import.Matrix!;
        Assert.Equal(40, matrix.Rows.Count);
        Assert.Equal(["subject-1", "exchange-server"], matrix.Subjects.Select(s => s.Name));
        Assert.Equal(37, matrix.Rows.Count(r => r.Subject == 0));
        Assert.Equal(3, matrix.Rows.Count(r => r.Subject == 1));
        Assert.Equal([20, 21, 21, 22, 25, 25, 53, 53, 53, 80], matrix.Rows.Take(10).Select(r => (int)r.Ports[0].First));
        Assert.Equal(3, matrix.Rows[28].Peers.Count);
        Assert.Equal(matrix.Rows[7].Purpose, matrix.Rows[8].Purpose);
        Assert.Equal(4, matrix.Rows[19].Peers.Count);
        Assert.True(matrix.Rows[0].FromServerPort);
        string[] codes = [.. import.Messages.Select(m => m.Code)];
        foreach (string code in new[] { "cell-broken-over-lines", "footnote-mark", "several-transports", "application-in-protocol", "blank-filled-down", "text-cut-short", "identical-rows", "peers-from-text", "another-subject" })
            Assert.Contains(code, codes);
    }

    [Theory]
    [InlineData("| 70000 | TCP | In | x |", "port-not-understood")]
    [InlineData("| 80 | QQQ | In | x |", "protocol-not-understood")]
    [InlineData("| 80 | TCP | sideways | x |", "direction-not-understood")]
    [InlineData("| 200-100 | TCP | In | x |", "port-not-understood")]
    public void A_cell_that_is_not_understood_is_an_error_with_its_line(string row, string code)
    {
        MatrixImport import = Read("| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n" + row + "\n");
        MatrixMessage error = Assert.Single(import.Messages, m => m.Severity == MessageSeverity.Error);
        Assert.Equal((code, 3), (error.Code, error.Line));
        Assert.Null(import.Matrix);
    }

    [Fact]
    public void A_document_without_rows_is_an_error() => Assert.Contains(Read("nothing here\n").Messages, m => m.Code == "no-rows");

    private static MatrixImport Read(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".md");
        File.WriteAllText(path, text);
        try
        {
            return MatrixReader.Read([path], new MatrixReadOptions());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
