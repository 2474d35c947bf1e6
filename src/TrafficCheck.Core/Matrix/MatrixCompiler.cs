using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Turns rows into the tables of <see cref="CompiledMatrix"/> by a sweep over the bounds of their port ranges. The rows of a stretch of ports are known by a
/// sum of random numbers, one for each row and rank, that changes with each bound: equal sums are equal rows (128 bits, and the numbers are secret), so that
/// ten thousand ranges that all overlap cost their bounds and not their products.
/// </summary>
/// <param name="seed">Of the numbers and of hashes. The answers do not depend on it.</param>
internal sealed class MatrixCompiler(AllowedMatrix matrix, ulong seed)
{
    /// <summary>Rows that the sets known beforehand may hold together (4 MB); later ones are worked out when a flow asks.</summary>
    private const int MaxListed = RowSets.MaxListed / 4;

    private const int MaxSubjects = 64;

    private static readonly int[] s_inAndOut = [1, 0];

    private readonly PeerBook _peers = new(matrix.Rows, row => TakesPart(matrix.Rows[row]), seed);
    private readonly PortPages.Builder _pages = new();
    private readonly List<int> _limitedRows = []; // by class
    private readonly Dictionary<UInt128, int> _entryByContent = [];
    private readonly RowSets _sets = new();
    private readonly List<PortInterval> _found = [];
    private readonly int[][] _values = [new int[PortPages.Ports], new int[PortPages.Ports]]; // Out, In
    private int _listed;

    public CompiledMatrix Compile()
    {
        if (matrix.Subjects.Count > MaxSubjects)
            throw new MatrixTooLargeException($"The matrix has {matrix.Subjects.Count} subjects; at most {MaxSubjects} can be judged in one run.");
        int subjects = matrix.Subjects.Count;
        var tables = new int[subjects << 9];
        var ofProtocol = new RowIntervals?[subjects << 8];
        var ofAny = new RowIntervals[subjects];
        List<int>[] rows = [.. Enumerable.Range(0, subjects).Select(_ => new List<int>())], serverPortRows = [.. Enumerable.Range(0, subjects).Select(_ => new List<int>())];
        for (int row = 0; row < matrix.Rows.Count; row++)
        {
            MatrixRow read = matrix.Rows[row];
            if (read.Enforced) (read.FromServerPort ? serverPortRows : rows)[read.Subject].Add(row);
        }

        for (int subject = 0; subject < subjects; subject++)
            ofAny[subject] = CompileSubject(rows[subject], ofProtocol.AsSpan(subject << 8, 256), tables.AsSpan(subject << 9, 512));
        return new(matrix, _pages.Build(), tables, [.. _limitedRows], ofProtocol, ofAny, [.. serverPortRows.Select(r => r.ToArray())], _peers, _sets);
    }

    private static bool TakesPart(MatrixRow row) => row.Enforced && !row.FromServerPort;

    /// <returns>The ranges of rows for any transport.</returns>
    private RowIntervals CompileSubject(List<int> rows, Span<RowIntervals?> ofProtocol, Span<int> tables)
    {
        var named = new List<int>?[256];
        foreach (int row in rows)
        {
            foreach (byte protocol in matrix.Rows[row].Transports) (named[protocol] ??= []).Add(row);
        }

        RowIntervals any = RowIntervals.Of(matrix.Rows, rows.FindAll(i => matrix.Rows[i].Transports.Count == 0), _peers);
        var unnamed = new Dictionary<int, (int In, int Out)>(); // by number of ports
        for (int protocol = 0; protocol < 256; protocol++)
        {
            int length = TransportNames.HasPorts((byte)protocol) ? PortPages.Ports : protocol is TransportNames.Icmp or TransportNames.Icmpv6 ? 256 : 1;
            (int In, int Out) compiled;
            if (named[protocol] is { } own) compiled = Sweep(ofProtocol[protocol] = RowIntervals.Of(matrix.Rows, own, _peers), any, length);
            else if (!unnamed.TryGetValue(length, out compiled)) unnamed[length] = compiled = Sweep(RowIntervals.None, any, length);
            tables[CompiledMatrix.TableOf(0, (byte)protocol, inbound: true)] = compiled.In;
            tables[CompiledMatrix.TableOf(0, (byte)protocol, inbound: false)] = compiled.Out;
        }

        return any;
    }

