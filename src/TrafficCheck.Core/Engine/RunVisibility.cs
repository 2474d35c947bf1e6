using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Grades how far the capture can be trusted. The grade is the worst of the grades of its figures; the report says which figure decided and
/// where its limits lie (README.md has the table). An input that could not be read whole makes it C at best.
/// </summary>
internal static class RunVisibility
{
    /// <summary>Pairs and segments that a report names.</summary>
    private const int MaxListed = 20;

    private static readonly double[] s_oneWayLimits = [0.01, 0.05, 0.20, 0.50, 0.90];
    private static readonly double[] s_undecodedLimits = [0.001, 0.01, 0.05, 0.20, 0.50];
    private static readonly double[] s_lossLimits = [0.000_01, 0.001, 0.01, 0.05, 0.20];

    /// <summary>Who captures before and after a migration wants to: never worse than C.</summary>
    private static readonly double[] s_timeLimits = [0.01, 0.10, 1, 1, 1];

    public static VisibilityReport Build(
        StageCounts stages, FlowJudge judge, CoverageLedger coverage, AccountingReport accounting, IReadOnlyList<InputSummary> inputs, CaptureInterfaces interfaces)
    {
        long undecoded = 0;
        for (var status = DecodeStatus.Decoded; status < DecodeStatus.Count; status++)
        {
            if (!DecodeStatusNames.IsDecoded(status) && !DecodeStatusNames.IsNonIp(status)) undecoded += stages.Statuses[(int)status];
        }

        IReadOnlyList<TimeGap> gaps = TimeCoverage.Gaps(inputs);
        PacketClock clock = stages.Clock;
        ChecksumCounts bad = stages.BadChecksums;
        var report = new VisibilityReport
        {
            Grade = 'A',
            DroppedFrames = inputs.Any(i => i.DroppedFrames is not null) ? inputs.Sum(i => i.DroppedFrames ?? 0) : null,
            TcpConversations = coverage.TcpConversations,
            TcpOneWay = coverage.TcpOneWay,
            TcpBytes = judge.TcpBytes,
            UndecodedFrames = undecoded,
            TruncatedFrames = accounting.Oddities.FirstOrDefault(o => o.Key == "packet-cut").Value,
            OutOfOrder = clock.OutOfOrder + stages.Order.Reordered,
            Reordered = stages.Order.Reordered,
            Late = clock.Late,
            ClockStepsForward = clock.StepsForward,
            ClockStepsBack = clock.StepsBack,
            FramesWithoutTime = clock.WithoutTime,
            Gaps = judge.GapFlows,
            MissingBytes = judge.MissingBytes,
            Syns = coverage.Syns,
            SynAcks = coverage.SynAcks,
            BadChecksums = bad.Wrong,
            BadChecksumsByKind = NonZero(("icmp", bad.Icmp), ("ipv4-header", bad.Ipv4Header), ("tcp", bad.Tcp), ("udp", bad.Udp)),
            OffloadedChecksums = bad.Offloaded,
            PacketsAbove1500 = stages.PacketsAboveOrdinary,
            PacketsAbove9216 = stages.PacketsAboveJumbo,
            TimeGaps = [.. gaps.Take(MaxListed)],
            UncoveredTimeShare = TimeCoverage.UncoveredShare(gaps, inputs),
            Duplicates = stages.Copies,
            DuplicatesByKind = CopiesByKind(stages),
            DuplicatePairs = Pairs(stages, interfaces),
            Segments = [.. coverage.Segments.OrderBy(s => s.Key).Select(s => new SegmentShare(SegmentNames.Of(interfaces, s.Key.Interface, s.Key.Vlan), s.Value.All, s.Value.OneWay))],
            Notes = [],
        };
        return Graded(report, accounting, inputs);
    }

