using System.Text.RegularExpressions;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Reports;

/// <summary>The names of causes: what they look like, that they stay, and that no two causes of a report share one.</summary>
public sealed partial class CauseKeyTests
{
    [GeneratedRegex("^[a-z0-9.:/_-]{1,250}$")]
    private static partial Regex Allowed();

    [Fact]
    public void The_key_tells_cause_subject_direction_transport_port_and_rows()
    {
        AllowedMatrix matrix = EngineRun.MatrixOf(EngineRun.Allow("R1", 25), EngineRun.Allow("R2", 443, peers: ["198.51.100.1"]));
        EngineRun run = EngineRun.Of(
            [.. Traffic.In(3389), .. Traffic.In(25), .. Traffic.RefusedOut(25), .. Traffic.Out(443, at: 9_000_000_000), .. Traffic.UdpOut(443, true)], matrix);
        Assert.Equal(
            [
                "failing/subject-1/out/tcp/25/r1:", "unexpected.direction/subject-1/in/tcp/25/r1:", "unexpected.peer/subject-1/out/tcp/443/r2:",
                "unexpected.port/subject-1/in/tcp/3389", "unexpected.transport/subject-1/out/udp/443/r2:",
            ],
            run.Report.Findings.Select(f => Regex.Replace(f.Key, ":[0-9a-f]{8}$", ":")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_scan_keeps_its_key_when_it_grows_from_one_shape_to_another()
    {
        IEnumerable<TimedFrame> Scan(int hosts, int ports) => Enumerable.Range(0, hosts).SelectMany(h => Enumerable.Range(0, ports).SelectMany(p =>
            new TcpConversation("203.0.113.9", (ushort)(40000 + p), $"10.0.0.{h + 1}", (ushort)(1000 + p), 1_000_000_000 + (((h * 100L) + p) * 10_000_000)).Refused().Frames));
        Finding small = Assert.Single(EngineRun.Of(Scan(1, 20), protect: ["10.0.0.0/24"]).Report.Findings);
        Finding large = Assert.Single(EngineRun.Of(Scan(30, 20), protect: ["10.0.0.0/24"]).Report.Findings);
        Assert.NotEqual(small.Kind, large.Kind);
        Assert.Equal("scan/subject-1/in/tcp/203.0.113.9", small.Key);
        Assert.Equal(small.Key, large.Key);
    }

    [Fact]
    public void A_flood_is_named_by_its_target()
    {
        IEnumerable<TimedFrame> flood = Enumerable.Range(0, 400).SelectMany(i =>
            new TcpConversation($"198.18.{i / 200}.{(i % 200) + 1}", 40000, EngineRun.Host, 80, 1_000_000_000 + (i * 50_000_000L)).Syn().Frames);
        Finding finding = Assert.Single(EngineRun.Of(TimedFrame.Merge([flood])).Report.Findings);
        Assert.Equal((FindingKind.SynFlood, "flood/subject-1/in/tcp/10.0.0.5/80"), (finding.Kind, finding.Key));
    }

    [Fact]
    public void Text_of_tables_is_made_safe_and_stays_distinct()
    {
        AllowedMatrix matrix = EngineRun.MatrixOf(EngineRun.Allow("\e[31m\n", 25), EngineRun.Allow("\e[32m\n", 25, peers: ["192.0.2.7"])) with
        {
            Subjects = [new MatrixSubject("Gateway <script> " + new string('x', 100), [])],
        };
        EngineRun run = EngineRun.Of([.. Traffic.RefusedOut(25), .. Traffic.RefusedOut(25, peer: "192.0.2.9"), .. Traffic.In(3389)], matrix);
        Assert.Equal(3, run.Report.Findings.Count);
        AssertSound(run.Report);
    }

    [Fact]
    public void A_cause_has_the_same_key_whatever_else_a_run_finds()
    {
        for (int seed = 1; seed <= 25; seed++)
        {
            var random = new Random(seed);
            var first = RandomRuns.Conversations(random, 40);
            var second = RandomRuns.Conversations(random, 40, 40);
            CheckReport small = EngineRun.Of(first.SelectMany(f => f), RandomRuns.Matrix, RandomRuns.Protect).Report;
            CheckReport whole = EngineRun.Of(first.Concat(second).SelectMany(f => f), RandomRuns.Matrix, RandomRuns.Protect).Report;
            AssertSound(small);
            AssertSound(whole);

            // Directions that one half leaves open the other may prove.
            var known = whole.Findings.ToDictionary(f => f.Key);
            int found = small.Findings.Count(f => known.TryGetValue(f.Key, out Finding? same) && same.Frames.Intersect(f.Frames).Any() && same.Flows >= f.Flows);
            Assert.True(found >= small.Findings.Count * 0.8, $"seed {seed}: {found} of {small.Findings.Count}");
        }
    }

    [Fact]
    public void No_two_causes_of_a_real_capture_share_a_key()
    {
        string[] captures = CorpusReports.Captures;
        if (captures.Length == 0) Assert.Skip("the corpus is not beside the clone");
        int findings = 0;
        foreach (string capture in captures)
        {
            CheckReport report = CorpusReports.Of(capture);
            AssertSound(report);
            findings += report.Findings.Count;
        }

        Assert.True(findings > 200, $"{findings} findings");
    }

    private static void AssertSound(CheckReport report)
    {
        Assert.All(report.Findings, f => Assert.Matches(Allowed(), f.Key));
        Assert.Distinct(report.Findings.Select(f => f.Key));
    }
}
