using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class LargeInputTests
{
    /// <summary>Unknown blocks of 1 GiB each stand between two packets: a sparse file, passed over by seeking.</summary>
    [Fact]
    public void Offsets_beyond_4_GiB_are_right()
    {
        using var folder = new TemporaryFolder();
        PcapngFileBuilder start = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, [1]);
        string path = folder.Write("large.pcapng", start.ToArray());
        long offset = start.Length;
        using (FileStream file = File.OpenWrite(path))
        {
            const uint Block = 1 << 30;
            for (int i = 0; i < 5; i++)
            {
                file.Position = offset;
                file.Write([.. BitConverter.GetBytes(4u), .. BitConverter.GetBytes(Block)]);
                offset += Block;
                file.Position = offset - 4;
                file.Write(BitConverter.GetBytes(Block));
            }

            byte[] packets = new PcapngFileBuilder().EnhancedPacket(0, 2, [2]).EnhancedPacket(7, 3, [3]).ToArray()[28..];
            file.Write(packets);
        }

        Collected read = Collected.FromPath(path);
        Assert.Equal(["01", "02"], read.Data);
        Assert.Equal(offset + 36, read.Only(ProblemSeverity.Damage, "unknown-interface").ByteOffset);
    }

    /// <summary>A stream repeats one large record until 4 GiB are passed; then its last record is cut.</summary>
    [Fact]
    public void A_stream_of_more_than_4_GiB_is_counted_and_its_end_located()
    {
        byte[] record = new PcapFileBuilder().Add(SampleFiles.Start, new byte[262_000]).ToArray()[24..];
        const int Records = 16_450;
        byte[] head = new PcapFileBuilder().ToArray();
        using var stream = new RepeatingStream(head, record, Records, cut: 100);
        using IFrameSource source = CaptureFile.Open(stream, "-", 0, new CaptureInterfaces());
        using var batch = new FrameBatch(1 << 19);
        long frames = 0;
        while (source.Read(batch)) frames += batch.Count;
        InputProblem problem = Assert.Single(source.Describe().Problems);
        Assert.Equal(Records, frames);
        Assert.Equal("truncated-record", problem.Code);
        Assert.Equal(24 + ((long)Records * record.Length), problem.ByteOffset);
        Assert.True(problem.ByteOffset > 1L << 32);
        Assert.Equal(Records * 262_000L, source.Describe().Bytes);
    }

    [Theory]
    [InlineData("pcap-le", 0)]
    [InlineData("pcap-ns-be", 0)]
    [InlineData("pcapng-le", 0)]
    [InlineData("snoop", 0)]
    [InlineData("pcap+gz", 1)]
    public void Reading_allocates_nothing_for_a_frame(string name, int bytesPerFrame)
    {
        using var folder = new TemporaryFolder();
        const int Frames = 100_000;
        string path = folder.Write("a", SampleFiles.Build(name, Frames));
        using var batch = new FrameBatch(1 << 19, 1 << 15);
        Read(path, batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(Frames, Read(path, batch));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + (bytesPerFrame * Frames));
    }

    [Fact]
    public void Merging_allocates_nothing_for_a_run()
    {
        using var folder = new TemporaryFolder();
        CaptureInput[] inputs = [.. Enumerable.Range(0, 2).Select(i => new CaptureInput(folder.Write($"{i}", SampleFiles.Build("pcap-le", 50_000))))];
        using var set = new CaptureSet(inputs);

        // Until each input has filled its batch a few times, for that grows to what the frames need.
        int runs = 0;
        while (runs < 40_000 && set.ReadRun(out _, out _, out _)) runs++;
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (set.ReadRun(out _, out _, out _)) runs++;
        Assert.True(runs > 80_000, $"{runs} runs");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static long Read(string path, FrameBatch batch)
    {
        using IFrameSource source = CaptureFile.Open(path, 0, new CaptureInterfaces());
        long frames = 0;
        while (source.Read(batch)) frames += batch.Count;
        return frames;
    }

    private sealed class RepeatingStream(byte[] head, byte[] record, int records, int cut) : Stream
    {
        private readonly long _total = head.Length + ((long)records * record.Length) + cut;
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            if (_at == _total) return 0;
            ReadOnlySpan<byte> piece = _at < head.Length ? head.AsSpan((int)_at) : record.AsSpan((int)((_at - head.Length) % record.Length));
            int count = (int)Math.Min(Math.Min(buffer.Length, piece.Length), _total - _at);
            piece[..count].CopyTo(buffer);
            _at += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