    /// <summary>Sets what follows from the counts: shares, grade, worst segments and notes.</summary>
    public static VisibilityReport Graded(VisibilityReport seen, AccountingReport accounting, IReadOnlyList<InputSummary> inputs)
    {
        double? oneWay = seen.TcpConversations == 0 ? null : (double)seen.TcpOneWay / seen.TcpConversations;
        double undecoded = Share(seen.UndecodedFrames, accounting.FramesRead);
        long dropped = seen.DroppedFrames ?? 0;
        double loss = Math.Max(Share(dropped, dropped + accounting.FramesRead), Share(seen.MissingBytes, seen.TcpBytes + seen.MissingBytes));
        bool damaged = inputs.Any(i => i is { Damaged: true, IsEmpty: false }), empty = inputs.Any(i => i.IsEmpty);
        IReadOnlyList<GradeRule> rules =
        [
            Rule("one-way", "of the TCP conversations are one-way", oneWay ?? 0, s_oneWayLimits),
            Rule("not-decoded", "of the frames are not decoded", undecoded, s_undecodedLimits),
            Rule("lost", "of the frames or TCP bytes are lost", loss, s_lossLimits),
            Rule("time-not-covered", "of the time is covered by no input", seen.UncoveredTimeShare, s_timeLimits),
        ];
        List<(int Grade, string Reason)> figures =
        [
            .. rules.Select(r => ("ABCDEF".IndexOf(r.Grade, StringComparison.Ordinal), Sentence(r))),
            (damaged ? 2 : 0, "an input could not be read whole"),
            (empty ? 2 : 0, "an input held no packets"),
            (accounting.FramesRead == 0 ? 5 : 0, "no frames were read"),
        ];
        int grade = figures.Max(f => f.Grade);
        seen = seen with
        {
            Grade = "ABCDEF"[grade],
            GradeRules = rules,
            GradeReasons = grade == 0 ? [] : [.. figures.Where(f => f.Grade == grade).Select(f => f.Reason)],
            OneWayShare = oneWay,
            UndecodedShare = undecoded,
            OneWayBySegment = [.. seen.Segments.Where(s => s.OneWay > 0).OrderByDescending(s => s.OneWay).Take(MaxListed)],
        };
        return seen with { Notes = VisibilityNotes.Of(seen, accounting, damaged, Grade(oneWay ?? 0, s_oneWayLimits) > 0) };
    }

    private static GradeRule Rule(string name, string what, double share, double[] limits) =>
        new(name, what, share, "ABCDEF"[Grade(share, limits)], [.. limits.Where(l => l < 1).Concat(limits.Where(l => l >= 1).Take(1))]);

    private static string Sentence(GradeRule rule)
    {
        string bounds = string.Join(", ", rule.Limits.Select((limit, i) => string.Create(CultureInfo.InvariantCulture, $"{"ABCDE"[i]} to {limit * 100:0.###} %")));
        return string.Create(CultureInfo.InvariantCulture, $"{rule.Share * 100:0.##} % {rule.What} ({bounds})");
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static List<KeyValuePair<string, long>> NonZero(params (string Name, long Count)[] counts) =>
        [.. counts.Where(c => c.Count > 0).Select(c => KeyValuePair.Create(c.Name, c.Count))];

    private static List<KeyValuePair<string, long>> CopiesByKind(StageCounts stages)
    {
        var result = new List<KeyValuePair<string, long>>();
        for (var kind = CopyKind.Routed; kind < CopyKind.Count; kind++)
        {
            if (stages.CopiesByKind[(int)kind] > 0) result.Add(new(CopyKindNames.Of(kind), stages.CopiesByKind[(int)kind]));
        }

        return result;
    }

    private static List<CopyPair> Pairs(StageCounts stages, CaptureInterfaces interfaces) =>
    [
        .. stages.CopyPairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key).Take(MaxListed).Select(p => new CopyPair(
            CopyKindNames.Of(p.Key.Kind),
            p.Key.Kind == CopyKind.Interface ? SegmentNames.OfInterface(interfaces, p.Key.First) : SegmentNames.OfVlan(p.Key.First),
            p.Key.Kind == CopyKind.Interface ? SegmentNames.OfInterface(interfaces, p.Key.Second) : SegmentNames.OfVlan(p.Key.Second),
            p.Value)),
    ];

    /// <summary>0 for A up to the first limit, 1 for B up to the second ... 5 for F beyond the last.</summary>
    private static int Grade(double share, double[] limits)
    {
        int grade = 0;
        while (grade < limits.Length && share > limits[grade]) grade++;
        return grade;
    }
}
