using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Live.Tests.Evidence;

internal static class FrameRuns
{
    public const long Start = 1_772_438_400_000_000_000;

    public static FrameBatch Batch(params IReadOnlyList<TimedFrame> frames)
    {
        var batch = new FrameBatch(Math.Max(1, frames.Sum(f => f.Bytes.Length)), Math.Max(1, frames.Count));
        int used = 0;
        foreach (TimedFrame frame in frames)
        {
            frame.Bytes.CopyTo(batch.Block[used..]);
            batch.Reserve(1)[0] = new() { TimestampNs = frame.TimestampNs, Offset = used, CapturedLength = frame.Bytes.Length, WireLength = frame.WireLength, LinkType = frame.LinkType };
            batch.Commit(1);
            used += frame.Bytes.Length;
        }

        return batch;
    }

    public static TimedFrame Udp(int client, int atMs, string payload = "hello", ushort port = 9, string server = "10.0.0.5") =>
        FrameBuilder.Ethernet().IPv4($"192.0.{(client >> 8) & 255}.{client & 255}", server).Udp((ushort)(1024 + (client >> 16)), port).Payload(payload).At(Start + (atMs * 1_000_000L));
}
