using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>Reads the coverage of each row from the totals of the row sets it is in.</summary>
/// <param name="probed">By row set, the tries of scans and floods: that they came to nothing says nothing of the service.</param>
internal sealed class CoverageBuilder(CompiledMatrix compiled, CoverageLedger ledger, IReadOnlyDictionary<int, ProbedRows> probed, ulong subjectsSeen)
{
    private readonly AllowedMatrix _matrix = compiled.Matrix;

    public IReadOnlyList<RowCoverage> Build()
    {
        var setsOfRow = new List<(RowSet Set, RowSetTotals Totals, ProbedRows Probed)>[_matrix.Rows.Count];
        for (int i = 0; i < setsOfRow.Length; i++) setsOfRow[i] = [];
        for (int id = 0; id < ledger.BySet.Count; id++)
        {
            if (ledger.BySet[id] is not { } totals) continue;
            RowSet set = compiled.Sets[id];
            foreach (int row in set.Answering.Concat(set.Covered).Concat(set.Possible)) setsOfRow[row].Add((set, totals, probed.GetValueOrDefault(id)));
        }

        return [.. _matrix.Rows.Select((row, index) => Cover(row, index, setsOfRow[index]))];
    }

    private RowCoverage Cover(MatrixRow row, int index, List<(RowSet Set, RowSetTotals Totals, ProbedRows Probed)> sets)
    {
        HitCount exclusive = default, shared = default, covered = default, related = default;
        long exclusiveWorked = 0, sharedWorked = 0, failed = 0, unanswered = 0, reversed = 0, probes = 0, unansweredProbes = 0, mayMatch = 0, unknown = 0, controlUnseen = 0;
        long initiatedIn = 0, initiatedOut = 0;
        long first = long.MaxValue, last = long.MinValue;
        HostCounter? peers = null;
        bool merged = false;
        var ambiguous = new SortedSet<int>();
        foreach (var (set, totals, ofScans) in sets)
        {
            if (set.Possible.Contains(index))
            {
                mayMatch += totals.Flows;
                continue;
            }

            if (!set.Answering.Contains(index))
            {
                covered = Plus(covered, totals);
                continue;
            }

            related = new(related.Flows + totals.RelatedFlows, related.Bytes + totals.RelatedBytes);
            reversed += totals.Reversed;
            mayMatch += totals.MayMatch;
            unknown += totals.DirectionUnknown;
            controlUnseen += totals.ControlUnseen;
            if (totals.Flows == 0) continue;
            if (set.Answering.Count == 1)
            {
                exclusive = Plus(exclusive, totals);
                exclusiveWorked += totals.Worked;
            }
            else
            {
                shared = Plus(shared, totals);
                sharedWorked += totals.Worked;
                ambiguous.UnionWith(set.Answering);
            }

            failed += totals.Failed - ofScans.Failed;
            unanswered += totals.Unanswered - ofScans.Unanswered;
            probes += ofScans.Failed;
            unansweredProbes += ofScans.Unanswered;
            initiatedIn += totals.InitiatedIn;
            initiatedOut += totals.InitiatedOut;
            first = Math.Min(first, totals.FirstNs);
            last = Math.Max(last, totals.LastNs);
            if (peers is not null && !merged)
            {
                // Most rows are in one set only, whose counter can be shown as it is.
                var sum = new HostCounter(new HostBudget());
                sum.AddAll(peers);
                (peers, merged) = (sum, true);
            }

            if (peers is null) peers = totals.Peers;
            else peers.AddAll(totals.Peers);
        }

        ambiguous.Remove(index);
        long answered = exclusive.Flows + shared.Flows;
        var cover = new RowCoverage
        {
            Row = row,
            Subject = _matrix.Subjects[row.Subject].Name,
            State = CoverageState.NotSeen,
            Exclusive = exclusive,
            Shared = shared,
            Covered = covered,
            Related = related,
            Worked = 0,
            Failed = 0,
            Reversed = reversed,
            FirstNs = answered > 0 ? first : null,
            LastNs = answered > 0 ? last : null,
            InitiatedIn = initiatedIn,
            InitiatedOut = initiatedOut,
            Peers = (peers ?? new HostCounter(new HostBudget())).ToHostSet(),
            AmbiguousWith = [.. ambiguous.Select(r => _matrix.Rows[r].Id)],
            Totals = new RowTotals(exclusiveWorked, sharedWorked, failed, unanswered, probes, unansweredProbes, mayMatch, unknown, controlUnseen),
        };
        return CoverageRule.Of(cover, ledger.ShowsAnswers(row.Subject), ((subjectsSeen >> row.Subject) & 1) != 0);
    }

    private static HitCount Plus(HitCount hits, RowSetTotals totals) => new(hits.Flows + totals.Flows, hits.Bytes + totals.Bytes);
}
