using System.Buffers.Binary;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>What captures do to a conversation: they lose a part, deliver it twice, in another order, or damaged.</summary>
internal static class SeedVariations
{
    public const string Split = "split over three files";

    /// <summary>The capture says the same as before: the outcome must not change.</summary>
    public static IReadOnlyList<string> Harmless { get; } =
        ["syn-ack stored first", "syn-ack timed first", "copies", "copies, ttl less one", "copies, other vlan", "bad checksums", Split];

    /// <summary>Evidence is lost: the outcome may weaken, and never turns into its opposite.</summary>
    public static IReadOnlyList<string> Lossy { get; } = ["replies only", "requests only", "syn lost", "mid-stream"];

    /// <returns>Files with their frames as they are stored; null where the variation does not concern the capture, or leaves nothing of the conversation.</returns>
    public static IReadOnlyList<IReadOnlyList<TimedFrame>>? Apply(string variation, SeedCase of, string host)
    {
        IReadOnlyList<TimedFrame> frames = of.Frames;
        bool clientIsHost = of.ClientIs(host);
        bool FromHost(TimedFrame f) => FrameHeaders.Of(f).Source.Address == host;
        IReadOnlyList<TimedFrame>? varied = variation switch
        {
            "replies only" => [.. frames.Where(f => FromHost(f) != clientIsHost)],
            "requests only" => [.. frames.Where(f => FromHost(f) == clientIsHost)],
            "syn lost" => frames.Any(f => FrameHeaders.Of(f).IsSyn) ? [.. frames.Where(f => !FrameHeaders.Of(f).IsSyn)] : null,
            "mid-stream" => Midstream(of),
            "syn-ack stored first" => Swapped(of, times: false),
            "syn-ack timed first" => Swapped(of, times: true),
            "copies" => Copied(frames, f => f),
            "copies, ttl less one" => Copied(frames, Routed),
            "copies, other vlan" => Copied(frames, Tagged),
            "bad checksums" => [.. frames.Select(Damaged)],
            Split => frames,
            _ => throw new ArgumentOutOfRangeException(nameof(variation), variation, null),
        };
        if (varied is null || !varied.Any(f => of.IsIn(FrameHeaders.Of(Untagged(f))))) return null;
        if (variation != Split) return [varied];
        int third = (varied.Count + 2) / 3;
        IReadOnlyList<TimedFrame>[] parts = [.. varied.Chunk(third)];
        return [.. parts.Reverse()];
    }

    /// <summary>Begins behind the first payload of each side, or, where nothing follows, behind the first packet.</summary>
    private static TimedFrame[]? Midstream(SeedCase of)
    {
        TimedFrame[] flow = [.. of.Frames.Where(f => of.IsIn(FrameHeaders.Of(f)))];
        int first = Array.FindIndex(flow, f => FrameHeaders.Of(f) is { PayloadLength: > 0 } h && h.Source == of.Client);
        int second = Array.FindIndex(flow, f => FrameHeaders.Of(f) is { PayloadLength: > 0 } h && h.Source == of.Server);
        int cut = Math.Max(first, second);
        if (cut < 0 || cut + 1 >= flow.Length) cut = 0;
        return flow.Length < 2 ? null : [.. of.Frames.Where(f => f.TimestampNs > flow[cut].TimestampNs)];
    }

    private static TimedFrame[]? Swapped(SeedCase of, bool times)
    {
        TimedFrame[] frames = [.. of.Frames];
        bool any = false;
        for (int i = 0; i < frames.Length; i++)
        {
            FrameHeaders syn = FrameHeaders.Of(frames[i]);
            if (!syn.IsSyn) continue;
            int answer = Array.FindIndex(frames, i + 1, f => FrameHeaders.Of(f) is { IsSynAck: true } h && h.Destination == syn.Source && h.Source == syn.Destination);
            if (answer < 0) continue;
            TimedFrame first = frames[i], second = frames[answer];
            any = true;
            if (times)
            {
                frames[i] = second with { TimestampNs = first.TimestampNs };
                frames[answer] = first with { TimestampNs = second.TimestampNs };
            }
            else
            {
                (frames[i], frames[answer]) = (second, first);
            }

            i = answer;
        }

        return any ? frames : null;
    }

    /// <summary>Every frame twice, as two mirror points deliver it.</summary>
    private static TimedFrame[] Copied(IReadOnlyList<TimedFrame> frames, Func<TimedFrame, TimedFrame> change) =>
        [.. frames.SelectMany(f => new[] { f, change(f) with { TimestampNs = f.TimestampNs + 20_000 } })];

    private static TimedFrame Routed(TimedFrame frame)
    {
        byte[] bytes = [.. frame.Bytes];
        FrameBuilder.Mac("02:00:00:00:0f:01").CopyTo(bytes, 6);
        Span<byte> ip = bytes.AsSpan(FrameHeaders.Ip);
        ip[8]--;

        // RFC 1624: one less in the high byte of a word is one more in that of the checksum.
        int sum = BinaryPrimitives.ReadUInt16BigEndian(ip[10..]) + 0x100;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)(sum + (sum >> 16)));
        return frame with { Bytes = bytes };
    }

    private static TimedFrame Tagged(TimedFrame frame) =>
        frame with { Bytes = [.. frame.Bytes[..12], 0x81, 0x00, 0, 77, .. frame.Bytes[12..]], WireLength = frame.WireLength + 4 };

    private static TimedFrame Untagged(TimedFrame frame) =>
        frame.Bytes[12] == 0x81 ? frame with { Bytes = [.. frame.Bytes[..12], .. frame.Bytes[16..]] } : frame;

    /// <summary>Checksums as a network card would have filled them in, had it been asked: wrong in both headers.</summary>
    private static TimedFrame Damaged(TimedFrame frame)
    {
        byte[] bytes = [.. frame.Bytes];
        Span<byte> ip = bytes.AsSpan(FrameHeaders.Ip);
        ip[10] ^= 0x5a;
        Span<byte> transport = ip[((ip[0] & 15) * 4)..];
        transport[ip[9] == 6 ? 16 : 6] ^= 0x5a;
        return frame with { Bytes = bytes };
    }
}
