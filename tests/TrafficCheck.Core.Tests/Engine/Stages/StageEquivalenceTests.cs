using CsCheck;
using TrafficCheck.Tests;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>Whatever the threads, and however the input is cut into batches and calls: the same report and the same flows.</summary>
public sealed class StageEquivalenceTests
{
    private static readonly Gen<(int Seed, int Count)> s_mixes = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[20, 1500]);

    [Theory]
    [InlineData(100_000)]
    [InlineData(60)]
    [InlineData(7)]
    public void The_number_of_threads_changes_nothing(int maxFlows) => s_mixes.SampleRepeatably((seed, count) =>
    {
        var (frames, interfaces) = FrameMix.Draw(seed, count);
        string expected = StagedRun.Of(frames, interfaces, threads: 1, maxFlows);
        for (int threads = 2; threads <= 4; threads++) Assert.Equal(expected, StagedRun.Of(frames, interfaces, threads, maxFlows));
        Assert.Equal(expected, StagedRun.Of(frames, interfaces, threads: 3, maxFlows, before: 1 + (seed % 3)));
    }, draws: 20);

    [Theory]
    [InlineData(100_000)]
    [InlineData(60)]
    [InlineData(7)]
    public void The_cut_into_batches_and_calls_changes_nothing(int maxFlows) => s_mixes.SampleRepeatably((seed, count) =>
    {
        var (frames, interfaces) = FrameMix.Draw(seed, count);
        string expected = StagedRun.Of(frames, interfaces, threads: 1, maxFlows);
        for (int cut = 0; cut < 6; cut++) Assert.Equal(expected, StagedRun.Of(frames, interfaces, threads: 1 + (cut % 3), maxFlows, cut: seed + cut));
    }, draws: 20);
}
