namespace TrafficCheck.Core.Matrix;

/// <summary>The rows overlap so much that their compiled form would not fit into memory.</summary>
public sealed class MatrixTooLargeException(string message) : Exception(message);
