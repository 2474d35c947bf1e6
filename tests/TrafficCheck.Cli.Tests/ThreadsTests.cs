using System.Net;
using System.Text.Json.Nodes;
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

/// <summary>The report does not depend on the number of threads, by a byte.</summary>
public sealed class ThreadsTests
{
    public static TheoryData<string> SampleNames => SampleTests.Names;

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Samples_give_the_same_report_and_flows_with_any_number_of_threads(string name)
    {
        AllowedMatrix matrix = MatrixLoading.Load([Path.Combine(Samples, name, "matrix.md")], false, false, TextWriter.Null)!;
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = name == "mail-gateway"
            ? ProtectOption.Resolve(matrix, ["1=10.0.0.5,2001:db8:10::5", "exchange-server=10.0.0.9"])
            : ProtectOption.Resolve(matrix, []);
        AssertSame([Path.Combine(Samples, name, "capture.pcap")], matrix, hosts, threads: 4);
    }

    [Fact]
    public void Captures_of_the_corpus_give_the_same_report_and_flows_with_any_number_of_threads()
    {
        Assert.SkipWhen(SharedFolder.Find() is null, "no shared corpus beside the repository");
        string shared = SharedFolder.Find()!;
        AllowedMatrix matrix = MatrixLoading.Load([Path.Combine(Samples, "mail-gateway", "matrix.md")], false, false, TextWriter.Null)!;
        IReadOnlyList<IPNetwork> inner = [.. new[] { "10.0.0.0/9", "172.16.0.0/13", "192.168.0.0/17", "127.0.0.0/16", "fe80::/66", "2000::/4" }.Select(IPNetwork.Parse)];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [.. matrix.Subjects.Select((_, i) => i == 0 ? inner : [])];
        string[] captures = Directory.GetFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories);
        Assert.True(captures.Length > 100);
        Array.Sort(captures, StringComparer.Ordinal);
        foreach (string capture in captures) AssertSame([capture], matrix, hosts, threads: 3);

        // All that will merge, and is put in order: the engine begins again in the midst of it.
        AssertSame([.. captures.Where(c => new FileInfo(c).Length < 200_000)], matrix, hosts, threads: 3);
    }

    [Fact]
    public void The_program_says_nothing_of_threads_in_its_report()
    {
        string[] arguments = ["check", "samples/mail-gateway/capture.pcap", "-m", "samples/mail-gateway/matrix.md", "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9", "-f", "json"];
        string without = Run(arguments).Output;
        Assert.DoesNotContain(JsonNode.Parse(without)!["parameters"]!.AsObject(), p => p.Key.Contains("thread", StringComparison.OrdinalIgnoreCase));
        foreach (string threads in new[] { "1", "3", "1024" }) Assert.Equal(without, Run([.. arguments, "--threads", threads]).Output);
        foreach (string threads in new[] { "0", "-1", "1025" })
        {
            var (code, output, errors) = Run([.. arguments, "--threads", threads]);
            Assert.Equal((2, ""), (code, output));
            Assert.Contains("--threads", errors, StringComparison.Ordinal);
        }

        Assert.Contains("The result never depends on it", string.Join(' ', Run("check", "--help").Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static void AssertSame(string[] inputs, AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts, int threads)
    {
        string expected = Report(inputs, matrix, hosts, threads: 1);
        for (int more = 2; more <= threads; more++)
        {
            string found = Report(inputs, matrix, hosts, more);
            Assert.True(expected == found, $"{inputs[0]} with {more} threads differs");
        }
    }

    private static string Report(string[] inputs, AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts, int threads)
    {
        for (bool repairs = false; ; repairs = true)
        {
            using var set = new CaptureSet([.. inputs.Select(i => new CaptureInput(i))]);
            var options = new EngineOptions { MaxFlows = 20_000, Seed = HashSeed.Fixed, Threads = threads, BatchesBeforeThreads = 0 };
            using var engine = new CheckEngine(matrix, hosts, set.Interfaces, options, keepRows: true);
            if (!ReadAll(set, engine, repairs)) continue;
            CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
            Assert.Empty(report.Accounting.BrokenIdentities);
            var text = new StringWriter();
            TextReport.Write(report, text, TextStyle.Plain with { Verbose = true });
            JsonReport.Write(report, text);
            engine.WriteRows(row => text.WriteLine(row.ToString()));
            return text.ToString();
        }
    }

    private static bool ReadAll(CaptureSet set, CheckEngine engine, bool repairs)
    {
        using var frames = new OrderedCapture(set, repairs);
        engine.Meanwhile = frames.TryReadAhead;
        while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long firstNumber))
        {
            engine.Process(batch, start, count, firstNumber);
            if (engine.SawDisorder && !frames.Repairs) return false;
        }

        engine.Meanwhile = null;
        engine.Order = (frames.Reordered, frames.NotHeld);
        return true;
    }
}
