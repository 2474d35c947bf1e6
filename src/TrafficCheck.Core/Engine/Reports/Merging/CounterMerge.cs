using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>What processes count from their start (frames, packets, flow records, servers, inputs), and the figures of visibility that judged flows give.</summary>
internal static class CounterMerge
{
    private const int MaxProblems = 64, MaxPairs = 20, MaxSegments = 4096, MaxGaps = 20;

    /// <summary>Names under which the ledgers of one report count; all others are counts of the process.</summary>
    private static readonly string[] s_ofReport =
    [
        "conversations-not-compared-with-scans", "flood-probes-not-compared-with-scans", "flows-without-port-of-their-own", "probes-not-grouped",
        "unexpected-flows-without-finding", "findings-without-host-sets",
    ];

    /// <summary>The processes of both in order; that which ends the earlier and begins the later stands once, as the later has it. Three at most.</summary>
    public static IReadOnlyList<ProcessCounters> Join(CheckReport earlier, CheckReport later)
    {
        List<ProcessCounters> all = [.. Of(earlier)];
        IReadOnlyList<ProcessCounters> more = Of(later);
        if (all[^1].Process is { } process && process == more[0].Process) all.RemoveAt(all.Count - 1);
        all.AddRange(more);
        if (all.Count <= 3) return all;
        return [all[0], Sum(all[1..^1]) with { Process = null }, all[^1]];
    }

    public static ProcessCounters Sum(IReadOnlyList<ProcessCounters> all)
    {
        ProcessCounters sum = all[0];
        foreach (ProcessCounters next in all.Skip(1))
        {
            sum = new(next.Process, Add(sum.Accounting, next.Accounting), Add(sum.Frames, next.Frames), Add(sum.Servers, next.Servers), Add(sum.Inputs, next.Inputs));
        }

        return sum;
    }

    public static IReadOnlyList<KeyValuePair<string, long>> NotKept(CheckReport earlier, CheckReport later)
    {
        var (mine, process) = Split(earlier.Accounting.NotKept);
        var (others, itsProcess) = Split(later.Accounting.NotKept);
        bool same = later.Process is not null && later.Process == earlier.Process;
        return Sums.Add(Sums.Add(mine, others), same ? Sums.Greater(process, itsProcess) : Sums.Add(process, itsProcess));
    }

    public static EvidenceReport Evidence(EvidenceReport servers, EvidenceReport earlier, EvidenceReport later) => servers with
    {
        Flows = earlier.Flows + later.Flows,
        Methods = Sums.Add(earlier.Methods, later.Methods, Enum.GetValues<EvidenceMethod>().Select(m => m.Word())),
        Confidences = Sums.Add(earlier.Confidences, later.Confidences, Enum.GetValues<Confidence>().Select(c => c.Word())),
        Flips = Sums.Add(earlier.Flips, later.Flips, Enum.GetValues<EvidenceMethod>().Select(m => m.Word())),
        Conflicts = Sums.Add(earlier.Conflicts, later.Conflicts, Enum.GetValues<EvidenceConflicts>().SelectMany(c => c.Words())),
        Ledger = later.Ledger ?? earlier.Ledger,
    };

    /// <summary>Adds to the figures of frames those that judged flows give.</summary>
    public static VisibilityReport Flows(VisibilityReport frames, CheckReport earlier, CheckReport later)
    {
        VisibilityReport a = earlier.Visibility, b = later.Visibility;
        var segments = new Dictionary<string, SegmentShare>(StringComparer.Ordinal);
        foreach (SegmentShare one in a.Segments.Concat(b.Segments))
        {
            if (segments.TryGetValue(one.Segment, out SegmentShare? known))
                segments[one.Segment] = known with { Conversations = known.Conversations + one.Conversations, OneWay = known.OneWay + one.OneWay };
            else if (segments.Count < MaxSegments) segments.Add(one.Segment, one);
        }

        var (gaps, uncovered) = CoveredTime.Union(earlier, later);
        return frames with
        {
            TcpConversations = a.TcpConversations + b.TcpConversations,
            TcpOneWay = a.TcpOneWay + b.TcpOneWay,
            TcpBytes = a.TcpBytes + b.TcpBytes,
            Gaps = a.Gaps + b.Gaps,
            MissingBytes = a.MissingBytes + b.MissingBytes,
            Syns = a.Syns + b.Syns,
            SynAcks = a.SynAcks + b.SynAcks,
            Segments = [.. segments.Values],
            TimeGaps = [.. gaps.Take(MaxGaps)],
            UncoveredTimeShare = uncovered,
        };
    }

