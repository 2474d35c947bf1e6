using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>The bound of causes: many ports become one finding, and whether they do is no matter of order.</summary>
public sealed class FindingLedgerTests
{
    private const uint Host = 0x0a000005;

    private static FindingLedger NewLedger() => new(new ProtectedHosts([[IPNetwork.Parse("10.0.0.0/8")]]), new HostBudget(), _ => true);

    /// <summary>A conversation with the host that nothing allows; no try, so that no scan takes it.</summary>
    private static void Add(FindingLedger ledger, int port, byte protocol = TransportNames.Tcp, long number = 1)
    {
        var flow = new FlowSummary
        {
            Protocol = protocol,
            Ends = new(IpAddress.V4(Host), (ushort)port, IpAddress.V4(0x30000000 + (uint)port), 40000),
            FirstNs = number * 1000,
            LastNs = number * 1000,
            LowPackets = 5,
            HighPackets = 5,
            LowBytes = 500,
            HighBytes = 500,
            Marks = FlowMarks.FirstFromHigh,
            FirstFrame = number,
        };
        ledger.Add(in flow, new Judgement(
            0, true, FlowDirection.In, EvidenceMethod.Syn, Confidence.Proven, Outcome.Established, Verdict.Unexpected, Reason.Port, LinkScopeKind.None, (ushort)port, RowSets.None));
    }

    [Fact]
    public void As_many_ports_as_are_told_apart_each_have_their_finding()
    {
        FindingLedger ledger = NewLedger();
        for (int port = 1; port <= 4096; port++) Add(ledger, port);
        Assert.Equal(4096, ledger.States.Count);
        Assert.Equal(0, ledger.PortsNotToldApart);
        Assert.All(ledger.States, s => Assert.Null(s.Value.Ports));
    }

    [Fact]
    public void One_port_more_makes_one_finding_of_all_and_leaves_others_alone()
    {
        FindingLedger ledger = NewLedger();
        Add(ledger, 53, TransportNames.Udp);
        for (int round = 0; round < 2; round++)
        {
            for (int port = 1; port <= 5000; port++) Add(ledger, port, number: port);
        }

        Assert.Equal(2, ledger.States.Count);
        var (key, state) = ledger.States.Single(s => s.Key.Protocol == TransportNames.Tcp);
        Assert.Equal((-1, 10_000L, 5000, 5000L, 1L), (key.Port, state.Flows, state.Ports!.Count, state.Peers.Count, state.Hosts.Count));
        Assert.Equal([1L, 2, 3, 4, 5], state.Frames.Items.Select(f => f.Frame));
        Assert.Equal((10_000L, 10_001L), (ledger.PortsNotToldApart, ledger.Unexpected));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4099)]
    public void Which_causes_are_summed_does_not_depend_on_the_order(int step)
    {
        // Six transports of 4000 ports each are too many together: all but the one with few ports are summed.
        const int Ports = 4001, Transports = 6;
        FindingLedger ledger = NewLedger();
        for (int i = 0, at = 0; i < Ports * Transports; i++, at = (at + step) % (Ports * Transports))
        {
            int port = 1 + (at / Transports), transport = at % Transports;
            if (transport > 0 || port <= 16) Add(ledger, port, (byte)(140 + transport));
        }

        Assert.Equal(
            [(140, 16L, 16), .. Enumerable.Range(141, Transports - 1).Select(t => (t, (long)Ports, 1))],
            ledger.States.GroupBy(s => (int)s.Key.Protocol).Select(g => (g.Key, g.Sum(s => s.Value.Flows), g.Count())).Order());
        Assert.Equal((long)Ports * (Transports - 1), ledger.PortsNotToldApart);
    }
}
