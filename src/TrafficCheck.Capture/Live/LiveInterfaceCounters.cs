namespace TrafficCheck.Capture.Live;

/// <summary>
/// What became of the frames of one interface since capture began. All counts are 64 bits wide, never fall, and go on over interruptions; null where the
/// system does not say. Once capture has been stopped, <c>Received = FramesRead + FramesFilteredOut + QueueDrops + KernelDrops</c>, where the interface
/// was not removed meanwhile.
/// </summary>
public sealed record LiveInterfaceCounters
{
    public required string Name { get; init; }

    public required InterfaceState State { get; init; }

    /// <summary>Frames that the system took for this program, those of <see cref="KernelDrops"/> included (<c>ps_recv</c> of <c>pcap_stats</c>).</summary>
    public long? Received { get; init; }

    /// <summary>
    /// Frames that the system dropped because the ring between it and this program was full (<c>ps_drop</c> of <c>pcap_stats</c>, which is
    /// <c>tp_drops</c> of the packet socket on Linux). libpcap counts them in 32 bits; they are widened here.
    /// </summary>
    public long? KernelDrops { get; init; }

    /// <summary>
    /// Frames that never reached the ring, by the interface's own statistics: <see cref="InterfaceMissed"/> and <see cref="InterfaceDiscarded"/> together.
    /// </summary>
    public long? InterfaceDrops => InterfaceMissed is null && InterfaceDiscarded is null ? null : (InterfaceMissed ?? 0) + (InterfaceDiscarded ?? 0);

    /// <summary>
    /// Frames that the device had no room for: <c>rx_missed_errors</c> and the larger of <c>rx_fifo_errors</c> and <c>rx_over_errors</c>, which drivers use
    /// for the same thing, as the difference since capture began.
    /// </summary>
    public long? InterfaceMissed { get; init; }

    /// <summary>
    /// Frames that driver or system took and threw away (<c>rx_dropped</c>), as the difference since capture began. Nearly all are lost to capture (the
    /// queue of a processor was full, no memory); a tagged frame of a protocol that the system does not know may be counted although it was captured.
    /// </summary>
    public long? InterfaceDiscarded { get; init; }

    /// <summary>Frames handed on to be judged, and their captured bytes.</summary>
    public required long FramesRead { get; init; }

    public required long BytesRead { get; init; }

    /// <summary>Frames that the filter did not match.</summary>
    public required long FramesFilteredOut { get; init; }

    /// <summary>Frames dropped in this program because all its buffers were waiting to be judged.</summary>
    public required long QueueDrops { get; init; }

    /// <summary>Times that the interface went down or away.</summary>
    public required long Interruptions { get; init; }

    /// <summary>Why it is not captured now, for a person; null while it is.</summary>
    public string? Trouble { get; init; }
}
