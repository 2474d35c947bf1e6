namespace TrafficCheck.Live.Page;

/// <summary>What the page was asked and what it refused, by cause. Any thread; counts never fall but for <see cref="Streams"/>.</summary>
public sealed class PageCounters
{
    private long _requests;
    private long _host;
    private long _token;
    private long _method;
    private long _crossSite;
    private long _busy;
    private long _failed;
    private int _streams;

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Streams of events that are open.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Requests refused: <c>host</c> (a name that is not served), <c>token</c>, <c>method</c>, <c>cross-site</c>, <c>busy</c> (as many streams or reports as
    /// are served at a time); and <c>error</c>, those that failed here.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Refused =>
    [
        new("busy", Volatile.Read(ref _busy)),
        new("cross-site", Volatile.Read(ref _crossSite)),
        new("error", Volatile.Read(ref _failed)),
        new("host", Volatile.Read(ref _host)),
        new("method", Volatile.Read(ref _method)),
        new("token", Volatile.Read(ref _token)),
    ];

    internal void Asked() => Interlocked.Increment(ref _requests);

    internal void RefusedHost() => Interlocked.Increment(ref _host);

    internal void RefusedToken() => Interlocked.Increment(ref _token);

    internal void RefusedMethod() => Interlocked.Increment(ref _method);

    internal void RefusedCrossSite() => Interlocked.Increment(ref _crossSite);

    internal void RefusedBusy() => Interlocked.Increment(ref _busy);

    internal void Failed() => Interlocked.Increment(ref _failed);

    internal bool TryOpenStream(int most)
    {
        if (Interlocked.Increment(ref _streams) <= most) return true;
        Interlocked.Decrement(ref _streams);
        return false;
    }

    internal void CloseStream() => Interlocked.Decrement(ref _streams);
}
