namespace TrafficCheck.Live.Tests.Run;

/// <summary>A wall clock and a monotonic one, which stand until a test moves them; periodic timers fire as they pass. Any thread.</summary>
internal sealed class RunClock : TimeProvider
{
    public static readonly DateTimeOffset Begin = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _passed, _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public static long BeginNs => (Begin.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100;

    public override long GetTimestamp()
    {
        lock (_lock) return _passed.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return Begin + _passed + _set;
    }

    /// <summary>Somebody sets the wall clock.</summary>
    public void Set(TimeSpan by)
    {
        lock (_lock) _set += by;
    }

    public void Advance(TimeSpan by)
    {
        Timer[] due;
        lock (_lock)
        {
            _passed += by;
            due = [.. _timers.Where(t => t.Due <= _passed)];
            foreach (Timer timer in due) timer.Due = _passed + timer.Period;
        }

        foreach (Timer timer in due) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state)) { Period = period };
        lock (_lock)
        {
            timer.Due = _passed + dueTime;
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class Timer(RunClock clock, Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (clock._lock) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
