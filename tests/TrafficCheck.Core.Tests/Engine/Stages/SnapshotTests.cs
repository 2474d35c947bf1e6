using CsCheck;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>Reports of a moment: what a run would report that ended there, while the run goes on as if nobody had asked.</summary>
public sealed class SnapshotTests
{
    private static readonly Gen<(int Seed, int Count)> s_mixes = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[20, 1500]);

    [Theory]
    [InlineData(100_000)]
    [InlineData(60)]
    [InlineData(7)]
    public void A_snapshot_is_the_report_of_a_run_that_ended_there(int maxFlows) => s_mixes.SampleRepeatably((seed, count) =>
    {
        var (frames, interfaces) = FrameMix.Draw(seed, count);
        var random = new Random(seed);
        int[] points = [.. Enumerable.Range(0, 4).Select(_ => random.Next(frames.Count + 1)).Order()];
        string[] expected = [.. points.Select(EndedAt)];
        string whole = EndedAt(frames.Count);
        for (int threads = 1; threads <= 4; threads++)
        {
            using var run = new LiveRun(frames, interfaces, threads, maxFlows, before: random.Next(3));
            for (int i = 0; i < points.Length; i++)
            {
                run.FeedUntil(points[i], 1 + random.Next(400));
                Assert.Equal(expected[i], StagedRun.Text(run.Snapshot()));
            }

            run.FeedUntil(frames.Count);
            Assert.Equal(whole, StagedRun.Text(run.Finish()));
        }

        string EndedAt(int point)
        {
            using var run = new LiveRun(frames, interfaces, threads: 1, maxFlows);
            run.FeedUntil(point);
            return StagedRun.Text(run.Finish());
        }
    }, draws: 25);

    /// <summary>Names are read of the book that the run writes on: without them the report is the same to the last byte, with them its counts are.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_report_that_is_built_later_and_elsewhere_speaks_of_the_moment_of_its_fork(bool names) => s_mixes.SampleRepeatably((seed, count) =>
    {
        AllowedMatrix matrix = names ? StagedRun.Matrix : StagedRun.Matrix with { Rows = [.. StagedRun.Matrix.Rows.Where(r => r.Peers.All(p => p.Name is null))] };
        var (frames, interfaces) = FrameMix.Draw(seed, count);
        int point = new Random(seed).Next(frames.Count + 1);
        using var ended = new LiveRun(frames, interfaces, threads: 1, keepRows: names, matrix: matrix);
        ended.FeedUntil(point);
        using var run = new LiveRun(frames, interfaces, threads: 1 + (seed % 3), keepRows: names, matrix: matrix);
        run.FeedUntil(point);
        using ReportSnapshot fork = run.Engine.Fork();
        Task<CheckReport> built = Task.Run(() => fork.Build([StagedRun.Summary(point)], [], new ExitRules()));
        run.FeedUntil(frames.Count, 50);
        CheckReport then = built.Result, expected = ended.Finish();
        Assert.Equal(point, fork.FramesRead);
        Assert.Empty(then.Accounting.BrokenIdentities);
        if (names) Assert.Equal((expected.Summary.Flows, expected.Summary.Judged), (then.Summary.Flows, then.Summary.Judged));
        else Assert.Equal(StagedRun.Text(expected), StagedRun.Text(then));
        run.Finish();
    }, draws: 15);

    [Fact]
    public void A_snapshot_gives_one_report()
    {
        var (frames, interfaces) = FrameMix.Draw(1, 50);
        using var run = new LiveRun(frames, interfaces, threads: 1);
        run.FeedUntil(50);
        using ReportSnapshot fork = run.Engine.Fork();
        fork.Build([StagedRun.Summary(50)], [], new ExitRules());
        Assert.Throws<InvalidOperationException>(() => fork.Build([StagedRun.Summary(50)], [], new ExitRules()));
        Assert.Throws<InvalidOperationException>(() => fork.WriteRows(_ => { }));
    }
}
