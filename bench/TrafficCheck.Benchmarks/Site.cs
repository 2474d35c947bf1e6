using System.Net;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;

namespace TrafficCheck.Benchmarks;

/// <summary>What the traces are judged against.</summary>
internal static class Site
{
    /// <summary>The addresses of <see cref="Traces.TraceGenerator"/>, for the one subject of the matrix.</summary>
    public static IReadOnlyList<IReadOnlyList<IPNetwork>> Protected { get; } =
        [[IPNetwork.Parse("10.20.30.0/29"), IPNetwork.Parse("2001:db8:a14:1e00::/61")]];

    public static AllowedMatrix ReadMatrix()
    {
        MatrixImport import = MatrixReader.Read([Path.Combine(AppContext.BaseDirectory, "matrix.md")], new MatrixReadOptions());
        return import.Matrix ?? throw new InvalidOperationException(string.Join('\n', import.Messages));
    }
}
