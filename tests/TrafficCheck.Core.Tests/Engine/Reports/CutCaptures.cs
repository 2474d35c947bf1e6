using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Reports;

/// <summary>Captures cut in two so that no flow is in both: all packets between two addresses go to one side.</summary>
internal static class CutCaptures
{
    public static unsafe (List<TimedFrame> One, List<TimedFrame> Other) Cut(string capture)
    {
        var halves = (One: new List<TimedFrame>(), Other: new List<TimedFrame>());
        using var set = new CaptureSet([new CaptureInput(capture)]);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            for (int i = start; i < start + count; i++)
            {
                FrameDescriptor frame = batch.Frames[i];
                byte[] bytes = batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray();
                int side = 0;
                fixed (byte* at = bytes)
                {
                    DecodeStatus status = FrameDecoder.Decode(at, bytes.Length, frame.LinkType, out PacketSummary packet);
                    if (DecodeStatusNames.IsDecoded(status))
                    {
                        int length = packet.Version == 4 ? 4 : 16;
                        for (int b = 0; b < 2 * length; b++) side += packet.Addresses[b];
                    }
                }

                ((side & 1) == 0 ? halves.One : halves.Other).Add(new TimedFrame(frame.TimestampNs, bytes, (uint)frame.WireLength, frame.LinkType));
            }
        }

        return halves;
    }
}
