namespace TrafficCheck.Live.Tests;

public sealed class LiveFeedTests
{
    [Fact]
    public async Task A_reader_gets_the_latest_status_and_waits_for_newer_ones()
    {
        var feed = new LiveFeed(Status(1));
        Assert.Equal(1, (await feed.NextAsync(-1, TestContext.Current.CancellationToken)).Sequence);
        ValueTask<LiveStatus> waiting = feed.NextAsync(1, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        feed.Publish(Status(2));
        Assert.Equal(2, (await waiting).Sequence);
        feed.Publish(Status(3));
        feed.Publish(Status(4));
        Assert.Equal(4, (await feed.NextAsync(2, TestContext.Current.CancellationToken)).Sequence);
    }

    private static LiveStatus Status(long sequence) => new()
    {
        Sequence = sequence,
        StartedAtUtc = DateTimeOffset.UnixEpoch,
        AtUtc = DateTimeOffset.UnixEpoch.AddSeconds(sequence),
        Interfaces = [],
        FramesRead = 0,
        BytesRead = 0,
        LiveFlows = 0,
        FlowsOpened = 0,
        Rate = new(DateTimeOffset.UnixEpoch, 0, 0, 0),
        Matrix = new([], 0, DateTimeOffset.UnixEpoch),
    };
}