    private static IReadOnlyList<ProcessCounters> Of(CheckReport report) => report.Totals.Processes.Count > 0 ? report.Totals.Processes
        : [new(report.Process, report.Accounting with { NotKept = [] }, report.Visibility, report.Evidence, report.Inputs)];

    private static (IReadOnlyList<KeyValuePair<string, long>> OfReport, IReadOnlyList<KeyValuePair<string, long>> OfProcess) Split(IReadOnlyList<KeyValuePair<string, long>> all)
    {
        static bool IsOfReport(string name) => s_ofReport.Contains(name, StringComparer.Ordinal) || name.StartsWith("flows-of-findings-not-kept-", StringComparison.Ordinal);
        return ([.. all.Where(a => IsOfReport(a.Key))], [.. all.Where(a => !IsOfReport(a.Key))]);
    }

    private static AccountingReport Add(AccountingReport a, AccountingReport b) => new()
    {
        FramesRead = a.FramesRead + b.FramesRead,
        FramesFilteredOut = a.FramesFilteredOut + b.FramesFilteredOut,
        FramesDecoded = a.FramesDecoded + b.FramesDecoded,
        FramesNotDecoded = Sums.Add(a.FramesNotDecoded, b.FramesNotDecoded),
        FurtherPackets = a.FurtherPackets + b.FurtherPackets,
        FurtherPartsNotDecoded = Sums.Add(a.FurtherPartsNotDecoded, b.FurtherPartsNotDecoded),
        PacketsInFlows = a.PacketsInFlows + b.PacketsInFlows,
        PacketsWithoutFlow = Sums.Add(a.PacketsWithoutFlow, b.PacketsWithoutFlow),
        Duplicates = a.Duplicates + b.Duplicates,
        FlowsOpened = a.FlowsOpened + b.FlowsOpened,
        FlowsExpired = a.FlowsExpired + b.FlowsExpired,
        FlowsEvicted = a.FlowsEvicted + b.FlowsEvicted,
        EvictedByKind = Sums.Add(a.EvictedByKind, b.EvictedByKind, FlowWorthNames.All),
        FlowsLive = a.FlowsLive + b.FlowsLive,
        Oddities = Sums.Add(a.Oddities, b.Oddities),
        NotKept = [],
        BrokenIdentities = [],
    };

    private static VisibilityReport Add(VisibilityReport a, VisibilityReport b) => b with
    {
        DroppedFrames = Sums.Add(a.DroppedFrames, b.DroppedFrames),
        UndecodedFrames = a.UndecodedFrames + b.UndecodedFrames,
        TruncatedFrames = a.TruncatedFrames + b.TruncatedFrames,
        OutOfOrder = a.OutOfOrder + b.OutOfOrder,
        Reordered = a.Reordered + b.Reordered,
        Late = a.Late + b.Late,
        ClockStepsForward = a.ClockStepsForward + b.ClockStepsForward,
        ClockStepsBack = a.ClockStepsBack + b.ClockStepsBack,
        FramesWithoutTime = a.FramesWithoutTime + b.FramesWithoutTime,
        BadChecksums = a.BadChecksums + b.BadChecksums,
        BadChecksumsByKind = Sums.Add(a.BadChecksumsByKind, b.BadChecksumsByKind),
        OffloadedChecksums = a.OffloadedChecksums + b.OffloadedChecksums,
        PacketsAbove1500 = a.PacketsAbove1500 + b.PacketsAbove1500,
        PacketsAbove9216 = a.PacketsAbove9216 + b.PacketsAbove9216,
        Duplicates = Sums.Add(a.Duplicates, b.Duplicates),
        DuplicatesByKind = Sums.Add(a.DuplicatesByKind, b.DuplicatesByKind, Enumerable.Range(0, (int)CopyKind.Count).Select(k => CopyKindNames.Of((CopyKind)k))),
        DuplicatePairs = [.. a.DuplicatePairs.Concat(b.DuplicatePairs).GroupBy(p => (p.Kind, p.First, p.Second))
            .Select(g => g.First() with { Count = g.Sum(p => p.Count) }).OrderByDescending(p => p.Count).Take(MaxPairs)],
    };

