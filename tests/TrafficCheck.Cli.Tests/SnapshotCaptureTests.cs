using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;
using TrafficCheck.TestSupport;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Reports of a moment and of periods over real captures: the former are those of a run that ended there, the latter add up to the whole.</summary>
public sealed class SnapshotCaptureTests
{
    public static TheoryData<string> SampleNames => SampleTests.Names;

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Samples_give_at_each_moment_the_report_of_a_run_that_ended_there(string name)
    {
        AllowedMatrix matrix = MatrixLoading.Load([Path.Combine(Samples, name, "matrix.md")], false, false, TextWriter.Null)!;
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = name == "mail-gateway"
            ? ProtectOption.Resolve(matrix, ["1=10.0.0.5,2001:db8:10::5", "exchange-server=10.0.0.9"])
            : ProtectOption.Resolve(matrix, []);
        for (int threads = 1; threads <= 4; threads++) AssertMoments(Path.Combine(Samples, name, "capture.pcap"), matrix, hosts, threads);
    }

    [Fact]
    public void Captures_of_the_corpus_give_at_each_moment_the_report_of_a_run_that_ended_there()
    {
        Assert.SkipWhen(SharedFolder.Find() is null, "no shared corpus beside the repository");
        AllowedMatrix matrix = MatrixLoading.Load([Path.Combine(Samples, "mail-gateway", "matrix.md")], false, false, TextWriter.Null)!;
        IReadOnlyList<IPNetwork> inner = [.. new[] { "10.0.0.0/9", "172.16.0.0/13", "192.168.0.0/17", "127.0.0.0/16", "fe80::/66", "2000::/4" }.Select(IPNetwork.Parse)];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [.. matrix.Subjects.Select((_, i) => i == 0 ? inner : [])];
        string[] captures = Directory.GetFiles(Path.Combine(SharedFolder.Find()!, "corpus", "captures"), "*", SearchOption.AllDirectories);
        Assert.True(captures.Length > 100);
        Array.Sort(captures, StringComparer.Ordinal);
        for (int i = 0; i < captures.Length; i++) AssertMoments(captures[i], matrix, hosts, threads: 1 + (i % 3));
    }

    private static void AssertMoments(string capture, AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts, int threads)
    {
        long frames = Run(capture, matrix, hosts, 1, [], (_, _) => { });
        if (frames < 10) return;
        long[] moments = [frames / 5, frames / 2, frames * 4 / 5];
        var reports = new List<string>();
        CheckReport? whole = null;
        Run(capture, matrix, hosts, threads, [.. moments, frames], (engine, at) =>
        {
            if (at < frames) reports.Add(Text(engine.Snapshot(Inputs(at), [], new ExitRules())));
            else whole = engine.Finish(Inputs(at), [], new ExitRules());
        });
        for (int i = 0; i < moments.Length; i++)
        {
            Run(capture, matrix, hosts, 1, [moments[i]], (engine, at) =>
                Assert.True(Text(engine.Finish(Inputs(at), [], new ExitRules())) == reports[i], $"{capture} after {at} of {frames} frames differs, {threads} threads"));
        }

        Run(capture, matrix, hosts, 1, [frames], (engine, at) =>
            Assert.True(Text(engine.Finish(Inputs(at), [], new ExitRules())) == Text(whole!), $"{capture} differs at its end, {threads} threads"));

        var periods = new List<CheckReport>();
        Run(capture, matrix, hosts, threads, [.. moments, frames], (engine, at) =>
            periods.Add(at < frames ? engine.ClosePeriod(Inputs(at), [], new ExitRules()) : engine.Snapshot(Inputs(at), [], new ExitRules())));
        Assert.Equal(Counts([whole!]), Counts(periods));
        Assert.All(periods, p => Assert.Empty(p.Accounting.BrokenIdentities));
    }

    private static string Counts(IReadOnlyList<CheckReport> reports) => string.Join(' ',
        reports.Sum(r => r.Summary.Flows), reports.Sum(r => r.Summary.Judged), reports.Sum(r => r.Summary.OutOfScope.Sum(o => o.Value)),
        reports[^1].Accounting.PacketsInFlows, reports[^1].Accounting.FlowsOpened, reports[^1].Accounting.FlowsLive);

    private static InputSummary[] Inputs(long frames) =>
        [new InputSummary { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = frames, Bytes = 0, Problems = [] }];

    private static string Text(CheckReport report)
    {
        Assert.Empty(report.Accounting.BrokenIdentities);
        var text = new StringWriter();
        TextReport.Write(report, text, TextStyle.Plain with { Verbose = true });
        JsonReport.Write(report, text);
        return text.ToString();
    }

    /// <summary>Reads until the last moment, or to the end where there is none, and stops at each.</summary>
    /// <returns>Frames read.</returns>
    private static long Run(
        string capture, AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts, int threads, long[] moments, Action<CheckEngine, long> at)
    {
        using var set = new CaptureSet([new CaptureInput(capture)]);
        var options = new EngineOptions { MaxFlows = 20_000, Seed = HashSeed.Fixed, Threads = threads, BatchesBeforeThreads = 0, ReadNames = true };
        using var engine = new CheckEngine(matrix, hosts, set.Interfaces, options, keepRows: false);
        long read = 0;
        int next = 0;
        Reach();
        while ((moments.Length == 0 || next < moments.Length) && set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            for (int done = 0; done < count;)
            {
                int part = next < moments.Length ? (int)Math.Min(count - done, moments[next] - read) : count - done;
                engine.Process(batch, start + done, part);
                (done, read) = (done + part, read + part);
                Reach();
            }
        }

        return read;

        void Reach()
        {
            for (; next < moments.Length && moments[next] == read; next++) at(engine, read);
        }
    }
}
