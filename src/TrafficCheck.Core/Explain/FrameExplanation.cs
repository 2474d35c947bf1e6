using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Everything that is known of one frame.</summary>
public sealed record FrameExplanation
{
    public required ExplainedFrame Frame { get; init; }

    /// <summary>Frames of all inputs together.</summary>
    public required long Frames { get; init; }

    public required InputSummary Input { get; init; }

    public required CaptureInterface? Interface { get; init; }

    public required FrameWalk Walk { get; init; }

    /// <summary>Whether the walk ended as the decoders of the hot path do. It always should.</summary>
    public required bool WalkAgrees { get; init; }

    /// <summary>Null for a packet that is whole.</summary>
    public required FragmentStory? Fragment { get; init; }

    /// <summary>Null when the frame belongs to no flow; then <see cref="WithoutFlow"/> says why.</summary>
    public required ExplainedFlow? Flow { get; init; }

    /// <summary>A word on how the frame is counted without, or beside, a flow of its own; else null.</summary>
    public required string? WithoutFlow { get; init; }

    /// <summary>What another library reads in the frame, or null when it was not asked.</summary>
    public OtherReading? Other { get; init; }
}
