using System.Diagnostics;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Page;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Metrics;

/// <summary>Every metric of a run. None has a series for a port, a peer, a row or a finding.</summary>
internal static class MetricTable
{
    private const string Interface = "network.interface.name";

    /// <summary>Series of one metric whose attribute is named by configuration or by the engine's own words.</summary>
    private const int MostSeries = 64;

    private const string Grades = "FEDCBA";

    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        new("trafficcheck.frames", "{frame}", "Frames that reached the engine.", MetricKind.Counter, (s, _) => Each(s, i => i.FramesRead)),
        new("trafficcheck.frames.received", "{frame}", "Frames that the system took for this program, those it dropped included.", MetricKind.Counter, (s, _) => Each(s, i => i.Received)),
        new("trafficcheck.frames.dropped", "{frame}", "Frames dropped: by the kernel (ring full), by the interface, or in the queue to the engine.", MetricKind.Counter, (s, _) => Drops(s)),
        new("trafficcheck.frames.waiting", "{frame}", "Frames captured and not judged yet.", MetricKind.UpDownCounter, (s, _) => [MetricPoint.Of(s.FramesWaiting)]),
        new("trafficcheck.frames.not_decoded", "{frame}", "Frames that hold no packet that was read, by cause.", MetricKind.UpDownCounter, (s, _) => Named(s.Report?.Accounting.FramesNotDecoded, "cause")),
        new("trafficcheck.io", "By", "Captured bytes that reached the engine.", MetricKind.Counter, (s, _) => Each(s, i => i.BytesRead)),
        new("trafficcheck.interface.up", "{interface}", "1 while the interface is up, else 0.", MetricKind.UpDownCounter, (s, _) => Each(s, i => i.State == "up" ? 1 : 0)),
        new("trafficcheck.interface.interruptions", "{interruption}", "Times that the interface went down or away and came back.", MetricKind.Counter, (s, _) => Each(s, i => i.Interruptions)),
        new("trafficcheck.last_frame.time", "s", "Time of the last frame, in seconds since 1970.", MetricKind.Gauge, (s, _) => s.LastFrameNs is { } ns ? [MetricPoint.Of(ns / 1e9)] : [], Fraction: true),
        new("trafficcheck.flows.live", "{flow}", "Flows in the table.", MetricKind.UpDownCounter, (s, _) => [MetricPoint.Of(s.LiveFlows)]),
        new("trafficcheck.flows.opened", "{flow}", "Flows opened.", MetricKind.Counter, (s, _) => [MetricPoint.Of(s.FlowsOpened)]),
        new("trafficcheck.flows.evicted", "{flow}", "Flows that had to make room for others.", MetricKind.UpDownCounter, (s, _) => Of(s, r => r.Accounting.FlowsEvicted)),
        new("trafficcheck.flows", "{flow}", "Judgements of flows in the latest report, by verdict.", MetricKind.UpDownCounter, (s, _) => Verdicts(s.Report)),
        new("trafficcheck.flows.squares", "{flow}", "Flows in the latest report by verdict and outcome: permitted, failing, escaped, attempted.", MetricKind.UpDownCounter, (s, _) => Squares(s.Report)),
        new("trafficcheck.findings", "{finding}", "Findings in the latest report, by kind and severity.", MetricKind.UpDownCounter, (s, _) => Findings(s.Report)),
        new("trafficcheck.rows", "{row}", "Rows of the matrix in the latest report, by what the traffic says about them.", MetricKind.UpDownCounter, (s, _) => Rows(s.Report)),
        new("trafficcheck.pass", "{run}", "1 when the run passes as it stands, else 0.", MetricKind.Gauge, (s, _) => Of(s, r => r.Summary.Pass ? 1 : 0)),
        new("trafficcheck.visibility.grade", "{grade}", "How far the capture can be trusted: 5 for A (best) to 0 for F.", MetricKind.Gauge, (s, _) => Of(s, r => Math.Max(0, Grades.IndexOf(r.Visibility.Grade, StringComparison.Ordinal)))),
        new("trafficcheck.tcp.gaps", "{conversation}", "TCP conversations that lack bytes: packets that were sent and not captured.", MetricKind.UpDownCounter, (s, _) => Of(s, r => r.Visibility.Gaps)),
        new("trafficcheck.not_kept", "{item}", "What was cut off so that memory stays bounded, by name.", MetricKind.UpDownCounter, (s, _) => Named(s.Report?.Accounting.NotKept, "what")),
        new("trafficcheck.report.time", "s", "Time of the latest report, in seconds since 1970.", MetricKind.Gauge, (s, _) => Seconds(s.ReportAtUtc), Fraction: true),
        new("trafficcheck.matrix.rows", "{row}", "Rows of the matrix in force.", MetricKind.UpDownCounter, (s, _) => [MetricPoint.Of(s.Matrix.Rows)]),
        new("trafficcheck.matrix.time", "s", "When the matrix in force was read, in seconds since 1970.", MetricKind.Gauge, (s, _) => Seconds(s.Matrix.LoadedAtUtc), Fraction: true),
        new("trafficcheck.matrix.refused", "{matrix}", "1 while the file of the matrix is refused and an older one is in force, else 0.", MetricKind.Gauge, (s, _) => [MetricPoint.Of(s.Matrix.ReloadError is null ? 0 : 1)]),
        new("trafficcheck.warnings", "{warning}", "What a person must know now.", MetricKind.UpDownCounter, (s, _) => [MetricPoint.Of(s.Warnings.Count)]),
        new("trafficcheck.alerts", "{alert}", "Alerts by receiver: sent, or given up (dropped).", MetricKind.Counter, (s, _) => Alerts(s)),
        new("trafficcheck.alerts.waiting", "{alert}", "Alerts that wait for their receiver.", MetricKind.UpDownCounter, (s, _) => s.Receivers.Take(MostSeries).Select(r => MetricPoint.Of(r.Waiting, "receiver", Label(r.Name)))),
        new("trafficcheck.evidence.files", "{file}", "Evidence files that are kept.", MetricKind.UpDownCounter, (s, _) => s.Evidence is { } e ? [MetricPoint.Of(e.Files)] : []),
        new("trafficcheck.evidence.size", "By", "Bytes of the evidence files.", MetricKind.UpDownCounter, (s, _) => s.Evidence is { } e ? [MetricPoint.Of(e.Bytes)] : []),
        new("trafficcheck.evidence.skipped", "{frame}", "Frames that should have been kept as evidence and were not.", MetricKind.Counter, (s, _) => s.Evidence is { } e ? [MetricPoint.Of(e.Skipped)] : []),
        new("trafficcheck.checkpoint.time", "s", "When the last checkpoint was written, in seconds since 1970.", MetricKind.Gauge, (s, _) => Seconds(s.Checkpoint?.WrittenAtUtc), Fraction: true),
        new("trafficcheck.page.requests", "{request}", "Requests to the page and its API.", MetricKind.Counter, (_, page) => page is null ? [] : [MetricPoint.Of(page.Requests)]),
        new("trafficcheck.page.refused", "{request}", "Requests that were refused, by cause.", MetricKind.Counter, (_, page) => Named(page?.Refused, "cause")),
        new("trafficcheck.page.streams", "{stream}", "Streams of events that are open.", MetricKind.UpDownCounter, (_, page) => page is null ? [] : [MetricPoint.Of(page.Streams)]),
        new("process.memory.usage", "By", "Physical memory of the process.", MetricKind.UpDownCounter, (_, _) => [MetricPoint.Of(Environment.WorkingSet)]),
        new("process.cpu.time", "s", "Processor time of the process, by mode.", MetricKind.Counter, (_, _) => CpuTime(), Fraction: true),
        new("process.uptime", "s", "Time since the run started.", MetricKind.Gauge, (s, _) => [MetricPoint.Of((s.AtUtc - s.StartedAtUtc).TotalSeconds)], Fraction: true),
        new("process.thread.count", "{thread}", "Threads of the thread pool.", MetricKind.UpDownCounter, (_, _) => [MetricPoint.Of(ThreadPool.ThreadCount)]),
    ];

    /// <summary>Text of a label: safe to show in a terminal, and of a fit length.</summary>
    private static string Label(string text) => TerminalText.Clean(text, 120);

    private static IEnumerable<MetricPoint> Each(LiveStatus status, Func<WatchedInterface, long?> count)
    {
        foreach (WatchedInterface watched in status.Interfaces.Take(MostSeries))
        {
            if (count(watched) is { } value) yield return MetricPoint.Of(value, Interface, Label(watched.Name));
        }
    }

    private static IEnumerable<MetricPoint> Drops(LiveStatus status)
    {
        const string Where = "where";
        foreach (WatchedInterface watched in status.Interfaces.Take(MostSeries))
        {
            string name = Label(watched.Name);
            if (watched.KernelDrops is { } kernel) yield return MetricPoint.Of(kernel, Interface, name, Where, "kernel");
            if (watched.InterfaceDrops is { } own) yield return MetricPoint.Of(own, Interface, name, Where, "interface");
            yield return MetricPoint.Of(watched.QueueDrops, Interface, name, Where, "queue");
        }
    }

    private static IEnumerable<MetricPoint> Of(LiveStatus status, Func<CheckReport, double> value) => status.Report is { } report ? [MetricPoint.Of(value(report))] : [];

    private static IEnumerable<MetricPoint> Named(IReadOnlyList<KeyValuePair<string, long>>? counts, string attribute) =>
        (counts ?? []).Take(MostSeries).Select(c => MetricPoint.Of(c.Value, attribute, Label(c.Key)));

    private static IEnumerable<MetricPoint> Seconds(DateTimeOffset? time) => time is { } at ? [MetricPoint.Of(at.ToUnixTimeMilliseconds() / 1e3)] : [];

    private static IEnumerable<MetricPoint> Verdicts(CheckReport? report)
    {
        if (report?.Summary is not { } summary) yield break;
        const string By = "verdict";
        yield return MetricPoint.Of(summary.Allowed, By, Verdict.Allowed.Word());
        yield return MetricPoint.Of(summary.Related, By, Verdict.Related.Word());
        yield return MetricPoint.Of(summary.Unexpected, By, Verdict.Unexpected.Word());
        yield return MetricPoint.Of(summary.Undetermined, By, Verdict.Undetermined.Word());
        yield return MetricPoint.Of(summary.OutOfScope.Sum(o => o.Value), By, Verdict.OutOfScope.Word());
    }

    private static IEnumerable<MetricPoint> Squares(CheckReport? report)
    {
        if (report?.Summary is not { } summary) yield break;
        const string By = "square";
        yield return MetricPoint.Of(summary.Permitted, By, Square.Permitted.Word());
        yield return MetricPoint.Of(summary.Failing, By, Square.Failing.Word());
        yield return MetricPoint.Of(summary.Escaped, By, Square.Escaped.Word());
        yield return MetricPoint.Of(summary.Attempted, By, Square.Attempted.Word());
    }

    /// <summary>Kinds without findings are 0 at one severity, so that a rule on a kind has a series before there is a finding.</summary>
    private static IEnumerable<MetricPoint> Findings(CheckReport? report)
    {
        if (report is null) yield break;
        var counts = new Dictionary<(FindingKind, FindingSeverity), long>();
        foreach (Finding finding in report.Findings) counts[(finding.Kind, finding.Severity)] = counts.GetValueOrDefault((finding.Kind, finding.Severity)) + 1;
        foreach (FindingKind kind in Enum.GetValues<FindingKind>())
        {
            foreach (FindingSeverity severity in Enum.GetValues<FindingSeverity>())
            {
                yield return MetricPoint.Of(counts.GetValueOrDefault((kind, severity)), "kind", kind.Word(), "severity", severity.Word());
            }
        }
    }

    private static IEnumerable<MetricPoint> Rows(CheckReport? report) =>
        report is null ? [] : Enum.GetValues<CoverageState>().Select(state => MetricPoint.Of(report.Coverage.Count(r => r.State == state), "state", state.Word()));

    private static IEnumerable<MetricPoint> Alerts(LiveStatus status)
    {
        foreach (ReceiverStatus receiver in status.Receivers.Take(MostSeries))
        {
            string name = Label(receiver.Name);
            yield return MetricPoint.Of(receiver.Sent, "receiver", name, "result", "sent");
            yield return MetricPoint.Of(receiver.Dropped, "receiver", name, "result", "dropped");
        }
    }

    private static IEnumerable<MetricPoint> CpuTime()
    {
        using var process = Process.GetCurrentProcess();
        yield return MetricPoint.Of(process.UserProcessorTime.TotalSeconds, "cpu.mode", "user");
        yield return MetricPoint.Of(process.PrivilegedProcessorTime.TotalSeconds, "cpu.mode", "system");
    }
}
