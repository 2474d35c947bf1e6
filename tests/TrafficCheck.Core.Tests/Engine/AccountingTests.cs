using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Random traffic, sound and damaged: nothing is lost, and every total can be had again from the exported flows.</summary>
public sealed class AccountingTests
{
    private static readonly AllowedMatrix s_matrix = MatrixOf(
        Allow("R1", 25), Allow("R2", 25, RowDirection.InOut, transports: []), Allow("R3", 20, RowDirection.In, last: 30), Allow("R4", 25, peers: ["192.0.2.3"]),
        Allow("R5", 53, RowDirection.InOut, transports: [17]), Allow("R6", 80, peers: ["www.example.net"]), Allow("R7", 8, RowDirection.In, transports: [1]),
        Allow("R8", 25, RowDirection.In, subject: 1), Allow("R9", 25, RowDirection.In, subject: 1), Allow("R10", 443, RowDirection.Out, transports: [6, 132], subject: 1));

    private static readonly string[] s_hosts = ["10.0.0.5", "10.0.0.9", "192.0.2.3", "192.0.2.4", "10.0.0.1", "10.0.0.2", "224.0.0.251"];

    public static TheoryData<int, long> Runs => new() { { 1, 100_000 }, { 2, 100_000 }, { 3, 37 }, { 4, 5 }, { 5, 1 } };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Everything_adds_up(int seed, long maxFlows)
    {
        TimedFrame[] frames = RandomFrames(seed, 6000);
        EngineRun run = Of(frames, s_matrix, [Host + " 10.0.0.1", "10.0.0.9 10.0.0.1"], new EngineOptions { MaxFlows = maxFlows });
        AccountingReport accounting = run.Report.Accounting;
        SummaryReport summary = run.Report.Summary;
        Assert.Equal(frames.Length, accounting.FramesRead);
        Assert.Equal(accounting.FramesRead, accounting.FramesDecoded + accounting.FramesNotDecoded.Sum(c => c.Value));
        Assert.Equal(accounting.FramesDecoded, accounting.PacketsInFlows + accounting.PacketsWithoutFlow.Sum(c => c.Value) + accounting.Duplicates);
        Assert.Equal(accounting.FlowsOpened, accounting.FlowsExpired + accounting.FlowsEvicted + accounting.FlowsLive);
        Assert.Equal(accounting.FlowsOpened, summary.Flows);
        Assert.Equal(summary.Judged, summary.Allowed + summary.Related + summary.Unexpected + summary.Undetermined + summary.OutOfScope.Sum(o => o.Value));
        Assert.Equal(summary.Judged, run.Rows.Count);

        // A flow between two subjects has two rows.
        Assert.Equal(accounting.PacketsInFlows, run.Rows.Sum(r => r.InitiatorPackets + r.ResponderPackets) - TwiceJudged(run).Sum(r => r.InitiatorPackets + r.ResponderPackets));
        Assert.Equal(summary.Flows, run.Rows.Count - TwiceJudged(run).Count());

        // The traffic has something of everything.
        Assert.Equal(["fragment-without-first", "icmp-error-of-ended-flow", "icmp-error-of-known-flow", "ipv6-extension-cut", "ports-missing"], accounting.PacketsWithoutFlow.Select(c => c.Key));
        Assert.NotEmpty(accounting.FramesNotDecoded);
        Assert.Equal(["internal", "link-scope-multicast", "transit"], summary.OutOfScope.Select(o => o.Key));
        Assert.NotEmpty(TwiceJudged(run));
        Assert.True(summary.Undetermined > 0);
        if (maxFlows < 100)
        {
            Assert.True(accounting.FlowsEvicted > 100);
            Assert.Contains(run.Report.Visibility.Notes, n => n.Contains("--max-flows", StringComparison.Ordinal));
        }
        else
        {
            Assert.Equal(0, accounting.FlowsEvicted);
            Assert.True(accounting.FlowsExpired > 100);
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Coverage_and_findings_are_sums_of_the_exported_flows(int seed, long maxFlows)
    {
        EngineRun run = Of(RandomFrames(seed, 6000), s_matrix, [Host + " 10.0.0.1", "10.0.0.9 10.0.0.1"], new EngineOptions { MaxFlows = maxFlows });
        foreach (RowCoverage row in run.Report.Coverage)
        {
            string id = row.Row.Id;
            FlowRow[] answered = [.. run.Rows.Where(r => r.Rows.Contains(id))], covered = [.. run.Rows.Where(r => r.CoveredRows.Contains(id))];
            Assert.Equal(Hits(answered.Where(r => r.Rows.Count == 1)), row.Exclusive);
            Assert.Equal(Hits(answered.Where(r => r.Rows.Count > 1)), row.Shared);
            Assert.Equal(Hits(covered), row.Covered);
            FlowDirection[] known = [.. answered.Where(r => r.Confidence < Confidence.Weak).Select(r => r.Direction)];
            Assert.Equal((known.Count(d => d == FlowDirection.In), known.Count(d => d == FlowDirection.Out)), (row.InitiatedIn, row.InitiatedOut));
            Assert.Equal(answered.Length == 0 ? null : answered.Min(r => r.FirstNs), row.FirstNs);
            Assert.Equal(answered.Length == 0 ? null : answered.Max(r => r.LastNs), row.LastNs);
            Assert.Equal(answered.Select(r => r.Direction == FlowDirection.In ? r.Initiator : r.Responder).Distinct().Count(), row.Peers.Count);
        }

        Assert.Equal(run.Report.Summary.Unexpected, run.Report.Findings.Sum(f => f.Unexpected));
        foreach (var verdict in new[] { Verdict.Unexpected, Verdict.Undetermined })
        {
            Finding[] findings = [.. run.Report.Findings.Where(f => verdict == Verdict.Unexpected ? f.Unexpected > 0 : f.Kind == FindingKind.Undetermined)];
            if (verdict == Verdict.Unexpected && findings.Any(f => f.Unexpected != f.Flows)) continue;
            FlowRow[] rows = [.. run.Rows.Where(r => r.Verdict == verdict)];
            Assert.Equal((rows.Length, rows.Sum(r => r.InitiatorPackets + r.ResponderPackets)), (findings.Sum(f => f.Flows), findings.Sum(f => f.Packets)));
            Assert.Equal(rows.Sum(r => r.InitiatorBytes + r.ResponderBytes), findings.Sum(f => f.Bytes));
            Assert.All(findings, f => Assert.Equal(f.Flows, f.Outcomes.Sum(o => o.Value)));
        }

        Assert.True(run.Report.Findings.Count > 3 && run.Rows.Count(r => r.Verdict == Verdict.Allowed) > 20);
    }

    [Fact]
    public void The_hash_seed_shows_in_no_result()
    {
        TimedFrame[] frames = RandomFrames(6, 3000);
        string Words(HashSeed seed) => string.Join('\n', Of(frames, s_matrix, options: new EngineOptions { MaxFlows = 50, Seed = seed }).Rows);
        Assert.Equal(Words(HashSeed.Fixed), Words(new HashSeed(3, 4, 5)));
    }

    private static HitCount Hits(IEnumerable<FlowRow> rows) => new(rows.Count(), rows.Sum(r => r.InitiatorBytes + r.ResponderBytes));

    /// <summary>The second rows of flows that have two: next to the first, with the same ends and times and another subject.</summary>
    private static IEnumerable<FlowRow> TwiceJudged(EngineRun run) => run.Rows.Zip(run.Rows.Skip(1))
        .Where(pair => pair.First.Subject != pair.Second.Subject && pair.First.Subject.Length > 0 && pair.Second.Subject.Length > 0
            && (pair.First.FirstNs, pair.First.LastNs, pair.First.Transport, pair.First.Initiator, pair.First.InitiatorPort, pair.First.Responder, pair.First.ResponderPort)
                .Equals((pair.Second.FirstNs, pair.Second.LastNs, pair.Second.Transport, pair.Second.Initiator, pair.Second.InitiatorPort, pair.Second.Responder, pair.Second.ResponderPort)))
        .Select(pair => pair.Second);

    private static TimedFrame[] RandomFrames(int seed, int count)
    {
        var random = new Random(seed);
        var frames = new TimedFrame[count];
        long now = 0;
        ushort[] ports = [20, 25, 25, 53, 80, 443, 30000, 30001, 30002];
        for (int i = 0; i < count; i++)
        {
            // Every frame has a time of its own, so that two rows of one time are two judgements of one flow.
            now += 1 + (random.Next(50) == 0 ? random.NextInt64(400_000_000_000) : random.NextInt64(1_000_000));
            if (random.Next(4) == 0)
            {
                CanonicalFrame canonical = CanonicalFrames.All[random.Next(CanonicalFrames.All.Count)];
                byte[] bytes = [.. canonical.Bytes];
                for (int changes = random.Next(3); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                if (random.Next(5) == 0) bytes = bytes[..random.Next(bytes.Length)];
                frames[i] = new TimedFrame(now, bytes, (uint)bytes.Length, canonical.LinkType);
                continue;
            }

            string source = s_hosts[random.Next(s_hosts.Length)], destination = s_hosts[random.Next(s_hosts.Length)];
            ushort sourcePort = ports[random.Next(ports.Length)], destinationPort = ports[random.Next(ports.Length)];
            FrameBuilder ip = FrameBuilder.Ethernet().IPv4(source, destination, id: (ushort)random.Next(8), moreFragments: random.Next(20) == 0, fragmentOffset: (ushort)(random.Next(20) == 0 ? 2 : 0));
            FrameBuilder frame = random.Next(5) switch
            {
                0 => ip.Udp(sourcePort, destinationPort).Payload(new byte[random.Next(40)]),
                1 => ip.Icmp((byte)(random.Next(3) * 4), 0).Payload("ping"),
                2 => ip.IcmpError(3, 3, FrameBuilder.RawIPv4().IPv4(destination, source).Udp(destinationPort, sourcePort).BuildIpPacket()),
                _ => ip.Tcp(sourcePort, destinationPort, (TcpFlags)random.Next(64)).Payload(new byte[random.Next(40)]),
            };
            frames[i] = frame.At(now);
        }

        return frames;
    }
}
