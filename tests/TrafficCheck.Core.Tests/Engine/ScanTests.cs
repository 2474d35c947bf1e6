using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class ScanTests
{
    private const long Second = 1_000_000_000, Millisecond = 1_000_000;
    private const string Scanner = "198.51.100.66";

    private static readonly AllowedMatrix s_mail = MatrixOf(Allow("R1", 25, RowDirection.In), Allow("R2", 53, RowDirection.Out, [TransportNames.Udp]), Allow("R3", 443));
    private static readonly string[] s_site = ["10.0.0.0/16 2001:db8:10::/64"];

    private static IReadOnlyList<TimedFrame> Syn(string from, string to, int port, long at, ushort source = 40001) =>
        new TcpConversation(from, source, to, (ushort)port, at).Syn().Frames;

    private static IReadOnlyList<TimedFrame> Ask(string from, string to, int port, long at, bool answered = false)
    {
        UdpExchange exchange = new UdpExchange(from, 40002, to, (ushort)port, at).ClientSends("q");
        return (answered ? exchange.ServerSends("a") : exchange).Frames;
    }

    private static IReadOnlyList<TimedFrame> Talk(string from, string to, int port, long at, ushort source = 41000) =>
        new TcpConversation(from, source, to, (ushort)port, at).Handshake().ClientSends("hello").ServerSends("hello").Frames;

    /// <summary>SYN, SYN-ACK, RST: how a scanner finds an open port.</summary>
    private static IReadOnlyList<TimedFrame> HalfOpen(string from, string to, int port, long at) =>
    [
        FrameBuilder.Ethernet().Ip(from, to).Tcp(40001, (ushort)port, TcpFlags.Syn, 1).At(at),
        FrameBuilder.Ethernet().Ip(to, from).Tcp((ushort)port, 40001, TcpFlags.Syn | TcpFlags.Ack, 9, 2).At(at + Millisecond),
        FrameBuilder.Ethernet().Ip(from, to).Tcp(40001, (ushort)port, TcpFlags.Rst, 2).At(at + (2 * Millisecond)),
    ];

    private static string Source(int i) => $"203.{i >> 16}.{(i >> 8) & 255}.{i & 255}";

    private static IEnumerable<TimedFrame> Flood(int sources, int port, Func<int, long> at, string to = Host) =>
        Enumerable.Range(1, sources).SelectMany(i => Syn(Source(i), to, port, at(i)));

    private static Finding[] Of(IEnumerable<TimedFrame> frames, out EngineRun run, AllowedMatrix? matrix = null, EngineOptions? options = null)
    {
        run = EngineRun.Of(TimedFrame.Merge(frames.Select(f => (IEnumerable<TimedFrame>)[f])), matrix ?? s_mail, s_site, options);
        return [.. run.Report.Findings];
    }

    [Fact]
    public void A_port_scan_is_one_finding_and_shows_what_it_found_open()
    {
        var frames = Enumerable.Range(1, 1000).SelectMany(p => p is 25 or 80 ? HalfOpen(Scanner, Host, p, p * Millisecond) : Syn(Scanner, Host, p, p * Millisecond));
        Finding scan = Assert.Single(Of(frames, out EngineRun run));
        Assert.Equal((FindingKind.PortScan, FindingSeverity.High, 1000L, 1000L, 1004L), (scan.Kind, scan.Severity, scan.Ports, scan.Flows, scan.Packets));
        Assert.Equal((1L, 998L, 1L, 0L), (scan.Escaped, scan.Attempted, scan.Permitted, scan.Failing));
        Assert.Equal([(25, true), (80, false)], scan.Answered.Select(a => (a.Port, a.IsAllowed)));
        Assert.Equal((run.Rows.Sum(r => r.InitiatorBytes + r.ResponderBytes), Millisecond, (1000 * Millisecond)), (scan.Bytes, scan.FirstNs, scan.LastNs));
        Assert.Equal([1, 2, 3, 4, 5], scan.Frames);
        Assert.Equal(999, scan.Unexpected);
        Assert.Equal(CoverageState.Proven, run.Coverage("R1").State); // it is open: somebody got through
    }

    [Fact]
    public void The_thresholds_are_fifteen_ports_of_a_host_and_twenty_five_hosts_on_a_port()
    {
        Assert.Equal(14, Of(Enumerable.Range(1, 14).SelectMany(p => Syn(Scanner, Host, 1000 + p, p * Second)), out _).Length);
        Assert.Equal(FindingKind.PortScan, Assert.Single(Of(Enumerable.Range(1, 15).SelectMany(p => Syn(Scanner, Host, 1000 + p, p * Second)), out _)).Kind);
        Assert.Equal(FindingKind.Unexpected, Assert.Single(Of(Enumerable.Range(1, 24).SelectMany(h => Syn(Scanner, $"10.0.1.{h}", 445, h * Second)), out _)).Kind);
        Assert.Equal(FindingKind.HostSweep, Assert.Single(Of(Enumerable.Range(1, 25).SelectMany(h => Syn(Scanner, $"10.0.1.{h}", 445, h * Second)), out _)).Kind);
    }

    [Fact]
    public void Different_services_of_different_hosts_that_are_down_are_no_scan()
    {
        var frames = Enumerable.Range(1, 20).SelectMany(i => Syn(Host, $"192.0.2.{i}", 5000 + i, i * Second));
        Assert.All(Of(frames, out _), f => Assert.Equal(FindingKind.Unexpected, f.Kind));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(400)]
    public void A_needed_service_that_is_blocked_for_a_protected_host_fails_however_many_peers_it_tries(int peers)
    {
        var frames = Enumerable.Range(1, peers).SelectMany(i => Syn(Host, $"192.0.{i >> 8}.{i & 255}", 443, i * Second)).Concat(Talk(Host, "192.0.2.9", 25, Second));
        Finding[] found = Of(frames, out EngineRun run);
        Assert.Equal((long)peers, Assert.Single(found, f => f.Kind == FindingKind.Failing).Flows);
        Assert.DoesNotContain(found, f => f.Kind.IsScan());
        Assert.Equal(CoverageState.Failing, run.Coverage("R3").State);
    }

    [Fact]
    public void A_host_that_can_use_a_service_and_sweeps_it_all_the_same_is_a_scanner()
    {
        var frames = Enumerable.Range(1, 60).SelectMany(i => Syn(Host, $"192.0.2.{i}", 443, i * Second)).Concat(Talk(Host, "198.51.100.9", 443, Second));
        Assert.Equal(FindingKind.HostSweep, Assert.Single(Of(frames, out _)).Kind);
    }

    [Fact]
    public void Many_ports_and_hosts_with_success_are_no_scan()
    {
        var frames = Enumerable.Range(1, 12).SelectMany(p => Talk(Peer, Host, 2000 + p, p * Second)).Concat(Enumerable.Range(1, 60).SelectMany(h => Talk(Peer, $"10.0.1.{h}", 8080, h * Second)));
        Assert.All(Of(frames, out _), f => Assert.Equal((FindingKind.Unexpected, FindingSeverity.High), (f.Kind, f.Severity)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sweep_is_one_finding(bool v6)
    {
        var frames = Enumerable.Range(1, 5000).SelectMany(i => v6
            ? Syn("2001:db8:bad::1", $"2001:db8:10::{i:x}", 445, i * Millisecond)
            : Syn(Scanner, $"10.0.{i >> 8}.{i & 255}", 445, i * Millisecond));
        Finding sweep = Assert.Single(Of(frames, out _));
        Assert.Equal((FindingKind.HostSweep, FindingSeverity.Low, 5000L, 5000L, 1L, (int?)445), (sweep.Kind, sweep.Severity, sweep.Flows, sweep.Hosts.Count, sweep.Peers.Count, sweep.ServicePort));
        Assert.False(sweep.Hosts.AtLeast);
    }

    /// <summary>Each try from another address of one subnet: none of the addresses scans, the subnet does.</summary>
    [Theory]
    [InlineData(24, FindingKind.Unexpected)]
    [InlineData(25, FindingKind.HostSweep)]
    [InlineData(4000, FindingKind.HostSweep)]
    public void A_sweep_from_many_addresses_of_one_subnet_is_one_finding(int tries, FindingKind kind)
    {
        var frames = Enumerable.Range(1, tries).SelectMany(i => Syn($"2001:db8:bad:1:{i:x}::9", $"2001:db8:10::{i:x}", 445, i * Millisecond)).ToList();
        Finding sweep = Assert.Single(Of(frames, out _));
        Assert.Equal((kind, (long)tries, (long)tries), (sweep.Kind, sweep.Flows, sweep.Hosts.Count));
        Assert.Equal(kind == FindingKind.HostSweep ? "2001:db8:bad:1::/64" : null, sweep.Network);
        if (kind == FindingKind.HostSweep) Assert.StartsWith($"{tries} hosts of 2001:db8:bad:1::/64 tried {tries} hosts on one port and nothing answered", sweep.Explanation, StringComparison.Ordinal);

        // From as many subnets it is none.
        Finding apart = Assert.Single(Of(Enumerable.Range(1, tries).SelectMany(i => Syn($"2001:db8:{i:x}::9", $"2001:db8:10::{i:x}", 445, i * Millisecond)), out _));
        Assert.Equal((FindingKind.Unexpected, (string?)null), (apart.Kind, apart.Network));
        Assert.Equal(sweep.Explanation, Assert.Single(Of(frames.AsEnumerable().Reverse().Select((f, i) => f with { TimestampNs = (i + 1) * Millisecond }), out _)).Explanation);
    }

    [Fact]
    public void A_subnet_of_clients_of_which_some_do_not_get_through_does_not_scan()
    {
        var frames = Enumerable.Range(1, 60).SelectMany(i => Talk($"2001:db8:bad:1::{i:x}", $"2001:db8:10::{i:x}", 25, i * Second))
            .Concat(Enumerable.Range(1, 60).SelectMany(i => Syn($"2001:db8:bad:1::{i:x}", $"2001:db8:10::{i + 100:x}", 25, (100 + i) * Second)));
        Assert.DoesNotContain(Of(frames, out _), f => f.Kind.IsScan());
    }

    [Fact]
    public void A_flood_from_one_subnet_stays_a_flood()
    {
        var frames = Enumerable.Range(1, 1000).SelectMany(i => Syn($"2001:db8:bad:1::{i:x}", "2001:db8:10::5", 1024 + i, i * Millisecond));
        Assert.Equal(FindingKind.SynFlood, Assert.Single(Of(frames, out _)).Kind);
    }

    [Fact]
    public void Ports_and_hosts_together_are_a_block_scan()
    {
        var frames = Enumerable.Range(0, 40).SelectMany(h => Enumerable.Range(0, 40).SelectMany(p => Syn(Scanner, $"10.0.1.{h}", 100 + p, ((h * 40) + p + 1) * Millisecond)));
        Finding scan = Assert.Single(Of(frames, out _));
        Assert.Equal((FindingKind.BlockScan, 1600L, 40L, 40L, 1600L), (scan.Kind, scan.Flows, scan.Ports, scan.Hosts.Count, scan.Attempted));
        Assert.Null(scan.ServicePort);
    }

    [Fact]
    public void Sweeps_with_datagrams_and_pings_are_one_finding_each()
    {
        var frames = Enumerable.Range(1, 200).SelectMany(h => Ask(Scanner, $"10.0.1.{h}", 161, h * Millisecond, answered: h == 7))
            .Concat(Enumerable.Range(1, 200).Select(h => FrameBuilder.Ethernet().Ip(Scanner, $"10.0.1.{h}").IcmpEcho(true, 7, 1).At((300 + h) * Millisecond)))
            .Append(FrameBuilder.Ethernet().Ip("10.0.1.9", Scanner).IcmpEcho(false, 7, 1).At(700 * Millisecond));
        Finding[] findings = Of(frames, out _);
        Assert.All(findings, f => Assert.Equal((FindingKind.HostSweep, 200L, 1L), (f.Kind, f.Flows, f.Escaped)));
        Assert.Equal(["icmp", "udp"], findings.Select(f => f.Transport).Order());
        Assert.Equal([("10.0.1.7", 161), ("10.0.1.9", 8)], findings.SelectMany(f => f.Answered).Select(a => (a.Address, a.Port)).Order());
    }

    [Fact]
    public void What_the_scanner_talks_about_stays_a_finding_of_its_own_and_so_do_others_on_the_same_port()
    {
        var frames = Enumerable.Range(1, 500).SelectMany(p => Syn(Scanner, Host, p, p * Millisecond))
            .Concat(Talk(Scanner, Host, 2222, 2 * Second))
            .Concat(Syn("192.0.2.50", Host, 80, 3 * Second));
        Finding[] findings = Of(frames, out _);
        Assert.Equal(
            [(FindingKind.Unexpected, (int?)2222, 1L, 1L), (FindingKind.Unexpected, 80, 1L, 0L), (FindingKind.PortScan, null, 500L, 0L)],
            findings.Select(f => (f.Kind, f.ServicePort, f.Flows, f.Escaped)));
        Assert.Contains("conversations on port 2222", findings[2].Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_works_is_not_failing_for_a_scan_and_one_that_only_scans_tried_was_not_seen()
    {
        var sweep = Enumerable.Range(1, 100).SelectMany(h => Syn(Scanner, $"10.0.1.{h}", 25, h * Millisecond)).ToList();
        Finding[] findings = Of(sweep, out EngineRun alone);
        Assert.Equal((FindingKind.HostSweep, 100L, 0L), (Assert.Single(findings).Kind, findings[0].Failing, findings[0].Unexpected));
        Assert.Equal(CoverageState.NotSeen, alone.Coverage("R1").State);
        Assert.Contains("scans", alone.Coverage("R1").Note, StringComparison.Ordinal);
        Assert.Equal((0L, 100L, 0), (alone.Report.Summary.Failing, alone.Report.Summary.InVain, alone.Report.Summary.ExitCode));

        Of(sweep.Concat(Talk(Peer, Host, 25, Second)), out EngineRun used);
        Assert.Equal((CoverageState.Proven, 0L), (used.Coverage("R1").State, used.Coverage("R1").Failed));

        findings = Of(sweep.Concat(Syn("192.0.2.50", Host, 25, 5 * Second)), out EngineRun failing);
        Assert.Equal([FindingKind.HostSweep, FindingKind.Failing], findings.Select(f => f.Kind));
        Assert.Equal((CoverageState.Failing, 1L), (failing.Coverage("R1").State, failing.Coverage("R1").Failed));
    }

    [Fact]
    public void Who_mostly_succeeds_on_a_port_is_no_scanner_for_those_that_do_not_answer_but_still_one_on_another()
    {
        var mail = Enumerable.Range(1, 60).SelectMany(h => Talk(Host, $"192.0.2.{h}", 443, h * Millisecond))
            .Concat(Enumerable.Range(100, 40).SelectMany(h => Syn(Host, $"192.0.2.{h}", 443, h * Second)));
        Finding failing = Assert.Single(Of(mail, out _));
        Assert.Equal((FindingKind.Failing, 40L), (failing.Kind, failing.Flows));

        var worm = mail.Concat(Enumerable.Range(1, 80).SelectMany(h => Syn(Host, $"198.51.100.{h}", 445, (200 + h) * Second)));
        Assert.Equal([(FindingKind.HostSweep, 80L), (FindingKind.Failing, 40L)], Of(worm, out _).Select(f => (f.Kind, f.Flows)));
    }

    [Fact]
    public void A_flood_of_an_allowed_port_is_one_finding_and_no_failing_service()
    {
        var frames = Flood(3000, 25, i => i * Millisecond).Concat(Talk(Peer, Host, 25, Second)).Concat(Syn("192.0.2.50", Host, 25, 400 * Second)).Concat(Syn("192.0.2.51", "10.0.0.6", 25, Second));
        Finding[] findings = Of(frames, out EngineRun run);
        Assert.Equal((FindingKind.SynFlood, 3000L, 3000L, 3000L, (int?)25), (findings[0].Kind, findings[0].Flows, findings[0].Failing, findings[0].Peers.Count, findings[0].ServicePort));
        Assert.Equal(3000, findings[0].PeakPeers);

        // What failed long after the flood, or at another host, is a failing service still.
        Assert.Equal((FindingKind.Failing, 2L), (findings[1].Kind, findings[1].Flows));
        Assert.Equal(CoverageState.Proven, run.Coverage("R1").State);
        Assert.Equal(2, run.Coverage("R1").Failed);
    }

    [Fact]
    public void A_flood_with_half_open_answers_and_one_over_random_ports_are_one_finding_each()
    {
        var answered = Enumerable.Range(1, 400).SelectMany(i => HalfOpen(Source(i), Host, 25, i * Millisecond).Take(2));
        var ports = Enumerable.Range(1, 2000).SelectMany(i => Syn(Source(5000 + i), "10.0.0.9", 1 + (i * 31 % 60000), i * Millisecond));
        Finding[] findings = Of(answered.Concat(ports), out _);
        Assert.Equal([(400L, 400L, 1L), (2000L, 0L, 2000L)], findings.Select(f => (f.Flows, f.AnsweredFlows, f.Ports)).Order());
        Assert.All(findings, f => Assert.Equal(FindingKind.SynFlood, f.Kind));
    }

    [Fact]
    public void A_busy_service_of_which_some_clients_get_no_answer_is_not_flooded()
    {
        var frames = Enumerable.Range(1, 600).SelectMany(i => Talk(Source(i), Host, 25, i * Millisecond)).Concat(Flood(300, 25, i => i * Millisecond));
        Assert.Equal(FindingKind.Failing, Assert.Single(Of(frames, out _)).Kind);
    }

    /// <summary>Short questions and answers at a port that no row allows: in use, for all that some had no answer.</summary>
    [Fact]
    public void Datagrams_that_are_mostly_answered_are_no_flood()
    {
        var frames = Enumerable.Range(1, 900).SelectMany(i => Ask(Source(i), Host, 161, i * Millisecond, answered: i % 3 != 0));
        Finding use = Assert.Single(Of(frames, out _));
        Assert.Equal((FindingKind.Unexpected, 900L, 600L), (use.Kind, use.Flows, use.Escaped));
        Finding flood = Assert.Single(Of(Enumerable.Range(1, 900).SelectMany(i => Ask(Source(i), Host, 161, i * Millisecond, answered: i % 3 == 0)), out _));
        Assert.Equal((FindingKind.UdpFlood, 900L), (flood.Kind, flood.Flows));
    }

    [Fact]
    public void The_noise_of_the_internet_at_one_port_is_no_flood()
    {
        Finding noise = Assert.Single(Of(Flood(1000, 23, i => i * 5 * Second), out _));
        Assert.Equal((FindingKind.Unexpected, 1000L), (noise.Kind, noise.Flows));
    }

    [Fact]
    public void A_flood_evicts_no_conversation_and_the_report_says_what_it_evicted()
    {
        var conversations = Enumerable.Range(1, 50).Select(i => new TcpConversation(Source(90_000 + i), 41000, Host, 25, i * Millisecond).Handshake().ClientSends("a").ServerSends("b")
            .Wait(TimeSpan.FromSeconds(20)).ClientSends("c").ServerSends("d").Frames).SelectMany(f => f);
        Finding[] findings = Of(conversations.Concat(Flood(8000, 25, i => (1000 + i) * Millisecond)), out EngineRun run, options: new EngineOptions { MaxFlows = 100 });
        Finding flood = Assert.Single(findings);
        Assert.Equal((FindingKind.SynFlood, 8000L, 8000L), (flood.Kind, flood.Flows, flood.Peers.Count));
        Assert.Equal(50, run.Rows.Count(r => r.Outcome == Outcome.Established));
        Assert.Equal([KeyValuePair.Create("unanswered", 7950L)], run.Report.Accounting.EvictedByKind);
        Assert.Contains(run.Report.Visibility.Notes, n => n.Contains("no conversation was cut", StringComparison.Ordinal));
    }

    [Fact]
    public void Neither_cut_nor_order_of_the_input_nor_the_order_in_which_flows_end_changes_a_finding()
    {
        TimedFrame[] frames =
        [
            .. TimedFrame.Merge(
                Enumerable.Range(1, 300).SelectMany(p => p % 50 == 0 ? HalfOpen(Scanner, Host, p, p * Second) : Syn(Scanner, Host, p, p * Second)),
                Enumerable.Range(1, 90).SelectMany(h => Syn(Scanner, $"10.0.1.{h}", 445, h * Second, 40009)),
                Enumerable.Range(1, 30).SelectMany(p => Syn(Source(3), Host, p, p * Second)),
                Flood(700, 25, i => i * 20 * Millisecond), Talk(Peer, Host, 25, Second), Talk(Scanner, Host, 80, 9 * Second)),
        ];
        string whole = Words(frames, int.MaxValue, new EngineOptions { MaxFlows = 100_000 });
        Assert.Equal(whole, Words(frames, 7, new EngineOptions { MaxFlows = 100_000 }));
        Assert.Equal(whole, Words(frames, int.MaxValue, new EngineOptions { MaxFlows = 100_000, Timeouts = FlowTimeouts.None }));
        Assert.Equal(whole, Words(frames, int.MaxValue, new EngineOptions { MaxFlows = 100_000, Seed = new HashSeed(4, 5, 6) }));

        // Stored backwards: what is counted stays, but for the numbers of frames.
        string Counts(IEnumerable<TimedFrame> order) => string.Join('\n', EngineRun.Of(order, s_mail, s_site, new EngineOptions { MaxFlows = 100_000, Timeouts = FlowTimeouts.None }).Report.Findings
            .Select(f => $"{f.Kind} {f.Flows} {f.Packets} {f.Bytes} {f.Ports} {f.Hosts.Count} {f.Peers.Count} {f.Escaped} {f.FirstNs} {f.LastNs}"));
        Assert.Equal(Counts(frames), Counts(frames.Reverse()));
        Assert.Contains("SynFlood", whole, StringComparison.Ordinal);

        string Words(TimedFrame[] input, int chunk, EngineOptions options) =>
            string.Join('\n', EngineRun.Of(input, s_mail, s_site, options, chunk: chunk).Report.Findings.Select(f =>
                $"{f.Id} {f.Kind} {f.Severity} {f.Reason} {f.ServicePort} {f.Flows} {f.Packets} {f.Bytes} {f.Ports} {f.Hosts.Count} {f.Peers.Count} {f.Explanation} {string.Join(' ', f.Answered)} {string.Join(' ', f.Frames)}"));
    }
}
