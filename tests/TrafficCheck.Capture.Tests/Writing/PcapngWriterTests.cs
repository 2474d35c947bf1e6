using System.Buffers;
using System.Diagnostics;
using System.Text;
using TrafficCheck.Capture.Writing;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Capture.Tests.Writing;

public sealed class PcapngWriterTests
{
    private const long Start = 1_700_000_000_123_456_789;

    [Fact]
    public void A_section_is_written_byte_by_byte_as_the_format_says()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PcapngWriter(bytes);
        writer.BeginSection("tc", "why");
        writer.AddInterface(new(LinkType.Ethernet, "eth0", null, 96));
        writer.AddFrame(0, 0x1_0000_0002, 5, [1, 2, 3, 4, 5], "a", "bc");
        Assert.Equal(
            "0a0d0d0a" + "30000000" + "4d3c2b1a" + "0100" + "0000" + "ffffffffffffffff" + "0100" + "0300" + "77687900" + "0400" + "0200" + "74630000" + "00000000" + "30000000"
            + "01000000" + "28000000" + "0100" + "0000" + "60000000" + "0200" + "0400" + "65746830" + "0900" + "0100" + "09000000" + "00000000" + "28000000"
            + "06000000" + "3c000000" + "00000000" + "01000000" + "02000000" + "05000000" + "05000000" + "0102030405000000" + "0100" + "0100" + "61000000" + "0100" + "0200" + "62630000" + "00000000" + "3c000000",
            Convert.ToHexStringLower(bytes.WrittenSpan));
        Assert.Equal(bytes.WrittenCount, writer.BytesWritten);
    }

    [Fact]
    public void Our_own_reader_gives_back_frames_times_lengths_and_interfaces()
    {
        var random = new Random(7);
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PcapngWriter(bytes);
        List<CollectedFrame> expected = [];
        writer.BeginSection("trafficcheck", "first", "second");
        Assert.Equal(0, writer.AddInterface(new(LinkType.Ethernet, "eth0", "left leg", 0)));
        Assert.Equal(1, writer.AddInterface(new(LinkType.LinuxSll2, "any \u202e\u001b[31m", null, 262144)));
        for (int i = 0; i < 200; i++)
        {
            byte[] frame = new byte[random.Next(0, 1600)];
            random.NextBytes(frame);
            string[] comments = [.. Enumerable.Range(0, random.Next(0, 4)).Select(n => new string('ü', random.Next(0, 50)) + n)];
            int at = random.Next(2);
            writer.AddFrame(at, Start + i, (uint)frame.Length + 10, frame, comments);
            expected.Add(new(Start + i, Convert.ToHexString(frame), (uint)frame.Length + 10, at, at == 0 ? LinkType.Ethernet : LinkType.LinuxSll2));
        }

        writer.AddStatistics(0, new(Start + 300, Start, Start + 299, Received: 500, InterfaceDrops: 3, SystemDrops: 4, Delivered: 100));
        writer.BeginSection(null);
        writer.AddInterface(new(LinkType.RawIp, null, null, 0));
        writer.AddFrame(0, -5, 0, [0x45]);
        Collected read = Collected.From(bytes.WrittenSpan.ToArray());
        Assert.Empty(read.Summary.Problems);
        Assert.Equal(7, read.Summary.DroppedFrames);
        Assert.Equal(expected, read.Frames.Take(200));
        Assert.Equal((0L, 1u), (read.Frames[^1].TimeNs, read.Frames[^1].WireLength));
    }

    [Fact]
    public void Long_text_is_cut_at_a_whole_character_and_comments_are_bounded()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PcapngWriter(bytes);
        writer.BeginSection(null, new string('x', PcapngWriter.MaxTextBytes - 1) + "€€");
        Assert.Equal(28 + 4 + PcapngWriter.MaxTextBytes + 4, bytes.WrittenCount);
        Assert.DoesNotContain("€", Encoding.UTF8.GetString(bytes.WrittenSpan));
        writer.AddInterface(new(LinkType.Ethernet, "\ud800", null, 0));
        Assert.Contains("\ufffd", Encoding.UTF8.GetString(bytes.WrittenSpan));
        int before = bytes.WrittenCount;
        writer.AddFrame(0, 0, 1, [1], [.. Enumerable.Repeat("c", 1000)]);
        Assert.Equal(28 + 4 + (PcapngWriter.MaxComments * 8) + 4 + 4, bytes.WrittenCount - before);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.AddFrame(1, 0, 0, []));
    }

    [Fact]
    public void Wireshark_reads_it_without_complaint_and_shows_the_comments()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tshark") && File.Exists("/usr/bin/capinfos"), "tshark and capinfos are not installed");
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new PcapngWriter(bytes);
        writer.BeginSection("trafficcheck 1", "section text");
        writer.AddInterface(new(LinkType.Ethernet, "eth0", "left leg", 96));
        byte[] frame = FrameBuilder.Ethernet().Vlan(20).IPv4("192.0.2.1", "192.0.2.2").Udp(4000, 9).Payload("hello").Build();
        writer.AddFrame(0, Start, (uint)frame.Length, frame, "finding of 9/udp: \"x\" ü", "second");
        writer.AddFrame(0, Start + 1, (uint)frame.Length, frame);
        writer.AddStatistics(0, new(Start + 2, Received: 10, SystemDrops: 1));
        using var folder = new TemporaryFolder();
        string path = folder.Write("w.pcapng", bytes.WrittenSpan);
        (string output, string errors) = Run("/usr/bin/tshark", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-e", "frame.time_epoch", "-e", "udp.dstport");
        Assert.Equal("", errors);
        Assert.Equal(["1\tfinding of 9/udp: \"x\" ü,second\t1700000000.123456789\t9", "2\t\t1700000000.123456790\t9"], output.TrimEnd().Split('\n'));
        (output, errors) = Run("/usr/bin/capinfos", path);
        Assert.Equal("", errors);
        Assert.Matches("Number of packets:\\s+2\n", output);
        Assert.Contains("section text", output, StringComparison.Ordinal);
        Assert.Contains("Name = eth0", output, StringComparison.Ordinal);
        Assert.Contains("Description = left leg", output, StringComparison.Ordinal);
    }

    private static (string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        // As root the programs say that this is dangerous.
        return (output, string.Join('\n', errors.Result.Split('\n').Where(l => !l.StartsWith("Running as user", StringComparison.Ordinal))).TrimEnd());
    }
}
