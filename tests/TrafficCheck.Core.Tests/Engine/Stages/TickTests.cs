using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>Time that passes without frames, and what can be seen of a run from outside.</summary>
public sealed class TickTests
{
    private const long Second = 1_000_000_000, Start = 1_700_000_000 * Second;

    private static TimedFrame[] Datagrams(int flows, long at) =>
        [.. Enumerable.Range(0, flows).Select(i => FrameBuilder.Ethernet().IPv4($"192.0.{i >> 8}.{i & 255}", Host, id: (ushort)i).Udp(5000, 53).Payload("q").At(at + i))];

    private static LiveRun RunOf(TimedFrame[] frames, int threads) => new(frames, new ushort[frames.Length], threads);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Flows_that_are_idle_end_although_no_frame_comes(int threads)
    {
        TimedFrame[] frames = [.. Datagrams(300, Start), FrameBuilder.Ethernet().IPv6("2001:db8::9", "2001:db8::5").Udp(1, 2).Payload("x").At(Start + 1000)];
        using LiveRun run = RunOf(frames, threads);
        run.FeedUntil(frames.Length);
        Assert.True(run.Engine.Tick(Start));
        Assert.True(run.Engine.Tick(Start + (59 * Second)));
        Assert.Equal(301, run.Engine.LiveFlows);
        Assert.True(run.Engine.Tick(Start + (3600 * Second)));
        Assert.Equal((0, 0), (run.Engine.LiveFlows, run.Engine.Counters.LiveFlows));
        CheckReport report = run.Finish();
        Assert.Equal((301, 301, 0), (report.Summary.Flows, report.Accounting.FlowsExpired, report.Accounting.FlowsLive));
    }

    [Fact]
    public void Idle_flows_of_a_flood_end_by_the_time_of_the_few_frames_that_come_after_it()
    {
        TimedFrame[] frames = [.. Datagrams(5000, Start), FrameBuilder.Ethernet().IPv4(Peer, Host, id: 9).Udp(5001, 53).Payload("q").At(Start + (1000 * Second))];
        using LiveRun run = RunOf(frames, 1);
        run.FeedUntil(frames.Length);
        Assert.InRange(run.Engine.LiveFlows, 4000, 5001);
        while (!run.Engine.Tick(Start)) continue; // earlier than the last frame
        Assert.Equal(1, run.Engine.LiveFlows);
    }

    [Fact]
    public void A_picture_leaves_flows_out_that_wait_for_their_answer_and_began_just_now()
    {
        TimedFrame[] frames =
        [
            .. new TcpConversation(Host, 40001, "203.0.113.9", 443, Start).Refused().Frames,
            FrameBuilder.Ethernet().IPv4(Host, "203.0.113.9", id: 1).Tcp(40002, 443, TcpFlags.Syn).At(Start + Second),
            FrameBuilder.Ethernet().IPv4(Host, "203.0.113.9", id: 2).Tcp(40003, 443, TcpFlags.Syn).At(Start + (7 * Second)),
        ];
        using LiveRun run = RunOf(frames, 1);
        run.FeedUntil(frames.Length);
        using (ReportSnapshot fork = run.Engine.Fork(begunUntilNs: Start + (2 * Second)))
        {
            CheckReport picture = fork.Build([StagedRun.Summary(frames.Length)], [], new ExitRules());
            Assert.Equal(2, picture.Summary.Flows);
            Assert.Equal(1, picture.Accounting.FlowsNotReported);
            Assert.Empty(picture.Accounting.BrokenIdentities);
        }

        Assert.Equal(3, run.Finish().Summary.Flows);
    }

    [Fact]
    public void A_tick_costs_no_more_than_its_budget_and_the_next_goes_on()
    {
        TimedFrame[] frames = Datagrams(1000, Start);
        using LiveRun run = RunOf(frames, 1);
        run.FeedUntil(frames.Length);
        long live = 1000, now = Start + (3600 * Second);
        int calls = 0;
        for (bool done = false; !done; calls++)
        {
            done = run.Engine.Tick(now, budget: 64);
            Assert.InRange(live - run.Engine.LiveFlows, 0, 4);
            live = run.Engine.LiveFlows;
        }

        Assert.Equal(0, live);
        Assert.InRange(calls, 250, 260);

        // Of flows that live on, too, a call looks at no more than that, and all calls together at each.
        using LiveRun other = RunOf(frames, 1);
        other.FeedUntil(frames.Length);
        for (calls = 1; !other.Engine.Tick(Start + Second, budget: 100); calls++) continue;
        Assert.Equal((10, 1000), (calls, other.Engine.LiveFlows));

        // A time that moves on with each call does not begin at the first record again and again.
        for (calls = 0; other.Engine.LiveFlows > 0 && calls < 1000; calls++) other.Engine.Tick(now + (calls * Second), budget: 64);
        Assert.InRange(calls, 1, 300);
    }

