namespace TrafficCheck.Core.Matrix;

/// <summary>The rows that match a flow. Row indices, ascending.</summary>
/// <param name="Answering">Those that answer for it.</param>
/// <param name="Covered">Those that a more specific one covers.</param>
/// <param name="Possible">Those that might match as well, were a name of the peer known.</param>
public sealed record RowSet(int Id, IReadOnlyList<int> Answering, IReadOnlyList<int> Covered, IReadOnlyList<int> Possible);

/// <summary>
/// All row sets of a run, each once, so that a verdict can name its rows by a number. Few occur: they are subsets of the rows of one port.
/// Looking up a known set allocates nothing. A table of thousands of rows that overlap in thousands of ways has more and larger ones than there is
/// room for (<see cref="MaxListed"/> rows, 16 MB; <see cref="MaxSets"/> sets): then new sets name their first rows only, and are counted.
/// </summary>
public sealed class RowSets
{
    /// <summary>The id of the set without rows.</summary>
    public const int None = 0;

    /// <summary>Rows that all sets list together before new ones are shortened.</summary>
    public const int MaxListed = 1 << 22;

    /// <summary>Sets before new ones name one row.</summary>
    public const int MaxSets = 1 << 18;

    private const int RowsOfShortened = 16;

    private List<RowSet> _all = [];
    private Dictionary<ulong, List<RowSet>> _byHash = [];
    private readonly int _maxListed, _maxSets;
    private long _listed;

    public RowSets()
        : this(MaxListed, MaxSets)
    {
    }

    internal RowSets(int maxListed, int maxSets)
    {
        _maxListed = maxListed;
        _maxSets = maxSets;
        Add([], [], [], Hash([], [], []));
    }

    /// <summary>How often a set was asked for that found no room, so that rows are missing in it.</summary>
    public long Shortened { get; private set; }

    public RowSet this[int id] => _all[id];

    /// <param name="answering">Row indices in ascending order.</param>
    /// <param name="covered">Row indices in ascending order.</param>
    /// <param name="possible">Row indices in ascending order.</param>
    public int Intern(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered, ReadOnlySpan<int> possible)
    {
        ulong hash = Hash(answering, covered, possible);
        if (Known(answering, covered, possible, hash) is { } known) return known.Id;
        if (HasRoomFor(answering.Length + covered.Length + possible.Length)) return Add(answering, covered, possible, hash);
        bool one = _all.Count >= _maxSets;
        possible = First(possible, !one ? RowsOfShortened : answering.IsEmpty ? 1 : 0);
        answering = First(answering, one ? 1 : RowsOfShortened);
        covered = First(covered, one ? 0 : RowsOfShortened);
        Shortened++;
        hash = Hash(answering, covered, possible);
        return Known(answering, covered, possible, hash) is { } shortened ? shortened.Id : Add(answering, covered, possible, hash);
    }

    /// <summary>The same sets with the same ids; what is added to one is not in the other.</summary>
    internal RowSets Fork()
    {
        var fork = (RowSets)MemberwiseClone();
        fork._all = [.. _all];
        fork._byHash = _byHash.ToDictionary(b => b.Key, b => new List<RowSet>(b.Value));
        return fork;
    }

    /// <summary>Whether a new set of so many rows would be kept whole.</summary>
    internal bool HasRoomFor(int rows) => _all.Count < _maxSets && _listed + rows <= _maxListed;

    /// <summary>The rows of two sets in one: a row that answers in either answers, what is covered or possible in one only stays that.</summary>
    /// <returns>Its id; that of the one when the other adds nothing.</returns>
    public int Union(int one, int other)
    {
        if (one == other) return one;
        RowSet a = _all[one], b = _all[other];
        int[] answering = [.. a.Answering.Union(b.Answering).Order()];
        int[] covered = [.. a.Covered.Union(b.Covered).Except(answering).Order()];
        return Intern(answering, covered, [.. a.Possible.Union(b.Possible).Except(answering).Except(covered).Order()]);
    }

    private static ReadOnlySpan<int> First(ReadOnlySpan<int> rows, int count) => rows[..Math.Min(rows.Length, count)];

    private RowSet? Known(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered, ReadOnlySpan<int> possible, ulong hash)
    {
        if (!_byHash.TryGetValue(hash, out List<RowSet>? bucket)) return null;
        foreach (RowSet set in bucket)
        {
            if (answering.SequenceEqual((int[])set.Answering) && covered.SequenceEqual((int[])set.Covered)
                && possible.SequenceEqual((int[])set.Possible)) return set;
        }

        return null;
    }

    private int Add(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered, ReadOnlySpan<int> possible, ulong hash)
    {
        if (!_byHash.TryGetValue(hash, out List<RowSet>? bucket)) _byHash[hash] = bucket = [];
        var added = new RowSet(_all.Count, answering.ToArray(), covered.ToArray(), possible.ToArray());
        bucket.Add(added);
        _all.Add(added);
        _listed += answering.Length + covered.Length + possible.Length;
        return added.Id;
    }

    private static ulong Hash(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered, ReadOnlySpan<int> possible) =>
        Hash(answering, Hash(covered, Hash(possible, 1)));

    private static ulong Hash(ReadOnlySpan<int> rows, ulong hash)
    {
        foreach (int row in rows) hash = (hash ^ (uint)row) * 0x9e3779b97f4a7c15 + 0x7f4a7c15;
        return hash * 31;
    }
}
