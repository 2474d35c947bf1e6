namespace TrafficCheck.Core.Matrix;

/// <summary>Turns rows into the tables of <see cref="CompiledMatrix"/> by a sweep over the bounds of their port ranges.</summary>
internal sealed class MatrixCompiler(AllowedMatrix matrix)
{
    /// <summary>Entries that all candidate lists together may hold: 400 MB of them.</summary>
    private const int MaxListed = 50_000_000;

    private const int MaxSubjects = 64;

    private static readonly byte[] s_withPorts = [TransportNames.Tcp, TransportNames.Udp, TransportNames.Sctp, TransportNames.Dccp, TransportNames.UdpLite];

    private readonly List<CandidateRow> _lists = [];
    private readonly List<CandidateRows> _classes = [default];
    private readonly Dictionary<string, ushort> _classByContent = [];
    private readonly RowSets _sets = new();

    public CompiledMatrix Compile()
    {
        if (matrix.Subjects.Count > MaxSubjects)
            throw new MatrixTooLargeException($"The matrix has {matrix.Subjects.Count} subjects; at most {MaxSubjects} can be judged in one run.");
        var tables = new ushort[]?[matrix.Subjects.Count << 8];
        var serverPortRows = new int[matrix.Subjects.Count][];
        for (int subject = 0; subject < matrix.Subjects.Count; subject++)
        {
            int of = subject;
            var rows = Enumerable.Range(0, matrix.Rows.Count).Where(i => matrix.Rows[i].Subject == of && matrix.Rows[i].Enforced).ToList();
            serverPortRows[subject] = [.. rows.Where(i => matrix.Rows[i].FromServerPort)];
            rows.RemoveAll(i => matrix.Rows[i].FromServerPort);
            CompileSubject(rows, tables.AsSpan(subject << 8, 256));
        }

        return new(matrix, tables, [.. _classes], [.. _lists], serverPortRows, _sets);
    }

    private void CompileSubject(List<int> rows, Span<ushort[]?> tables)
    {
        var ofAny = rows.Where(i => matrix.Rows[i].Transports.Count == 0).ToList();
        var named = new List<int>?[256];
        foreach (int row in rows)
        {
            foreach (byte protocol in matrix.Rows[row].Transports) (named[protocol] ??= []).Add(row);
        }

        ushort[]? others = null;
        for (int protocol = 0; protocol < 256; protocol++)
        {
            int length = s_withPorts.Contains((byte)protocol) ? 1 << 16 : protocol is TransportNames.Icmp or TransportNames.Icmpv6 ? 256 : 1;
            if (named[protocol] is { } own) tables[protocol] = Sweep([.. own, .. ofAny], length);
            else if (ofAny.Count > 0) tables[protocol] = length > 1 ? Sweep(ofAny, length) : others ??= Sweep(ofAny, length);
        }
    }

    /// <summary>Gives each stretch of ports over which the same rows apply its class.</summary>
    private ushort[] Sweep(List<int> rows, int length)
    {
        var bounds = new SortedDictionary<int, List<(int Row, PortRange Range, bool Begins)>>();
        foreach (int row in rows)
        {
            foreach (PortRange range in matrix.Rows[row].Ports)
            {
                if (range.First >= length) continue;
                At(range.First).Add((row, range, true));
                if (range.Last + 1 < length) At(range.Last + 1).Add((row, range, false));
            }
        }

        var table = new ushort[length];
        var active = new SortedDictionary<int, PortRange>();
        int from = 0;
        ushort current = 0;
        foreach (var (port, changes) in bounds)
        {
            table.AsSpan(from, port - from).Fill(current);
            foreach (var (row, _, begins) in changes)
            {
                if (!begins) active.Remove(row);
            }

            foreach (var (row, range, begins) in changes)
            {
                if (begins) active[row] = range;
            }

            current = ClassOf(active);
            from = port;
        }

        table.AsSpan(from).Fill(current);
        return table;

        List<(int, PortRange, bool)> At(int port)
        {
            if (!bounds.TryGetValue(port, out var entry)) bounds[port] = entry = [];
            return entry;
        }
    }

    private ushort ClassOf(SortedDictionary<int, PortRange> active)
    {
        if (active.Count == 0) return 0;
        CandidateRow[] all = [.. active.Select(a => new CandidateRow(a.Key, Specificity.OfRow(matrix.Rows[a.Key], a.Value)))];
        string content = string.Join(' ', all.Select(c => $"{c.Row}:{c.Rank}"));
        if (_classByContent.TryGetValue(content, out ushort known)) return known;
        CandidateRow[] inbound = [.. all.Where(c => matrix.Rows[c.Row].Direction != RowDirection.Out)];
        CandidateRow[] outbound = [.. all.Where(c => matrix.Rows[c.Row].Direction != RowDirection.In)];
        if (_lists.Count + inbound.Length + outbound.Length > MaxListed || _classes.Count > ushort.MaxValue)
            throw new MatrixTooLargeException("The rows overlap in too many ways to be compiled; write fewer overlapping port ranges.");
        var added = new CandidateRows
        {
            InStart = _lists.Count,
            InCount = inbound.Length,
            OutStart = _lists.Count + inbound.Length,
            OutCount = outbound.Length,
            InPlainSet = PlainSet(inbound),
            OutPlainSet = PlainSet(outbound),
        };
        _lists.AddRange(inbound);
        _lists.AddRange(outbound);
        _classes.Add(added);
        return _classByContent[content] = (ushort)(_classes.Count - 1);
    }

    /// <summary>The set of a list without peers and applications is known beforehand.</summary>
    private int PlainSet(CandidateRow[] rows)
    {
        if (rows.Length == 0 || rows.Any(c => matrix.Rows[c.Row] is { Peers.Count: > 0 } or { Application: not null })) return CandidateRows.DependsOnPeer;
        uint best = rows.Max(c => c.Rank);
        return _sets.Intern([.. rows.Where(c => c.Rank == best).Select(c => c.Row)], [.. rows.Where(c => c.Rank < best).Select(c => c.Row)], []);
    }
}
