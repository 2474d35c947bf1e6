using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class CompressionTests
{
    [Theory]
    [InlineData("+gz")]
    [InlineData("+zst")]
    [InlineData("+gz+zst")]
    [InlineData("+zst+gz")]
    public void Compressed_files_give_the_frames_of_the_plain_one(string suffix)
    {
        byte[] plain = SampleFiles.Build("pcap-le", 5000);
        Collected expected = Collected.From(plain), read = Collected.From(SampleFiles.Build("pcap-le" + suffix, 5000));
        Assert.Equal(expected.Frames, read.Frames);
        Assert.Empty(read.Summary.Problems);
        Assert.Equal("pcap" + suffix, read.Summary.Format);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    [InlineData(40_000)]
    public void Concatenated_members_and_frames_are_one_file(int piece)
    {
        byte[] plain = SampleFiles.Build("pcap-le", piece == 1 ? 20 : 4000);
        byte[] gzip = [.. plain.Chunk(piece).SelectMany(part => CompressedBytes.Gzip(part))];
        byte[] zstd = [.. plain.Chunk(piece).SelectMany(part => CompressedBytes.Zstd(part))];
        foreach (byte[] file in (byte[][])[gzip, zstd])
        {
            foreach (Stream stream in (Stream[])[new MemoryStream(file), new TricklingStream(file, 13)])
            {
                Collected read = Collected.From(stream);
                Assert.Equal(Collected.From(plain).Frames, read.Frames);
                Assert.Empty(read.Summary.Problems);
            }
        }
    }

    /// <summary>Blocked gzip files end in an empty member; concatenated ones have it in the middle.</summary>
    [Fact]
    public void Empty_members_may_stand_anywhere()
    {
        byte[] plain = SampleFiles.Build("pcap-le", 50);
        byte[] empty = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] file = [.. empty, .. CompressedBytes.Gzip(plain.AsSpan(0, 100)), .. empty, .. empty, .. CompressedBytes.Gzip(plain.AsSpan(100)), .. empty];
        Collected read = Collected.From(file);
        Assert.Equal(50, read.Frames.Count);
        Assert.Empty(read.Summary.Problems);
        Assert.Empty(Collected.From([.. file, .. new byte[512]]).Summary.Problems);
    }

    [Fact]
    public void Gzip_header_fields_are_passed_over()
    {
        byte[] plain = SampleFiles.Build("pcap-le");
        byte[] member = CompressedBytes.Gzip(plain);
        byte[] header = [0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 5, 0, 1, 2, 3, 4, 5, .. "name\0remark\0"u8, 0xaa, 0xbb];
        Collected read = Collected.From([.. header, .. member[10..]]);
        Assert.Equal(6, read.Frames.Count);
        Assert.Empty(read.Summary.Problems);
    }

    [Fact]
    public void Bytes_behind_gzip_data_are_named()
    {
        Collected read = Collected.From([.. SampleFiles.Build("pcap+gz"), .. "junk"u8]);
        Assert.Equal(6, read.Frames.Count);
        read.Only(ProblemSeverity.Damage, "trailing-data");
    }

    [Theory]
    [InlineData("+gz", "corrupt-gzip")]
    [InlineData("+zst", "corrupt-zstd")]
    public void Damage_in_the_middle_leaves_what_lies_before_it(string suffix, string code)
    {
        using var folder = new TemporaryFolder();
        byte[] file = Noise(suffix);
        Collected whole = Collected.From(file);
        Assert.Equal(3000, whole.Frames.Count);

        // A stretch of zeros in the middle of the compressed data.
        file.AsSpan(file.Length * 3 / 4, 300).Clear();
        foreach (Collected read in (Collected[])[Collected.FromPath(folder.Write("a", file)), Collected.From(file)])
        {
            Assert.Equal(code, Assert.Single(read.Codes));
            Assert.True(read.Summary.Damaged);
            if (suffix == "+gz") Assert.InRange(read.Frames.Count, 1500, 2999);
            Assert.True(read.Summary.Problems[0].ByteOffset >= 24);
            Assert.EndsWith($"It was read up to frame {read.Frames.Count}.", read.Summary.Problems[0].Message, StringComparison.Ordinal);
            if (suffix == "+zst") Assert.Equal(whole.Frames.Take(read.Frames.Count), read.Frames);
        }
    }

    [Fact]
    public void A_wrong_checksum_is_damage_behind_all_frames()
    {
        byte[] gzip = SampleFiles.Build("pcap+gz");
        gzip[^6] ^= 1;
        byte[] zstd = SampleFiles.Build("pcap+zst");
        zstd[^1] ^= 1;
        Collected read = Collected.From(gzip);
        Assert.Equal(6, read.Frames.Count);
        read.Only(ProblemSeverity.Damage, "corrupt-gzip");
        using var folder = new TemporaryFolder();
        Collected.FromPath(folder.Write("a", zstd)).Only(ProblemSeverity.Damage, "corrupt-zstd");
    }

    [Theory]
    [InlineData("gz gz")]
    [InlineData("gz")]
    [InlineData("zst")]
    [InlineData("zst gz")]
    public void A_bomb_is_read_in_bounded_memory(string wraps)
    {
        byte[] bomb = [.. new PcapngFileBuilder().ToArray(), .. Block(64 << 20)];
        foreach (string wrap in wraps.Split(' ')) bomb = wrap == "gz" ? CompressedBytes.Gzip(bomb) : CompressedBytes.Zstd(bomb);
        Assert.InRange(bomb.Length, 1, 700_000); // of 64 MiB
        long before = GC.GetAllocatedBytesForCurrentThread();
        Collected read = Collected.From(bomb);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Equal(["skipped-unknown-block", "no-packets"], read.Codes);
    }

    private static byte[] Block(int size) => new PcapngFileBuilder().Block(0x77, new byte[size]).ToArray()[28..];

    /// <summary>A capture of bytes that hardly compress, so that the damage hits data and not the end mark.</summary>
    private static byte[] Noise(string suffix)
    {
        var random = new Random(7);
        var file = new PcapFileBuilder();
        byte[] data = new byte[100];
        for (int i = 0; i < 3000; i++)
        {
            random.NextBytes(data);
            file.Add(SampleFiles.Time(i), data);
        }

        return suffix == "+gz" ? CompressedBytes.Gzip(file.ToArray()) : CompressedBytes.Zstd(file.ToArray());
    }
}
