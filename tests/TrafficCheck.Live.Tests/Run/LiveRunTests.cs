using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Run;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Live.Tests.Run;

public class LiveRunTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1), s_minute = TimeSpan.FromMinutes(1), s_hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ThePictureAndTheEndAreWhatCheckSays(int threads)
    {
        TimedFrame[] frames = [.. TestRun.Mail(40001, s_second), .. TestRun.Mail(40002, s_second * 2, 3389), .. TestRun.Open(40003, s_second * 3).Frames];
        using var test = new TestRun(threads: threads);
        test.Set();
        test.Source.Frames(frames).Pause(s_second * 5).Do(test.Settle).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        CheckReport checkedOnce = TestRun.Check(test.Source, TestRun.Matrix(), frames);
        CheckReport picture = test.Pictures.First(p => p.Report.Findings.Count > 0).Report;
        foreach (CheckReport report in new[] { picture, whole })
        {
            Assert.Equal(checkedOnce.Findings.Select(f => (f.Key, f.Flows)), report.Findings.Select(f => (f.Key, f.Flows)));
            Assert.Equal(checkedOnce.Summary with { ExitReasons = [], OutOfScope = [] }, report.Summary with { ExitReasons = [], OutOfScope = [] });
            Assert.Equal(checkedOnce.Coverage.Select(c => c.State), report.Coverage.Select(c => c.State));
            Assert.Empty(report.Accounting.BrokenIdentities);
        }

        Assert.True(test.Pictures[^1].IsFinal);
        Assert.Same(whole, test.Pictures[^1].Report);
        Assert.Single(test.Pictures, p => p.IsFinal);
    }

    [Fact]
    public void PeriodsAreReportedWithTheFlowsActiveInThemAndTheWholeIsThatOfOneUncutRun()
    {
        TcpConversation lasting = TestRun.Open(40001, s_minute * 50, 3389);
        TimedFrame[] first = [.. lasting.Frames];
        lasting.Wait(s_minute * 15).ServerSends("more").ClientCloses();
        TimedFrame[] second = [.. lasting.Frames.Skip(first.Length), .. TestRun.Mail(40002, s_minute * 80), .. TestRun.Mail(40003, s_minute * 81, 8080)];
        TimedFrame[] third = [.. TestRun.Mail(40004, s_minute * 130, 3389)];
        using var test = new TestRun(new LiveRunOptions { Rotate = s_hour }, rows: true);
        test.Set();
        test.Source.Pause(s_minute * 50).Frames(first).Pause(s_minute * 10).Do(test.Settle).Frames(second).Pause(s_hour).Do(test.Settle).Frames(third).Pause(s_minute * 20).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        CheckReport uncut = TestRun.Check(test.Source, TestRun.Matrix(), [.. first, .. second, .. third]);

        Assert.Equal([RunClock.Begin, RunClock.Begin + s_hour, RunClock.Begin + (s_hour * 2)], test.Periods.Select(p => p.Began));
        Assert.Equal([1, 3, 1], test.Periods.Select(p => p.Report.Summary.Flows));
        Assert.Equal(uncut.Findings.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Flows, f.Packets)), whole.Findings.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Flows, f.Packets)));
        Assert.Equal((uncut.Summary.Flows, uncut.Summary.Allowed, uncut.Summary.Unexpected), (whole.Summary.Flows, whole.Summary.Allowed, whole.Summary.Unexpected));
        Assert.Empty(whole.Accounting.BrokenIdentities);

        // Each flow is in the list of the period in which it ended, once, and the last list has the time of its period too.
        Assert.Equal(4, test.RowSets.Sum(r => r.Rows.Length));
        Assert.Equal(test.Periods.Select(p => p.Began), test.RowSets.Select(r => r.Began));
        Assert.Equal([false, false, true], test.RowSets.Select(r => r.IsLast));
    }

    [Fact]
    public void WithoutRotationWhatWaitsIsSettledAndNoReportOfAPeriodIsMade()
    {
        using var test = new TestRun();
        test.Set();
        test.Source.Frames(TestRun.Mail(40001, s_minute, 3389)).Pause(s_hour).Do(test.Settle).Frames(TestRun.Mail(40002, s_minute * 61, 3389)).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.Empty(test.Periods);
        Assert.Equal(2, Assert.Single(whole.Findings).Flows);
        Assert.Empty(whole.Accounting.BrokenIdentities);
    }

    [Fact]
    public void ANewMatrixJudgesLiveFlowsAndLeavesWhatWasJudged()
    {
        TcpConversation lasting = TestRun.Open(40002, s_second * 2, 3389);
        TimedFrame[] first = [.. lasting.Frames];
        lasting.Wait(s_minute * 10).ClientCloses();
        using var test = new TestRun();
        test.Set();
        test.Source.Frames([.. TestRun.Mail(40001, s_second, 3389), .. first]).Pause(s_minute * 5).Pause(s_second)
            .Do(() => test.Live.Replace(TestRun.Matrix("second", 3389))).Pause(s_second * 5).Do(test.Settle)
            .Do(() => Assert.Equal(("second.md", 3), (Assert.Single(test.Status.Matrix.Paths), test.Status.Matrix.Rows)))
            .Frames(lasting.Frames.Skip(first.Length)).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.Equal((1, 1), (whole.Summary.Unexpected, whole.Summary.Allowed));
        Assert.Equal("second", whole.Matrix.Name);
        Assert.Contains(whole.Parameters, p => p is { Key: "matrix", Value: "second" });
        Assert.True(Assert.Single(whole.Findings).EarlierMatrix);
        Assert.Empty(whole.Accounting.BrokenIdentities);
    }

    [Fact]
    public void ARefusedMatrixIsSaidAndTheOneBeforeStays()
    {
        using var test = new TestRun();
        test.Set();
        LiveStatus? refused = null, mended = null;
        test.Source.Frames(TestRun.Mail(40001, s_second)).Do(() => test.Desk.Refuse(null, "ports.md:3: no such port")).Do(() => refused = test.Status)
            .Do(() => test.Live.Replace(TestRun.Matrix("second"))).Pause(s_second).Do(test.Settle).Do(() => mended = test.Status).Do(test.Live.Stop);
        test.Run();
        Assert.Equal(["first.md"], refused!.Matrix.Paths);
        Assert.Contains(refused.Warnings, w => w.Contains("ports.md:3: no such port", StringComparison.Ordinal));
        Assert.Null(mended!.Matrix.ReloadError);
        Assert.Empty(mended.Warnings);
    }

    [Fact]
    public void ARunOfSoManyFramesJudgesSoManyAndAsksForNoMore()
    {
        TimedFrame[] frames = [.. TestRun.Mail(40001, s_second)];
        using var test = new TestRun(new LiveRunOptions { Frames = 5 });
        long teed = 0;
        test.Set(tee: (_, _, count, number) => teed = number + count - 1);
        test.Source.Frames(frames[..3]).Frames(frames[3..]);
        CheckReport whole = test.Run();
        Assert.Equal(5, whole.Accounting.FramesRead);
        Assert.Equal(5, teed);
        Assert.Equal([5, 2], test.Source.Asks);
        Assert.True(test.Source.IsStopped);
    }

    [Fact]
    public void ARunEndsAfterATimeByTheMonotonicClock()
    {
        using var test = new TestRun(new LiveRunOptions { For = s_minute });
        test.Set();
        test.Source.Do(() => test.Clock.Set(-s_hour)).Frames(TestRun.Mail(40001, s_second));
        test.Run();
        Assert.InRange(TimeSpan.FromTicks(test.Clock.GetTimestamp()), s_minute, s_minute + s_second);
    }

    [Fact]
    public void ARunEndsAtATimeByTheWallClock()
    {
        using var test = new TestRun(new LiveRunOptions { Until = RunClock.Begin + s_hour });
        test.Set();
        test.Source.Pause(s_minute).Do(() => test.Clock.Set(s_minute * 50));
        test.Run();
        Assert.InRange(test.Clock.GetUtcNow(), RunClock.Begin + s_hour, RunClock.Begin + s_hour + s_second);
        Assert.InRange(TimeSpan.FromTicks(test.Clock.GetTimestamp()), s_minute * 10, (s_minute * 10) + s_second);
    }

    [Fact]
    public void AStoppedRunJudgesWhatWasCapturedBefore()
    {
        using var test = new TestRun();
        test.Set();
        test.Source.Do(test.Live.Stop).Frames(TestRun.Mail(40001, s_second)).Frames(TestRun.Mail(40002, s_second * 2));
        Assert.Equal(2, test.Run().Summary.Flows);
    }

    [Fact]
    public void ASourceThatDoesNotEndHoldsUpTheEndForASecondAtMost()
    {
        using var test = new TestRun();
        test.Set();
        test.Source.Do(test.Live.Stop);
        for (int i = 0; i < 100; i++) test.Source.Pause(TimeSpan.FromMilliseconds(100));
        test.Run();
        Assert.InRange(TimeSpan.FromTicks(test.Clock.GetTimestamp()), s_second, s_second * 1.2);
    }

    [Fact]
    public void IdleFlowsEndWhenNoFramesCome()
    {
        using var test = new TestRun();
        test.Set();
        long before = -1, after = -1;
        test.Source.Frames(TestRun.Open(40001, s_second).Frames).Pause(s_second * 2).Do(() => before = test.Engine.LiveFlows);
        for (int i = 0; i < 50; i++) test.Source.Pause(s_hour);
        test.Source.Do(() => after = test.Engine.LiveFlows).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.Equal((1, 0, 1), (before, after, whole.Summary.Flows));
    }

    [Theory]
    [InlineData(2400)]
    [InlineData(-2400)]
    public void AClockThatIsSetEndsNoFlow(int hours)
    {
        using var test = new TestRun(new LiveRunOptions { SettleEvery = TimeSpan.FromDays(3000) });
        test.Set();
        long after = -1;
        test.Source.Frames(TestRun.Open(40001, s_second).Frames).Do(() => test.Clock.Set(s_hour * hours));
        for (int i = 0; i < 10; i++) test.Source.Pause(s_second);
        test.Source.Do(() => after = test.Engine.LiveFlows).Do(test.Live.Stop);
        test.Run();
        Assert.Equal(1, after);
    }

    [Fact]
    public void StatesAreKeptAtTheirIntervalAndAtTheEnd()
    {
        using var test = new TestRun(new LiveRunOptions { CheckpointEvery = s_minute, For = s_minute * 5 });
        test.Set();
        for (int i = 0; i < 150; i++) test.Source.Pause(s_second * 2).Do(test.Settle);
        CheckReport whole = test.Run();
        Assert.InRange(test.Checkpoints.Count, 5, 7);
        Assert.Same(whole, test.Checkpoints[^1]);
        Assert.InRange(test.Pictures.Count, 100, 152);
    }

    [Fact]
    public void PicturesComeLessOftenWhenTheDeskTakesLong()
    {
        using var test = new TestRun(new LiveRunOptions { For = s_minute * 10 });
        test.OnOutput = what =>
        {
            if (what == "Picture") test.Clock.Advance(s_second * 9);
        };
        test.Set();
        for (int i = 0; i < 600; i++) test.Source.Pause(s_second).Do(test.Settle);
        test.Run();

        // Nine seconds of work and twenty-one of rest.
        Assert.InRange(test.Pictures.Count, 15, 22);
    }

    [Fact]
    public void PeriodsThatAreNotReportedInTimeDoNotPileUp()
    {
        using var test = new TestRun(new LiveRunOptions { Rotate = s_second });
        using var gate = new ManualResetEventSlim();
        test.OnOutput = _ => gate.Wait(TimeSpan.FromSeconds(30));
        test.Set();
        for (int i = 0; i < 50; i++) test.Source.Frames(TestRun.Mail((ushort)(40001 + i), s_second * i, 3389)).Pause(s_second);
        test.Source.Do(gate.Set).Do(test.Settle).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.InRange(test.Periods.Count, 2, 6);
        Assert.Equal(50, Assert.Single(whole.Findings).Flows);
        Assert.Equal(test.Periods.Skip(1).Select(p => p.Began), test.Periods.SkipLast(1).Select(p => p.Ended));
    }

    [Theory]
    [InlineData("Picture")]
    [InlineData("Period")]
    [InlineData("Rows")]
    [InlineData("Checkpoint")]
    public void AnOutputThatFailsIsSaidAndCostsOnlyItself(string failing)
    {
        using var test = new TestRun(new LiveRunOptions { Rotate = s_hour }, rows: true);
        test.OnOutput = what =>
        {
            if (what == failing) throw new FormatException("no such thing");
        };
        test.Set();
        LiveStatus? status = null;
        test.Source.Frames(TestRun.Mail(40001, s_second, 3389)).Pause(s_hour).Do(test.Settle).Pause(s_second).Do(test.Settle).Do(() => status = test.Status)
            .Frames(TestRun.Mail(40002, s_minute * 61, 3389)).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.Equal(2, Assert.Single(whole.Findings).Flows);
        Assert.Contains(status!.Warnings, w => w.Contains("no such thing", StringComparison.Ordinal));
        Assert.IsType<FormatException>(test.Desk.Failure);
        Assert.True(test.Pictures[^1].IsFinal);
        Assert.Equal(2, test.Periods.Count);
        Assert.Equal(failing == "Rows" ? 0 : 2, test.RowSets.Count);
        Assert.Same(whole, test.Checkpoints[^1]);
    }

    [Fact]
    public void ARunGoesOnWithWhatAnEarlierOneFound()
    {
        TimedFrame[] frames = [.. TestRun.Mail(40001, s_second, 3389)];
        using var test = new TestRun();
        CheckReport earlier = TestRun.Check(test.Source, TestRun.Matrix(), frames) with { Process = "another" };
        test.Set(earlier: earlier);
        test.Source.Frames(TestRun.Mail(40002, s_minute, 3389)).Do(test.Live.Stop);
        CheckReport whole = test.Run();
        Assert.Equal(2, Assert.Single(whole.Findings).Flows);
        Assert.Equal(2 * frames.Length, whole.Accounting.FramesRead);
    }
}
