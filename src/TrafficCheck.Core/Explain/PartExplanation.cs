namespace TrafficCheck.Core.Explain;

/// <summary>What is known of one part of a frame; nearly all frames have only one.</summary>
/// <param name="Walk">Its headers, with offsets from the start of the frame.</param>
/// <param name="Fragment">Null for a packet that is whole.</param>
/// <param name="Flow">Null when it belongs to no flow.</param>
/// <param name="WithoutFlow">How it is counted without, or beside, a flow of its own; else null.</param>
public sealed record PartExplanation(FrameWalk Walk, FragmentStory? Fragment, ExplainedFlow? Flow, string? WithoutFlow)
{
    /// <summary>What another library reads in a part beyond the first, or null when it was not asked; of the first see <see cref="FrameExplanation.Other"/>.</summary>
    public OtherReading? Other { get; init; }
}
