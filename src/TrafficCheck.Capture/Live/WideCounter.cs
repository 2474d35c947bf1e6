namespace TrafficCheck.Capture.Live;

/// <summary>
/// A counter of 64 bits made of one that is narrower or begins anew. It must be read before the narrow one comes round: 32 bits of frames last for two
/// minutes at the most frames that 20 Gbit/s carry.
/// </summary>
internal struct WideCounter
{
    private ulong _last;

    public long Total { get; private set; }

    /// <summary>The narrow counter is a new one that begins at <paramref name="at"/>.</summary>
    public void Restart(ulong at = 0) => _last = at;

    /// <summary>A counter that comes round at 32 bits.</summary>
    public void Read32(uint now)
    {
        Total += unchecked(now - (uint)_last);
        _last = now;
    }

    /// <summary>A counter of 64 bits; one that fell was begun anew at zero.</summary>
    public void Read64(ulong now)
    {
        Total += (long)(now >= _last ? now - _last : now);
        _last = now;
    }
}
