using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Stages;

/// <summary>An engine that is fed piece by piece, and asked in between.</summary>
internal sealed class LiveRun : IDisposable
{
    private readonly IReadOnlyList<TimedFrame> _frames;
    private readonly IReadOnlyList<ushort> _interfaces;
    private int _next;

    public LiveRun(
        IReadOnlyList<TimedFrame> frames, IReadOnlyList<ushort> interfaces, int threads, long maxFlows = 100_000, int before = 0, bool keepRows = true, AllowedMatrix? matrix = null,
        IReadOnlyList<ProvenServer>? kept = null, IJudgedFlowSink? observer = null)
    {
        (_frames, _interfaces) = (frames, interfaces);
        var known = new CaptureInterfaces();
        for (int i = 0; i < 3; i++) known.Add(new CaptureInterface(i, 0, $"eth{i}", LinkType.Ethernet, 0));
        var options = new EngineOptions { MaxFlows = maxFlows, Seed = HashSeed.Fixed, Threads = threads, BatchesBeforeThreads = before, KeptServers = kept };
        Engine = new CheckEngine(matrix ?? StagedRun.Matrix, StagedRun.Protected, known, options, keepRows, observer);
    }

    public CheckEngine Engine { get; }

    /// <summary>Gives the engine frames up to a number of them, in calls of at most so many.</summary>
    public void FeedUntil(int count, int most = 300)
    {
        while (_next < count)
        {
            int frames = Math.Min(most, count - _next);
            using FrameBatch batch = FrameBatches.Of([.. _frames.Skip(_next).Take(frames)], [.. _interfaces.Skip(_next).Take(frames)]);
            Engine.Process(batch, 0, frames);
            Engine.Drain();
            _next += frames;
        }
    }

    public CheckReport Snapshot(bool activeOnly = false) => Sound(Engine.Snapshot([StagedRun.Summary(_next)], [], new ExitRules(), activeOnly));

    public CheckReport ClosePeriod(AllowedMatrix? matrix = null) => Sound(Engine.ClosePeriod([StagedRun.Summary(_next)], [], new ExitRules(), matrix));

    public CheckReport Finish() => Sound(Engine.Finish([StagedRun.Summary(_next)], [], new ExitRules()));

    public void Dispose() => Engine.Dispose();

    private static CheckReport Sound(CheckReport report)
    {
        Assert.Empty(report.Accounting.BrokenIdentities);
        return report;
    }
}
