using System.Text;
using System.Text.Json;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Proven servers within a run and between runs, from capture files to what is reported and kept.</summary>
public sealed class LedgerTests
{
    private const string Host = "10.0.0.5", Peer = "192.0.2.7", Other = "192.0.2.8";
    private const long Start = 1_772_438_400_000_000_000, Second = 1_000_000_000;

    private const string Matrix = """
        | Port | Protocol | Direction | Required for |
        |---|---|---|---|
        | 9999 | TCP | Out | the service as a client |
        """;

    /// <summary>A session with its handshake, and others of the same server without theirs, before and after it.</summary>
    private static IReadOnlyList<TimedFrame> Sessions() => TimedFrame.Merge(
    [
        new TcpConversation(Other, 9999, Host, 8888, Start).ServerSends("b").ClientSends("a").Frames,
        new TcpConversation(Peer, 40000, Host, 8888, Start + (5 * Second)).Handshake().ClientSends("a").ServerSends("b").ClientCloses().Frames,
        new TcpConversation(Other, 9999, Host, 8888, Start + (9000 * Second)).ServerSends("b").ClientSends("a").Frames,
    ]);

    private static string Pcap(TemporaryFolder folder, string name, IEnumerable<TimedFrame> frames)
    {
        var file = new PcapFileBuilder(nanoseconds: true);
        foreach (TimedFrame frame in frames) file.Add(frame.TimestampNs, frame.Bytes);
        return folder.Write(name, file.ToArray());
    }

    private static string MatrixFile(TemporaryFolder folder) => folder.Write("matrix.md", Encoding.UTF8.GetBytes(Matrix));

    private static (int Code, JsonElement Report, string Flows, string Errors) Check(TemporaryFolder folder, string[] inputs, params string[] more)
    {
        string flows = Path.Combine(folder.Root, "flows.ndjson");
        var (code, output, errors) = Run(["check", .. inputs, "-m", MatrixFile(folder), "-p", Host, "--flows", flows, "-f", "json", .. more]);
        Assert.True(code is 0 or 1, errors);
        return (code, JsonDocument.Parse(output).RootElement, File.ReadAllText(flows), errors);
    }

