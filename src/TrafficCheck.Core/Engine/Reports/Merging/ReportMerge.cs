using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>
/// Two reports as one: of the periods of a run, of a run before a crash and after it, of two captures. Reports of the same process
/// (<see cref="CheckReport.Process"/>) have counts of frames, packets, flow records and servers that run on: those of the later one stand. All that is made of
/// judged flows (findings, coverage, related flows, evidence, one-way conversations, gaps) is of the report alone, and is added.
/// <para>
/// Where a capture is cut between flows, the merge of the halves is the report of the whole, but for what one half cannot know of the other:
/// </para>
/// <list type="bullet">
/// <item>evidence: servers, names, announcements and degrees that only the other half shows, and with them directions and verdicts;</item>
/// <item>scans and floods whose tries are too few in each half, or in one of them;</item>
/// <item>numbers of frames, which begin anew with each process and capture; samples are those of the earlier report first;</item>
/// <item>distinct hosts beyond 64: an estimate of 3.3 %, or a lower bound where a report does not keep them; the largest minute of a flood, if it is cut;</item>
/// <item>numbers of servers: the greater one, because nobody knows which are the same; texts about what is missing, which are of the later report;</item>
/// <item>causes that are told apart by port, of which each report may have as many as one run has.</item>
/// </list>
/// Memory is bounded: <see cref="MaxFindings"/> findings, the gravest and largest first; flows of others are counted by kind under
/// <see cref="AccountingReport.NotKept"/>, and so are sets of hosts beyond <see cref="MaxSketchBytes"/>, which go on as lower bounds.
/// </summary>
public static class ReportMerge
{
    public const int MaxFindings = 16_384;

    public const long MaxSketchBytes = 32 << 20;

    private const int MaxRowSets = 65_536, MaxBusiest = 100, MaxBroken = 16;

    /// <param name="later">Began after <paramref name="earlier"/> did; its matrix is the one of the result. Where it is another one, <see cref="MatrixChange"/> says what becomes of the earlier.</param>
    public static CheckReport Merge(CheckReport earlier, CheckReport later, ExitRules rules)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        ArgumentNullException.ThrowIfNull(rules);
        earlier = MatrixChange.Carry(earlier, later);
        IReadOnlyList<ProcessCounters> processes = CounterMerge.Join(earlier, later);
        ProcessCounters counters = CounterMerge.Sum(processes);
        SubjectReport[] subjects = [.. later.Subjects.Select(s => earlier.Subjects.FirstOrDefault(e => e.Name == s.Name) is { } e
            ? s with { Seen = s.Seen || e.Seen, ShowsAnswers = s.ShowsAnswers || e.ShowsAnswers } : s)];
        var worked = Sums.Add(earlier.Totals.WorkedByRowSet, later.Totals.WorkedByRowSet);
        IReadOnlyList<RowCoverage> coverage = CoverageMerge.Of(earlier.Coverage, later.Coverage, later.Matrix, subjects);
        var findings = new FindingMerge(later.Matrix, subjects, coverage, worked);
        findings.Add(earlier);
        findings.Add(later);
        FindingMerge.Result found = findings.Finish(MaxFindings, MaxSketchBytes);
        AccountingReport accounting = counters.Accounting with { NotKept = Sums.Add(CounterMerge.NotKept(earlier, later), found.NotKept) };
        VisibilityReport visibility = CounterMerge.Flows(counters.Frames, earlier, later);
        var merged = later with
        {
            Subjects = subjects,
            Inputs = counters.Inputs,
            Accounting = accounting,
            Visibility = RunVisibility.Graded(visibility, accounting, counters.Inputs),
            Evidence = CounterMerge.Evidence(counters.Servers, earlier.Evidence, later.Evidence),
            Findings = found.Findings,
            Related = RelatedMerge.Of(earlier.Related, later.Related, later.Matrix),
            Coverage = coverage,
            MatrixChanges = [.. earlier.MatrixChanges.Concat(later.MatrixChanges).Distinct(StringComparer.Ordinal).TakeLast(MatrixChange.MostNotes)],
            Totals = new ReportTotals
            {
                WorkedByRowSet = [.. worked.Take(MaxRowSets)],
                Withheld = found.Withheld,
                Busiest = subjects.Any(s => s.Seen) ? [] : [.. Sums.Add(earlier.Totals.Busiest, later.Totals.Busiest).OrderByDescending(b => b.Value).Take(MaxBusiest)],
                Processes = processes.Count == 1 ? [] : processes,
            },
        };
        merged = merged with { Summary = Summarise(earlier.Summary, later.Summary, found) };
        merged = merged with { Accounting = accounting with { BrokenIdentities = Broken(earlier, later, merged, found) } };
        return ExitDecision.Of(merged, rules);
    }

    private static SummaryReport Summarise(SummaryReport a, SummaryReport b, FindingMerge.Result found) => new()
    {
        Pass = true,
        Found = false,
        Flows = a.Flows + b.Flows,
        Judged = a.Judged + b.Judged,
        Allowed = a.Allowed + b.Allowed,
        Related = a.Related + b.Related,
        Unexpected = a.Unexpected + b.Unexpected,
        Undetermined = a.Undetermined + b.Undetermined,
        OutOfScope = Sums.Add(a.OutOfScope, b.OutOfScope),
        Permitted = a.Permitted + b.Permitted,
        Failing = a.Failing + b.Failing + found.Promoted,
        InVain = a.InVain + b.InVain,
        Escaped = a.Escaped + b.Escaped,
        Attempted = a.Attempted + b.Attempted,
        ExitCode = 0,
        ExitReasons = [],
    };

    /// <summary>What was broken in either, and what does not add up now.</summary>
    private static IReadOnlyList<string> Broken(CheckReport earlier, CheckReport later, CheckReport merged, FindingMerge.Result found)
    {
        var broken = new List<string>(earlier.Accounting.BrokenIdentities.Concat(later.Accounting.BrokenIdentities).Distinct(StringComparer.Ordinal));
        AccountingReport all = merged.Accounting;
        SummaryReport summary = merged.Summary;
        RunAccounting.Check(broken, "frames of the inputs = frames read + filtered out", merged.Inputs.Sum(i => i.Frames), all.FramesRead + all.FramesFilteredOut);
        RunAccounting.Check(broken, "frames read = decoded + not decoded", all.FramesRead, all.FramesDecoded + all.FramesNotDecoded.Sum(c => c.Value));
        RunAccounting.Check(
            broken, "frames decoded + packets beyond the first of a frame = in flows + without flow + duplicates", all.FramesDecoded + all.FurtherPackets,
            all.PacketsInFlows + all.PacketsWithoutFlow.Sum(c => c.Value) + all.Duplicates);
        RunAccounting.Check(broken, "flows opened = expired + evicted + live at the end", all.FlowsOpened, all.FlowsExpired + all.FlowsEvicted + all.FlowsLive);
        long outOfScope = summary.OutOfScope.Sum(o => o.Value);
        RunAccounting.Check(broken, "judgements = sum of verdicts", summary.Judged, summary.Allowed + summary.Related + summary.Unexpected + summary.Undetermined + outOfScope);
        RunAccounting.Check(broken, "flows judged = out of scope + in scope by evidence", summary.Flows, outOfScope + merged.Evidence.Flows);
        RunAccounting.Check(broken, "unexpected flows = those of the findings", summary.Unexpected, found.Unexpected);
        RunAccounting.Check(broken, "related flows = those of the groups reported", summary.Related, merged.Related.Sum(g => g.Flows));
        return [.. broken.Distinct(StringComparer.Ordinal).Take(MaxBroken)];
    }
}
