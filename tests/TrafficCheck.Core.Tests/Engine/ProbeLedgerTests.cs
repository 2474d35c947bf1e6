using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>The bounds: a ledger with room for a thousand probes gets many more.</summary>
public sealed class ProbeLedgerTests
{
    private const long Millisecond = 1_000_000;
    private const int Room = 1000;
    private const uint Host = 0x0a000005;

    private static FindingLedger NewLedger() => new(new ProtectedHosts([[IPNetwork.Parse("10.0.0.0/8")]]), new HostBudget(), _ => true, Room);

    /// <summary>A SYN into the subject that nothing answers, unexpected unless to port 25.</summary>
    private static void Add(FindingLedger ledger, uint source, uint target, ushort port, long number)
    {
        var flow = new FlowSummary
        {
            Protocol = TransportNames.Tcp,
            Ends = new(IpAddress.V4(target), port, IpAddress.V4(source), 40000),
            FirstNs = number * Millisecond / 100,
            LastNs = number * Millisecond / 100,
            LowPackets = 0,
            HighPackets = 1,
            LowBytes = 0,
            HighBytes = 40,
            Marks = (FlowMarks.Syn << FlowMarks.SideBits) | FlowMarks.FirstFromHigh | FlowMarks.FirstSynFromHigh,
            FirstFrame = number,
        };
        bool allowed = port == 25;
        ledger.Add(in flow, new Judgement(
            0, true, FlowDirection.In, EvidenceMethod.Syn, Confidence.Proven, Outcome.NoAnswer, allowed ? Verdict.Allowed : Verdict.Unexpected,
            allowed ? Reason.None : Reason.Port, LinkScopeKind.None, port, RowSets.None));
    }

    [Fact]
    public void A_flood_beyond_the_room_keeps_exact_totals_and_hides_no_scan()
    {
        FindingLedger ledger = NewLedger();
        for (uint i = 1; i <= 20_000; i++)
        {
            Add(ledger, 0x30000000 + i, Host, 25, i);
            if (i % 40 == 0) Add(ledger, 0xc6336407, Host + 1, (ushort)(1000 + (i / 40)), i); // 500 ports, by and by
            if (i % 1000 == 0) Add(ledger, 0x50000000 + i, Host + 2, 8080, i);
        }

        ScanReading scans = ledger.Scans();
        Assert.Equal(
            [(FindingKind.PortScan, 500L, 500, 500L), (FindingKind.SynFlood, 20_000L, 1, 0L)],
            scans.Groups.Select(g => (g.Kind, g.Totals.State.Flows, g.Totals.Ports.Count, g.Totals.State.Attempted)).OrderBy(g => g.Kind));
        ScanGroup flood = scans.Groups.Single(g => g.Kind == FindingKind.SynFlood);
        Assert.Equal((20_000L, 20_000L, 20_000L, 800_000L), (flood.Totals.State.Peers.Count, flood.PeakSources, flood.Totals.State.Packets, flood.Totals.State.Bytes));
        Assert.Equal(20_000, scans.Rows[RowSets.None].Failed);
        Assert.Equal([(8080, 20L)], ledger.States.Select(s => (s.Key.Port, s.Value.Flows)));
        Assert.True(ledger.Probes.SummedEarly > 15_000);
        Assert.Equal(0, ledger.Probes.NotKept);
    }

    [Fact]
    public void What_is_no_flood_and_finds_no_room_is_a_finding_by_its_cause_and_counted()
    {
        FindingLedger ledger = NewLedger();
        for (uint i = 1; i <= 5000; i++) Add(ledger, 0x30000000 + i, Host + i, (ushort)(8000 + (i % 3)), i);
        Assert.Empty(ledger.Scans().Groups);
        Assert.Equal(5000, ledger.States.Values.Sum(s => s.Flows));
        Assert.Equal(3, ledger.States.Count);
        Assert.Equal(5000 - Room, ledger.Probes.NotKept);
        Assert.Equal(5000, ledger.Unexpected);
    }

