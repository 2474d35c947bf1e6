namespace TrafficCheck.Capture.Live;

/// <summary>One interface to capture on, and how.</summary>
public sealed record LiveOptions
{
    /// <summary>libpcap takes at most this (its own MAXIMUM_SNAPLEN); nothing longer crosses a wire, but segments that a driver joined come close.</summary>
    public const int MaxSnapLength = 262_144;

    public const int DefaultBufferBytes = 64 << 20;

    /// <summary>Name as the system gives it (<c>eth1</c>), or <c>any</c> on Linux.</summary>
    public required string Interface { get; init; }

    /// <summary>Bytes kept of each frame.</summary>
    public int SnapLength { get; init; } = MaxSnapLength;

    /// <summary>Size of the ring between system and program. The 2 MiB that libpcap takes by itself lose frames at 200 000 a second.</summary>
    public int BufferBytes { get; init; } = DefaultBufferBytes;

    public bool Promiscuous { get; init; } = true;

    /// <summary>How long the system may keep frames to hand over many at once.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>libpcap filter expression, as <see cref="Filters.FrameFilter"/> reads it; null takes all frames.</summary>
    public string? Filter { get; init; }
}
