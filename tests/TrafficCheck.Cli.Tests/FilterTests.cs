using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrafficCheck.Capture;
using TrafficCheck.Capture.Filters;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary><c>check --filter</c> on a capture in which the gateway is untagged and the Exchange server is in VLAN 12.</summary>
public sealed class FilterTests
{
    private static readonly string s_capture = Path.Combine(Samples, "mail-gateway", "capture.pcap");

    private static readonly string[] s_matrix =
        ["-m", Path.Combine(Samples, "mail-gateway", "matrix.md"), "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9"];

    [Theory]
    [InlineData("tcp port 25")]
    [InlineData("host 10.0.0.9")]
    [InlineData("udp port 53 or icmp")]
    public void A_filter_finds_tagged_and_untagged_frames_alike(string expression)
    {
        SkipWithoutLibpcap();
        using var folder = new TemporaryFolder();
        string bare = folder.Write("untagged.pcap", WithoutTags());
        (long Read, long Out) tagged = Counted(s_capture, expression), untagged = Counted(bare, expression);
        Assert.Equal(untagged, tagged);
        Assert.InRange(tagged.Read, 1, Frames(s_capture).Count - 1);
    }

    [Theory]
    [InlineData("vlan", 12)]
    [InlineData("vlan 12", 12)]
    [InlineData("not vlan", 0)]
    public void An_expression_with_vlan_sees_the_tags(string expression, int vlan)
    {
        SkipWithoutLibpcap();
        int expected = Frames(s_capture).Count(frame => IsTagged(frame.Bytes) == (vlan == 12));
        Assert.NotEqual(0, expected);
        Assert.Equal(expected, Counted(s_capture, expression).Read);
    }

    [Fact]
    public void What_is_left_out_is_counted_in_both_reports_and_every_frame_is_in_one_of_the_counts()
    {
        SkipWithoutLibpcap();
        int all = Frames(s_capture).Count;
        (long read, long leftOut) = Counted(s_capture, "tcp");
        Assert.Equal(all, read + leftOut);
        Assert.InRange(leftOut, 1, all - 1);
        string text = Run(["check", s_capture, .. s_matrix, "--filter", "tcp"]).Output;
        Match said = Regex.Match(text, @"; ([\d ]+) more did not match --filter");
        Assert.True(said.Success, text);
        Assert.Equal(leftOut, long.Parse(said.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal), CultureInfo.InvariantCulture));
        using JsonDocument report = Report(s_capture, "tcp");
        Assert.Equal("tcp", report.RootElement.GetProperty("parameters").GetProperty("filter").GetString());
    }

    [Fact]
    public void Nothing_is_said_of_filters_where_there_is_none() =>
        Assert.DoesNotContain("filter", Run(["check", s_capture, .. s_matrix, "-f", "json"]).Output, StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void A_filter_that_lets_all_through_changes_no_verdict()
    {
        SkipWithoutLibpcap();
        using JsonDocument filtered = Report(s_capture, "greater 1"), plain = JsonDocument.Parse(Run(["check", s_capture, .. s_matrix, "-f", "json"]).Output);
        foreach (string part in (string[])["summary", "findings", "coverage", "accounting"])
            Assert.Equal(plain.RootElement.GetProperty(part).GetRawText(), filtered.RootElement.GetProperty(part).GetRawText());
    }

    [Theory]
    [InlineData("udp prt 53", "syntax error")]
    [InlineData("port nosuchservice", "unknown port 'nosuchservice'")]
    [InlineData("ip proto 17 and", "syntax error")]
    public void A_wrong_expression_is_wrong_usage_in_the_words_of_libpcap(string expression, string words)
    {
        SkipWithoutLibpcap();
        var (code, output, errors) = Run(["check", s_capture, .. s_matrix, "--filter", expression]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("trafficcheck: --filter: ", errors, StringComparison.Ordinal);
        Assert.Contains(words, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_that_nothing_matches_says_so()
    {
        SkipWithoutLibpcap();
        var (code, output, errors) = Run(["check", s_capture, .. s_matrix, "--filter", "host 203.0.113.254 and port 1"]);
        Assert.True(code == 3, errors);
        Assert.Contains("the filter matched no frame", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_holds_no_frame_that_the_filter_left_out()
    {
        SkipWithoutLibpcap();
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "evidence.pcapng");

        // What answers is left out: of the flows only the frames of one side were judged.
        var (code, _, errors) = Run(["check", s_capture, .. s_matrix, "--filter", "dst host 10.0.0.5", "--evidence", path, "-q"]);
        Assert.True(code == 1, errors);
        FrameFilter passing = FrameFilter.Create("dst host 10.0.0.5");
        List<(LinkType Link, byte[] Bytes)> kept = Frames(path);
        Assert.NotEmpty(kept);
        Assert.All(kept, frame => Assert.True(passing.Matches(frame.Bytes, (uint)frame.Bytes.Length, frame.Link)));
    }

    [Fact]
    public void Without_libpcap_a_filter_is_refused_with_the_command_that_installs_it_and_files_are_read_all_the_same()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loader is misled in the way of Linux");
        using var folder = new TemporaryFolder();
        var (code, output, errors) = RunWithoutLibpcap(folder.Root, ["check", s_capture, .. s_matrix, "--filter", "udp"]);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("trafficcheck: --filter: libpcap is not installed", errors, StringComparison.Ordinal);
        Assert.Contains("apt-get install libpcap0.8", errors, StringComparison.Ordinal);
        Assert.Equal(Run(["check", s_capture, .. s_matrix]).Output, RunWithoutLibpcap(folder.Root, ["check", s_capture, .. s_matrix]).Output);
    }

    private static (long Read, long FilteredOut) Counted(string capture, string expression)
    {
        using JsonDocument report = Report(capture, expression);
        JsonElement counted = report.RootElement.GetProperty("accounting");
        return (counted.GetProperty("framesRead").GetInt64(), counted.GetProperty("framesFilteredOut").GetInt64());
    }

    private static JsonDocument Report(string capture, string expression)
    {
        var (_, output, errors) = Run(["check", capture, .. s_matrix, "-f", "json", "--filter", expression]);
        Assert.True(output.Length > 0, errors);
        return JsonDocument.Parse(output);
    }

    private static bool IsTagged(byte[] frame) => frame is [_, _, _, _, _, _, _, _, _, _, _, _, 0x81, 0, ..];

    /// <summary>The capture as it would be at a port that takes the tags off.</summary>
    private static byte[] WithoutTags()
    {
        var file = new PcapFileBuilder();
        long at = 1_700_000_000_000_000_000;
        foreach (var (_, bytes) in Frames(s_capture)) file.Add(at += 1_000_000, IsTagged(bytes) ? [.. bytes[..12], .. bytes[16..]] : bytes);
        return file.ToArray();
    }

    private static List<(LinkType Link, byte[] Bytes)> Frames(string path)
    {
        using var set = new CaptureSet([new CaptureInput(path)]);
        List<(LinkType, byte[])> frames = [];
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) frames.Add((frame.LinkType, batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray()));
        }

        return frames;
    }

    private static void SkipWithoutLibpcap() => Assert.SkipUnless(HasLibpcap, "libpcap is not installed");
}