    [Fact]
    public void Frames_that_come_after_a_tick_with_an_earlier_time_count_and_keep_it()
    {
        TimedFrame[] frames =
        [
            FrameBuilder.Ethernet().IPv4(Peer, Host, id: 1).Udp(5000, 53).Payload("q").At(Start),
            FrameBuilder.Ethernet().IPv4(Peer, Host, id: 2).Udp(5000, 53).Payload("q").At(Start + (100 * Second)),
            FrameBuilder.Ethernet().IPv4(Peer, Host, id: 3).Udp(5000, 53).Payload("q").At(Start + (101 * Second)),
        ];
        using LiveRun run = RunOf(frames, 2);
        run.FeedUntil(1);
        Assert.True(run.Engine.Tick(Start + (4000 * Second)));
        Assert.Equal(0, run.Engine.LiveFlows);
        run.FeedUntil(3);
        Assert.Equal((1, Start + (101 * Second)), (run.Engine.LiveFlows, run.Engine.Counters.LastPacketNs));
        CheckReport report = run.Finish();
        Assert.Equal((2, 1, 1), (report.Summary.Flows, report.Accounting.FlowsExpired, report.Accounting.FlowsLive));
        Assert.Equal((0, 0), (report.Visibility.ClockStepsBack, report.Visibility.OutOfOrder));
    }

    [Fact]
    public void Ticks_at_times_that_are_no_later_change_nothing()
    {
        var (frames, interfaces) = FrameMix.Draw(3, 900);
        using var ticked = new LiveRun(frames, interfaces, threads: 1);
        using var other = new LiveRun(frames, interfaces, threads: 1);
        Assert.True(ticked.Engine.Tick(long.MaxValue)); // nothing has come yet
        for (int i = 100; i <= 900; i += 100)
        {
            ticked.FeedUntil(i);
            other.FeedUntil(i);
            ticked.Engine.Tick(long.MinValue);
            ticked.Engine.Tick(ticked.Engine.Counters.LastPacketNs);
        }

        Assert.Equal(StagedRun.Text(other.Finish()), StagedRun.Text(ticked.Finish()));
    }

    [Fact]
    public void A_snapshot_after_a_tick_is_the_report_of_a_run_that_ended_after_it()
    {
        var (frames, interfaces) = FrameMix.Draw(4, 900);
        using var run = new LiveRun(frames, interfaces, threads: 2);
        using var ended = new LiveRun(frames, interfaces, threads: 1);
        foreach (LiveRun one in new[] { run, ended })
        {
            one.FeedUntil(500);
            Assert.True(one.Engine.Tick(one.Engine.Counters.LastPacketNs + (400 * Second)));
        }

        Assert.Equal(StagedRun.Text(ended.Finish()), StagedRun.Text(run.Snapshot()));
        run.FeedUntil(900);
        run.Finish();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_handed_on_reaches_the_flows_although_the_batch_is_not_full(int threads)
    {
        TimedFrame[] frames = Datagrams(7, Start);
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, "eth0", LinkType.Ethernet, 0));
        using var engine = new CheckEngine(MatrixOf(Allow("R", 1)), [[Network(Host)]], interfaces, new EngineOptions { MaxFlows = 1000, Threads = threads, BatchesBeforeThreads = 0 }, keepRows: false);
        using FrameBatch batch = FrameBatches.Of(frames);
        engine.Process(batch, 0, 5);
        RunCounters counters = engine.Counters;
        Assert.Equal((5, 0, 0), (counters.FramesRead, counters.FramesInFlows, counters.FlowsOpened));
        Assert.Equal(frames.Take(5).Sum(f => (long)f.WireLength), counters.Bytes);
        Assert.Equal(Start + 4, counters.LastPacketNs);
        engine.Flush();
        Assert.True(SpinWait.SpinUntil(() => counters.FramesInFlows == 5, TimeSpan.FromSeconds(30)));
        Assert.Equal((5, 5, 5), (counters.FlowsOpened, counters.LiveFlows, counters.PacketsInFlows));
        engine.Flush();
        engine.Process(batch, 5, 2);
        engine.Drain();
        Assert.Equal((7, 7), (counters.FramesInFlows, counters.FlowsOpened));
        Assert.Equal(7, engine.Finish([StagedRun.Summary(7)], [], new ExitRules()).Summary.Flows);
        Assert.Equal(0, counters.LiveFlows);
    }

    /// <summary>The table gives back the records behind the last live one, and takes them anew.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1400)]
    public void After_a_flood_a_period_begins_with_a_small_table_and_the_live_flows(int lives)
    {
        TimedFrame[] flood = Datagrams(3000, Start), again = Datagrams(3000, Start + (500 * Second)), later = Datagrams(3000, Start + (900 * Second));
        TimedFrame[] frames = [.. flood, .. lives == 0 ? [] : again[(lives - 1)..lives], .. later];
        using LiveRun run = RunOf(frames, 2);
        run.FeedUntil(frames.Length - later.Length);
        Assert.True(run.Engine.Tick(Start + (600 * Second)));
        int live = lives == 0 ? 0 : 1;
        Assert.Equal(live, run.Engine.LiveFlows);
        long before = run.ClosePeriod().Summary.Flows;
        run.FeedUntil(frames.Length);
        CheckReport last = run.Snapshot();
        Assert.Equal(StagedRun.Text(last), StagedRun.Text(run.Finish()));
        Assert.Equal((3000, 3000 + live), (before, last.Summary.Flows));
    }
}
