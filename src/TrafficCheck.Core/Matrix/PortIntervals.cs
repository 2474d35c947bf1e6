namespace TrafficCheck.Core.Matrix;

/// <summary>A range of ports of a row, with the part of the row's specificity that is known from it.</summary>
internal readonly record struct PortInterval(ushort First, ushort Last, int Row, uint Rank);

/// <summary>
/// Ranges of ports, asked for those that hold a port: an interval tree laid over the array sorted by first port (Cormen and others, chapter on
/// augmenting; the implicit form). Memory is 14 bytes a range however they overlap; a question costs the answers and the logarithm of the ranges.
/// </summary>
internal sealed class PortIntervals
{
    private readonly PortInterval[] _sorted;
    private readonly ushort[] _lastBelow; // the highest last port in the subtree of each

    public PortIntervals(List<PortInterval> intervals)
    {
        _sorted = [.. intervals];
        Array.Sort(_sorted, (x, y) => x.First - y.First);
        _lastBelow = new ushort[_sorted.Length];
        Augment(0, _sorted.Length);
    }

    public ReadOnlySpan<PortInterval> All => _sorted;

    /// <summary>Adds to the list, in no particular order, the ranges that hold the port.</summary>
    public void Collect(int port, List<PortInterval> found) => Collect(0, _sorted.Length, port, found);

    private void Collect(int from, int to, int port, List<PortInterval> found)
    {
        while (from < to)
        {
            int middle = (from + to) >>> 1;
            if (_lastBelow[middle] < port) return;
            Collect(from, middle, port, found);
            ref readonly PortInterval at = ref _sorted[middle];
            if (at.First > port) return;
            if (at.Last >= port) found.Add(at);
            from = middle + 1;
        }
    }

    private ushort Augment(int from, int to)
    {
        if (from >= to) return 0;
        int middle = (from + to) >>> 1;
        return _lastBelow[middle] = Math.Max(_sorted[middle].Last, Math.Max(Augment(from, middle), Augment(middle + 1, to)));
    }
}
