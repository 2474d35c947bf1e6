using TrafficCheck.Capture;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>
/// Capture files of each format, also compressed, through the public way in: once in large reads and once in small ones. Both must give the
/// same frames and say the same; frames lie in their batch, and the summary counts them.
/// </summary>
internal static class CaptureTargets
{
    private const int MaxFile = 1 << 14, ManyFrames = 1 << 20;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("pcap", MaxFile, Run, () => [.. Pcap(), .. SeedFrames.Samples("*.pcap", MaxFile)], "\u00d4\u00c3\u00b2\u00a1"),
        new("pcapng", MaxFile, Run, Pcapng, "\u000a\u000d\u000d\u000a", "\u0006\0\0\0", "\u0001\0\0\0"),
        new("snoop", MaxFile, Run, Snoop, "snoop\0\0\0"),
        new("compressed", MaxFile, Run, Compressed, "\u001f\u008b\u0008", "\u0028\u00b5\u002f\u00fd"),
    ];

    public static IEnumerable<byte[]> Pcap()
    {
        foreach (int kind in Enumerable.Range(0, 6))
        {
            var file = new PcapFileBuilder(bigEndian: kind == 1, nanoseconds: kind == 2, modified: kind == 3, minor: kind == 4 ? 2 : 4, snapLength: kind == 5 ? 60u : 65535u);
            long time = 1_700_000_000_000_000_000;
            foreach (CanonicalFrame frame in CanonicalFrames.All.Where(f => f.LinkType == LinkType.Ethernet).Skip(kind * 3).Take(4)) file.Add(time += 1_000_000, frame.Bytes);
            yield return file.ToArray();
        }
    }

    private static IEnumerable<byte[]> Pcapng()
    {
        byte[] frame = CanonicalFrames.All[0].Bytes;
        foreach (bool big in new[] { false, true })
        {
            yield return new PcapngFileBuilder(big).Interface(name: "eth0").EnhancedPacket(0, 1_000_000, frame, comment: "x").EnhancedPacket(0, 1_000_001, frame).ToArray();
            yield return new PcapngFileBuilder(big).Interface(LinkType.RawIp, resolution: 9, offsetSeconds: 5).Interface(resolution: 0x8a)
                .EnhancedPacket(1, 5, frame).ObsoletePacket(1, 2, 77, frame).SimplePacket(frame).Statistics(0, 4, 5).ToArray();
            yield return new PcapngFileBuilder(big).Interface().SimplePacket(frame).Section(!big).Interface(snapLength: 40).SimplePacket(frame.AsSpan(0, 40), 60).Block(4, new byte[20]).ToArray();
            yield return new PcapngFileBuilder(big).Interface().BrokenBlock(6, 33, frame).EnhancedPacket(0, 9, frame).ToArray();
        }
    }

    private static IEnumerable<byte[]> Snoop()
    {
        byte[] frame = CanonicalFrames.All[0].Bytes;
        yield return new SnoopFileBuilder().Add(1_000_000_000, frame).Add(2_000_000_000, frame, drops: 3).ToArray();
        yield return new SnoopFileBuilder(9).Add(1_000_000_000, frame, wireLength: 1500, recordLength: 200).ToArray();
    }

    private static IEnumerable<byte[]> Compressed()
    {
        byte[] file = Pcap().First(), other = Pcapng().First(), long_ = [.. Enumerable.Repeat(file, 8).SelectMany(b => b)];
        foreach (byte[] content in new[] { file, other, long_ })
        {
            yield return CompressedBytes.Gzip(content);
            yield return CompressedBytes.Zstd(content);
        }

        yield return CompressedBytes.Gzip(CompressedBytes.Zstd(file));
        yield return [.. CompressedBytes.Gzip(file.AsSpan(0, 100)), .. CompressedBytes.Gzip(file.AsSpan(100))];
        yield return [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, .. CompressedBytes.Zstd(file.AsSpan(0, 100)), .. CompressedBytes.Zstd(file.AsSpan(100))];
    }

    private static void Run(ReadOnlySpan<byte> input)
    {
        byte[] bytes = input.ToArray();
        string whole = Read(new MemoryStream(bytes, writable: false), bytes.Length, 1 << 16, out bool damaged);
        string trickled = Read(new TricklingStream(bytes), bytes.Length, 512, out bool damagedToo);

        // How much is found of damaged compressed data depends on the reads: the decompressors do not say how far they came.
        if ((damaged || damagedToo) && whole.Contains('+', StringComparison.Ordinal)) return;
        if (whole != trickled) throw new BrokenPromiseException("the size of reads changes nothing", $"whole    {whole}\ntrickled {trickled}");
    }

    private static string Read(Stream stream, int size, int capacity, out bool damaged)
    {
        damaged = false;
        var interfaces = new CaptureInterfaces();
        using IFrameSource source = CaptureFile.Open(stream, "-", 0, interfaces);
        using var batch = new FrameBatch(capacity, 16);
        long frames = 0, captured = 0;
        var hash = new HashCode();
        while (source.Read(batch))
        {
            BrokenPromiseException.Unless(batch.Count > 0, "a read that succeeds gives frames");
            foreach (ref readonly FrameDescriptor frame in batch.Frames)
            {
                BrokenPromiseException.Unless(frame.Offset >= 0 && frame.CapturedLength >= 0 && frame.CapturedLength <= batch.Capacity - frame.Offset, "frames lie in their batch");
                BrokenPromiseException.Unless(frame.Interface < interfaces.All.Count, "frames name an interface");
                hash.AddBytes(batch.Block.Slice(frame.Offset, frame.CapturedLength));
                hash.Add(HashCode.Combine(frame.TimestampNs, frame.WireLength, frame.Interface, frame.LinkType, frame.CapturedLength));
                captured += frame.CapturedLength;
                frames++;
            }

            // A compressed file may hold more than anybody wants to wait for; as it is read in a stream, the rest is more of the same.
            if (frames > ManyFrames) return "many";
        }

        BrokenPromiseException.Unless(batch.Count == 0 && !source.Read(batch), "the end stays the end");
        InputSummary summary = source.Describe();
        damaged = summary.Damaged;
        BrokenPromiseException.Unless(summary.Frames == frames && summary.Bytes == captured, "the summary counts the frames");
        BrokenPromiseException.Unless(source.BytesConsumed >= 0 && source.BytesConsumed <= size, "no more is consumed than there is");
        BrokenPromiseException.Unless(summary.Damaged || frames > 0 || summary.Format != "unknown", "what cannot be read says so");
        return $"{frames} {captured} {hash.ToHashCode()} {summary.Format} {summary.FirstNs} {summary.LastNs} {summary.DroppedFrames} "
            + string.Join("; ", summary.Problems.Select(p => $"{p.Code}@{p.ByteOffset}x{p.Count} {p.Message}"));
    }

    /// <summary>Gives one to seven bytes at a time.</summary>
    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        private int _next;

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + (_next++ % 7)));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1 + (_next++ % 7))]);
    }
}
