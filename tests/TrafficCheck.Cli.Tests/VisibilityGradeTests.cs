using System.Globalization;
using System.Text.Json;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Each rule of the visibility grade at its limits, as the text and the JSON report tell it: on a limit the better grade holds.</summary>
public sealed class VisibilityGradeTests
{
    private const long Second = 1_000_000_000, Noon = 1_772_452_800 * Second;
    private const string Host = "10.0.0.5", Peer = "192.0.2.7";
    private const string Matrix = "| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| 25 | TCP | In | mail |\n";

    [Theory]
    [InlineData(1, 'A')]
    [InlineData(2, 'B')]
    [InlineData(5, 'B')]
    [InlineData(6, 'C')]
    [InlineData(20, 'C')]
    [InlineData(21, 'D')]
    [InlineData(50, 'D')]
    [InlineData(51, 'E')]
    [InlineData(90, 'E')]
    [InlineData(91, 'F')]
    public void One_way_conversations_of_a_hundred(int oneWay, char grade)
    {
        var frames = Enumerable.Range(0, 100).SelectMany(i => new TcpConversation(Peer, (ushort)(40_000 + i), Host, 25, Noon + (i * Second)) { Acknowledged = i >= oneWay }
            .Handshake().Frames.Where((_, step) => i >= oneWay || step != 1)).ToArray();
        Check("one-way", oneWay / 100.0, grade, $"{oneWay} % of the TCP conversations are one-way", Pcap(frames));
    }

    [Theory]
    [InlineData(1, 'A')]
    [InlineData(2, 'B')]
    [InlineData(10, 'B')]
    [InlineData(11, 'C')]
    [InlineData(50, 'C')]
    [InlineData(51, 'D')]
    [InlineData(200, 'D')]
    [InlineData(201, 'E')]
    [InlineData(500, 'E')]
    [InlineData(501, 'F')]
    public void Frames_not_decoded_of_a_thousand(int bad, char grade)
    {
        TimedFrame unknown = FrameBuilder.Ethernet(etherType: 0xfff0).Payload(new byte[46]).At(0);
        var frames = Enumerable.Range(0, 1000).Select(i => i < bad ? unknown with { TimestampNs = Noon + i } : Datagram(i));
        Check("not-decoded", bad / 1000.0, grade, $"{(bad / 10.0).ToString(CultureInfo.InvariantCulture)} % of the frames are not decoded", Pcap(frames));
    }

    [Theory]
    [InlineData(1, 99_999, 'A')]
    [InlineData(1, 99_998, 'B')]
    [InlineData(1, 999, 'B')]
    [InlineData(1, 998, 'C')]
    [InlineData(1, 99, 'C')]
    [InlineData(1, 98, 'D')]
    [InlineData(1, 19, 'D')]
    [InlineData(1, 18, 'E')]
    [InlineData(1, 4, 'E')]
    [InlineData(1, 3, 'F')]
    public void Frames_dropped_beside_those_read(int dropped, int read, char grade)
    {
        var file = new PcapngFileBuilder().Interface();
        for (int i = 0; i < read; i++) file.EnhancedPacket(0, (ulong)((Noon / 1000) + i), Datagram(i).Bytes);
        Check("lost", (double)dropped / (dropped + read), grade, "of the frames or TCP bytes are lost", file.Statistics(0, (ulong)dropped).ToArray());
    }

    [Fact]
    public void Bytes_missing_from_conversations_are_lost_as_frames_are()
    {
        TimedFrame[] frames = [.. new TcpConversation(Peer, 40_000, Host, 25, Noon).Handshake().ServerSends(new string('s', 14_000)).ClientCloses().Frames];
        int full = Array.FindIndex(frames, f => f.Bytes.Length > 1400);
        Check("lost", null, 'E', "of the frames or TCP bytes are lost", Pcap(frames.Where((_, i) => i != full)));
    }

    [Theory]
    [InlineData(10_000, 'A')]
    [InlineData(10_001, 'B')]
    [InlineData(100_000, 'B')]
    [InlineData(100_001, 'C')]
    [InlineData(999_000, 'C')]
    public void Time_that_no_input_covers_of_a_million_seconds(int uncovered, char grade)
    {
        byte[] first = Pcap([Datagram(0) with { TimestampNs = Noon }, Datagram(1) with { TimestampNs = Noon + ((1_000_000 - uncovered - 1) * Second) }]);
        byte[] second = Pcap([Datagram(2) with { TimestampNs = Noon + (999_999 * Second) }, Datagram(3) with { TimestampNs = Noon + (1_000_000 * Second) }]);
        Check("time-not-covered", uncovered / 1_000_000.0, grade, "of the time is covered by no input", first, second);
    }

    [Fact]
    public void An_input_that_ends_inside_a_record_makes_it_C_and_no_frames_make_it_F()
    {
        byte[] whole = Pcap(Enumerable.Range(0, 10).Select(Datagram));
        Check(null, null, 'C', "an input could not be read whole", whole[..^3]);
        Check(null, null, 'F', "no frames were read", Pcap([]));
    }

    private static TimedFrame Datagram(int i) => FrameBuilder.Ethernet().Ip(Host, Peer, id: (ushort)(i + 1)).Udp((ushort)(1000 + (i % 7)), 514).Payload("syslog").At(Noon + (i * 1000));

    private static byte[] Pcap(IEnumerable<TimedFrame> frames)
    {
        var file = new PcapFileBuilder();
        foreach (TimedFrame frame in frames) file.Add(frame.TimestampNs, frame.Bytes);
        return file.ToArray();
    }

    private static void Check(string? figure, double? share, char grade, string words, params byte[][] captures)
    {
        using var folder = new TemporaryFolder();
        string[] paths = [.. captures.Select((c, i) => folder.Write($"{i}.cap", c))];
        string matrix = folder.Write("matrix.md", System.Text.Encoding.UTF8.GetBytes(Matrix)), json = Path.Combine(folder.Root, "report.json");
        string text = Run(["check", .. paths, "-m", matrix, "-p", Host, "--verbose", "-o", json]).Output;
        string flat = string.Join(' ', text.Split((char[])[' ', '\n', '\u00a0'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"Visibility {grade} ", flat, StringComparison.Ordinal);
        Assert.Contains(words, flat, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllBytes(json));
        JsonElement seen = report.RootElement.GetProperty("visibility");
        Assert.Equal(grade.ToString(), seen.GetProperty("grade").GetString());
        Assert.Equal(grade == 'A' ? 0 : 1, seen.GetProperty("gradeReasons").EnumerateArray().Count(r => r.GetString()!.Contains(words, StringComparison.Ordinal)));
        if (figure is null) return;
        JsonElement rule = seen.GetProperty("gradeRules").EnumerateArray().Single(r => r.GetProperty("figure").GetString() == figure);
        Assert.Equal(grade.ToString(), rule.GetProperty("grade").GetString());
        if (share is { } expected) Assert.Equal(expected, rule.GetProperty("share").GetDouble(), 6);
        Assert.True(rule.GetProperty("limits").EnumerateObject().Any());
    }
}
