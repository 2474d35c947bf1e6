using System.Text;
using System.Text.Json;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Names and related flows from a capture file to what a person and a program read.</summary>
public sealed class RelatedAndNamedTests
{
    private const string Host = "10.0.0.5", Peer = "192.0.2.7";
    private const long Start = 1_772_438_400_000_000_000, Second = 1_000_000_000;

    private const string Matrix = """
        | Port | Protocol | Direction | Peer | Required for |
        |---|---|---|---|---|
        | 21 | FTP | Out | | file transfer |
        | 80 | TCP | Out | updates.example.net | updates |
        | 80 | TCP | Out | *.news.example.net | news |
        """;

    private static IReadOnlyList<TimedFrame> Http(string host, ushort port, long at) =>
        new TcpConversation(Host, port, Peer, 80, Start + at).Handshake().ClientSends($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").ServerSends("HTTP/1.1 200 OK\r\n\r\n").Frames;

    private static IReadOnlyList<TimedFrame> Ftp()
    {
        IReadOnlyList<TimedFrame> control = new TcpConversation(Host, 40000, Peer, 21, Start).Handshake().ServerSends("220 FTP ready\r\n").ClientSends("USER a\r\n")
            .ServerSends("331 ok\r\n").ClientSends("PASV\r\n").ServerSends("227 ok (192,0,2,7,195,80)\r\n").Wait(TimeSpan.FromSeconds(30)).ClientSends("QUIT\r\n").Frames;
        IReadOnlyList<TimedFrame> announced = new TcpConversation(Host, 40001, Peer, 50000, Start + Second).Handshake().ServerSends("data").ServerCloses().Frames;
        IReadOnlyList<TimedFrame> unseen = new TcpConversation(Host, 40002, Peer, 50077, Start + (2 * Second)).Handshake().ServerSends("data").ServerCloses().Frames;
        return TimedFrame.Merge(control, announced, unseen);
    }

    private static (int Code, string Output, List<JsonElement> Flows) Check(IEnumerable<TimedFrame> frames, params string[] more)
    {
        using var folder = new TemporaryFolder();
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in frames) file.Add(frame.TimestampNs, frame.Bytes);
        string flows = Path.Combine(folder.Root, "flows.ndjson");
        var (code, output, errors) = Run(
            ["check", folder.Write("a.pcap", file.ToArray()), "-m", folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix)), "-p", Host, "--flows", flows, .. more]);
        Assert.True(code is 0 or 1, errors);
        return (code, output, [.. File.ReadAllLines(flows).Select(l => JsonDocument.Parse(l).RootElement)]);
    }

    private static string Field(JsonElement flow, string name) => flow.GetProperty(name).ToString();

    [Fact]
    public void A_data_connection_stands_with_its_control_connection_in_every_output()
    {
        var (code, text, flows) = Check(Ftp());
        Assert.Equal(1, code);
        Assert.Contains("Related   1 flow of allowed control connections", text.Replace('\u00a0', ' '), StringComparison.Ordinal);
        Assert.Contains("10.0.0.5:40001 -> 192.0.2.7:50000 (frame 14) announced by 10.0.0.5:40000 ->", text, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7:21/tcp in frame 12", text, StringComparison.Ordinal);
        JsonElement data = flows.Single(f => Field(f, "responder_port") == "50000");
        Assert.Equal(
            ["related", "R1", "ftp-passive", "announced", "12", "10.0.0.5:40000 -> 192.0.2.7:21/tcp"],
            new[] { "verdict", "rows", "related_by", "related_grade", "announced_frame", "control" }.Select(n => Field(data, n)));

        var (_, json, _) = Check(Ftp(), "-f", "json");
        using JsonDocument report = JsonDocument.Parse(json);
        JsonElement group = report.RootElement.GetProperty("related").EnumerateArray().Single();
        Assert.Equal(("ftp-passive", 1L, 12L), (Field(group, "by"), group.GetProperty("flows").GetInt64(), group.GetProperty("samples")[0].GetProperty("announcedFrame").GetInt64()));
        Assert.Equal(1, report.RootElement.GetProperty("summary").GetProperty("related").GetInt64());
        Assert.Equal(1, report.RootElement.GetProperty("coverage")[0].GetProperty("related").GetProperty("flows").GetInt64());
    }

    [Fact]
    public void Explain_says_whose_the_flow_of_a_frame_is()
    {
        using var folder = new TemporaryFolder();
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in Ftp()) file.Add(frame.TimestampNs, frame.Bytes);
        var (code, text, errors) = Run(
            "explain", folder.Write("a.pcap", file.ToArray()), "--frame", "15", "-m", folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix)), "-p", Host);
        Assert.True(code == 0, errors);
        Assert.Contains("ftp-passive, announced by 10.0.0.5:40000 -> 192.0.2.7:21/tcp in frame 12", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_of_the_flow_says_what_it_would_be_by_itself()
    {
        using var folder = new TemporaryFolder();
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in Ftp()) file.Add(frame.TimestampNs, frame.Bytes);
        string[] common = ["-m", folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix)), "-p", Host];
        string capture = folder.Write("a.pcap", file.ToArray());
        var (code, text, errors) = Run(["explain", capture, "--flow", "192.0.2.7:50000-10.0.0.5:40001/tcp", .. common]);
        Assert.True(code == 0, errors);
        Assert.Contains("related      seen       ftp-passive, announced by 10.0.0.5:40000 -> 192.0.2.7:21/tcp in frame 12", text, StringComparison.Ordinal);
        Assert.Contains("R1", text, StringComparison.Ordinal);
        Assert.Contains("answers for its control connection", text, StringComparison.Ordinal);
        Assert.Contains("would change it: without its control connection, 10.0.0.5:40000 -> 192.0.2.7:21/tcp, it would be unexpected (port)", text, StringComparison.Ordinal);

        // The options of check that decide whose a flow is are there, too.
        Assert.Contains("Verdict      unexpected", Run(["explain", capture, "--flow", "10.0.0.5:40002-192.0.2.7:50077/tcp", .. common]).Output, StringComparison.Ordinal);
        Assert.Contains("Verdict      related", Run(["explain", capture, "--flow", "10.0.0.5:40002-192.0.2.7:50077/tcp", "--ftp-passive-range", "50050-50100", .. common]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_stand_with_their_proof_in_the_export_and_in_json()
    {
        var (_, json, flows) = Check(Http("other.example", 40000, 0), "-f", "json");
        Assert.Equal(("False", "null"), (Field(Assert.Single(flows), "peer_name_shared"), flows[0].GetProperty("peer_name_chain").GetRawText()));
        JsonElement name = JsonDocument.Parse(json).RootElement.GetProperty("findings")[0].GetProperty("peerNames")[0];
        Assert.Equal(("other.example", "http-host", "0"), (Field(name, "name"), Field(name, "proof"), name.GetProperty("chain").GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void The_passive_range_relates_what_no_announcement_shows()
    {
        var (code, text, flows) = Check(Ftp(), "--ftp-passive-range", "50050-50100");
        Assert.Equal(0, code);
        Assert.Contains("ftp-passive-range", text, StringComparison.Ordinal);
        Assert.Equal("inferred", Field(flows.Single(f => Field(f, "responder_port") == "50077"), "related_grade"));
        foreach (string wrong in new[] { "50100-50000", "x", "0-9", "1-2-3", "50000-70000" })
            Assert.Equal(2, Run("check", "x.pcap", "-m", "x.md", "--ftp-passive-range", wrong).Code);
    }

    [Fact]
    public void Rows_of_one_port_are_told_apart_by_the_host_of_the_request()
    {
        var (code, text, flows) = Check([.. Http("Updates.example.net", 40000, 0), .. Http("eu.news.example.net", 40001, Second), .. Http("evil\x1b[31m.example", 40002, 2 * Second)]);
        Assert.Equal(1, code);
        Assert.Equal(["R2", "R3", ""], flows.Select(f => Field(f, "rows")));
        Assert.Equal(["updates.example.net", "eu.news.example.net", @"evil\027\09131m.example"], flows.Select(f => Field(f, "peer_name")));
        Assert.All(flows, f => Assert.Equal("http-host", Field(f, "peer_name_proof")));
        Assert.Contains(@"192.0.2.7 is evil\027\09131m.example (http-host, frame 18)", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', text);
    }

    [Fact]
    public void The_names_and_relations_do_not_depend_on_how_the_capture_is_split()
    {
        TimedFrame[] frames = [.. TimedFrame.Merge(Ftp(), Http("updates.example.net", 41000, Second / 2), Http("other.example", 41001, 3 * Second))];
        List<string> whole = Lines([frames]);
        Assert.Contains(whole, l => l.Contains("ftp-passive", StringComparison.Ordinal));
        Assert.Equal(whole, Lines([frames[..10], frames[10..14], frames[14..]]));
        Assert.Equal(whole, Lines([.. frames.Select(f => new[] { f })]));

        static List<string> Lines(TimedFrame[][] parts)
        {
            using var folder = new TemporaryFolder();
            string[] files = [.. parts.Select((part, i) =>
            {
                var file = new PcapFileBuilder(nanoseconds: true);
                foreach (TimedFrame frame in part) file.Add(frame.TimestampNs, frame.Bytes);
                return folder.Write($"{i:000}.pcap", file.ToArray());
            })];
            string flows = Path.Combine(folder.Root, "flows.ndjson");
            Run(["check", .. files, "-m", folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix)), "-p", Host, "--flows", flows, "-q"]);
            return [.. File.ReadAllLines(flows)];
        }
    }
}
