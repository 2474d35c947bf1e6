namespace TrafficCheck.Core.Matrix;

/// <summary>The matrix has more subjects or networks than can be judged.</summary>
public sealed class MatrixTooLargeException(string message) : Exception(message);