    private static string[] Evidence(string flows) =>
        [.. flows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).Select(f => $"{f.GetProperty("responder_port")} {f.GetProperty("evidence")} {f.GetProperty("contradictions")} {f.GetProperty("flipped")}")];

    [Fact]
    public void A_capture_in_three_files_in_any_order_gives_the_same_evidence()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<TimedFrame> frames = Sessions();
        int third = frames.Count / 3;
        string[] parts = [Pcap(folder, "c.pcap", frames.Take(third)), Pcap(folder, "a.pcap", frames.Skip(third).Take(third)), Pcap(folder, "b.pcap", frames.Skip(2 * third))];
        var whole = Check(folder, [Pcap(folder, "whole.pcap", frames)]);
        Assert.Equal(
            ["8888 ledger [\"matrix-against-ledger\"] True", "8888 syn [] False", "8888 ledger [\"matrix-against-ledger\"] True"], Evidence(whole.Flows));
        Assert.Equal(1, whole.Code);
        var (_, unlisted, _) = Run("check", Path.Combine(folder.Root, "whole.pcap"), "-m", MatrixFile(folder), "-p", Host, "-f", "json");
        Assert.Equal(whole.Report.GetProperty("evidence").ToString(), JsonDocument.Parse(unlisted).RootElement.GetProperty("evidence").ToString());
        foreach (string[] order in new string[][] { parts, [parts[2], parts[0], parts[1]], [.. parts.Reverse()] })
        {
            var split = Check(folder, order);
            Assert.Equal(whole.Flows, split.Flows);
            Assert.Equal(whole.Report.GetProperty("evidence").ToString(), split.Report.GetProperty("evidence").ToString());
            Assert.Equal(whole.Report.GetProperty("findings").ToString(), split.Report.GetProperty("findings").ToString());
        }
    }

    [Fact]
    public void The_report_and_the_explanation_show_flips_and_contradictions()
    {
        using var folder = new TemporaryFolder();
        string capture = Pcap(folder, "a.pcap", Sessions());
        var (_, text, _) = Run("check", capture, "-m", MatrixFile(folder), "-p", Host);
        text = text.Replace('\u00a0', ' ');
        Assert.Contains("Direction    3 flows in scope by syn 1, ledger 2", text, StringComparison.Ordinal);
        Assert.Contains("the first packet captured came from the responder in 2 flows: turned by ledger 2", text, StringComparison.Ordinal);
        Assert.Contains("contradictions: matrix-against-ledger 2", text, StringComparison.Ordinal);
        Assert.Contains("Servers      1 socket proven", text, StringComparison.Ordinal);
        var (_, why, _) = Run("explain", capture, "-n", "1", "-m", MatrixFile(folder), "-p", Host);
        Assert.Contains($"initiator  {Other}, likely by ledger: the other end was proven a server elsewhere", why, StringComparison.Ordinal);
        Assert.Contains($"note       {Host}:8888 was proven a server by flows of this capture; the earliest began with frame 5", why, StringComparison.Ordinal);
        Assert.Contains("note       the first packet captured came from the responder", why, StringComparison.Ordinal);
        Assert.Contains("note       contradiction: the only service port of the matrix", why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_is_kept_between_runs_and_grows_the_same_in_any_order()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<TimedFrame> frames = Sessions();
        string proof = Pcap(folder, "proof.pcap", frames.Skip(4).SkipLast(4)), rest = Pcap(folder, "rest.pcap", frames.Take(4));
        string more = Pcap(folder, "more.pcap", new TcpConversation(Host, 41000, Peer, 9999, Start + (60 * Second)).Handshake().ServerSends("x").Frames);
        string ledger = Path.Combine(folder.Root, "servers.txt"), other = Path.Combine(folder.Root, "other.txt");

        Assert.Equal(["9999 matrix [] True"], Evidence(Check(folder, [rest], "--ledger", ledger).Flows).Select(e => e.Replace("False", "True", StringComparison.Ordinal)));
        Assert.EndsWith("end 0\n", File.ReadAllText(ledger), StringComparison.Ordinal);
        JsonElement begun = Check(folder, [proof], "--ledger", ledger).Report.GetProperty("evidence").GetProperty("ledger");
        Assert.Equal((0, 1, 1), (begun.GetProperty("read").GetInt32(), begun.GetProperty("added").GetInt32(), begun.GetProperty("written").GetInt32()));
        Assert.Matches("^trafficcheck-servers/1\n# [a-z -]+\ntcp 10.0.0.5 8888 2026-03-02T08:00:05.000000000Z 2026-03-02T08:00:05.[0-9]{9}Z 1\nend 1\n$", File.ReadAllText(ledger));

        // Weaker than proof of the run, and as good where the run proves nothing.
        Assert.Equal(["8888 ledger [\"matrix-against-ledger\"] True"], Evidence(Check(folder, [rest], "--ledger", ledger).Flows));
        var (_, why, _) = Run("explain", rest, "-n", "1", "-m", MatrixFile(folder), "-p", Host, "--ledger", ledger);
        Assert.Contains($"{Host}:8888 is a server in the ledger of earlier runs", why, StringComparison.Ordinal);

        Check(folder, [more], "--ledger", ledger);
        Check(folder, [more], "--ledger", other);
        Check(folder, [proof], "--ledger", other);
        Assert.Equal(File.ReadAllText(ledger), File.ReadAllText(other));
        Assert.Contains("end 2\n", File.ReadAllText(ledger), StringComparison.Ordinal);
        Check(folder, [proof], "--ledger", ledger);
        Assert.Contains("Z 2\n", File.ReadAllText(ledger), StringComparison.Ordinal);
        Assert.Equal(["flows.ndjson", "matrix.md", "more.pcap", "other.txt", "proof.pcap", "rest.pcap", "servers.txt"], Directory.GetFiles(folder.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Runs_that_write_at_one_time_lose_nothing()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "servers.txt");
        const int Runs = 24;
        var begin = new Barrier(Runs);
        var threads = Enumerable.Range(0, Runs).Select(i => new Thread(() =>
        {
            var ledger = new LedgerFile(path, write: true, patience: TimeSpan.FromSeconds(60));
            begin.SignalAndWait();
            ledger.Update([new ProvenServer(IpAddress.V4(0x0a000000u + (uint)i), 443, TransportNames.Tcp, Start, Start, 1)]);
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Equal(Runs, new LedgerFile(path, write: false).Servers.Count);
        Assert.Equal(["servers.txt"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_run_whose_turn_does_not_come_says_so_and_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "servers.txt"), held = Path.Combine(folder.Root, ".servers.txt.lock");
        var ledger = new LedgerFile(path, write: true, patience: TimeSpan.FromMilliseconds(100));
        ProvenServer[] proven = [new ProvenServer(IpAddress.V4(0x0a000001), 443, TransportNames.Tcp, Start, Start, 1)];
        using (new FileStream(held, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            string message = Assert.Throws<IOException>(() => ledger.Update(proven)).Message;
            Assert.Contains("its turn did not come within 0.1 s", message, StringComparison.Ordinal);
            Assert.False(File.Exists(path));
        }

        // What a program that died left behind keeps nobody waiting.
        ledger.Update(proven);
        Assert.Equal(["servers.txt"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_stays_a_link_and_rights_stay_rights()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("rights of a file are those of Unix");
        using var folder = new TemporaryFolder();
        string capture = Pcap(folder, "a.pcap", Sessions()), target = folder.Write("deep/servers.txt", []), link = Path.Combine(folder.Root, "link.txt");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, target);
        Check(folder, [capture], "--ledger", link);
        Assert.NotNull(new FileInfo(link).LinkTarget);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        Assert.Contains("end 1\n", File.ReadAllText(target), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_left_alone_and_named()
    {
        using var folder = new TemporaryFolder();
        string capture = Pcap(folder, "a.pcap", Sessions()), bad = folder.Write("bad.txt", "trafficcheck-servers/1\ntcp \u001b[2J 1\nend 1\n"u8);
        var (code, output, errors) = Run("check", capture, "-m", MatrixFile(folder), "-p", Host, "--ledger", bad);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("bad.txt, line 2: the byte 0x1b has no place in a ledger", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", errors, StringComparison.Ordinal);
        Assert.Contains("[2J", File.ReadAllText(bad), StringComparison.Ordinal);
        Assert.Equal(2, Run("check", capture, "-m", MatrixFile(folder), "-p", Host, "--ledger", folder.Root).Code);
        Assert.Equal(2, Run("check", capture, "-m", MatrixFile(folder), "-p", Host, "--ledger", Path.Combine(folder.Root, "none", "servers.txt")).Code);
        Assert.Equal(2, Run("explain", capture, "-n", "1", "--ledger", bad).Code);
        Assert.Contains("--ledger", Run("check", "--help").Output, StringComparison.Ordinal);
    }
}
