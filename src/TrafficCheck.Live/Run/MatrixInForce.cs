using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Live.Run;

/// <summary>A matrix as it is judged by: with the protected hosts, the rules and the parameters that a report names.</summary>
/// <param name="Paths">The files it was read from.</param>
/// <param name="LoadedAtUtc">When.</param>
public sealed record MatrixInForce(
    AllowedMatrix Matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> Protected, ExitRules Rules, IReadOnlyList<KeyValuePair<string, string>> Parameters,
    IReadOnlyList<string> Paths, DateTimeOffset LoadedAtUtc)
{
    public MatrixState State => new(Paths, Matrix.Rows.Count, LoadedAtUtc);
}
