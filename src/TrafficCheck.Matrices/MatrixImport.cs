using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices;

/// <param name="Lenient">A cell that is not understood is a warning, and its row is marked not enforced, instead of an error.</param>
public sealed record MatrixReadOptions(bool Lenient = false);

/// <summary>What reading table documents gave.</summary>
/// <param name="Matrix">Null when there are errors, or no rows.</param>
/// <param name="Messages">In the order of files and lines.</param>
public sealed record MatrixImport(AllowedMatrix? Matrix, IReadOnlyList<MatrixMessage> Messages);
