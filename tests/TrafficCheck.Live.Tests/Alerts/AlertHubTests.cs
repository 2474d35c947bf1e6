using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Alerts;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class AlertHubTests
{
    [Fact]
    public async Task Publishing_never_waits_and_a_stuck_receiver_delays_no_other()
    {
        var stuck = new Stuck();
        var lines = new MemoryStream();
        await using var hub = new AlertHub(
            [("stuck", stuck), ("lines", new LinesDelivery(lines))], TimeProvider.System, new AlertOptions { QueueLength = 10, MostPerMinute = int.MaxValue }, "run");
        List<Finding> findings = [];
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < 50; i++)
        {
            findings.Add(Of($"k{i}"));
            var watch = Stopwatch.StartNew();
            hub.Publish(Report([.. findings]));
            if (watch.Elapsed > slowest) slowest = watch.Elapsed;
            await Eventually.True(() => hub.Status[1].Sent == i + 1, "the other receiver");
        }

        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        // One is on its way, ten wait, and of the others the oldest were dropped.
        Assert.Equal((0, 11, 39), (hub.Status[0].Sent, hub.Status[0].Waiting, hub.Status[0].Dropped));
        Assert.Equal((50, 0, 0), (hub.Status[1].Sent, hub.Status[1].Waiting, hub.Status[1].Dropped));
        stuck.Release();
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((11, 0, 39), (hub.Status[0].Sent, hub.Status[0].Waiting, hub.Status[0].Dropped));
        Assert.Equal(["k0", "k40", "k41", "k42", "k43", "k44", "k45", "k46", "k47", "k48", "k49"], stuck.Keys);
    }

    [Fact]
    public async Task Flushing_takes_no_longer_than_it_may_and_disposing_counts_what_is_given_up()
    {
        var hub = new AlertHub([("stuck", new Stuck())], TimeProvider.System, new AlertOptions(), "run");
        hub.Publish(Report(Of("a"), Of("b"), Of("c")));
        var watch = Stopwatch.StartNew();
        await hub.FlushAsync(TimeSpan.FromMilliseconds(200));
        Assert.InRange(watch.ElapsedMilliseconds, 190, 10_000);
        await hub.DisposeAsync();
        Assert.Equal((0, 0, 3), (hub.Status[0].Sent, hub.Status[0].Waiting, hub.Status[0].Dropped));
    }

    [Fact]
    public async Task Lines_are_one_JSON_object_each()
    {
        var output = new MemoryStream();
        await using var hub = new AlertHub([new LinesReceiver(output)], TimeProvider.System);
        hub.Publish(Report(Of("a", subject: Hostile), Of("b")));
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        string[] lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        Assert.Equal((3, ""), (lines.Length, lines[^1]));
        Assert.Equal(["a", "b"], lines[..2].Select(l => JsonDocument.Parse(l).RootElement.GetProperty("finding").GetProperty("key").GetString()));
    }

    [Fact]
    public async Task A_closed_pipe_ends_its_receiver_only()
    {
        var other = new MemoryStream();
        await using var hub = new AlertHub([new LinesReceiver(new Closed()), new LinesReceiver(other)], TimeProvider.System);
        hub.Publish(Report(Of("a")));
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        hub.Publish(Report(Of("a"), Of("b")));
        await hub.FlushAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 2, "closed: Broken pipe"), (hub.Status[0].Sent, hub.Status[0].Dropped, hub.Status[0].LastError));
        Assert.Equal((2, 0), (hub.Status[1].Sent, hub.Status[1].Dropped));
    }

    [Fact]
    public async Task A_receiver_that_throws_is_tried_again_and_then_given_up()
    {
        var time = new ManualTime();
        await using var hub = new AlertHub([("broken", new Broken())], time, new AlertOptions { Jitter = () => 0 }, "run");
        hub.Publish(Report(Of("a")));
        for (int i = 0; i < 9; i++)
        {
            await Eventually.True(() => time.Waits.Length == 1, "a wait");
            time.Advance(time.Waits[0]);
        }

        await Eventually.True(() => hub.Status[0].Dropped == 1, "given up");
        Assert.Equal("out of \\x1B[31m order", hub.Status[0].LastError);
    }

    [Fact]
    public void Waits_double_up_to_a_minute_and_half_of_each_is_left_to_chance()
    {
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], Enumerable.Range(1, 8).Select(n => ReceiverQueue.Backoff(n, 1).TotalSeconds));
        Assert.Equal([0.5, 30, 30], new[] { 1, 10, int.MaxValue }.Select(n => ReceiverQueue.Backoff(n, 0).TotalSeconds));
    }

    private sealed class Stuck : IAlertDelivery
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Keys { get; } = [];

        public void Release() => _released.TrySetResult();

        public async Task<Delivery> TryAsync(Alert alert, CancellationToken cancel)
        {
            await _released.Task.WaitAsync(cancel);
            Keys.Add(alert.Finding!.Key);
            return Delivery.Done;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Broken : IAlertDelivery
    {
        public Task<Delivery> TryAsync(Alert alert, CancellationToken cancel) => throw new InvalidOperationException("out of \u001b[31m order");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Closed : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("Broken pipe");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
