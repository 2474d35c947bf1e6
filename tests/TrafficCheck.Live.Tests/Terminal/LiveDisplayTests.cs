using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Terminal;

namespace TrafficCheck.Live.Tests.Terminal;

public class LiveDisplayTests
{
    private const string Enter = "\e[?1049h\e[?25l", Leave = "\e[?25h\e[?1049l";

    [Fact]
    public async Task AScreenIsEnteredDrawnAndGivenBack()
    {
        var feed = new LiveFeed(LiveStatuses.Of(LiveStatuses.Report(3)));
        var terminal = new Writer();
        using (LiveDisplay display = LiveDisplay.Start(feed, terminal, isTerminal: true, color: false, () => (80, 24)))
        {
            await Eventually.True(() => terminal.Text.Contains("Result", StringComparison.Ordinal), "a picture");
            feed.Publish(LiveStatuses.Of(LiveStatuses.Report(3), sequence: 6) with { Ended = true });
        }

        Assert.StartsWith(Enter, terminal.Text, StringComparison.Ordinal);
        Assert.EndsWith(Leave, terminal.Text, StringComparison.Ordinal);
        Assert.Equal(2, terminal.Text.Split("\e[H").Length - 1);
        Assert.Equal(2, terminal.Text.Split(Leave).Length);
    }

    [Fact]
    public async Task TheLinesOfTheEndAreToldBeforeTheDisplayIsGone()
    {
        var feed = new LiveFeed(LiveStatuses.Of());
        var log = new Writer();
        using (LiveDisplay display = LiveDisplay.Start(feed, log, isTerminal: false, color: false, () => (0, 0)))
        {
            feed.Publish(LiveStatuses.Of(LiveStatuses.Report(12), warnings: 1, sequence: 6));
            await Eventually.True(() => log.Text.Contains("more new findings", StringComparison.Ordinal), "findings");
            feed.Publish(LiveStatuses.Of(LiveStatuses.Report(13), warnings: 1, sequence: 7) with { Ended = true });
        }

        string[] lines = log.Text.Split(log.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Single(lines, l => l.Contains(" warning: warning 0", StringComparison.Ordinal));
        Assert.Equal(11, lines.Count(l => l.Contains(" finding: ", StringComparison.Ordinal)));
        Assert.Contains("2026-03-02T08:00:00Z and 2 more new findings", lines);
        Assert.Contains("13 findings", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', log.Text);
    }

    [Fact]
    public async Task AWarningThatComesBackIsToldAgain()
    {
        var feed = new LiveFeed(LiveStatuses.Of(warnings: 1, sequence: 1));
        var log = new Writer();
        using LiveDisplay display = LiveDisplay.Start(feed, log, isTerminal: false, color: false, () => (0, 0));
        int Told() => log.Text.Split(" warning: ").Length - 1;
        async Task Show(int sequence, int warnings, int minutes)
        {
            int flushes = log.Flushes;
            feed.Publish(LiveStatuses.Of(warnings: warnings, sequence: sequence) with { AtUtc = Run.RunClock.Begin.AddMinutes(minutes) });
            await Eventually.True(() => log.Flushes > flushes, "the next status");
        }

        await Eventually.True(() => Told() == 1, "the first warning");
        await Show(2, 1, 5);
        Assert.Equal(1, Told());
        await Show(3, 0, 6);
        await Show(4, 1, 7);
        Assert.Equal(2, Told());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ATerminalThatFailsHurtsNobody(bool isTerminal)
    {
        var feed = new LiveFeed(LiveStatuses.Of(LiveStatuses.Report(3)));
        var terminal = new Writer { Fails = true };
        using LiveDisplay display = LiveDisplay.Start(feed, terminal, isTerminal, color: true, () => throw new IOException("no size"));
        await Eventually.True(() => terminal.Failures > 0, "a failure");
        feed.Publish(LiveStatuses.Of(sequence: 6) with { Ended = true });
    }

    [Fact]
    public async Task AProgramThatIsAbandonedGivesTheScreenBackAndDrawsNoMore()
    {
        var feed = new LiveFeed(LiveStatuses.Of());
        var terminal = new Writer();
        using LiveDisplay display = LiveDisplay.Start(feed, terminal, isTerminal: true, color: false, () => (80, 24));
        await Eventually.True(() => terminal.Text.Contains("Result", StringComparison.Ordinal), "a picture");
        display.Abandon();
        string text = terminal.Text;
        Assert.EndsWith(Leave, text, StringComparison.Ordinal);
        feed.Publish(LiveStatuses.Of(LiveStatuses.Report(3), sequence: 6));
        display.Dispose();
        Assert.Equal(text, terminal.Text);
    }

    /// <summary>A terminal that may be written and read by different threads.</summary>
    private sealed class Writer : StringWriter
    {
        private readonly Lock _lock = new();
        private volatile int _flushes, _failures;

        public bool Fails { get; init; }

        public int Flushes => _flushes;

        public int Failures => _failures;

        public string Text
        {
            get
            {
                lock (_lock) return ToString();
            }
        }

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(string? value)
        {
            if (Fails)
            {
                Interlocked.Increment(ref _failures);
                throw new IOException("gone");
            }

            lock (_lock) base.Write(value);
        }

        public override Task WriteAsync(string? value)
        {
            Write(value);
            return Task.CompletedTask;
        }

        public override Task WriteAsync(System.Text.StringBuilder? value, CancellationToken cancellationToken = default) => WriteAsync(value?.ToString());

        public override Task WriteLineAsync(string? value) => WriteAsync(value + NewLine);

        public override Task FlushAsync()
        {
            Interlocked.Increment(ref _flushes);
            return Task.CompletedTask;
        }
    }
}
