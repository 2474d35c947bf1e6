using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class PcapTests
{
    private static readonly byte[] _data = [1, 2, 3, 4, 5];

    public static TheoryData<bool, bool, bool> Shapes => new()
    {
        { false, false, false }, { true, false, false }, { false, true, false }, { true, true, false }, { false, false, true }, { true, false, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Reads_both_byte_orders_and_all_record_headers(bool big, bool ns, bool modified)
    {
        byte[] file = new PcapFileBuilder(big, ns, modified, LinkType.LinuxSll, 96)
            .Add(1_700_000_000_123_456_789, _data, 1500).Add(1_600_000_000_000_000_000, []).ToArray();
        Collected read = Collected.From(file);

        long first = ns ? 1_700_000_000_123_456_789 : 1_700_000_000_123_456_000;
        Assert.Equal(
            [new CollectedFrame(first, "0102030405", 1500, 0, LinkType.LinuxSll), new CollectedFrame(1_600_000_000_000_000_000, "", 0, 0, LinkType.LinuxSll)],
            read.Frames);
        Assert.Equal(new CaptureInterface(0, 0, null, LinkType.LinuxSll, 96), Assert.Single(read.Interfaces));
        Assert.Equal(modified ? "pcap-modified" : ns ? "pcap-ns" : "pcap", read.Summary.Format);
        Assert.Equal((1_600_000_000_000_000_000, first), (read.Summary.FirstNs, read.Summary.LastNs));
        Assert.Equal([LinkType.LinuxSll], read.Summary.LinkTypes);
        Assert.Null(read.Summary.DroppedFrames);
        Assert.Empty(read.Summary.Problems);
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(2, 1, true)]
    [InlineData(543, 0, true)]
    [InlineData(2, 3, true)]
    [InlineData(2, 3, false)]
    [InlineData(2, 4, false)]
    public void Old_versions_hold_the_lengths_in_the_other_order(int major, int minor, bool swapped)
    {
        byte[] file = new PcapFileBuilder(major: major, minor: minor) { SwapLengths = swapped }.Add(SampleFiles.Start, _data, 60).ToArray();
        CollectedFrame frame = Assert.Single(Collected.From(file).Frames);
        Assert.Equal(("0102030405", 60u), (frame.Data, frame.WireLength));
    }

    [Theory]
    [InlineData(0x0000_0001u, LinkType.Ethernet)]
    [InlineData(0x4400_0001u, LinkType.Ethernet)]
    [InlineData(0xF000_0071u, LinkType.LinuxSll)]
    [InlineData(12u, LinkType.RawIp)]
    [InlineData(14u, LinkType.RawIp)]
    [InlineData(101u, LinkType.RawIp)]
    public void Link_type_field_is_freed_of_check_sequence_bits_and_old_numbers(uint field, LinkType expected)
    {
        byte[] file = new PcapFileBuilder(linkField: field).Add(SampleFiles.Start, _data).ToArray();
        Assert.Equal(expected, Assert.Single(Collected.From(file).Frames).LinkType);
    }

    [Fact]
    public void Reserved_bits_in_the_link_type_field_are_damage()
    {
        Collected read = Collected.From(new PcapFileBuilder(linkField: 0x0001_0001).Add(SampleFiles.Start, _data).ToArray());
        Assert.Empty(read.Frames);
        Assert.Equal(20, read.Only(ProblemSeverity.Damage, "reserved-link-type-bits").ByteOffset);
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    public void Unknown_version_is_damage(int major, int minor)
    {
        Collected read = Collected.From(new PcapFileBuilder(major: major, minor: minor).Add(SampleFiles.Start, _data).ToArray());
        InputProblem problem = read.Only(ProblemSeverity.Damage, "unsupported-version");
        Assert.Empty(read.Frames);
        Assert.Equal(4, problem.ByteOffset);
        Assert.Contains($"{major}.{minor}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(262_144, true)]
    [InlineData(262_145, false)]
    public void Largest_record_is_262144_bytes(int length, bool readable)
    {
        byte[] file = new PcapFileBuilder().Add(SampleFiles.Start, _data).Add(SampleFiles.Start, new byte[length]).Add(SampleFiles.Start, _data).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(readable ? 3 : 1, read.Frames.Count);
        if (readable) Assert.Empty(read.Summary.Problems);
        else Assert.Equal(24 + 16 + 5, read.Only(ProblemSeverity.Damage, "absurd-length").ByteOffset);
    }

    [Theory]
    [InlineData(uint.MaxValue, "absurd-length")]
    [InlineData(0x8000_0000u, "absurd-length")]
    [InlineData(200_000u, "truncated-record")]
    [InlineData(6u, "truncated-record")]
    public void A_corrupt_record_length_ends_the_file_there(uint captured, string code)
    {
        byte[] file = new PcapFileBuilder().Add(SampleFiles.Start, _data).AddRecord(1, 2, captured, captured, _data).ToArray();
        Collected read = Collected.From(file);
        Assert.Single(read.Frames);
        Assert.Equal(24 + 16 + 5, read.Only(ProblemSeverity.Damage, code).ByteOffset);
    }

    [Fact]
    public void A_fraction_of_a_second_or_more_is_added_and_noted()
    {
        byte[] file = new PcapFileBuilder().AddRecord(10, 999_999, 5, 5, _data).AddRecord(10, 1_000_000, 5, 5, _data)
            .AddRecord(10, uint.MaxValue, 5, 5, _data).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal([10_999_999_000, 11_000_000_000, 10_000_000_000 + (4_294_967_295L * 1000)], read.Times);
        InputProblem problem = read.Only(ProblemSeverity.Note, "fraction-out-of-range");
        Assert.Equal((24 + 21, 2), (problem.ByteOffset, problem.Count));
        Assert.False(read.Summary.Damaged);
    }

    [Fact]
    public void Seconds_are_unsigned() =>
        Assert.Equal([4_294_967_295_000_001_000], Collected.From(new PcapFileBuilder().AddRecord(uint.MaxValue, 1, 5, 5, _data).ToArray()).Times);

    [Fact]
    public void Problems_are_listed_in_the_order_of_the_file_whatever_the_size_of_reads()
    {
        byte[] file = new PcapFileBuilder().AddRecord(10, 1_000_001, 5, 5, _data).AddRecord(10, 1, 4_000_000, 5, _data).ToArray();
        foreach (int piece in (int[])[1, 7, 40, file.Length])
        {
            using IFrameSource source = CaptureFile.Open(new TricklingStream(file, piece), "-", 0, new CaptureInterfaces());
            using var batch = new FrameBatch();
            while (source.Read(batch))
            {
            }

            Assert.Equal(["fraction-out-of-range", "absurd-length"], source.Describe().Problems.Select(p => p.Code));
        }
    }

    [Fact]
    public void Odd_fractions_behind_the_first_batch_keep_their_offset()
    {
        var file = new PcapFileBuilder();
        for (int i = 0; i < 2000; i++) file.Add(SampleFiles.Start, _data);
        int offset = file.Length;
        file.AddRecord(1, 1_000_001, 5, 5, _data);
        Assert.Equal(offset, Collected.From(file.ToArray()).Only(ProblemSeverity.Note, "fraction-out-of-range").ByteOffset);
    }

    [Fact]
    public void Every_batch_size_and_read_size_gives_the_same_frames()
    {
        var file = new PcapFileBuilder();
        for (int i = 0; i < 3000; i++) file.Add(SampleFiles.Time(i), SampleFiles.Data(i));
        file.Add(SampleFiles.Start, new byte[100_000]).Add(SampleFiles.Start, _data);
        byte[] bytes = file.ToArray();
        Collected whole = Collected.From(bytes, 1 << 20);
        Assert.Equal(3002, whole.Frames.Count);
        foreach (int batch in (int[])[1, 100, 5000, 1 << 17]) Assert.Equal(whole.Frames, Collected.From(bytes, batch).Frames);
        foreach (int piece in (int[])[1, 7, 4096]) Assert.Equal(whole.Frames, Collected.From(new TricklingStream(bytes, piece)).Frames);
    }
}
