using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>A frame taken out of its batch, to be explained.</summary>
/// <param name="Number">Its number in the merged input, from 1.</param>
/// <param name="Descriptor">What the source said of it; its offset means nothing any more.</param>
/// <param name="Bytes">The captured bytes.</param>
public sealed record ExplainedFrame(long Number, FrameDescriptor Descriptor, byte[] Bytes)
{
    public static ExplainedFrame From(FrameBatch batch, int index, long number)
    {
        ArgumentNullException.ThrowIfNull(batch);
        FrameDescriptor frame = batch.Frames[index];
        return new(number, frame, batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray());
    }
}
