using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>The table of forty rows, and what its rows say of peers, so that the same captures fit the table of the sample and the published one.</summary>
internal sealed class SeedTable(AllowedMatrix matrix)
{
    public const string Gateway = "10.0.0.5", Exchange = "10.0.0.9";

    public static string[] Protect { get; } = [$"1={Gateway}", $"exchange-server={Exchange}"];

    public AllowedMatrix Matrix => matrix;

    public static SeedTable OfSample() => Read(Path.Combine(TheProgram.Samples, "mail-gateway", "matrix.md"))!;

    /// <returns>Null where the published table is not beside this clone.</returns>
    public static SeedTable? Published() => SharedFolder.Find() is { } shared ? Read(Path.Combine(shared, "seed", "vendor-port-table.md")) : null;

    public MatrixRow Row(string id) => matrix.Rows.Single(r => r.Id == id);

    /// <summary>A name that the row's text gives its peers.</summary>
    public string Name(string row, int which = 0) => Row(row).Peers[which].Name!;

    /// <summary>An address that the row's text gives its peers.</summary>
    public string Address(string row, int which = 0) => Row(row).Peers[which].Network!.Value.BaseAddress.ToString();

    private static SeedTable? Read(string path) => File.Exists(path) ? new SeedTable(MatrixReader.Read([path], new MatrixReadOptions()).Matrix!) : null;
}
