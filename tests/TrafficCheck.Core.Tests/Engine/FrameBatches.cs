using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Frames as a source hands them to the engine.</summary>
internal static class FrameBatches
{
    /// <param name="interfaces">For each frame its interface; one for all when null.</param>
    public static FrameBatch Of(IReadOnlyList<TimedFrame> frames, IReadOnlyList<ushort>? interfaces = null)
    {
        var batch = new FrameBatch(Math.Max(1, frames.Sum(f => f.Bytes.Length)), Math.Max(1, frames.Count));
        Span<FrameDescriptor> room = batch.Reserve(frames.Count);
        int offset = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            TimedFrame frame = frames[i];
            frame.Bytes.CopyTo(batch.Block[offset..]);
            room[i] = new FrameDescriptor
            {
                TimestampNs = frame.TimestampNs,
                Offset = offset,
                CapturedLength = frame.Bytes.Length,
                WireLength = frame.WireLength,
                Interface = interfaces?[i] ?? 0,
                LinkType = frame.LinkType,
            };
            offset += frame.Bytes.Length;
        }

        batch.Commit(frames.Count);
        return batch;
    }
}
