using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Reports.Merging;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Reports;

/// <summary>Reports of parts as one report, compared with that of the whole.</summary>
public sealed class MergeTests
{
    private static readonly ExitRules s_rules = new(FailOn.Unexpected | FailOn.Failing | FailOn.Missing);

    private static CheckReport Run(IEnumerable<IReadOnlyList<TimedFrame>> conversations, AllowedMatrix? matrix = null) =>
        EngineRun.Of(conversations.SelectMany(c => c), matrix ?? RandomRuns.Matrix, RandomRuns.Protect, rules: s_rules).Report;

    [Fact]
    public void The_halves_of_a_run_make_the_report_of_the_whole()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            bool proven = seed % 2 == 0;
            var all = RandomRuns.Conversations(random, 60, proven: proven);
            int cut = random.Next(5, 55);
            CheckReport whole = Run(all), merged = ReportMerge.Merge(Run(all.Take(cut)), Run(all.Skip(cut)), s_rules);
            Assert.Empty(merged.Accounting.BrokenIdentities);
            Assert.Equal(whole.Accounting.FramesRead, merged.Accounting.FramesRead);
            Assert.Equal(whole.Accounting.FlowsOpened, merged.Accounting.FlowsOpened);
            Assert.Equal(whole.Summary.Flows, merged.Summary.Flows);

