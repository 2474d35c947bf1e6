using System.Globalization;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Core.Engine;

/// <summary>Reads the state of a row from its sums: of one run, or of several together.</summary>
internal static class CoverageRule
{
    /// <param name="answers">Whether answers to datagrams of the row's subject were captured.</param>
    /// <param name="seen">Whether any traffic of the subject was.</param>
    public static RowCoverage Of(RowCoverage row, bool answers, bool seen)
    {
        RowTotals totals = row.Totals;
        long failed = totals.Failed + (answers ? totals.Unanswered : 0);
        long probes = totals.Probes + (answers ? totals.UnansweredProbes : 0);
        row = row with { Worked = totals.ExclusiveWorked + totals.SharedWorked, Failed = failed };
        var (state, note) = StateOf(row, failed, probes, seen);
        return row with { State = state, Note = note };
    }

    private static (CoverageState, string?) StateOf(RowCoverage row, long failed, long probes, bool seen)
    {
        RowTotals totals = row.Totals;
        long answered = row.Exclusive.Flows + row.Shared.Flows, covered = row.Covered.Flows;
        if (!row.Row.Enforced) return (CoverageState.NotEnforced, "a cell was not understood");
        if (totals.ExclusiveWorked > 0) return (CoverageState.Proven, null);
        if (totals.SharedWorked > 0) return (CoverageState.Shared, null);
        if (failed > 0) return (CoverageState.Failing, failed == 1 ? "tried once, did not work" : Text($"tried {failed} times, never worked"));
        if (probes > 0 && probes == answered)
            return (CoverageState.NotSeen, Text($"{Flows(probes)} of scans or floods, which nothing answered, and no other"));
        answered -= probes;
        if (answered > 0) return (CoverageState.NotObservable, Text($"{Flows(answered)} in one direction only: whether it worked was not captured"));
        if (totals.MayMatch > 0)
            return (CoverageState.NotObservable, Text($"{Flows(totals.MayMatch)} may belong to it, but nothing in this capture names the peers or shows what is spoken"));
        if (totals.DirectionUnknown is > 0 and var unknown)
            return (CoverageState.NotObservable, Text($"{Flows(unknown)} may belong to it, but nobody can tell who initiated {(unknown == 1 ? "it" : "them")}"));
        if (totals.ControlUnseen > 0)
            return (CoverageState.NotObservable, Text($"{Flows(totals.ControlUnseen)} may belong to it, but no control connection between their hosts was captured"));
        if (row.Reversed > 0) return (CoverageState.Reversed, Text($"{Flows(row.Reversed)} the other way round"));
        if (!seen) return (CoverageState.NotObservable, "no traffic of this subject was captured");
        return (CoverageState.NotSeen, covered > 0 ? Text($"{Flows(covered)} would fit it, but a more specific row answers for {(covered == 1 ? "it" : "them")}") : null);
    }

    private static string Flows(long count) => count == 1 ? "1 flow" : Text($"{count} flows");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
