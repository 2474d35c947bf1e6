namespace TrafficCheck.Live;

/// <summary>One interface of a live run as it stands. All counts are since the start of this process, 64 bits wide, and never fall.</summary>
public sealed record WatchedInterface
{
    /// <summary>As the system names it. Trusted no more than any text from outside.</summary>
    public required string Name { get; init; }

    /// <summary><c>up</c>, <c>down</c> or <c>gone</c>.</summary>
    public required string State { get; init; }

    /// <summary>Frames that the system took for this program, those it dropped for lack of room included; null where it does not say.</summary>
    public long? Received { get; init; }

    /// <summary>Frames that reached the engine, and their captured bytes.</summary>
    public required long FramesRead { get; init; }

    public required long BytesRead { get; init; }

    /// <summary>Frames that the system dropped because the ring was full; null where it does not say.</summary>
    public long? KernelDrops { get; init; }

    /// <summary>Frames that the interface itself dropped or missed, by its own statistics; null where there are none.</summary>
    public long? InterfaceDrops { get; init; }

    /// <summary>Frames that were dropped between capture and engine because the engine did not keep up.</summary>
    public required long QueueDrops { get; init; }

    /// <summary>Times that the interface went down or away and came back.</summary>
    public long Interruptions { get; init; }
}
