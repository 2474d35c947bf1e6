using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>Several interfaces, interfaces that come and go, and filters on them.</summary>
public sealed class InterfaceTests
{
    [Fact]
    public void Both_legs_of_a_tap_are_one_conversation()
    {
        using LiveScene scene = Open(cables: 2);
        WatchedRun run = scene.Watch("-i", "tap1");
        for (ushort port = 40_001; port <= 40_020; port++)
        {
            foreach (TimedFrame frame in Mail(port).Frames) scene.Sender(frame.Bytes[11] == 1 ? 1 : 0).Send([frame.Bytes]);
        }

        run.Frames(scene.Sender(0).Sent + scene.Sender(1).Sent);
        var (code, report, _) = run.Stop();
        Assert.Equal(0, code);
        AssertAddsUp(report, scene.Sender(0).Sent + scene.Sender(1).Sent);
        Assert.True(scene.Sender(1).Sent > 20);
        Assert.Equal([("tap0", scene.Sender(0).Sent), ("tap1", scene.Sender(1).Sent)], report["inputs"]!.AsArray().Select(i => ((string)i!["path"]!, (long)i["frames"]!)));
        Assert.Equal((20, 20), ((int)report["summary"]!["flows"]!, (int)report["summary"]!["allowed"]!));
        Assert.Equal(0, (double)report["visibility"]!["oneWayShare"]!);
        Assert.Equal(20, (int)report["evidence"]!["methods"]!["syn"]!);
        Assert.Equal(0, (int)report["accounting"]!["duplicates"]!);
    }

    [Fact]
    public void An_interface_that_goes_down_or_away_is_captured_from_again_when_it_returns()
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch();
        scene.Send(Mail(40_001));
        run.Frames(scene.Sender().Sent);

        scene.Net.SwitchTap(0, up: false);
        JsonNode tap = run.Tap(0, t => (string)t["state"]! != "up");
        Assert.Equal(1, (int)tap["interruptions"]!);
        run.Line("nothing is captured from it");
        scene.Net.SwitchTap(0, up: true);
        run.Tap(0, t => (string)t["state"]! == "up");
        scene.Send(Mail(40_002));
        run.Frames(scene.Sender().Sent);

        long before = scene.Sender().Sent;
        scene.Net.RemoveCable(0);
        run.Tap(0, t => (string)t["state"]! == "gone");
        scene.Net.AddCable(0);
        scene.Reconnect(0);
        Assert.Equal(2, (int)run.Tap(0, t => (string)t["state"]! == "up")["interruptions"]!);
        scene.Send(Mail(40_003));
        run.Frames(before + scene.Sender().Sent);
        var (code, report, _) = run.Stop();
        Assert.Equal(0, code);
        AssertAddsUp(report, before + scene.Sender().Sent);
        Assert.Equal(3, (int)report["summary"]!["allowed"]!);
        JsonNode interrupted = Assert.Single(report["inputs"]![0]!["problems"]!.AsArray())!;
        Assert.Equal(("interface-interrupted", 2), ((string)interrupted["code"]!, (int)interrupted["count"]!));
    }

    [Fact]
    public void A_filter_on_an_interface_keeps_what_it_keeps_of_a_file()
    {
        using LiveScene scene = Open();
        scene.WriteMatrix("| 25 | TCP | In | Mail |", "| 53 | UDP | Out | Names at 192.0.2.53 |");
        var tagged = new LinkFraming { Vlan = 12 };
        List<TimedFrame> frames =
        [
            .. Mail(40_001).Frames,
            .. new UdpExchange(Relay, 40_002, "192.0.2.53", 53, 0).ClientSends(Question).ServerSends(Question).Frames,
            .. new UdpExchange(Relay, 40_003, "192.0.2.54", 53, 0, tagged).ClientSends(Question).ServerSends(Question).Frames,
            .. new TcpConversation(Client, 40_004, Relay, 25, 0, tagged).Handshake().ClientCloses().Frames,
            .. new UdpExchange(Relay, 40_005, "192.0.2.55", 53, 0, new LinkFraming { Vlan = 12, ServiceVlan = 7 }).ClientSends(Question).Frames,
        ];
        string pcap = scene.Pcap(frames);
        foreach (string filter in new[] { "udp port 53", "vlan 12 and udp port 53", "not tcp" })
        {
            var (code, output, errors) = TheProgram.Run("check", pcap, "-m", scene.Matrix, "--filter", filter, "--format", "json");
            Assert.True(code is 0 or 1, errors);
            JsonNode file = JsonNode.Parse(output)!;
            WatchedRun run = scene.Watch("--filter", filter);
            scene.Sender().Send([.. frames.Select(f => f.Bytes)]);
            run.Frames((long)file["accounting"]!["framesRead"]!);
            var (liveCode, live, _) = run.Stop();
            Assert.Equal(code, liveCode);
            Assert.Equal(ReplayTests.Verdicts(file), ReplayTests.Verdicts(live));
            Assert.Equal(file["inputs"]![0]!["framesFilteredOut"]?.ToJsonString(), live["inputs"]![0]!["framesFilteredOut"]?.ToJsonString());
            Assert.True((int)live["summary"]!["flows"]! > 0);
        }
    }

    /// <summary>A question for the address of relay.example.</summary>
    private static ReadOnlySpan<byte> Question => "\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x05relay\x07example\0\0\x01\0\x01"u8;
}
