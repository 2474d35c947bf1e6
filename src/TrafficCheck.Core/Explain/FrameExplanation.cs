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

    /// <summary>One, or the parts of an aggregate in their order.</summary>
    public required IReadOnlyList<PartExplanation> Parts { get; init; }

    /// <summary>Whether the walk ended as the decoders of the hot path do. It always should.</summary>
    public required bool WalkAgrees { get; init; }

    /// <summary>Headers of the first part.</summary>
    public FrameWalk Walk => Parts[0].Walk;

    /// <summary>Null for a packet that is whole.</summary>
    public FragmentStory? Fragment => Parts[0].Fragment;

    /// <summary>Null when the first part belongs to no flow; then <see cref="WithoutFlow"/> says why.</summary>
    public ExplainedFlow? Flow => Parts[0].Flow;

    /// <summary>A word on how the first part is counted without, or beside, a flow of its own; else null.</summary>
    public string? WithoutFlow => Parts[0].WithoutFlow;

    /// <summary>What another library reads in the frame, or null when it was not asked.</summary>
    public OtherReading? Other { get; init; }
}
