using System.Net;
using CsCheck;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Tests;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>A run that is reported in periods: nothing is lost between them, and nothing counted twice.</summary>
public sealed class PeriodTests
{
    private const long Second = 1_000_000_000;

    private static readonly Gen<(int Seed, int Count)> s_mixes = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[20, 1500]);

    [Theory]
    [InlineData(100_000)]
    [InlineData(60)]
    [InlineData(7)]
    public void Periods_and_what_is_live_add_up_to_the_uncut_run(int maxFlows) => s_mixes.SampleRepeatably((seed, count) =>
    {
        var (frames, interfaces) = FrameMix.Draw(seed, count);
        var random = new Random(seed);
        int[] points = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(frames.Count + 1)).Order()];
        var uncut = new Totals();
        using (var run = new LiveRun(frames, interfaces, threads: 1, maxFlows, observer: uncut))
        {
            run.FeedUntil(frames.Count);
            uncut.Add(run.Finish());
        }

        Totals? first = null;
        for (int threads = 1; threads <= 3; threads++)
        {
            var cut = new Totals();
            using var run = new LiveRun(frames, interfaces, threads, maxFlows, observer: cut, before: random.Next(3));
            foreach (int point in points)
            {
                run.FeedUntil(point);
                if (random.Next(2) == 0) run.Snapshot(activeOnly: random.Next(2) == 0);
                cut.Add(run.ClosePeriod());
            }

            run.FeedUntil(frames.Count);
            CheckReport last = run.Snapshot();
            Assert.Equal(StagedRun.Text(last), StagedRun.Text(run.Finish()));
            cut.Add(last);
            Assert.Equal((uncut.Flows, uncut.Judged, uncut.Verdicts), (cut.Flows, cut.Judged, cut.Verdicts));
            Assert.Equal((uncut.SeenPackets, uncut.SeenBytes, uncut.SeenFlows), (cut.SeenPackets, cut.SeenBytes, cut.SeenFlows));
            Assert.Equal(uncut.OutOfScope, cut.OutOfScope);
            Assert.Equal(Counts(uncut.Accounting!), Counts(cut.Accounting!));
            first ??= cut;
            Assert.Equal(first.ByVerdict, cut.ByVerdict);
        }
    }, draws: 20);

    [Fact]
    public void A_live_flow_is_in_the_report_of_the_period_in_which_it_ends()
    {
        TimedFrame[] frames = [.. Traffic.In(25, Second), .. Traffic.In(25, 400 * Second, from: 40001)];
        int half = frames.Length / 2;
        using var run = new LiveRun(frames, new ushort[frames.Length], threads: 1);
        run.FeedUntil(half);
        CheckReport first = run.ClosePeriod();
        Assert.Equal((0, 1), (first.Summary.Flows, first.Accounting.FlowsNotReported));
        run.FeedUntil(frames.Length);
        Assert.Equal(1, run.Snapshot(activeOnly: true).Summary.Flows);
        Assert.Equal(2, run.Snapshot().Summary.Flows);
        CheckReport last = run.Finish();
        Assert.Equal((2, 0), (last.Summary.Flows, last.Accounting.FlowsOfEarlierPeriods));
    }

    [Fact]
    public void A_server_that_was_proven_in_one_period_is_known_in_the_next()
    {
        // The second conversation shows no beginning; that the socket serves is known from the first.
        TimedFrame[] first = [.. Traffic.In(8099, Second)];
        TimedFrame[] second = [.. Traffic.Midstream(8099, 40001, 4000 * Second)];
        TimedFrame[] frames = [.. first, FrameBuilder.Ethernet().IPv4("10.9.9.9", "10.9.9.8").Udp(1, 2).At(3999 * Second), .. second];
        using var run = new LiveRun(frames, new ushort[frames.Length], threads: 1, matrix: MatrixOf(Allow("R", 8099, RowDirection.InOut), Allow("S", 40001, RowDirection.InOut)));
        run.FeedUntil(first.Length);
        Assert.True(run.Engine.Tick(3998 * Second));
        Assert.Equal(1, run.ClosePeriod().Summary.Allowed);
        run.FeedUntil(frames.Length);
        CheckReport report = run.Finish();
        Assert.Contains(report.Evidence.Methods, m => m is { Key: "ledger", Value: 1 });
    }

    [Fact]
    public void Live_flows_are_judged_by_the_new_matrix_and_ended_ones_were_by_the_old()
    {
        TimedFrame[] ended = [.. Traffic.In(25, Second)], live = [.. Traffic.In(25, 4000 * Second, from: 40001)];
        TimedFrame[] frames = [.. ended, .. live];
        using var run = new LiveRun(frames, new ushort[frames.Length], threads: 2, matrix: MatrixOf(Allow("Old", 25, RowDirection.In)));
        run.FeedUntil(frames.Length);
        Assert.True(run.Engine.Tick(4100 * Second));
        CheckReport before = run.ClosePeriod(MatrixOf(Allow("New", 443)));
        Assert.Equal((1, 0, "Old"), (before.Summary.Allowed, before.Summary.Unexpected, before.Matrix.Rows[0].Id));
        Assert.Equal((0, 1, "New"), Of(run.Snapshot()));
        run.ClosePeriod(MatrixOf(Allow("Newer", 25, RowDirection.In)));
        Assert.Equal((1, 0, "Newer"), Of(run.Finish()));

        static (long Allowed, long Unexpected, string Row) Of(CheckReport r) => (r.Summary.Allowed, r.Summary.Unexpected, r.Matrix.Rows[0].Id);
    }

    [Fact]
    public void A_matrix_that_asks_for_names_and_applications_is_followed_by_what_reads_frames()
    {
        TimedFrame[] frames =
        [
            .. Traffic.Out(443, Second, "192.0.2.1"),
            FrameBuilder.Ethernet().IPv4("10.0.0.53", Host).Udp(53, 5353).Payload(Recognition.Names.DnsBytes.Response("shop.example.net").Address("shop.example.net", "192.0.2.2").ToArray()).At(3999 * Second),
            .. Traffic.Out(443, 4000 * Second, "192.0.2.2", from: 40001),
        ];
        int first = frames.Length / 2;
        using var run = new LiveRun(frames, new ushort[frames.Length], threads: 1, keepRows: false, matrix: MatrixOf(Allow("Web", 443)));
        run.FeedUntil(first);
        run.ClosePeriod(MatrixOf(Allow("Shop", 443, peers: ["shop.example.net"])));
        run.FeedUntil(frames.Length);
        CheckReport report = run.Finish();
        Assert.Equal(1, report.Summary.Allowed);
    }

    [Fact]
    public void A_matrix_that_does_not_fit_changes_nothing()
    {
        var (frames, interfaces) = FrameMix.Draw(5, 400);
        using var one = new LiveRun(frames, interfaces, threads: 1);
        using var other = new LiveRun(frames, interfaces, threads: 1);
        one.FeedUntil(200);
        other.FeedUntil(200);
        AllowedMatrix two = MatrixOf(Allow("R", 1)) with { Subjects = [.. MatrixOf(Allow("R", 1)).Subjects, .. MatrixOf(Allow("R", 1)).Subjects] };
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Engine.BeginPeriod(two));
        one.FeedUntil(400);
        other.FeedUntil(400);
        Assert.Equal(StagedRun.Text(other.Finish()), StagedRun.Text(one.Finish()));
    }

    [Fact]
    public void The_rows_of_a_closed_period_can_be_written_until_the_next()
    {
        TimedFrame[] frames = [.. Traffic.In(25, Second), .. Traffic.In(25, 4000 * Second, from: 40001)];
        using var run = new LiveRun(frames, new ushort[frames.Length], threads: 1);
        run.FeedUntil(frames.Length);
        Assert.True(run.Engine.Tick(4100 * Second));
        run.ClosePeriod();
        var rows = new List<FlowRow>();
        run.Engine.WriteRows(rows.Add);
        Assert.Equal((ushort)40000, Assert.Single(rows).InitiatorPort!.Value);
        run.Finish();
        rows.Clear();
        run.Engine.WriteRows(rows.Add);
        Assert.Equal((ushort)40001, Assert.Single(rows).InitiatorPort!.Value);
    }

    private static string Counts(AccountingReport a) => StagedRun.Text(a with { FlowsOfEarlierPeriods = 0, PacketsOfEarlierPeriods = 0, NotKept = [] });

    /// <summary>What the reports say, and what an observer saw of the flows themselves.</summary>
    private sealed class Totals : IJudgedFlowSink
    {
        public long Flows, Judged, Verdicts, SeenFlows, SeenPackets, SeenBytes;

        public string ByVerdict => $"{Allowed} {Related} {Unexpected} {Undetermined}";

        public long Allowed, Related, Unexpected, Undetermined;

        public SortedDictionary<string, long> OutOfScope { get; } = [];

        public AccountingReport? Accounting { get; private set; }

        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            lock (OutOfScope)
            {
                SeenFlows++;
                SeenPackets += flow.LowPackets + flow.HighPackets;
                SeenBytes += flow.LowBytes + flow.HighBytes;
            }
        }

        public void Add(CheckReport report)
        {
            SummaryReport sum = report.Summary;
            Flows += sum.Flows;
            Judged += sum.Judged;
            Allowed += sum.Allowed;
            Related += sum.Related;
            Unexpected += sum.Unexpected;
            Undetermined += sum.Undetermined;
            Verdicts += sum.Allowed + sum.Related + sum.Unexpected + sum.Undetermined + sum.OutOfScope.Sum(o => o.Value);
            foreach (var (cause, count) in sum.OutOfScope) OutOfScope[cause] = OutOfScope.GetValueOrDefault(cause) + count;
            Accounting = report.Accounting;
        }
    }
}
