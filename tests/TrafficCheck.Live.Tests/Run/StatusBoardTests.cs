using TrafficCheck.Live.Run;

namespace TrafficCheck.Live.Tests.Run;

public class StatusBoardTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(500);

    [Fact]
    public void ItPublishesTwiceASecondAndWorksOutRates()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        long first = test.Board.Feed.Current.Sequence;
        for (int i = 1; i <= 20; i++)
        {
            int frames = i * 50;
            test.Source.Show(w => w with { FramesRead = frames, BytesRead = frames * 125, KernelDrops = i });
            test.Clock.Advance(s_step);
        }

        LiveStatus status = test.Board.Feed.Current;
        Assert.Equal(first + 20, status.Sequence);
        Assert.Equal((100, 100_000), (status.Rate.FramesPerSecond, status.Rate.BitsPerSecond));
        Assert.Equal(4, status.Rate.Drops);
        Assert.Equal(5, status.History.Count);
        Assert.Equal(20, status.History.Sum(s => s.Drops));
        Assert.Equal((1000, 20), (status.FramesRead, status.Drops));
    }

    [Fact]
    public void TheHistoryIsBounded()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        for (int i = 0; i < 4000; i++) test.Clock.Advance(s_step);
        Assert.Equal(300, test.Board.Feed.Current.History.Count);
        Assert.Equal(test.Clock.GetUtcNow(), test.Board.Feed.Current.History[^1].AtUtc);
    }

    [Fact]
    public void CountersThatFallAreNoRateBelowNothing()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        test.Source.Show(w => w with { FramesRead = 1_000_000, BytesRead = 1_000_000, KernelDrops = 500 });
        for (int i = 0; i < 10; i++) test.Clock.Advance(s_step);
        test.Source.Show(w => w with { FramesRead = 5, BytesRead = 5, KernelDrops = 0 });
        for (int i = 0; i < 10; i++)
        {
            test.Clock.Advance(s_step);
            LiveStatus status = test.Board.Feed.Current;
            Assert.True(status.Rate is { FramesPerSecond: >= 0, BitsPerSecond: >= 0, Drops: >= 0 });
            Assert.All(status.History, h => Assert.True(h is { FramesPerSecond: >= 0, BitsPerSecond: >= 0, Drops: >= 0 }));
        }
    }

    [Fact]
    public void NothingIsPublishedAfterTheEnd()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        test.Board.End();
        LiveStatus last = test.Board.Feed.Current;
        Assert.True(last.Ended);
        test.Board.Publish();
        test.Clock.Advance(s_step * 10);
        test.Board.End();
        Assert.Same(last, test.Board.Feed.Current);
    }

    [Fact]
    public async Task TheEndIsPublishedThoughATimerIsInTheMiddleOfIt()
    {
        using var test = new TestRun();
        test.Set();
        using ManualResetEventSlim inside = new(), go = new();
        int calls = 0;
        test.Source.Asked = () =>
        {
            if (Interlocked.Increment(ref calls) > 1) return;
            inside.Set();
            go.Wait(TimeSpan.FromSeconds(30));
        };
        Task timer = Task.Run(test.Board.Publish, TestContext.Current.CancellationToken);
        Assert.True(inside.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        // Those who show something do not wait for who publishes.
        test.Board.ShowFailure("x");
        test.Board.Show(TestRun.Matrix("second").State);
        Task end = Task.Run(test.Board.End, TestContext.Current.CancellationToken);
        go.Set();
        await Task.WhenAll(timer, end).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(test.Board.Feed.Current.Ended);
    }

    [Fact]
    public async Task PartsMayAskTheBoardWhileItAsksThem()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Receivers = () =>
        {
            Task.Run(() => test.Board.ShowTroubles(["a"])).Wait(TimeSpan.FromSeconds(30));
            test.Board.Publish();
            return [];
        };
        await Task.Run(test.Board.Publish, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Contains("a", test.Status.Warnings);
    }

    [Fact]
    public void APartThatCannotSayHowItStandsEndsNothing()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        test.Board.Evidence = () => throw new ObjectDisposedException("writer");
        test.Clock.Advance(s_step);
        Assert.Contains("ObjectDisposedException", Assert.Single(test.Board.Feed.Current.Warnings), StringComparison.Ordinal);
        test.Board.Evidence = null;
        test.Clock.Advance(s_step);
        Assert.Empty(test.Board.Feed.Current.Warnings);
        test.Board.Evidence = () => throw new ObjectDisposedException("writer");
        test.Board.End();
        Assert.True(test.Board.Feed.Current.Ended);
    }

    [Fact]
    public void ADefectStaysSaidWhileOtherTroublesComeAndGo()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.ShowFailure("defect");
        test.Board.ShowTroubles(["disk full"]);
        Assert.Equal(["disk full", "defect"], test.Status.Warnings);
        test.Board.ShowTroubles([]);
        Assert.Equal(["defect"], test.Status.Warnings);
    }

    [Fact]
    public void SilenceIsSaidOfEachInterfaceAndGoesWithTheNextFrame()
    {
        using var test = new TestRun();
        test.Set();
        test.Source.Also(new WatchedInterface { Name = "eth2", State = "up", FramesRead = 0, BytesRead = 0, QueueDrops = 0 });
        test.Board.Start();
        for (int i = 0; i < 80; i++)
        {
            test.Source.Show(w => w with { FramesRead = i });
            Turn(test);
        }

        Assert.StartsWith("no frame has arrived on eth2 for ", Assert.Single(test.Board.Feed.Current.Warnings), StringComparison.Ordinal);
        for (int i = 0; i < 80; i++) Turn(test);
        Assert.Equal(2, test.Board.Feed.Current.Warnings.Count);
        test.Source.Show(w => w with { FramesRead = 1000 });
        Turn(test);
        Assert.Contains("eth2", Assert.Single(test.Board.Feed.Current.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void AnInterfaceThatIsDownIsSaidOnceAndNotThatItIsSilent()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        test.Source.Show(w => w with { State = "down" });
        for (int i = 0; i < 100; i++) Turn(test);
        Assert.StartsWith("eth1 is down: ", Assert.Single(test.Board.Feed.Current.Warnings), StringComparison.Ordinal);
        test.Source.Show(w => w with { State = "up" });
        Turn(test);
        Assert.Empty(test.Board.Feed.Current.Warnings);
    }

    [Fact]
    public void AJudgingThreadThatIsStuckIsSaidAndItsFramesAreNotCalledMissing()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        test.Source.FramesWaiting = 77;
        LiveStatus? stuck = null, after = null;
        test.Source.Pause(s_step).Do(() =>
        {
            for (int i = 0; i < 100; i++) test.Clock.Advance(s_step);
            stuck = test.Board.Feed.Current;
        }).Do(() => test.Source.FramesWaiting = 0).Pause(s_step).Do(() => after = test.Status).Do(test.Live.Stop);
        test.Run();
        string warning = Assert.Single(stuck!.Warnings);
        Assert.StartsWith("frames have not been judged for ", warning, StringComparison.Ordinal);
        Assert.Contains("77 wait", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(after!.Warnings, w => w.Contains("judged", StringComparison.Ordinal));
    }

    [Fact]
    public void LossIsSaidForAMinuteAndAgainWhenMoreIsLost()
    {
        using var test = new TestRun();
        test.Set();
        test.Board.Start();
        bool IsSaid() => test.Board.Feed.Current.Warnings.Any(w => w.Contains("lost", StringComparison.Ordinal));
        Turn(test);
        Assert.False(IsSaid());
        test.Source.Show(w => w with { KernelDrops = 5 });
        Turn(test);
        Assert.True(IsSaid());
        for (int i = 0; i < 119; i++) Turn(test);
        Assert.True(IsSaid());
        for (int i = 0; i < 2; i++) Turn(test);
        Assert.False(IsSaid());
        test.Source.Show(w => w with { KernelDrops = 0 });
        Turn(test);
        Assert.False(IsSaid());
        test.Source.Show(w => w with { KernelDrops = 2 });
        Turn(test);
        Assert.True(IsSaid());
    }

    /// <summary>Half a second in which the judging thread comes round.</summary>
    private static void Turn(TestRun test)
    {
        test.Progress.Round();
        test.Clock.Advance(s_step);
    }
}
