namespace TrafficCheck.Core.Matrix;

/// <summary>The rows that match a flow: those that answer for it, and those that a more specific one covers. Row indices, ascending.</summary>
public sealed record RowSet(int Id, IReadOnlyList<int> Answering, IReadOnlyList<int> Covered);

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

    public RowSets() => Intern([], []);

    public RowSet this[int id] => _all[id];

    /// <param name="answering">Row indices in ascending order.</param>
    /// <param name="covered">Row indices in ascending order.</param>
    public int Intern(ReadOnlySpan<int> answering, ReadOnlySpan<int> covered)
    {
        ulong hash = Hash(answering, Hash(covered, 1));
        if (!_byHash.TryGetValue(hash, out List<RowSet>? bucket)) _byHash[hash] = bucket = [];
        foreach (RowSet set in bucket)
        {
            if (answering.SequenceEqual((int[])set.Answering) && covered.SequenceEqual((int[])set.Covered)) return set.Id;
        }

        var added = new RowSet(_all.Count, answering.ToArray(), covered.ToArray());
        bucket.Add(added);
        _all.Add(added);
        return added.Id;
    }

    private static ulong Hash(ReadOnlySpan<int> rows, ulong hash)
    {
        foreach (int row in rows) hash = (hash ^ (uint)row) * 0x9e3779b97f4a7c15 + 0x7f4a7c15;
        return hash * 31;
    }
}
