using System.Numerics;
using TrafficCheck.Core.Engine.Controls;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>What a finding is made of besides what reports show of it: enough to word it anew when it is merged.</summary>
public sealed record FindingTotals
{
    /// <summary>Names the set of rows concerned among those of its matrix; empty for none.</summary>
    public string RowSet { get; init; } = "";

    /// <summary>Ids of the rows that answer, come nearest, or might, in document order; at most 64.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    /// <summary>There are more rows than <see cref="Rows"/> has.</summary>
    public bool RowsCut { get; init; }

    /// <summary>Failing: what announced the flows.</summary>
    public RelatedBy Related { get; init; }

    /// <summary>Scans and floods: flows that no row allows, by <see cref="Reason"/>.</summary>
    public IReadOnlyList<long> UnexpectedByReason { get; init; } = [];

    /// <summary>Scans, floods and findings over many ports: the ports.</summary>
    public PortNumbers? Ports { get; init; }

    /// <summary>Scans: ports on which the same host had conversations.</summary>
    public PortNumbers? TalkedOn { get; init; }
}

/// <summary>What a report is made of besides what it shows.</summary>
public sealed record ReportTotals
{
    /// <summary>By row set, flows that worked, but for what scans and floods got out of them; in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> WorkedByRowSet { get; init; } = [];

    /// <summary>
    /// Datagrams that were due an answer, of subjects of which this report shows no answer at all: failing, as soon as another report shows that answers
    /// are captured.
    /// </summary>
    public IReadOnlyList<Finding> Withheld { get; init; } = [];

    /// <summary>The hosts with most flows, as long as no protected one was seen.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Busiest { get; init; } = [];

    /// <summary>The processes that a merged report is of, in order; empty for one process. At most three: those between the first and the last are one.</summary>
    public IReadOnlyList<ProcessCounters> Processes { get; init; } = [];
}

/// <summary>What one process counted from its start: frames, packets and what became of them.</summary>
public sealed record ProcessCounters(string? Process, AccountingReport Accounting, VisibilityReport Frames, EvidenceReport Servers, IReadOnlyList<Wire.InputSummary> Inputs);

/// <summary>What the state of a row is read from.</summary>
/// <param name="ExclusiveWorked">Flows that worked and only this row answers for.</param>
/// <param name="SharedWorked">Flows that worked and several rows answer for.</param>
/// <param name="Failed">Flows that did not work, tries of scans and floods not among them.</param>
/// <param name="Unanswered">Flows that were due an answer, likewise; they failed, if the capture shows answers.</param>
/// <param name="Probes">Tries of scans and floods that failed.</param>
/// <param name="UnansweredProbes">Those that were due an answer.</param>
/// <param name="MayMatch">Flows that may belong to it, were a name or application known.</param>
/// <param name="DirectionUnknown">Flows that belong to it one way round, and nobody knows which it was.</param>
/// <param name="ControlUnseen">Flows that belong to it under a control connection that was not captured.</param>
public readonly record struct RowTotals(
    long ExclusiveWorked, long SharedWorked, long Failed, long Unanswered, long Probes, long UnansweredProbes, long MayMatch, long DirectionUnknown, long ControlUnseen)
{
    public static RowTotals operator +(RowTotals a, RowTotals b) => new(
        a.ExclusiveWorked + b.ExclusiveWorked, a.SharedWorked + b.SharedWorked, a.Failed + b.Failed, a.Unanswered + b.Unanswered, a.Probes + b.Probes,
        a.UnansweredProbes + b.UnansweredProbes, a.MayMatch + b.MayMatch, a.DirectionUnknown + b.DirectionUnknown, a.ControlUnseen + b.ControlUnseen);

    public static RowTotals Add(RowTotals left, RowTotals right) => left + right;
}

/// <summary>Distinct ports, immutable: a list of few, the bits of many.</summary>
public sealed class PortNumbers
{
    private const int Few = 4096, Words = 1024;

    private readonly ushort[]? _few;
    private readonly ulong[]? _bits;

    private PortNumbers(ushort[]? few, ulong[]? bits, int count) => (_few, _bits, Count) = (few, bits, count);

    public static PortNumbers None { get; } = new([], null, 0);

    public int Count { get; }

    /// <summary>Memory that it takes, about.</summary>
    public int Bytes => 48 + (_few is null ? Words * 8 : _few.Length * 2);

    /// <summary>Ascending.</summary>
    public IEnumerable<int> All => _few?.Select(p => (int)p) ?? Set(_bits!);

    /// <param name="ports">0 to 65 535.</param>
    public static PortNumbers Of(IEnumerable<int> ports)
    {
        ArgumentNullException.ThrowIfNull(ports);
        var bits = new ulong[Words];
        int count = 0;
        foreach (int port in ports)
        {
            ulong bit = 1UL << (port & 63);
            ref ulong word = ref bits[(ushort)port >> 6];
            if ((word & bit) == 0) count++;
            word |= bit;
        }

        var all = new PortNumbers(null, bits, count);
        return count == 0 ? None : count <= Few ? new([.. all.All.Select(p => (ushort)p)], null, count) : all;
    }

    public static PortNumbers Union(PortNumbers? one, PortNumbers? other) =>
        one is null || one.Count == 0 ? other ?? None : other is null || other.Count == 0 ? one : Of(one.All.Concat(other.All));

    /// <summary>A word at a time: every finding of every report has such a set, and most have one port in it.</summary>
    private static IEnumerable<int> Set(ulong[] bits)
    {
        for (int word = 0; word < Words; word++)
        {
            for (ulong left = bits[word]; left != 0; left &= left - 1) yield return (word << 6) + BitOperations.TrailingZeroCount(left);
        }
    }
}