    [Fact]
    public void A_scanner_needs_no_room_for_each_of_its_probes()
    {
        FindingLedger ledger = NewLedger();
        long number = 0;
        for (uint host = 0; host < 20; host++)
        {
            for (int port = 1; port <= 2000; port++) Add(ledger, 0xc6336407, Host + host, (ushort)(port == 25 ? 26 : port), ++number);
        }

        ScanGroup scan = Assert.Single(ledger.Scans().Groups);
        Assert.Equal((FindingKind.PortScan, 40_000L, 1999, 20L), (scan.Kind, scan.Totals.State.Flows, scan.Totals.Ports.Count, scan.Totals.State.Hosts.Count));
        Assert.Empty(ledger.States);
        Assert.Equal((0L, 0L), (ledger.Probes.NotKept, ledger.Probes.SummedEarly));
    }

    [Fact]
    public void A_fork_tells_what_a_ledger_would_that_got_no_more_and_leaves_the_first_alone()
    {
        FindingLedger ledger = NewLedger(), whole = NewLedger();
        for (uint i = 1; i <= 12_000; i++)
        {
            Take(ledger, i);
            Take(whole, i);
            if (i % 1100 != 0) continue;
            FindingLedger ended = NewLedger();
            for (uint n = 1; n <= i; n++) Take(ended, n);
            using var scope = new ForkScope(ledger.Probes.Budget);
            FindingLedger fork = ledger.Fork(scope, _ => true);

            // The fork goes on by itself, and so does the first.
            for (uint n = 1; n <= 400; n++)
            {
                Take(fork, 50_000 + n);
                Take(ended, 50_000 + n);
            }

            Assert.Equal(Told(ended), Told(fork));
        }

        Assert.Equal(Told(whole), Told(ledger));

        // A flood of a third of all, a scan that becomes busy, tries at many ports by many hosts.
        static void Take(FindingLedger to, uint i)
        {
            if (i % 3 == 0) Add(to, 0x30000000 + i, Host, 25, i);
            if (i % 40 == 0) Add(to, 0xc6336407, Host + 1, (ushort)(1000 + (i / 40)), i);
            if (i % 7 == 0) Add(to, 0x50000000 + (i % 900), Host + 2 + (i % 5), (ushort)(8080 + (i % 30)), i);
        }

        static string Told(FindingLedger ledger)
        {
            ScanReading scans = ledger.Scans();
            IEnumerable<string> groups = scans.Groups.OrderBy(g => g.Who).ThenBy(g => g.Kind).ThenBy(g => g.Port)
                .Select(g => $"{g.Kind} {g.Who} {g.Port} {g.PeakSources} {g.Totals.Ports.Count} {string.Join('/', g.Totals.Unexpected)} {Of(g.Totals.State)}");
            IEnumerable<string> states = ledger.States.OrderBy(s => s.Key).Select(s => $"{s.Key} {Of(s.Value)}");
            return string.Join('\n', groups.Concat(states).Append($"{ledger.Probes.NotKept} {ledger.Probes.SummedEarly} {ledger.PortsNotToldApart} {ledger.Unexpected}"));
        }

        static string Of(FindingState s) =>
            $"{s.Flows} {s.Packets} {s.FirstNs} {s.LastNs} {s.Peers.Count} {string.Join(' ', s.Peers.Sample)} {s.Hosts.Count} {string.Join(' ', s.Frames.Items.Select(f => f.Frame))}";
    }

    [Fact]
    public void Floods_beyond_the_room_for_their_targets_are_counted()
    {
        var ledger = new FindingLedger(new ProtectedHosts([[IPNetwork.Parse("10.0.0.0/8")]]), new HostBudget(), _ => true);
        for (uint i = 1; i <= 900; i++) Add(ledger, 0x30000000 + i, Host + (i % 3), 25, i);
        var floods = new FloodLedger(new HostBudget(), _ => true, most: 2);
        floods.Take(ledger.Probes, new HashSet<Initiator>());
        Assert.Equal((2, true), (floods.Floods.Count, floods.NotKept > 0));
        Assert.Equal(3, ledger.Scans().Groups.Count(g => g.Kind == FindingKind.SynFlood) + floods.Floods.Count);
    }
}
