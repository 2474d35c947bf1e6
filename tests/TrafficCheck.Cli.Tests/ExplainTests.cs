using System.Globalization;
using System.Text;
using System.Text.Json;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>The command explain on frames of which the samples' pages say what they are.</summary>
public sealed class ExplainTests
{
    private static readonly string s_capture = Path.Combine(Samples, "mail-gateway", "capture.pcap");

    private static string[] Judged(int frame, params string[] more) =>
        ["explain", s_capture, "--frame", frame.ToString(CultureInfo.InvariantCulture), "-m", Path.Combine(Samples, "mail-gateway", "matrix.md"),
            "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9", .. more];

    [Theory]
    [InlineData(928, "udp", "unexpected", "direction", "R24")] // traps of the gateway
    [InlineData(929, "udp", "unexpected", "transport", "R32")] // syslog over UDP
    [InlineData(919, "tcp", "allowed", "", "R36")]
    [InlineData(965, "tcp", "unexpected", "port", null)] // SSH on 2222
    [InlineData(1115, "esp", "unexpected", "port", null)]
    [InlineData(477, "tcp", "out-of-scope", "transit", null)]
    public void The_verdict_of_a_frame_is_that_of_its_flow(int frame, string transport, string verdict, string reason, string? row)
    {
        using JsonDocument json = Json(Judged(frame));
        JsonElement flow = json.RootElement.GetProperty("flow"), first = flow.GetProperty("verdicts")[0];
        Assert.Equal((transport, verdict, reason), (Text(flow, "transport"), Text(first, "verdict"), Text(first, "reason")));
        string?[] rows = [.. first.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("row").GetString())];
        if (row is null) Assert.Empty(rows);
        else Assert.Contains(row, rows);
        Assert.Equal(frame, json.RootElement.GetProperty("frame").GetProperty("number").GetInt32());
        Assert.Equal(1295, json.RootElement.GetProperty("frame").GetProperty("of").GetInt32());
        Assert.True(json.RootElement.GetProperty("decoding").GetProperty("layersAgree").GetBoolean());
    }

    [Fact]
    public void All_parts_of_an_aggregate_are_shown_and_checked_as_packets()
    {
        byte[] Part(ushort port) => WirelessFrames.Snap(FrameBuilder.RawIp().IPv4("192.0.2.7", "10.0.0.5").Udp(port, 9999).Payload("x"));
        using var folder = new TemporaryFolder();
        string file = folder.Write("a.pcap", new PcapFileBuilder(linkType: Core.Wire.LinkType.Ieee80211).Add(1_000_000_000, WirelessFrames.Aggregate(Part(1), WirelessFrames.Snap([0, 1, 8, 0], 0x0806), Part(3))).ToArray());
        string text = Run("explain", file, "--frame", "1").Output;
        foreach (string line in new[] { "parts      3:", "Part 1 of 3", "Part 3 of 3", "udp 192.0.2.7:1 -> 10.0.0.5:9999", "counted as arp", "udp 192.0.2.7:3 -> 10.0.0.5:9999" })
            Assert.Contains(line, text, StringComparison.Ordinal);
        using JsonDocument json = Json(["explain", file, "--frame", "1"]);
        Assert.Equal(["1", "", "3"], json.RootElement.GetProperty("furtherParts").EnumerateArray().Prepend(json.RootElement)
            .Select(p => p.GetProperty("flow") is { ValueKind: JsonValueKind.Object } flow ? flow.GetProperty("initiator").GetProperty("port").ToString() : ""));
        JsonElement[] further = [.. json.RootElement.GetProperty("furtherParts").EnumerateArray().Select(p => p.GetProperty("otherReading"))];
        Assert.Equal(JsonValueKind.Null, further[0].ValueKind); // of a part without IP it is not asked
        int packet = json.RootElement.GetProperty("furtherParts")[1].GetProperty("layers").EnumerateArray().Single(l => Text(l, "name") == "ipv4").GetProperty("offset").GetInt32();
        Assert.Equal([("IPv4", packet), ("Udp", packet + 20)], further[1].GetProperty("layers").EnumerateArray().Select(l => (Text(l, "name"), l.GetProperty("offset").GetInt32())));
        Assert.Empty(further[1].GetProperty("differences").EnumerateArray());
        Assert.Contains("agrees", text[text.IndexOf("Part 3 of 3", StringComparison.Ordinal)..], StringComparison.Ordinal);
        string report = Run("check", file, "-m", Path.Combine(Samples, "clean", "matrix.md"), "-p", "10.0.0.5").Output;
        Assert.Contains("1 packet beyond the first of a frame, 1 part without: arp 1", report.Replace('\u00a0', ' '), StringComparison.Ordinal);
        Assert.Contains("2 in flows", report.Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_between_two_subjects_has_two_verdicts()
    {
        using JsonDocument json = Json(Judged(832));
        Assert.Equal(["allowed", "unexpected"], json.RootElement.GetProperty("flow").GetProperty("verdicts").EnumerateArray().Select(v => Text(v, "verdict")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1, "stp")]
    [InlineData(2, "lldp")]
    [InlineData(3, "arp")]
    public void Frames_without_ip_are_named(int frame, string status)
    {
        using JsonDocument json = Json(Judged(frame));
        Assert.Equal(status, Text(json.RootElement.GetProperty("decoding"), "status"));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("flow").ValueKind);
        Assert.Contains(status, Text(json.RootElement, "withoutFlow"), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_shows_each_part_and_PacketDotNet_agrees_on_plain_frames()
    {
        var (code, output, errors) = Run(Judged(921));
        Assert.True(code == 0, errors);
        foreach (string part in new[] { "Frame 921 of 1295", "      14  ipv4, 20 bytes   <- the packet that counts", "destination port  53", "status     decoded:", "initiator  10.0.0.5", "R9 answers", "agrees" })
            Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.Contains("type      3 unreachable", Run(Judged(922)).Output, StringComparison.Ordinal);
        Assert.Contains("icmp-error-of-known-flow", Run(Judged(922)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_PacketDotNet_reads_otherwise_both_views_are_shown()
    {
        // It does not know the old tag type 0x9200, and gives up on a TCP header cut short.
        FrameBuilder packet = FrameBuilder.Ethernet().Vlan(100, tpid: 0x9100).Vlan(7, tpid: 0x9200).IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25);
        byte[] cut = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Tcp(1234, 25).Build()[..40];
        byte[] file = new PcapFileBuilder().Add(0, packet.Build()).Add(1, cut).ToArray();
        using JsonDocument tagged = Json(["explain", "-", "--frame", "1"], file), shortened = Json(["explain", "-", "--frame", "2"], file);
        Assert.Contains("it finds no ipv4 header at 22", tagged.RootElement.GetProperty("otherReading").GetProperty("differences").EnumerateArray().Select(d => d.GetString()));
        Assert.StartsWith("it throws", Text(shortened.RootElement.GetProperty("otherReading"), "gaveUp"), StringComparison.Ordinal);
        Assert.Equal("1234", Field(shortened, "tcp", "source port"));
    }

    [Fact]
    public void Frames_are_counted_over_all_inputs_merged_by_time()
    {
        using var folder = new TemporaryFolder();
        string early = Path.Combine(folder.Root, "b.pcap"), late = Path.Combine(folder.Root, "a.pcap");
        FrameBuilder frame = FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2");
        File.WriteAllBytes(early, new PcapFileBuilder().Add(1_000_000_000, frame.Udp(1, 53).Build()).Add(3_000_000_000, frame.Udp(3, 53).Build()).ToArray());
        File.WriteAllBytes(late, new PcapFileBuilder().Add(2_000_000_000, frame.Udp(2, 53).Build()).ToArray());
        foreach (int number in new[] { 1, 2, 3 })
        {
            using JsonDocument json = Json(["explain", late, early, "--frame", number.ToString(CultureInfo.InvariantCulture)]);
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), Field(json, "udp", "source port"));
            Assert.Equal(number == 2 ? late : early, Text(json.RootElement.GetProperty("frame"), "input"));
        }
    }

    [Fact]
    public void A_frame_number_that_is_wrong_says_how_many_frames_there_are()
    {
        var (code, output, errors) = Run("explain", s_capture, "--frame", "1296");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("has 1295 frames", errors, StringComparison.Ordinal);
        Assert.Equal(2, Run("explain", s_capture, "--frame", "0").Code);
        Assert.Equal(2, Run("explain", s_capture, "--frame", "-3").Code);
        Assert.Equal(2, Run("explain", s_capture, "--frame", "9223372036854775807").Code);
        Assert.Equal(2, Run("explain", s_capture).Code);
        Assert.Equal(2, Run("explain", s_capture, "--frame", "1", "-p", "10.0.0.5").Code);
        Assert.Equal(2, Run("explain", "no-such-file", "--frame", "1").Code);
    }

    [Fact]
    public void A_damaged_input_is_explained_as_far_as_it_goes()
    {
        byte[] file = File.ReadAllBytes(s_capture)[..^5];
        var (code, output, errors) = RunWith(file, "explain", "-", "--frame", "7");
        Assert.Equal(3, code);
        Assert.StartsWith("Frame 7 of 1294", output, StringComparison.Ordinal);
        Assert.Contains("byte", errors, StringComparison.Ordinal);
        Assert.Equal(2, RunWith(file, "explain", "-", "--frame", "1295").Code);
    }

    [Fact]
    public void Names_from_the_capture_do_not_reach_the_terminal_as_commands()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "evil\u001b[2J.pcap");
        File.WriteAllBytes(path, new PcapFileBuilder().Add(0, FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp(1, 2).Payload("\u001b]0;owned\a").Build()).ToArray());
        foreach (string format in new[] { "text", "json" })
        {
            var (code, output, _) = Run("explain", path, "--frame", "1", "--format", format);
            Assert.Equal(0, code);
            Assert.DoesNotContain('\u001b', output);
        }
    }

    [Fact]
    public void No_decap_stops_at_the_outermost_packet()
    {
        byte[] inner = FrameBuilder.Ethernet().IPv4("192.0.2.1", "192.0.2.2").Tcp(4000, 443).Build();
        byte[] file = new PcapFileBuilder().Add(0, FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp(50000, 4789).Payload([8, 0, 0, 0, 0, 0, 7, 0, .. inner]).Build()).ToArray();
        using JsonDocument inside = Json(["explain", "-", "--frame", "1"], file), outside = Json(["explain", "-", "--frame", "1", "--no-decap"], file);
        Assert.Equal(("tcp", "vxlan 7"), (Text(inside.RootElement.GetProperty("flow"), "transport"), Text(inside.RootElement.GetProperty("decoding"), "tunnel")));
        Assert.Equal("udp", Text(outside.RootElement.GetProperty("flow"), "transport"));
    }

    [Fact]
    public void The_ports_of_tunnels_are_those_that_check_was_given()
    {
        byte[] inner = FrameBuilder.Ethernet().IPv4("192.0.2.1", "192.0.2.2").Tcp(4000, 443).Build();
        byte[] file = new PcapFileBuilder().Add(0, FrameBuilder.Ethernet().IPv4("10.0.0.1", "10.0.0.2").Udp(50000, 4999).Payload([8, 0, 0, 0, 0, 0, 7, 0, .. inner]).Build()).ToArray();
        using JsonDocument standard = Json(["explain", "-", "--frame", "1"], file), told = Json(["explain", "-", "--frame", "1", "--vxlan-port", "4999"], file);
        Assert.Equal(("udp", "tcp"), (Text(standard.RootElement.GetProperty("flow"), "transport"), Text(told.RootElement.GetProperty("flow"), "transport")));
    }

    [Fact]
    public void Every_corpus_capture_has_a_frame_that_is_explained()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var bad = new List<string>();
        string[] files = [.. Directory.GetFiles(Path.Combine(shared, "corpus", "captures", "encapsulation"), "*", SearchOption.AllDirectories), .. Directory.GetFiles(Path.Combine(shared, "corpus", "captures", "malformed"), "*", SearchOption.AllDirectories)];
        foreach (string file in files)
        {
            var (code, output, errors) = Run("explain", file, "--frame", "1", "--format", "json");
            if (code is 2 && errors.Contains("no frames", StringComparison.Ordinal)) continue;
            if (code is not (0 or 3)) bad.Add($"{file}: {code} {errors}");
            else if (!output.Contains("\"layersAgree\": true", StringComparison.Ordinal)) bad.Add($"{file}: the layers do not agree");
        }

        Assert.True(files.Length > 80);
        Assert.Empty(bad);
    }

    private static JsonDocument Json(string[] args, byte[]? input = null)
    {
        var (code, output, errors) = RunWith(input, [.. args, "--format", "json"]);
        Assert.True(code == 0, errors);
        JsonDocument json = JsonDocument.Parse(Encoding.UTF8.GetBytes(output));
        Assert.Equal("trafficcheck-explain/1", Text(json.RootElement, "schema"));
        return json;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static string? Field(JsonDocument json, string layer, string name) => Text(
        json.RootElement.GetProperty("layers").EnumerateArray().Last(l => Text(l, "name") == layer).GetProperty("fields").EnumerateArray().First(f => Text(f, "name") == name),
        "value");
}
