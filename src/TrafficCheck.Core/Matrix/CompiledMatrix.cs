using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The matrix as read-only tables. One array access by port gives the class of the port; the class names the rows of each direction. The
/// cost of a lookup does not depend on the number of rows.
/// </summary>
public sealed class CompiledMatrix
{
    private readonly ushort[]?[] _classesByPort; // by subject x 256 + protocol
    private readonly CandidateRows[] _classes;
    private readonly CandidateRow[] _lists;
    private readonly int[] _applicationOfRow;

    internal CompiledMatrix(
        AllowedMatrix matrix, ushort[]?[] classesByPort, CandidateRows[] classes, CandidateRow[] lists, int[][] serverPortRows, RowSets sets)
    {
        Matrix = matrix;
        _classesByPort = classesByPort;
        _classes = classes;
        _lists = lists;
        ServerPortRows = serverPortRows;
        Sets = sets;
        List<string> applications = [.. matrix.Rows.Select(r => r.Application).OfType<string>().Distinct()];
        Applications = applications;
        _applicationOfRow = [.. matrix.Rows.Select(r => r.Application is { } word ? applications.IndexOf(word) : -1)];
    }

    public AllowedMatrix Matrix { get; }

    /// <summary>Row sets seen so far. Grows with new combinations; not shared between threads.</summary>
    public RowSets Sets { get; }

    /// <summary>Indices of the active FTP data rows of each subject; they are in no port table, because they speak of a source port.</summary>
    public IReadOnlyList<IReadOnlyList<int>> ServerPortRows { get; }

    /// <summary>The applications that rows ask for, each once.</summary>
    public IReadOnlyList<string> Applications { get; }

    /// <summary>Index of the row's application in <see cref="Applications"/>, or -1.</summary>
    public int ApplicationOf(int row) => _applicationOfRow[row];

    /// <exception cref="MatrixTooLargeException">See there.</exception>
    public static CompiledMatrix Compile(AllowedMatrix matrix) => new MatrixCompiler(matrix).Compile();

    /// <param name="port">Service port; ICMP type; 0 for protocols with neither.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly CandidateRows Candidates(int subject, byte protocol, ushort port)
    {
        ushort[]? table = _classesByPort[(subject << 8) | protocol];
        return ref _classes[table is not null && port < table.Length ? table[port] : 0];
    }

    /// <summary>Whether any row of the subject, of either direction, names the port.</summary>
    public bool IsServicePort(int subject, byte protocol, ushort port) => !Candidates(subject, protocol, port).IsEmpty;

    public ReadOnlySpan<CandidateRow> Rows(in CandidateRows candidates, bool inbound) => inbound
        ? _lists.AsSpan(candidates.InStart, candidates.InCount)
        : _lists.AsSpan(candidates.OutStart, candidates.OutCount);
}
