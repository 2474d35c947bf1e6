using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class FindingTests
{
    private const long Second = 1_000_000_000;

    private static IEnumerable<TimedFrame> Scan(int ports, string peer = Peer) =>
        Enumerable.Range(0, ports).SelectMany(i => i % 2 == 0
            ? Traffic.RefusedIn((ushort)(1000 + i), (i + 1) * Second, peer)
            : new TcpConversation(peer, 40001, Host, (ushort)(1000 + i), (i + 1) * Second).Unanswered(1).Frames);

    [Fact]
    public void A_scan_is_one_finding()
    {
        EngineRun run = Of(Scan(300), MatrixOf(Allow("R1", 25)));
        Finding scan = Assert.Single(run.Report.Findings);
        Assert.Equal((FindingKind.PortScan, 300L, 300L, 300L, 0L), (scan.Kind, scan.Ports, scan.Flows, scan.Attempted, scan.Escaped));
        Assert.Equal((1L, Peer), (scan.Peers.Count, scan.Peers.Sample[0]));
        Assert.Equal([KeyValuePair.Create(Outcome.Refused, 150L), KeyValuePair.Create(Outcome.NoAnswer, 150L)], scan.Outcomes);
        Assert.Null(scan.ServicePort);
        Assert.Equal(450, scan.Packets);
        Assert.Equal(FindingSeverity.Low, scan.Severity);
    }

    [Fact]
    public void A_few_ports_are_no_scan()
    {
        EngineRun run = Of(Scan(9), MatrixOf(Allow("R1", 25)));
        Assert.Equal(9, run.Report.Findings.Count);
        Assert.All(run.Report.Findings, f => Assert.Equal(FindingKind.Unexpected, f.Kind));
    }

    [Fact]
    public void What_a_scanner_got_through_stands_apart_and_first()
    {
        EngineRun run = Of(TimedFrame.Merge(Scan(50), Traffic.In(2000, 99 * Second)), MatrixOf(Allow("R1", 25)));
        Assert.Equal([(FindingKind.Unexpected, FindingSeverity.High, (int?)2000), (FindingKind.PortScan, FindingSeverity.Low, null)],
            run.Report.Findings.Select(f => (f.Kind, f.Severity, f.ServicePort)));
    }

    [Fact]
    public void Flows_of_one_cause_are_one_finding_with_exact_counts()
    {
        EngineRun run = Of(
            Enumerable.Range(1, 20).SelectMany(i => Traffic.Out(4444, i * Second, peer: $"192.0.2.{i}")), MatrixOf(Allow("R1", 25)));
        Finding finding = Assert.Single(run.Report.Findings);
        Assert.Equal((20L, 20L, 20L, 60L, 1L), (finding.Flows, finding.Escaped, finding.Peers.Count, finding.Packets, finding.Hosts.Count));
        Assert.Equal(["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"], finding.Peers.Sample);
        Assert.Equal([1, 4, 7, 10, 13], finding.Frames);
        Assert.Equal((Second, (20 * Second) + 2_000_000), (finding.FirstNs, finding.LastNs));
        Assert.Equal(run.Rows.Sum(r => r.InitiatorBytes + r.ResponderBytes), finding.Bytes);
    }

    [Fact]
    public void A_failing_row_that_worked_more_often_is_of_low_severity()
    {
        AssertFailing(FindingSeverity.High, worked: 0);
        AssertFailing(FindingSeverity.Medium, worked: 1);
        AssertFailing(FindingSeverity.Low, worked: 2);

        static void AssertFailing(FindingSeverity severity, int worked)
        {
            IEnumerable<TimedFrame> frames = Enumerable.Range(1, worked).SelectMany(i => Traffic.Out(25, i * Second, from: (ushort)(41000 + i)));
            Finding finding = Assert.Single(Of([.. frames, .. Traffic.RefusedOut(25, 50 * Second)], MatrixOf(Allow("R1", 25))).Report.Findings);
            Assert.Equal((FindingKind.Failing, severity, "R1"), (finding.Kind, finding.Severity, finding.NearestRow));
        }
    }

    [Fact]
    public void Findings_do_not_depend_on_the_order_in_which_flows_end()
    {
        TimedFrame[] frames = [.. TimedFrame.Merge(Scan(30), Scan(20, "192.0.2.8"), Traffic.In(2000), Traffic.Out(4444), Traffic.RefusedOut(26))];
        var matrix = MatrixOf(Allow("R1", 25, last: 26));
        string whole = Words(Of(frames, matrix));
        Assert.Equal(whole, Words(Of(frames, matrix, options: new Core.Engine.EngineOptions { MaxFlows = 100_000, Timeouts = FlowTimeouts.None })));

        static string Words(EngineRun run) => string.Join('\n', run.Report.Findings.Select(f =>
            $"{f.Id} {f.Kind} {f.Severity} {f.ServicePort} {f.Flows} {f.Packets} {f.Bytes} {string.Join(' ', f.Peers.Sample)} {string.Join(' ', f.Frames)}"));
    }
}
