namespace TrafficCheck.Live;

/// <summary>
/// Where the run leaves its latest status, and any number of readers find it: one value is replaced, nobody waits for a reader, and a slow reader misses
/// what lies between. Any thread.
/// </summary>
public sealed class LiveFeed(LiveStatus first)
{
    private readonly Lock _publishing = new();
    private volatile LiveStatus _current = first;
    private TaskCompletionSource _next = New();

    public LiveStatus Current => _current;

    public void Publish(LiveStatus status)
    {
        TaskCompletionSource woken;
        lock (_publishing)
        {
            _current = status;
            woken = _next;
            _next = New();
        }

        woken.SetResult();
    }

    /// <summary>The latest status that is newer than one that is known, as soon as there is one.</summary>
    /// <param name="after">Sequence of the one known, or -1.</param>
    public async ValueTask<LiveStatus> NextAsync(long after, CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (_publishing)
            {
                if (_current.Sequence > after) return _current;
                next = _next.Task;
            }

            await next.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