    /// <summary>Gives each stretch of ports over which the same rows apply its number.</summary>
    /// <returns>The tables of the directions.</returns>
    private (int In, int Out) Sweep(RowIntervals own, RowIntervals any, int length)
    {
        List<Bound> bounds = Bounds([own.Free, any.Free, own.Limited, any.Limited], length);
        if (bounds.Count == 0) return (PortPages.Empty, PortPages.Empty);
        Running[] running = new Running[2];
        int[] current = new int[2];
        int from = 0;
        for (int i = 0; i < bounds.Count;)
        {
            int port = bounds[i].Port;
            foreach (int side in s_inAndOut) _values[side].AsSpan(from, port - from).Fill(current[side]);
            for (; i < bounds.Count && bounds[i].Port == port; i++) Pass(bounds[i], running);
            foreach (int side in s_inAndOut) current[side] = EntryOf(in running[side], [own, any], port, inbound: side == 1);
            from = port;
        }

        foreach (int side in s_inAndOut) _values[side].AsSpan(from, length - from).Fill(current[side]);
        return (_pages.Add(_values[1].AsSpan(0, length)), _pages.Add(_values[0].AsSpan(0, length)));
    }

    private static List<Bound> Bounds(ReadOnlySpan<PortIntervals> all, int length)
    {
        var bounds = new List<Bound>();
        foreach (PortIntervals intervals in all)
        {
            foreach (ref readonly PortInterval interval in intervals.All)
            {
                if (interval.First >= length) continue;
                bounds.Add(new(interval.First, Begins: true, interval.Row, interval.Rank));
                if (interval.Last + 1 < length) bounds.Add(new(interval.Last + 1, Begins: false, interval.Row, interval.Rank));
            }
        }

        bounds.Sort((x, y) => x.Port - y.Port);
        return bounds;
    }

    private void Pass(Bound bound, Running[] running)
    {
        MatrixRow row = matrix.Rows[bound.Row];
        var change = new Running(
            NumberOf(bound.Row, bound.Rank), 1, _peers.IsLimited(bound.Row) ? 1 : 0, _peers.AsksForName(bound.Row) ? 1 : 0, row.Application is null ? 0 : 1);
        for (int side = 0; side < 2; side++)
        {
            if (row.Direction == (side == 1 ? RowDirection.Out : RowDirection.In)) continue;
            if (bound.Begins) running[side].Add(in change);
            else running[side].Subtract(in change);
        }
    }

    private UInt128 NumberOf(int row, uint rank)
    {
        ulong both = ((ulong)(uint)row << 32) | rank;
        ulong upper = FoldedProduct.Of(both ^ seed, 0x9e3779b97f4a7c15), lower = FoldedProduct.Of(both ^ ~seed, 0xd6e8feb86659fd93);
        return new(FoldedProduct.Of(upper ^ seed, 0xa0761d6478bd642f), FoldedProduct.Of(lower ^ seed, 0xe7037ed1a0b428db));
    }

    /// <param name="sources">Where the rows of the port are found.</param>
    /// <returns>See <see cref="CandidateRows"/>.</returns>
    private int EntryOf(in Running rows, ReadOnlySpan<RowIntervals> sources, int port, bool inbound)
    {
        if (rows.Count == 0) return RowSets.None;
        if (_entryByContent.TryGetValue(rows.Content, out int known)) return known;
        if (rows is { Limited: 0, Applications: 0 } && _listed + rows.Count <= MaxListed && _sets.HasRoomFor(rows.Count))
            return _entryByContent[rows.Content] = PlainSet(sources, port, inbound);
        _limitedRows.Add(rows.Limited);
        return _entryByContent[rows.Content] = CandidateRows.OfClass(_limitedRows.Count - 1, rows.Limited > 0, rows.Names > 0, rows.Applications > 0).Entry;
    }

    /// <summary>The set of rows without peers and applications is known beforehand.</summary>
    private int PlainSet(ReadOnlySpan<RowIntervals> sources, int port, bool inbound)
    {
        _found.Clear();
        foreach (RowIntervals source in sources) source.Free.Collect(port, _found);
        _found.RemoveAll(i => matrix.Rows[i.Row].Direction == (inbound ? RowDirection.Out : RowDirection.In));
        _found.Sort((x, y) => x.Row - y.Row);
        _listed += _found.Count;
        uint best = _found.Max(c => c.Rank);
        return _sets.Intern([.. _found.Where(c => c.Rank == best).Select(c => c.Row)], [.. _found.Where(c => c.Rank < best).Select(c => c.Row)], []);
    }

    private readonly record struct Bound(int Port, bool Begins, int Row, uint Rank);

    /// <summary>The rows that hold the port where the sweep stands, of one direction.</summary>
    private record struct Running(UInt128 Content, int Count, int Limited, int Names, int Applications)
    {
        public void Add(in Running change) =>
            this = new(unchecked(Content + change.Content), Count + change.Count, Limited + change.Limited, Names + change.Names, Applications + change.Applications);

        public void Subtract(in Running change) =>
            this = new(unchecked(Content - change.Content), Count - change.Count, Limited - change.Limited, Names - change.Names, Applications - change.Applications);
    }
}
