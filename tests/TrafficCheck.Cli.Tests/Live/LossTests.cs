using System.Globalization;
using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.Frames;
using TrafficCheck.TestSupport.Network;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>More comes than can be taken: every frame that was sent is read, or counted as lost.</summary>
public sealed class LossTests
{
    [Fact]
    public void Every_frame_that_was_sent_was_read_or_is_counted_as_lost()
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch("--buffer", "2", "--no-color");
        List<byte[]> frames = Datagrams(300, 1000);
        scene.Sender().SendFor(frames, TimeSpan.FromSeconds(1));

        // However fast the machine is: nobody empties the ring now, and it has two megabytes.
        run.Signal(WatchedRun.SigStop);
        scene.Sender().SendFor(frames, TimeSpan.FromMilliseconds(500));
        run.Signal(WatchedRun.SigCont);
        long arrived = scene.Sender().Sent - LostBySender(scene);
        static long Counted(JsonNode t) => (long)t["framesRead"]! + (long)t["kernelDrops"]! + (long)t["queueDrops"]!;
        run.Line("frames are being lost");
        JsonNode tap = run.Status(s => Counted(s["interfaces"]![0]!) == arrived && (long)s["framesWaiting"]! == 0)["interfaces"]![0]!;
        long lost = (long)tap["kernelDrops"]! + (long)tap["queueDrops"]!;
        Assert.True(lost > 0, tap.ToJsonString());
        Assert.Equal(0, (long)tap["interfaceDrops"]!);
        string metrics = run.Metrics();

        var (_, report, _) = run.Stop();
        AssertAddsUp(report, arrived - lost);
        Assert.Equal(lost, (long)report["inputs"]![0]!["droppedFrames"]!);
        Assert.Equal(lost, (long)report["visibility"]!["droppedFrames"]!);
        Assert.Equal((arrived - lost, lost), LastLine(run));
        Assert.Contains(lost.ToString(CultureInfo.InvariantCulture), metrics, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_under_more_than_it_can_take_ends_within_two_seconds_too()
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch("--buffer", "2");
        List<byte[]> frames = Datagrams(20, 60);
        bool enough = false;
        var sending = new Thread(() =>
        {
            while (!Volatile.Read(ref enough)) scene.Sender().SendFor(frames, TimeSpan.FromMilliseconds(50));
        });
        sending.Start();
        try
        {
            run.Status(s => (long)s["framesRead"]! > 300_000);
            var (_, report, took) = run.Stop();
            AssertAddsUp(report, (long)report["accounting"]!["framesRead"]!);
            Assert.True((long)report["accounting"]!["framesRead"]! > 300_000);

            // What was captured and could not be judged in time counts as lost.
            var (read, lost) = LastLine(run);
            Assert.Equal(read + lost, (long)report["accounting"]!["framesRead"]! + (long)report["inputs"]![0]!["droppedFrames"]!);
            Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took.TotalSeconds:0.00} s");
        }
        finally
        {
            Volatile.Write(ref enough, true);
            sending.Join();
        }
    }

    /// <summary>Frames read and lost, as the last line on standard error has them.</summary>
    private static (long Read, long Lost) LastLine(WatchedRun run)
    {
        string[] parts = run.Errors.Split('\n').Last(l => l.Contains(" lost, ", StringComparison.Ordinal) && l.Contains(" frames/s, ", StringComparison.Ordinal)).Split(", ");
        return (Number(parts[1]), Number(parts[2]));
        static long Number(string text) => long.Parse([.. text.Where(char.IsAsciiDigit)], CultureInfo.InvariantCulture);
    }

    private static List<byte[]> Datagrams(int least, int below) =>
        [.. Enumerable.Range(0, 2000).Select(i => new UdpExchange(Client, (ushort)(1024 + i), Relay, 2323, 0).ClientSends(new byte[least + (i % (below - least))]).Frames[0].Bytes)];

    /// <summary>What the sender's end of the cable dropped, because the system had no room on the way.</summary>
    private static long LostBySender(LiveScene scene)
    {
        var (code, output, errors) = NetworkNamespaces.Run("ip", "-n", scene.Net.Sender, "-s", "-j", "link", "show", "dev", "out0");
        Assert.True(code == 0, errors);
        return (long)JsonNode.Parse(output)![0]!["stats64"]!["tx"]!["dropped"]!;
    }
}
