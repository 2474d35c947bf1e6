namespace TrafficCheck.Core.Matrix;

/// <summary>The port ranges of some rows: those of rows for any peer, and those of rows limited to some.</summary>
internal sealed class RowIntervals
{
    private static readonly PortIntervals s_none = new([]);

    private RowIntervals(PortIntervals free, PortIntervals limited)
    {
        Free = free;
        Limited = limited;
    }

    public static RowIntervals None { get; } = new(s_none, s_none);

    public PortIntervals Free { get; }

    public PortIntervals Limited { get; }

    public static RowIntervals Of(IReadOnlyList<MatrixRow> all, List<int> rows, PeerBook peers)
    {
        List<PortInterval> free = [], limited = [];
        foreach (int row in rows)
        {
            foreach (PortRange range in all[row].Ports)
                (peers.IsLimited(row) ? limited : free).Add(new PortInterval(range.First, range.Last, row, Specificity.OfRow(all[row], range)));
        }

        return new(new PortIntervals(free), new PortIntervals(limited));
    }
}
