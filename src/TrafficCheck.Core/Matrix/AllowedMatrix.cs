using System.Net;

namespace TrafficCheck.Core.Matrix;

/// <summary>The hosts one table speaks about.</summary>
/// <param name="Name">Given by the document (<c>exchange-server</c>), else <c>subject-1</c>, <c>subject-2</c> by position.</param>
/// <param name="Addresses">Addresses the document itself gives; may be empty. The command line adds to or replaces them.</param>
public sealed record MatrixSubject(string Name, IReadOnlyList<IPNetwork> Addresses);

/// <summary>A file the matrix was read from.</summary>
public sealed record MatrixSource(string Path, string Sha256);

/// <summary>The allowed matrix as read: subjects and rows in document order. Immutable; compiled by <c>CompiledMatrix</c>.</summary>
public sealed record AllowedMatrix
{
    /// <summary>Name by front matter, else the file name.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<MatrixSource> Sources { get; init; }

    public required IReadOnlyList<MatrixSubject> Subjects { get; init; }

    public required IReadOnlyList<MatrixRow> Rows { get; init; }

    /// <summary>Named conditions that rows refer to, in order of first use.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];
}
