using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Matrices;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Live.Tests.Page;

/// <summary>Statuses of a run that looks like a real one: reports are those of the shipped samples.</summary>
internal static class Samples
{
    /// <summary>Text that would act on a terminal or a page.</summary>
    public const string Hostile = "<img src=x onerror=alert(1)> \e[31mred \u202Egnp.exe </script><script>alert(2)</script> \0 \u200Bend";

    public static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<CheckReport> s_gateway = new(() => Run("mail-gateway", [["10.0.0.5/32", "2001:db8:10::5/128"], ["10.0.0.9/32"]]));
    private static readonly Lazy<CheckReport> s_scan = new(() => Run("scan", [["10.0.0.0/24"]]));

    /// <summary>20 findings, a scan among them, and 40 rows.</summary>
    public static CheckReport Gateway => s_gateway.Value;

    /// <summary>7 findings and 2 rows.</summary>
    public static CheckReport Scan => s_scan.Value;

    public static LiveStatus Status(long sequence, CheckReport? report = null) => new()
    {
        Sequence = sequence,
        StartedAtUtc = Start,
        AtUtc = Start.AddMinutes(40).AddSeconds(sequence),
        Interfaces =
        [
            new WatchedInterface { Name = "span0", State = "up", Received = 18_204_113 + (sequence * 1000), FramesRead = 18_203_901 + (sequence * 1000), BytesRead = 12_400_000_000, KernelDrops = 212, InterfaceDrops = 0, QueueDrops = 0 },
            new WatchedInterface { Name = "span1", State = "up", Received = null, FramesRead = 2_114_018, BytesRead = 901_000_000, KernelDrops = null, InterfaceDrops = null, QueueDrops = 0, Interruptions = 1 },
        ],
        FramesRead = 20_317_919 + (sequence * 1000),
        BytesRead = 13_301_000_000,
        LastFrameNs = Start.AddMinutes(40).ToUnixTimeMilliseconds() * 1_000_000,
        LiveFlows = 41_233,
        FlowsOpened = 1_204_551 + sequence,
        FramesWaiting = 512,
        Rate = new RateSample(Start.AddMinutes(40), 12_345.6, 98_000_000, 0),
        History = [.. Enumerable.Range(0, 180).Select(i => new RateSample(Start.AddMinutes(37).AddSeconds(i), 9000 + (3000 * Math.Sin(i / 9.0)) + (i % 7 * 150), 7e7 + (2e7 * Math.Sin(i / 14.0)), i == 120 ? 212 : 0))],
        Report = report,
        ReportAtUtc = report is null ? null : Start.AddMinutes(40).AddSeconds(sequence),
        Matrix = new MatrixState(["samples/mail-gateway/matrix.md"], 40, Start),
        Receivers = [new ReceiverStatus("syslog udp 192.0.2.9:514", 20, 0, 0, null), new ReceiverStatus("webhook https://alerts.example", 12, 8, 3, "connection refused")],
        Evidence = new EvidenceStatus("/var/lib/trafficcheck/evidence", 20, 412_000, 900, 14, null),
        Checkpoint = new CheckpointStatus("/var/lib/trafficcheck", Start.AddMinutes(39), null),
    };

    /// <summary>Many findings like one of the sample, each with a key of its own.</summary>
    public static CheckReport Many(int count)
    {
        Finding one = Gateway.Findings[0];
        return Gateway with { Findings = [.. Enumerable.Range(1, count).Select(i => one with { Id = $"F{i}", Key = $"many-{i}", ServicePort = i, Flows = i })] };
    }

    /// <summary>The sample with text from hell wherever a capture or table puts text.</summary>
    public static CheckReport WithHostileText()
    {
        string text = Hostile + new string('w', 3000);
        Finding one = Gateway.Findings[0];
        return Gateway with
        {
            Matrix = Gateway.Matrix with { Name = text },
            Findings = [one with { Application = text, Explanation = text, Suggestion = text, Subject = text, PeerNames = [new NamedPeer("203.0.113.9", text, "dns", 7, false)] }, .. Gateway.Findings.Skip(1)],
            Coverage = [.. Gateway.Coverage.Select(r => r with { Note = text, Row = r.Row with { Purpose = text, Id = r.Row.Id + Hostile } })],
        };
    }

    private static CheckReport Run(string sample, string[][] protectedHosts)
    {
        string folder = Path.Combine(RepositoryFolder.Find(), "samples", sample);
        AllowedMatrix matrix = MatrixReader.Read([Path.Combine(folder, "matrix.md")], new MatrixReadOptions(false)).Matrix!;
        using var set = new CaptureSet([new CaptureInput(Path.Combine(folder, "capture.pcap"))]);
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [.. protectedHosts.Select(h => (IReadOnlyList<IPNetwork>)[.. h.Select(IPNetwork.Parse)])];
        using var engine = new CheckEngine(matrix, hosts, set.Interfaces, new EngineOptions { Seed = HashSeed.Fixed, ReadNames = true, ReadSpeech = true }, keepRows: false);
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count)) engine.Process(batch, start, count);
        CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
        return report with { Findings = [.. report.Findings.Select(f => f.Key.Length > 0 ? f : f with { Key = $"{sample} {f.Id}" })] };
    }
}
