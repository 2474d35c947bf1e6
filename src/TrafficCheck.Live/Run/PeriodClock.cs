namespace TrafficCheck.Live.Run;

/// <summary>
/// Cuts a run into periods that begin at round times of UTC, as far as their length goes into a day: with an hour, the first ends at the next full hour. A
/// clock that is set moves the end of the running period, which is never longer than two of them nor shorter than nothing.
/// </summary>
public sealed class PeriodClock
{
    private readonly TimeSpan _length;

    /// <param name="length">At least a second.</param>
    public PeriodClock(TimeSpan length, DateTimeOffset nowUtc)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromSeconds(1));
        _length = length;
        BeganUtc = nowUtc;
        EndsUtc = EndOf(nowUtc);
    }

    public DateTimeOffset BeganUtc { get; private set; }

    public DateTimeOffset EndsUtc { get; private set; }

    /// <summary>Whether the running period is over.</summary>
    public bool IsOver(DateTimeOffset nowUtc)
    {
        // A clock that was set back must not make a period of days.
        if (EndsUtc - nowUtc > _length) EndsUtc = EndOf(nowUtc);
        return nowUtc >= EndsUtc;
    }

    /// <summary>The next period begins.</summary>
    public void Begin(DateTimeOffset nowUtc)
    {
        BeganUtc = nowUtc;
        EndsUtc = EndOf(nowUtc);
    }

    private DateTimeOffset EndOf(DateTimeOffset nowUtc)
    {
        long ticks = nowUtc.UtcTicks, length = _length.Ticks;
        long end = (ticks / length + 1) * length;
        return new DateTimeOffset(Math.Min(end, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
    }
}
