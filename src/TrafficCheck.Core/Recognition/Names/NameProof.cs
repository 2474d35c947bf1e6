using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>A name of an address, and why it is believed.</summary>
public sealed record NameProof
{
    /// <summary>Lower-case ASCII without the last dot, odd bytes as <c>\ddd</c>.</summary>
    public required string Name { get; init; }

    public required NameSource Source { get; init; }

    /// <summary>The host that asked or named it: the client that was inquired about, or another one, which is weaker.</summary>
    public required IpAddress Client { get; init; }

    public required bool SameClient { get; init; }

    /// <summary>The first frame that showed it.</summary>
    public required long Frame { get; init; }

    /// <summary>When that was; nanoseconds since 1970.</summary>
    public required long TimeNs { get; init; }

    /// <summary>When it was last shown again.</summary>
    public required long LastTimeNs { get; init; }

    /// <summary>It was first shown after the time inquired about: the client may have known it from before the capture.</summary>
    public required bool Later { get; init; }

    /// <summary>The last answer's time to live had run out at the time inquired about. A client may keep an address for longer.</summary>
    public required bool PastTtl { get; init; }

    /// <summary>From <see cref="Name"/> over its aliases to the name that has the address; one step when there are no aliases.</summary>
    public required IReadOnlyList<ChainStep> Chain { get; init; }
}
