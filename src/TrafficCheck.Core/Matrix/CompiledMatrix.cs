using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The matrix as read-only tables. A port has one number for each subject, transport and direction (<see cref="PortPages"/>), which is the answer where no
/// row asks for a peer or an application; three array accesses, whatever the number of rows. Else it is a class of rows: the peer is turned into a number of
/// its own (<see cref="PeerPrefixes"/>), and what both together answer is worked out once (<see cref="RowMatcher"/>). The tables take 1 KB for each
/// stretch of 256 ports that differs from all others, 14 bytes for each port range, and about 200 bytes for each network and name.
/// </summary>
public sealed class CompiledMatrix
{
    private readonly PortPages _pages;
    private readonly int[] _tables; // by subject, protocol and direction
    private readonly int[] _limitedRows; // by class of rows
    private readonly RowIntervals?[] _ofProtocol; // by subject x 256 + protocol: rows that name it
    private readonly RowIntervals[] _ofAny; // by subject: rows for any transport
    private readonly int[] _applicationOfRow;

    internal CompiledMatrix(
        AllowedMatrix matrix, PortPages pages, int[] tables, int[] limitedRows, RowIntervals?[] ofProtocol, RowIntervals[] ofAny, int[][] serverPortRows,
        PeerBook peers, RowSets sets)
    {
        Matrix = matrix;
        _pages = pages;
        _tables = tables;
        _limitedRows = limitedRows;
        _ofProtocol = ofProtocol;
        _ofAny = ofAny;
        ServerPortRows = serverPortRows;
        Peers = peers;
        Sets = sets;
        var applications = new Dictionary<string, int>();
        _applicationOfRow = [.. matrix.Rows.Select(r => r.Application is not { } word ? -1 : applications.TryGetValue(word, out int known) ? known : applications[word] = applications.Count)];
        Applications = [.. applications.OrderBy(a => a.Value).Select(a => a.Key)];
    }

    public AllowedMatrix Matrix { get; }

    /// <summary>Row sets seen so far. Grows with new combinations; not shared between threads.</summary>
    public RowSets Sets { get; private set; }

    /// <summary>Indices of the active FTP data rows of each subject; they are in no port table, because they speak of a source port.</summary>
    public IReadOnlyList<IReadOnlyList<int>> ServerPortRows { get; }

    /// <summary>The applications that rows ask for, each once.</summary>
    public IReadOnlyList<string> Applications { get; }

    internal PeerBook Peers { get; }

    /// <summary>Index of the row's application in <see cref="Applications"/>, or -1.</summary>
    public int ApplicationOf(int row) => _applicationOfRow[row];

    /// <exception cref="MatrixTooLargeException">See there.</exception>
    public static CompiledMatrix Compile(AllowedMatrix matrix) => new MatrixCompiler(matrix, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))).Compile();

    /// <summary>The same tables with row sets of its own, for another thread.</summary>
    internal CompiledMatrix Fork()
    {
        var fork = (CompiledMatrix)MemberwiseClone();
        fork.Sets = Sets.Fork();
        return fork;
    }

    /// <param name="port">Service port; ICMP type; 0 for protocols with neither.</param>
    /// <param name="inbound">Initiated from outside.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CandidateRows Candidates(int subject, byte protocol, ushort port, bool inbound) =>
        new(_pages[_tables[TableOf(subject, protocol, inbound)], port]);

    /// <summary>Whether any row of the subject, of either direction, names the port.</summary>
    public bool IsServicePort(int subject, byte protocol, ushort port) =>
        !Candidates(subject, protocol, port, inbound: true).IsEmpty || !Candidates(subject, protocol, port, inbound: false).IsEmpty;

    internal static int TableOf(int subject, byte protocol, bool inbound) => (subject << 9) | (protocol << 1) | (inbound ? 1 : 0);

    /// <summary>How many of the candidates are limited to peers.</summary>
    internal int LimitedRows(CandidateRows candidates) => candidates.Entry < 0 ? _limitedRows[candidates.Class] : 0;

    /// <summary>Adds to the list the ranges of the candidates that hold the port, in no particular order: those for any peer, or the limited ones.</summary>
    internal void Collect(int subject, byte protocol, ushort port, bool inbound, bool limited, List<PortInterval> found)
    {
        RowIntervals any = _ofAny[subject], own = _ofProtocol[(subject << 8) | protocol] ?? RowIntervals.None;
        int begin = found.Count;
        (limited ? any.Limited : any.Free).Collect(port, found);
        (limited ? own.Limited : own.Free).Collect(port, found);
        int kept = begin;
        for (int i = begin; i < found.Count; i++)
        {
            if (Matrix.Rows[found[i].Row].Direction != (inbound ? RowDirection.Out : RowDirection.In)) found[kept++] = found[i];
        }

        found.RemoveRange(kept, found.Count - kept);
    }

    /// <summary>Whether a row that takes part in matching is one of the candidates, with the part of its specificity that is known.</summary>
    internal bool IsCandidate(int row, int subject, byte protocol, ushort port, bool inbound, out uint rank)
    {
        MatrixRow asked = Matrix.Rows[row];
        rank = 0;
        if (asked.Subject != subject || asked.Direction == (inbound ? RowDirection.Out : RowDirection.In)) return false;
        if (asked.Transports.Count > 0 && !asked.Transports.Contains(protocol)) return false;
        int from = 0, to = asked.Ports.Count - 1;
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            if (asked.Ports[middle].Last < port) from = middle + 1;
            else to = middle;
        }

        if (!asked.Ports[from].Contains(port)) return false;
        rank = Specificity.OfRow(asked, asked.Ports[from]);
        return true;
    }
}
