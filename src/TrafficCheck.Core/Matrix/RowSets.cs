namespace TrafficCheck.Core.Matrix;

/// <summary>The rows that match a flow. Row indices, ascending.</summary>
/// <param name="Answering">Those that answer for it.</param>
/// <param name="Covered">Those that a more specific one covers.</param>
/// <param name="Possible">Those that might match as well, were a name of the peer known.</param>
public sealed record RowSet(int Id, IReadOnlyList<int> Answering, IReadOnlyList<int> Covered, IReadOnlyList<int> Possible);

/// <summary>
/// All row sets of a run, each once, so that a verdict can name its rows by a number. Few occur: they are subsets of the rows of one port.
/// Looking up a known set allocates nothing.
/// </summary>
public sealed class RowSets
{
    /// <summary>The id of the set without rows.</summary>
    public const int None = 0;

    private readonly List<RowSet> _all = [];
    private readonly Dictionary<ulong, List<RowSet>> _byHash = [];

    public RowSets() => Intern([], [], []);

    public RowSet this[int id] => _all[id];

    /// <param name="answering">Row indices in ascending order.</param>
    /// <param name="covered">Row indices in ascending order.</param>
    /// <param name="possible">Row indices in ascending order.</param>
    public int Intern(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered, ReadOnlySpan<int> possible)
    {
        ulong hash = Hash(answering, Hash(covered, Hash(possible, 1)));
        if (!_byHash.TryGetValue(hash, out List<RowSet>? bucket)) _byHash[hash] = bucket = [];
        foreach (RowSet set in bucket)
        {
            if (answering.SequenceEqual((int[])set.Answering) && covered.SequenceEqual((int[])set.Covered)
                && possible.SequenceEqual((int[])set.Possible)) return set.Id;
        }

        var added = new RowSet(_all.Count, answering.ToArray(), covered.ToArray(), possible.ToArray());
        bucket.Add(added);
        _all.Add(added);
        return added.Id;
    }

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

    private static ulong Hash(ReadOnlySpan<int> rows, ulong hash)
    {
        foreach (int row in rows) hash = (hash ^ (uint)row) * 0x9e3779b97f4a7c15 + 0x7f4a7c15;
        return hash * 31;
    }
}
