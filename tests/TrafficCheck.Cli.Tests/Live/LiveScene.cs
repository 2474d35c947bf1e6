using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using TrafficCheck.TestSupport.Network;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>Cables, a sender for each, a folder that everybody may write to, and the matrix of a relay that mail may come in to.</summary>
internal sealed class LiveScene : IDisposable
{
    public const string Relay = "10.0.0.10", Client = "198.51.100.7";

    private readonly TemporaryFolder _folder = new();
    private readonly List<FrameSender> _senders = [];
    private readonly List<WatchedRun> _runs = [];

    private LiveScene(int cables)
    {
        Net = new NetworkNamespaces(cables);
        for (int i = 0; i < cables; i++) _senders.Add(new FrameSender(Net.Sender, "out" + i));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.Root, (UnixFileMode)0x1ff);
        WriteMatrix("| 25 | TCP | In | Mail |");
    }

    public NetworkNamespaces Net { get; }

    public string Matrix => InFolder("matrix.md");

    public string InFolder(string name) => Path.Combine(_folder.Root, name);

    /// <summary>Skips the test where there can be none.</summary>
    public static LiveScene Open(int cables = 1)
    {
        Assert.SkipUnless(NetworkNamespaces.WhyNot is null, NetworkNamespaces.WhyNot ?? "");
        return new LiveScene(cables);
    }

    public void WriteMatrix(params string[] rows) =>
        File.WriteAllText(Matrix, $"---\nsubjects:\n  relay: [{Relay}]\n---\n\n| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n{string.Join('\n', rows)}\n");

    /// <summary>Watches the first cable by the matrix, and prints its report as JSON.</summary>
    public WatchedRun Watch(params string[] args) => Keep(WatchedRun.Start(Net, ["-i", "tap0", "-m", Matrix, "--format", "json", .. args]));

    public WatchedRun Keep(WatchedRun run)
    {
        _runs.Add(run);
        return run;
    }

    public FrameSender Sender(int cable = 0) => _senders[cable];

    /// <summary>A cable that was laid again has another end.</summary>
    public void Reconnect(int cable)
    {
        _senders[cable].Dispose();
        _senders[cable] = new FrameSender(Net.Sender, "out" + cable);
    }

    public void Send(params IEnumerable<TcpConversation> conversations) => Sender().Send([.. conversations.SelectMany(c => c.Frames).Select(f => f.Bytes)]);

    /// <summary>The same frames as a file.</summary>
    public string Pcap(IEnumerable<TimedFrame> frames)
    {
        var file = new PcapFileBuilder();
        long time = 1_800_000_000_000_000_000;
        foreach (TimedFrame frame in frames) file.Add(time += 1_000_000, frame.Bytes);
        return _folder.Write("sent.pcap", file.ToArray());
    }

    /// <summary>Mail that arrives: 11 frames, allowed.</summary>
    public static TcpConversation Mail(ushort clientPort) => new TcpConversation(Client, clientPort, Relay, 25, 0)
        .Handshake().ServerSends("220 relay.example ESMTP\r\n").ClientSends("QUIT\r\n").ClientCloses();

    /// <summary>A session at a port that no row names, still open.</summary>
    public static TcpConversation Session(ushort clientPort, ushort port = 2323, int bytes = 40) => new TcpConversation(Client, clientPort, Relay, port, 0)
        .Handshake().ServerSends("login: ").ClientSends(new byte[bytes]);

    /// <summary>Keys of findings, in order.</summary>
    public static string[] Keys(JsonNode report) => [.. report["findings"]!.AsArray().Select(f => (string)f!["key"]!).Order(StringComparer.Ordinal)];

    public static void AssertAddsUp(JsonNode report, long frames)
    {
        Assert.Empty(report["accounting"]!["brokenIdentities"]!.AsArray());
        Assert.Equal(frames, (long)report["accounting"]!["framesRead"]!);
        Assert.Equal(frames, report["inputs"]!.AsArray().Sum(i => (long)i!["frames"]!));
    }

    public void Dispose()
    {
        foreach (WatchedRun run in _runs) run.Dispose();
        foreach (FrameSender sender in _senders) sender.Dispose();
        Net.Dispose();
        _folder.Dispose();
    }
}
