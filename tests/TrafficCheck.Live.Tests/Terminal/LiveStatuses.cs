using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Tests.Run;

namespace TrafficCheck.Live.Tests.Terminal;

/// <summary>Statuses as a run has them.</summary>
internal static class LiveStatuses
{
    /// <summary>A real report, with findings put in its place.</summary>
    public static CheckReport Report(int findings, string text = "203.0.113.7")
    {
        using var test = new TestRun();
        CheckReport report = TestRun.Check(test.Source, TestRun.Matrix(), TestRun.Mail(40001, TimeSpan.FromSeconds(1), 3389));
        Finding one = Assert.Single(report.Findings);
        return report with
        {
            Findings = [.. Enumerable.Range(0, findings).Select(i => one with
            {
                Key = "k" + i,
                Application = i % 3 == 0 ? text : null,
                Peers = new(1 + i, false, [text]),
                Flows = 1 + (i * 1_234_567L),
                FirstNs = one.FirstNs + (i * 1_000_000_000L),
                Explanation = text,
                Subject = text,
            })],
        };
    }

    public static LiveStatus Of(CheckReport? report = null, string text = "eth1", int interfaces = 1, int warnings = 0, bool lost = false, int history = 300, long sequence = 5) => new()
    {
        Sequence = sequence,
        StartedAtUtc = RunClock.Begin.AddHours(-26),
        AtUtc = RunClock.Begin,
        Interfaces = [.. Enumerable.Range(0, interfaces).Select(i => new WatchedInterface
        {
            Name = text,
            State = i % 2 == 0 ? "up" : "gone",
            FramesRead = 1_234_567_890_123,
            BytesRead = 1L << 50,
            KernelDrops = lost ? 123_456 : 0,
            InterfaceDrops = lost ? 99 : null,
            QueueDrops = lost ? 1 : 0,
            Interruptions = i,
        })],
        FramesRead = 1_234_567_890_123,
        BytesRead = 1L << 50,
        LiveFlows = 4_999_999,
        FlowsOpened = 5_000_000,
        FramesWaiting = lost ? 123_456 : 0,
        Rate = new(RunClock.Begin, 1_488_095, 9.87e9, 0),
        History = [.. Enumerable.Range(0, history).Select(i => new RateSample(RunClock.Begin, i % 40, i, 0))],
        Report = report,
        Matrix = TestRun.Matrix().State,
        Warnings = [.. Enumerable.Range(0, warnings).Select(i => $"warning {i}: {text} " + string.Join(' ', Enumerable.Repeat("word", 60)))],
    };
}
