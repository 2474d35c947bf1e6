using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class PcapngTests
{
    private static readonly byte[] _data = [1, 2, 3, 4, 5];

    public static TheoryData<bool, int?, ulong, long> Resolutions
    {
        get
        {
            var rows = new TheoryData<bool, int?, ulong, long>();
            foreach (bool big in (bool[])[false, true])
            {
                rows.Add(big, null, 1_700_000_000_123_456, 1_700_000_000_123_456_000);
                rows.Add(big, 0, 1_700_000_000, 1_700_000_000_000_000_000);
                rows.Add(big, 3, 1_700_000_000_123, 1_700_000_000_123_000_000);
                rows.Add(big, 6, 1_700_000_000_123_456, 1_700_000_000_123_456_000);
                rows.Add(big, 9, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789);
                rows.Add(big, 10, 17_000_000_001_234_567_899, 1_700_000_000_123_456_789);
                rows.Add(big, 127, ulong.MaxValue, 0);
                rows.Add(big, 0x80, 1_700_000_000, 1_700_000_000_000_000_000);
                rows.Add(big, 0x80 | 10, (1_700_000_000UL << 10) + 512, 1_700_000_000_500_000_000);
                rows.Add(big, 0x80 | 32, (1_700_000_000UL << 32) + 0x4000_0000, 1_700_000_000_250_000_000);
                rows.Add(big, 0xFF, ulong.MaxValue, 0);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Resolutions))]
    public void Times_follow_the_resolution_of_the_interface(bool big, int? resolution, ulong units, long expectedNs)
    {
        byte[] file = new PcapngFileBuilder(big).Interface(resolution: (byte?)resolution).EnhancedPacket(0, units, _data, 1500).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal([new CollectedFrame(expectedNs, "0102030405", 1500, 0, LinkType.Ethernet)], read.Frames);
        Assert.Empty(read.Summary.Problems);
        Assert.Equal("pcapng", read.Summary.Format);
    }

    [Theory]
    [InlineData(100, 5_100_000_000L)]
    [InlineData(-10, 5_000_000_000L - 10_000_000_000L)]
    public void Time_offset_is_added(long offsetSeconds, long expectedNs)
    {
        if (offsetSeconds == 100) expectedNs += 99_900_000_000;
        foreach (bool big in (bool[])[false, true])
        {
            byte[] file = new PcapngFileBuilder(big).Interface(offsetSeconds: offsetSeconds).EnhancedPacket(0, 5_000_000, _data).ToArray();
            Assert.Equal([expectedNs], Collected.From(file).Times);
        }
    }

    [Fact]
    public void Times_out_of_range_are_clamped_and_noted()
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface().Interface(resolution: 0).Interface(offsetSeconds: long.MinValue);
        int offset = file.Length;
        file.EnhancedPacket(0, ulong.MaxValue, _data).EnhancedPacket(1, ulong.MaxValue, _data).EnhancedPacket(2, 0, _data);
        Collected read = Collected.From(file.ToArray());
        Assert.Equal([long.MaxValue, long.MaxValue, long.MinValue], read.Times);
        InputProblem problem = read.Only(ProblemSeverity.Note, "time-out-of-range");
        Assert.Equal((offset, 3), (problem.ByteOffset, problem.Count));
    }

    [Fact]
    public void Sections_have_their_own_order_and_interfaces()
    {
        byte[] file = new PcapngFileBuilder(bigEndian: false).Interface(name: "eth0").Interface(LinkType.RawIp, name: "tun0")
            .EnhancedPacket(0, 1, [1]).EnhancedPacket(1, 2, [2])
            .Section(bigEndian: true).Interface(LinkType.LinuxSll, resolution: 9, name: "any").EnhancedPacket(0, 3000, [3])
            .Section(bigEndian: false).Interface(name: "eth0").EnhancedPacket(0, 4, [4]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal([1000, 2000, 3000, 4000], read.Times);
        Assert.Equal(["01", "02", "03", "04"], read.Data);
        Assert.Equal(
            [LinkType.Ethernet, LinkType.RawIp, LinkType.LinuxSll, LinkType.Ethernet], read.Frames.Select(frame => frame.LinkType));
        Assert.Equal(["eth0", "tun0", "any", "eth0"], read.Frames.Select(frame => read.Interfaces[frame.Interface].Name));
        Assert.Equal([LinkType.Ethernet, LinkType.RawIp, LinkType.LinuxSll], read.Summary.LinkTypes);
        Assert.Empty(read.Summary.Problems);
    }

    [Fact]
    public void An_interface_of_an_earlier_section_is_unknown()
    {
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, [1]).Section(bigEndian: true).EnhancedPacket(0, 2, [2]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(["01"], read.Data);
        read.Only(ProblemSeverity.Damage, "unknown-interface");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Simple_packets_are_cut_to_the_snap_length_and_take_the_time_before(bool big)
    {
        byte[] file = new PcapngFileBuilder(big).Interface(snapLength: 4).EnhancedPacket(0, 7, [9]).SimplePacket([1, 2, 3, 4], 60).SimplePacket([5, 6]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(["09", "01020304", "0506"], read.Data);
        Assert.Equal([7000, 7000, 7000], read.Times);
        Assert.Equal([1u, 60u, 2u], read.Frames.Select(frame => frame.WireLength));
        Assert.Equal(2, read.Only(ProblemSeverity.Note, "no-timestamp").Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Obsolete_packets_are_read_with_their_drop_counts(bool big)
    {
        byte[] file = new PcapngFileBuilder(big).Interface().Interface(LinkType.RawIp, resolution: 9)
            .ObsoletePacket(1, 3, 4_500_000_000_000_000_000, _data, 99).ObsoletePacket(1, 65535, 1, []).ObsoletePacket(0, 4, 1, []).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(new CollectedFrame(4_500_000_000_000_000_000, "0102030405", 99, 1, LinkType.RawIp), read.Frames[0]);
        Assert.Equal(3, read.Frames.Count);
        Assert.Equal(7, read.Summary.DroppedFrames);
        Assert.Empty(read.Summary.Problems);
    }

    [Fact]
    public void Drop_counters_are_the_last_of_each_interface_summed_over_interfaces_and_sections()
    {
        foreach (bool big in (bool[])[false, true])
        {
            byte[] file = new PcapngFileBuilder(big).Interface().Interface().EnhancedPacket(0, 1, _data)
                .Statistics(0, 1, 2).Statistics(0, 10, 20).Statistics(1, null, 5)
                .Section(!big).Interface().Statistics(0, 100).Statistics(0).ToArray();
            Collected read = Collected.From(file);
            Assert.Equal(135, read.Summary.DroppedFrames);
            Assert.Empty(read.Summary.Problems);
        }
    }

    [Fact]
    public void Drop_counters_do_not_overflow()
    {
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, _data).Statistics(0, ulong.MaxValue, ulong.MaxValue).ToArray();
        Assert.Equal(long.MaxValue, Collected.From(file).Summary.DroppedFrames);
    }

    [Fact]
    public void Blocks_without_frames_are_passed_over_and_strangers_named()
    {
        byte[] file = new PcapngFileBuilder().Interface().Block(4, [0, 0, 0, 0]).Block(10, new byte[8]).Block(9, new byte[4])
            .Block(0x0BAD, new byte[8]).Block(0x4000_0BAD, new byte[8]).Block(0x1234, []).Block(0x8000_0001, new byte[700_000])
            .EnhancedPacket(0, 1, _data).Statistics(9).ToArray();
        Collected read = Collected.From(file);
        Assert.Single(read.Frames);
        Assert.False(read.Summary.Damaged);
        Assert.Equal(2, read.Problem("skipped-custom-block").Count);
        Assert.Equal(2, read.Problem("skipped-unknown-block").Count);
        Assert.Equal(1, read.Problem("statistics-of-unknown-interface").Count);
        Assert.Equal(3, read.Summary.Problems.Count);
    }

    [Theory]
    [InlineData(4u)]
    [InlineData(10u)]
    [InlineData(0x1234u)]
    public void Large_blocks_without_frames_are_passed_over_by_streaming(uint type)
    {
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, [1]).Block(type, new byte[3_000_000]).EnhancedPacket(0, 2, [2]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(["01", "02"], read.Data);
        Assert.False(read.Summary.Damaged);
        Assert.Equal(["01", "02"], Collected.From(new TricklingStream(file, 5000)).Data);
    }

    [Theory]
    [InlineData(0u, 0u, "block-too-short")]
    [InlineData(8u, 8u, "block-too-short")]
    [InlineData(30u, 30u, "block-length-not-multiple-of-4")]
    [InlineData(28u, 28u, "block-too-short")]
    [InlineData(36u, 40u, "block-length-mismatch")]
    [InlineData(4_294_967_292u, 36u, "truncated-block")]
    [InlineData(600_000u, 36u, "truncated-block")]
    [InlineData(400u, 36u, "truncated-block")]
    public void A_broken_block_length_ends_the_file_there(uint length, uint trailing, string code)
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, _data);
        int offset = file.Length;
        byte[] body = new byte[length is >= 12 and < 40 ? length - 12 : 24];
        file.BrokenBlock(6, length, body, trailing);
        if (code is not "truncated-block") file.EnhancedPacket(0, 2, _data);
        Collected read = Collected.From(file.ToArray());
        Assert.Single(read.Frames);
        InputProblem problem = read.Only(ProblemSeverity.Damage, code);
        Assert.Equal(offset, problem.ByteOffset);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4_000_000_000u)]
    public void A_packet_of_an_unknown_interface_is_left_out_and_counted(uint id)
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface();
        int offset = file.Length;
        file.EnhancedPacket(id, 1, _data).EnhancedPacket(0, 2, [7]).EnhancedPacket(id, 3, _data);
        Collected read = Collected.From(file.ToArray());
        Assert.Equal(["07"], read.Data);
        InputProblem problem = read.Only(ProblemSeverity.Damage, "unknown-interface");
        Assert.Equal((offset, 2), (problem.ByteOffset, problem.Count));
    }

    [Theory]
    [InlineData(9u, "packet-overruns-block")]
    [InlineData(262_145u, "absurd-length")]
    [InlineData(uint.MaxValue, "absurd-length")]
    public void A_packet_longer_than_its_block_is_left_out(uint captured, string code)
    {
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, _data, captured: captured).EnhancedPacket(0, 2, [7]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal(["07"], read.Data);
        read.Only(ProblemSeverity.Damage, code);
    }

    [Fact]
    public void Largest_packet_is_262144_bytes()
    {
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, new byte[262_144]).EnhancedPacket(0, 1, new byte[262_145])
            .EnhancedPacket(0, 1, new byte[600_000]).EnhancedPacket(0, 2, [7]).ToArray();
        Collected read = Collected.From(file);
        Assert.Equal([262_144 * 2, 2], read.Data.Select(data => data.Length));
        Assert.Equal(["absurd-length", "oversized-block"], read.Codes);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 5)]
    [InlineData(0, 0)]
    public void An_unknown_version_ends_the_file(int major, int minor)
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, _data);
        int offset = file.Length;
        file.Section(false, major, minor).Interface().EnhancedPacket(0, 1, _data);
        Collected read = Collected.From(file.ToArray());
        Assert.Single(read.Frames);
        Assert.Equal(offset + 12, read.Only(ProblemSeverity.Damage, "unsupported-version").ByteOffset);
    }

    [Fact]
    public void A_section_without_byte_order_magic_ends_the_file()
    {
        PcapngFileBuilder file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, _data);
        int offset = file.Length;
        file.Block(0x0A0D0D0A, new byte[16]);
        Collected read = Collected.From(file.ToArray());
        Assert.Single(read.Frames);
        Assert.Equal(offset + 8, read.Only(ProblemSeverity.Damage, "bad-byte-order-magic").ByteOffset);
    }

    [Fact]
    public void Options_that_overrun_or_have_a_wrong_size_are_damage_but_not_the_end()
    {
        byte[] overrun = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xff, 0xff, (byte)'x', 0, 0, 0];
        byte[] malformed = [1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 0, 9, 9, 0, 0, 0, 0, 0, 0];
        foreach ((byte[] body, string code) in ((byte[], string)[])[(overrun, "option-overrun"), (malformed, "malformed-option")])
        {
            Collected read = Collected.From(new PcapngFileBuilder().Block(1, body).EnhancedPacket(0, 1, _data).ToArray());
            Assert.Equal([1000], read.Times);
            read.Only(ProblemSeverity.Damage, code);
        }
    }

    /// <summary>Readers that look for the end of the options from the start, for each option or block, take minutes for these.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(5, 0)]
    [InlineData(6, 0)]
    [InlineData(6, 1)]
    [InlineData(10, 0)]
    public void Options_without_end_take_linear_time_and_bounded_memory(uint type, int optionLength)
    {
        byte[] head = type switch { 1 => [1, 0, 0, 0, 0, 0, 0, 0], 5 => [0, 0, 0, 0, .. new byte[8]], 6 => [.. new byte[12], 4, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4], _ => [] };
        byte[] option = optionLength == 0 ? [1, 0, 0, 0] : [1, 0, 1, 0, (byte)'x', 0, 0, 0];
        byte[] body = [.. head, .. Enumerable.Repeat(option, 60_000).SelectMany(b => b)];
        var file = new PcapngFileBuilder();
        file.Interface();
        for (int i = 0; i < 40; i++) file.Block(type, body);
        file.EnhancedPacket(0, 1, _data);
        byte[] bytes = file.ToArray();
        Assert.True(bytes.Length > 9 << 20);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Collected read = Collected.From(bytes);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(type == 6 ? 41 : 1, read.Frames.Count);
    }

    [Fact]
    public void Interfaces_without_end_are_bounded()
    {
        var file = new PcapngFileBuilder();
        for (int i = 0; i < CaptureInterfaces.Limit + 10; i++) file.Interface();
        file.EnhancedPacket(95, 1, [1]).EnhancedPacket((uint)CaptureInterfaces.Limit + 5, 1, [2]);
        Collected read = Collected.From(file.ToArray());
        Assert.Equal(["01"], read.Data);
        Assert.Equal(95, read.Interfaces[read.Frames[0].Interface].Id);
        Assert.Equal(10, read.Problem("too-many-interfaces").Count);
        Assert.Equal(1, read.Problem("unknown-interface").Count);
    }

    [Fact]
    public void Problems_are_bounded_whatever_their_number()
    {
        var file = new PcapngFileBuilder();
        file.Interface();
        for (int i = 0; i < 50_000; i++) file.EnhancedPacket(7, 1, []);
        Assert.Equal(50_000, Collected.From(file.ToArray()).Only(ProblemSeverity.Damage, "unknown-interface").Count);
    }
}
