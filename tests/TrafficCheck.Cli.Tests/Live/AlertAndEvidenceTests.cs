using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.Network;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>What goes out beside the report: alerts and evidence, to receivers and disks that work and to those that do not.</summary>
public sealed class AlertAndEvidenceTests
{
    [Fact]
    public void A_receiver_that_is_dead_does_not_hold_up_the_end()
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch("--alert", "http://127.0.0.1:9/");
        scene.Send(Session(40_001), Session(40_002, port: 4444));
        JsonNode status = run.Status(s => s["receivers"]![0]!["lastError"] is not null);
        Assert.Equal(0, (int)status["receivers"]![0]!["sent"]!);
        run.Line("alerts to ");
        var (code, report, took) = run.Stop();
        Assert.Equal(1, code);
        Assert.Equal(2, Keys(report).Length);
        Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took.TotalSeconds:0.00} s");
    }

    [Fact]
    public void A_receiver_is_told_each_finding_once()
    {
        using LiveScene scene = Open();
        using var receiver = new Receiver(scene.Net.Watcher);
        WatchedRun run = scene.Watch("--alert", receiver.Address);
        scene.Send(Session(40_001), Session(40_002, port: 4444));
        run.Status(s => (int)s["receivers"]![0]!["sent"]! == 2);
        scene.Send(Session(40_003), Mail(40_004), Session(40_005, port: 5555));
        run.Status(s => (int)s["receivers"]![0]!["sent"]! >= 3);
        var (_, report, _) = run.Stop();
        string[] told = [.. receiver.Alerts.Where(a => (string)a["event"]! == "new").Select(a => (string)a["finding"]!["key"]!).Order(StringComparer.Ordinal)];
        Assert.Equal(3, told.Length);
        Assert.Equal(3, Keys(report).Length);
        Assert.All(Keys(report), key => Assert.Single(told, t => t.StartsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public void Evidence_of_each_finding_is_a_capture_of_its_first_frames()
    {
        using LiveScene scene = Open();
        string folder = scene.InFolder("evidence");
        WatchedRun run = scene.Watch("--evidence", folder);
        scene.Send(Mail(40_001), Session(40_002), Session(40_003, port: 4444, bytes: 30_000));
        run.Status(s => (int)s["evidence"]!["files"]! == 2);
        var (_, report, _) = run.Stop();
        Assert.Equal(2, Keys(report).Length);
        string[] files = Directory.GetFiles(folder, "*.pcapng");
        Assert.Equal(2, files.Length);
        List<long> counts = [];
        foreach (string file in files)
        {
            var (code, output, errors) = TheProgram.Run("check", file, "-m", scene.Matrix, "--format", "json");
            Assert.True(code == 1, errors);
            JsonNode read = JsonNode.Parse(output)!;
            Assert.Single(Keys(read), key => Keys(report).Contains(key));
            Assert.Empty(read["inputs"]![0]!["problems"]!.AsArray());
            counts.Add((long)read["accounting"]!["framesRead"]!);
            foreach (string[] tool in (string[][])[["capinfos", "-Tm", file], ["tshark", "-n", "-r", file, "-T", "fields", "-e", "frame.number"]])
            {
                if (!Array.Exists((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), p => File.Exists(Path.Combine(p, tool[0])))) continue;
                (code, output, errors) = NetworkNamespaces.Run(tool[0], tool[1..]);
                Assert.True(code == 0, errors);
                if (tool[0] == "tshark") Assert.Equal(counts[^1], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            }
        }

        // Handshake, greeting, answer and their acknowledgements; and the first eight of a long session.
        Assert.Equal([7, 8], counts.Order());
    }

    [Fact]
    public void A_full_disk_of_evidence_is_said_and_the_run_goes_on()
    {
        using LiveScene scene = Open();
        string folder = scene.InFolder("full");
        Directory.CreateDirectory(folder);
        var (mounted, _, why) = NetworkNamespaces.Run("mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", folder);
        Assert.SkipUnless(mounted == 0, "no tmpfs can be mounted: " + why);
        try
        {
            WatchedRun run = scene.Watch("--evidence", folder);
            for (ushort port = 3001; port <= 3020; port++) scene.Send(Session((ushort)(40_000 + port), port, bytes: 10_000));
            run.Status(s => s["evidence"]!["lastError"] is not null);
            run.Line("evidence could not be written");
            scene.Send(Mail(40_001), Session(40_002));
            run.Frames(scene.Sender().Sent);
            var (code, report, took) = run.Stop();
            Assert.Equal(1, code);
            AssertAddsUp(report, scene.Sender().Sent);
            Assert.Equal(21, Keys(report).Length);
            Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took.TotalSeconds:0.00} s");
        }
        finally
        {
            _ = NetworkNamespaces.Run("umount", "-l", folder);
        }
    }

    /// <summary>Takes posts, one connection each, and remembers them.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly Socket _listener;
        private readonly List<JsonNode> _alerts = [];
        private readonly Task _work;

        public Receiver(string space)
        {
            _listener = NetworkNamespaces.Inside(space, () =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                socket.Listen();
                return socket;
            });
            Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/alerts";
            _work = Task.Run(Work);
        }

        public string Address { get; }

        public IReadOnlyList<JsonNode> Alerts
        {
            get
            {
                lock (_alerts) return [.. _alerts];
            }
        }

        public void Dispose()
        {
            _listener.Dispose();
            _work.Wait(TimeSpan.FromSeconds(5));
        }

        private void Work()
        {
            try
            {
                while (true)
                {
                    using Socket socket = _listener.Accept();
                    using var stream = new NetworkStream(socket) { ReadTimeout = 5000 };
                    var head = new StringBuilder();
                    while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)) head.Append((char)stream.ReadByte());
                    string length = head.ToString().Split("\r\n").Single(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..];
                    byte[] body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
                    stream.ReadExactly(body);
                    lock (_alerts) _alerts.Add(JsonNode.Parse(body)!);
                    stream.Write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