            // What one half does not know of the other decides some directions; all others must be the same.
            var fromHalves = merged.Findings.ToDictionary(f => f.Key);
            int same = whole.Findings.Count(f => fromHalves.TryGetValue(f.Key, out Finding? m) && Text(f) == Text(m));
            if (proven)
            {
                Assert.Equal(whole.Findings.Select(Text), merged.Findings.Select(Text));
                Assert.Equal(whole.Coverage.Select(Text), merged.Coverage.Select(Text));
                Assert.Equal(whole.Evidence.Methods, merged.Evidence.Methods);
                Assert.Equal(whole.Visibility.Notes, merged.Visibility.Notes);
                Assert.Equal(whole.Summary.ExitReasons, merged.Summary.ExitReasons);
                Assert.Equal((whole.Visibility.Grade, whole.Visibility.OneWayShare), (merged.Visibility.Grade, merged.Visibility.OneWayShare));
            }
            else Assert.True(same >= whole.Findings.Count / 2, $"seed {seed}: {same} of {whole.Findings.Count}");
        }
    }

    [Theory]
    [InlineData("mail-gateway")]
    [InlineData("clean")]
    [InlineData("scan")]
    [InlineData("midstream")]
    public void A_sample_capture_cut_by_flows_gives_the_whole_again(string sample)
    {
        var (one, other) = CutCaptures.Cut(Path.Combine(RepositoryFolder.Find(), "samples", sample, "capture.pcap"));
        CheckReport Of(IEnumerable<TimedFrame> frames) => EngineRun.Of(frames, RandomRuns.Matrix, ["10.0.0.0/8", "192.168.0.0/16"]).Report;
        CheckReport whole = Of(TimedFrame.Merge(one, other)), merged = ReportMerge.Merge(Of(one), Of(other), s_rules);
        Assert.NotEmpty(one);
        Assert.NotEmpty(other);
        Assert.Empty(merged.Accounting.BrokenIdentities);
        Assert.Equal(
            (whole.Accounting.FramesRead, whole.Accounting.FlowsOpened, whole.Summary.Flows, whole.Summary.Judged, whole.Visibility.TcpConversations, whole.Visibility.TcpOneWay),
            (merged.Accounting.FramesRead, merged.Accounting.FlowsOpened, merged.Summary.Flows, merged.Summary.Judged, merged.Visibility.TcpConversations, merged.Visibility.TcpOneWay));
        Assert.Equal(whole.Accounting.PacketsWithoutFlow, merged.Accounting.PacketsWithoutFlow);
        Assert.Equal(whole.Findings.Select(Figures), merged.Findings.Select(Figures));
        foreach (var (w, m) in whole.Findings.Zip(merged.Findings)) Assert.InRange(m.Peers.Count, w.Peers.Count * 0.9, w.Peers.Count * 1.1);

        // Beyond 64 hosts are estimated.
        static object Figures(Finding f) => (f.Key, f.Flows, Math.Min(f.Peers.Count, 65), Math.Min(f.Hosts.Count, 65), f.Ports, f.Severity);
        Assert.Equal(whole.Coverage.Select(c => (c.Row.Id, c.State, c.Note, c.Exclusive, c.Shared, c.Totals)), merged.Coverage.Select(c => (c.Row.Id, c.State, c.Note, c.Exclusive, c.Shared, c.Totals)));
    }

    [Fact]
    public void How_parts_are_grouped_is_no_matter()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var all = RandomRuns.Conversations(new Random(seed), 60);
            CheckReport a = Run(all.Take(20)), b = Run(all.Skip(20).Take(20)), c = Run(all.Skip(40));
            CheckReport left = ReportMerge.Merge(ReportMerge.Merge(a, b, s_rules), c, s_rules), right = ReportMerge.Merge(a, ReportMerge.Merge(b, c, s_rules), s_rules);
            Assert.Equal(left.Findings.Select(Text), right.Findings.Select(Text));
            Assert.Equal(left.Findings.Select(f => string.Join(',', f.Frames)), right.Findings.Select(f => string.Join(',', f.Frames)));
            Assert.Equal(left.Coverage.Select(Text), right.Coverage.Select(Text));
            Assert.Equal(left.Summary.ExitReasons, right.Summary.ExitReasons);
            Assert.Equal(left.Accounting.FramesNotDecoded, right.Accounting.FramesNotDecoded);
        }
    }

    [Fact]
    public void Counts_of_one_process_run_on_and_those_of_two_are_added()
    {
        var all = RandomRuns.Conversations(new Random(3), 30);
        CheckReport first = Run(all.Take(10)) with { Process = "p1" }, second = Run(all.Take(20)) with { Process = "p1" }, restarted = Run(all.Skip(20)) with { Process = "p2" };
        CheckReport one = ReportMerge.Merge(first, second, s_rules);
        Assert.Equal(second.Accounting.FramesRead, one.Accounting.FramesRead);
        Assert.Equal(first.Summary.Flows + second.Summary.Flows, one.Summary.Flows);
        CheckReport two = ReportMerge.Merge(one, restarted, s_rules), otherwise = ReportMerge.Merge(first, ReportMerge.Merge(second, restarted, s_rules), s_rules);
        Assert.Equal(second.Accounting.FramesRead + restarted.Accounting.FramesRead, two.Accounting.FramesRead);
        Assert.Equal(two.Accounting.FramesRead, otherwise.Accounting.FramesRead);
        CheckReport three = ReportMerge.Merge(two, restarted, s_rules);
        Assert.Equal(two.Accounting.FramesRead, three.Accounting.FramesRead);
        Assert.Empty(three.Accounting.BrokenIdentities);
        Assert.Equal(three.Accounting.FramesRead, Assert.Single(three.Inputs).Frames);
    }

    [Fact]
    public void A_host_of_both_reports_is_one_host_and_many_are_estimated()
    {
        CheckReport Of(int from, int count) => EngineRun.Of(TimedFrame.Merge(
            [.. Enumerable.Range(from, count).Select(i => Traffic.In(3389, 1_000_000_000 + (i * 1_000_000L), $"198.18.{i / 250}.{(i % 250) + 1}"))])).Report;
        Finding few = Assert.Single(ReportMerge.Merge(Of(0, 40), Of(20, 40), s_rules).Findings);
        Assert.Equal((60L, null, false, 80L), (few.Peers.Count, few.Peers.Error, few.Peers.AtLeast, few.Flows));
        Assert.Equal(["198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.0.4", "198.18.0.5"], few.Peers.Sample);
        Finding many = Assert.Single(ReportMerge.Merge(Of(0, 4000), Of(2000, 4000), s_rules).Findings);
        Assert.InRange(many.Peers.Count, 5400, 6600);
        Assert.NotNull(many.Peers.Error);
        CheckReport Bare(CheckReport r) => r with { Findings = [.. r.Findings.Select(f => f with { Peers = f.Peers with { Sketch = null } })] };
        Finding unknown = Assert.Single(ReportMerge.Merge(Bare(Of(0, 40)), Of(20, 41), s_rules).Findings);
        Assert.Equal((41L, true), (unknown.Peers.Count, unknown.Peers.AtLeast));
    }

    [Fact]
    public void Datagrams_without_answer_fail_once_another_report_shows_that_answers_are_captured()
    {
        AllowedMatrix matrix = EngineRun.MatrixOf(EngineRun.Allow("R1", 53, transports: [TransportNames.Udp]), EngineRun.Allow("R2", 123, transports: [TransportNames.Udp]));
        CheckReport mute = EngineRun.Of(Traffic.UdpOut(53, false), matrix).Report, answered = EngineRun.Of(Traffic.UdpOut(123, true, at: 9_000_000_000), matrix).Report;
        Assert.Empty(mute.Findings);
        foreach (CheckReport merged in (CheckReport[])[ReportMerge.Merge(mute, answered, s_rules), ReportMerge.Merge(answered, mute, s_rules)])
        {
            Finding failing = Assert.Single(merged.Findings);
            Assert.Equal((FindingKind.Failing, 1L, 1L), (failing.Kind, failing.Flows, merged.Summary.Failing));
            Assert.Equal(CoverageState.Failing, merged.Coverage[0].State);
        }

        Assert.Empty(ReportMerge.Merge(mute, mute, s_rules).Findings);
    }

    [Fact]
    public void What_failed_in_one_period_and_worked_in_another_is_worded_from_the_sum()
    {
        AllowedMatrix matrix = EngineRun.MatrixOf(EngineRun.Allow("R1", 25));
        CheckReport failed = EngineRun.Of(Traffic.RefusedOut(25), matrix).Report, worked = EngineRun.Of([.. Traffic.Out(25, at: 20_000_000_000), .. Traffic.Out(25, at: 30_000_000_000, from: 41_000)], matrix).Report;
        Assert.Equal(FindingSeverity.High, Assert.Single(failed.Findings).Severity);
        Finding merged = Assert.Single(ReportMerge.Merge(failed, worked, s_rules).Findings);
        Assert.Equal(FindingSeverity.Low, merged.Severity);
        Assert.Contains("2 other flows of the row worked", merged.Explanation, StringComparison.Ordinal);

        CheckReport wrongWay = EngineRun.Of(Traffic.In(25), matrix).Report;
        Assert.Contains("never seen that way", Assert.Single(wrongWay.Findings).Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain("never seen", Assert.Single(ReportMerge.Merge(wrongWay, worked, s_rules).Findings).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scan_over_two_periods_is_one_with_the_sums_of_both()
    {
        CheckReport Scan(int from) => EngineRun.Of(Enumerable.Range(from, 30).SelectMany(p =>
            new TcpConversation("203.0.113.9", 40000, EngineRun.Host, (ushort)p, 1_000_000_000L + (p * 10_000_000L)).Refused().Frames)).Report;
        Finding scan = Assert.Single(ReportMerge.Merge(Scan(1000), Scan(1010), s_rules).Findings);
        Assert.Equal((FindingKind.PortScan, 60L, 40L), (scan.Kind, scan.Flows, scan.Ports));
        Assert.Contains("40 ports", scan.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_counted_by_kind_and_the_gravest_stay()
    {
        CheckReport Many(int from) => Spread(EngineRun.Of(Traffic.In(3389)).Report, from, 10_000);
        CheckReport merged = ReportMerge.Merge(Many(0), Many(10_000), s_rules);
        Assert.Equal(ReportMerge.MaxFindings, merged.Findings.Count);
        Assert.Equal(20_000 - ReportMerge.MaxFindings, merged.Accounting.NotKept.Single(n => n.Key == "flows-of-findings-not-kept-unexpected").Value);
        Assert.Equal(20_000, merged.Summary.Unexpected);
        Assert.DoesNotContain(merged.Accounting.BrokenIdentities, b => b.StartsWith("unexpected", StringComparison.Ordinal));
        Assert.Equal(["F1", "F2"], merged.Findings.Take(2).Select(f => f.Id));
    }

    [Fact]
    public void Another_matrix_keeps_what_still_means_the_same_and_marks_the_rest()
    {
        AllowedMatrix before = EngineRun.MatrixOf(EngineRun.Allow("R1", 25), EngineRun.Allow("R2", 443), EngineRun.Allow("R3", 80));
        AllowedMatrix after = EngineRun.MatrixOf(EngineRun.Allow("R1", 25), EngineRun.Allow("R2", 443, RowDirection.InOut), EngineRun.Allow("R4", 3389, RowDirection.In));
        CheckReport earlier = EngineRun.Of([.. Traffic.Out(25), .. Traffic.In(443), .. Traffic.In(3389, from: 41_000), .. Traffic.In(5000, from: 42_000)], before).Report;
        CheckReport later = EngineRun.Of(Traffic.In(5000, at: 90_000_000_000), after).Report;
        CheckReport merged = ReportMerge.Merge(earlier, later, s_rules);
        Assert.Equal(CoverageState.Proven, merged.Coverage.Single(c => c.Row.Id == "R1").State);
        Assert.Equal(0, merged.Coverage.Single(c => c.Row.Id == "R2").Reversed);
        Assert.Equal(["R1", "R2", "R4"], merged.Coverage.Select(c => c.Row.Id));
        Assert.Equal([(443, true), (3389, true), (5000, false)], merged.Findings.Select(f => (f.ServicePort!.Value, f.EarlierMatrix)).Order());
        Assert.Equal(2, merged.Findings.Single(f => f.ServicePort == 5000).Flows);
        Assert.Contains("R2, R3", Assert.Single(merged.MatrixChanges), StringComparison.Ordinal);
        Assert.Empty(merged.Accounting.BrokenIdentities);
        Assert.Distinct(merged.Findings.Select(f => f.Key));
    }

    private static CheckReport Spread(CheckReport report, int from, int count) => report with
    {
        Summary = report.Summary with { Unexpected = count },
        Findings = [.. Enumerable.Range(from, count).Select(i => report.Findings[0] with { Key = $"unexpected.port/x/in/tcp/{i}" })],
    };

    /// <summary>All that a finding says but frame numbers.</summary>
    private static string Text(Finding f) => string.Join('|', f.Id, f.Key, f.Kind, f.Severity, f.ServicePort, f.Application, Text(f.Peers), Text(f.Hosts), f.Ports, f.Flows, f.Unexpected,
        f.Packets, f.Bytes, f.FirstNs, f.LastNs, string.Join(',', f.Outcomes), f.Escaped, f.Attempted, f.Failing, f.NearestRow, f.Explanation, f.Kind == FindingKind.Undetermined ? "" : f.Suggestion);

    private static string Text(RowCoverage r) => string.Join('|', r.Row.Id, r.State, r.Note, r.Exclusive, r.Shared, r.Covered, r.Related, r.Worked, r.Failed, r.Reversed, r.FirstNs, r.LastNs,
        r.InitiatedIn, r.InitiatedOut, Text(r.Peers), string.Join(',', r.AmbiguousWith), r.Totals);

    private static string Text(HostSet s) => $"{s.Count} {s.AtLeast} {s.Error} {string.Join(',', s.Sample)}";
}