    private static EvidenceReport Add(EvidenceReport a, EvidenceReport b) => b with
    {
        Servers = Math.Max(a.Servers, b.Servers),
        ServersAlsoClients = Math.Max(a.ServersAlsoClients, b.ServersAlsoClients),
        ServersByDegree = Math.Max(a.ServersByDegree, b.ServersByDegree),
    };

    /// <summary>An input of the same path and format is the same: an interface that another process read on.</summary>
    private static List<InputSummary> Add(IReadOnlyList<InputSummary> earlier, IReadOnlyList<InputSummary> later)
    {
        var all = new List<InputSummary>(earlier);
        foreach (InputSummary input in later)
        {
            int at = all.FindIndex(i => i.Path == input.Path && i.Format == input.Format);
            if (at < 0) all.Add(input);
            else all[at] = Add(all[at], input);
        }

        return all;
    }

    private static InputSummary Add(InputSummary a, InputSummary b) => b with
    {
        LinkTypes = [.. a.LinkTypes.Union(b.LinkTypes).Order()],
        Frames = a.Frames + b.Frames,
        FramesFilteredOut = a.FramesFilteredOut + b.FramesFilteredOut,
        Bytes = a.Bytes + b.Bytes,
        FirstNs = Sums.Earlier(a.FirstNs, b.FirstNs),
        LastNs = Sums.Later(a.LastNs, b.LastNs),
        DroppedFrames = Sums.Add(a.DroppedFrames, b.DroppedFrames),
        Problems = [.. a.Problems.Concat(b.Problems).GroupBy(p => (p.Severity, p.Code)).Select(g => g.First() with { Count = g.Sum(p => p.Count) })
            .Where(p => p.Code != InputSummary.NoPackets || a.Frames + b.Frames == 0).Take(MaxProblems)],
    };
}

/// <summary>The time that two reports cover together.</summary>
internal static class CoveredTime
{
    /// <returns>Gaps of more than a minute that neither covers, and their share of the whole time.</returns>
    public static (IReadOnlyList<TimeGap> Gaps, double Share) Union(CheckReport earlier, CheckReport later)
    {
        List<(long From, long To)> covered = [.. Covered(earlier), .. Covered(later)];
        if (covered.Count == 0) return ([], 0);
        covered.Sort();
        var gaps = new List<TimeGap>();
        long until = covered[0].To;
        foreach (var (from, to) in covered)
        {
            if (from > until && TimeDistance.Of(from, until) > ObservationStart.SilenceNs) gaps.Add(new TimeGap(until, from));
            until = Math.Max(until, to);
        }

        decimal whole = (decimal)until - covered[0].From;
        return (gaps, whole <= 0 ? 0 : (double)(gaps.Sum(g => (decimal)g.ToNs - g.FromNs) / whole));
    }

    private static IEnumerable<(long From, long To)> Covered(CheckReport report)
    {
        if (report.Inputs.Min(i => i.FirstNs) is not { } from || report.Inputs.Max(i => i.LastNs) is not { } last) yield break;
        foreach (TimeGap gap in report.Visibility.TimeGaps)
        {
            if (gap.FromNs < from || gap.ToNs > last) continue;
            yield return (from, gap.FromNs);
            from = gap.ToNs;
        }

        yield return (from, last);
    }
}
