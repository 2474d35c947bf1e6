using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices;
using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Seed.SeedTable;
using static TrafficCheck.Cli.Tests.Seed.SeedTraffic;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>
/// What tools that go by ports or by the first packet get wrong, against the vendor's table: ports, order and direction. <see cref="NamedTrapTests"/> has
/// names and related flows. Each capture goes through the whole engine; the details of a rule are tested beside the engine
/// (<c>LedgerEvidenceTests</c>, <c>FlowReadingTests</c>).
/// </summary>
public sealed class TrapTests
{
    private const string Sink = "192.0.2.40", Collector = "192.0.2.114";

    private static readonly SeedTable s_table = OfSample();

    private static Judged Judge(params IEnumerable<TimedFrame>[] parts) => Judged.Of(s_table.Matrix, parts);

    public static TheoryData<int> ServicePorts => [20, 53, 123, 443, 3268];

    [Theory]
    [MemberData(nameof(ServicePorts))]
    public void A_client_that_comes_from_a_service_port_is_judged_by_the_port_it_goes_to(int sourcePort)
    {
        var from = (ushort)sourcePort;
        Judged judged = Judge(
            Mail(Tcp(Peer, from, Gateway, 25)).Frames, Noise(Tcp(Peer, from, Gateway, 3389, 2).Handshake()).Frames, Noise(Tcp(Gateway, from, Other, 8443, 3).Handshake()).Frames,
            Tcp(Other, from, Gateway, 4444, 4).Syn().Frames, Tcp(Other, from, Gateway, 4445, 5).Refused().Frames);
        Assert.Equal(
            [
                "in 25 allowed R5 by syn proven", "in 3389 unexpected port by syn proven", "out 8443 unexpected port by syn proven", "in 4444 unexpected port by syn proven",
                "in 4445 unexpected port by syn proven",
            ],
            judged.Flows);
    }

    [Theory]
    [MemberData(nameof(ServicePorts))]
    public void Without_its_syn_such_a_client_is_told_by_the_syn_ack_that_its_acknowledgement_bears_out(int sourcePort)
    {
        var from = (ushort)sourcePort;
        IEnumerable<TimedFrame> WithoutSyn(TcpConversation c) => c.Frames.Where(f => !FrameHeaders.Of(f).IsSyn);
        Judged judged = Judge(WithoutSyn(Mail(Tcp(Peer, from, Gateway, 25))), WithoutSyn(Noise(Tcp(Peer, from, Gateway, 3389, 2).Handshake())));
        Assert.Equal(["in 25 allowed R5 by syn-ack proven", "in 3389 unexpected port by syn-ack proven"], judged.Flows);
    }

    [Theory]
    [InlineData(20, "in 40001 unexpected port by first-packet likely")]
    [InlineData(53, "in 40001 undetermined direction-unknown by matrix weak")]
    [InlineData(123, "in 40001 undetermined direction-unknown by matrix weak")]
    public void A_datagram_from_a_service_port_is_no_answer_unless_somebody_asked(int sourcePort, string expected)
    {
        // Well after the capture began, to a high port, with bytes of no protocol. From 53 and 123 it may be the answer to a question that was not captured.
        Judged judged = Judge(DnsOverUdp(Udp(Gateway, 43053, Resolver, 53, 0)).Frames, Udp(Other, (ushort)sourcePort, Gateway, 40001, 900).ClientSends(FixedNoise.Bytes(40, 1)).Frames);
        Assert.Equal(expected.Replace("in 40001 undetermined", $"out {sourcePort} undetermined", StringComparison.Ordinal), judged.Flows[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Time_from_123_to_123_is_told_by_its_mode_in_either_order(bool answerFirst)
    {
        string name = s_table.Name("R20");
        UdpExchange ask = Udp(Gateway, 123, Other, 123, answerFirst ? 3 : 2).ClientSends(Ntp.Client(At(2))), answer = Udp(Gateway, 123, Other, 123, answerFirst ? 2 : 3).ServerSends(Ntp.Server(At(3)));
        Assert.Equal("out 123 allowed R20 by application proven", Judge(Lookup(name, Other), ask.Frames, answer.Frames)[1]);

        // Asked from outside, in either order as well.
        UdpExchange asked = Udp(Peer, 123, Gateway, 123, answerFirst ? 3 : 2).ClientSends(Ntp.Client(At(2))), answered = Udp(Peer, 123, Gateway, 123, answerFirst ? 2 : 3).ServerSends(Ntp.Server(At(3)));
        Assert.Equal("in 123 unexpected direction by application proven", Judge(asked.Frames, answered.Frames)[0]);
    }

    [Fact]
    public void Symmetric_time_tells_nothing()
    {
        byte[] active = Ntp.Client(At(1));
        active[0] = (byte)((active[0] & ~7) | 1);
        Judged judged = Judge(Lookup(s_table.Name("R20"), Other), Udp(Other, 123, Gateway, 123).ClientSends(active).ServerSends(active).Frames);
        Assert.Equal("in 123 undetermined direction-unknown by first-seen weak", judged[1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Netbios_names_from_137_to_137_are_told_by_who_asks(bool answerFirst)
    {
        byte[] query = WindowsPayloads.NameQuery(0x2201, "DC1", broadcast: false), reply = WindowsPayloads.NameAnswer(0x2201, "DC1", [10, 1, 0, 10]);
        IEnumerable<TimedFrame> Exchange(string client, string server) =>
            Udp(client, 137, server, 137, answerFirst ? 3 : 2).ClientSends(query).Frames.Concat(Udp(client, 137, server, 137, answerFirst ? 2 : 3).ServerSends(reply).Frames);
        Assert.Equal(["out 137 allowed R22 by application proven"], Judge(Exchange(Gateway, DomainController)).Flows);
        Assert.Equal(["in 137 unexpected direction by application proven"], Judge(Exchange(Peer, Gateway)).Flows);
    }

    [Fact]
    public void Netbios_names_asked_of_the_segment_stay_on_it()
    {
        TimedFrame Broadcast(string to, double at) => FrameBuilder.Ethernet(FrameBuilder.FirstMac, FrameBuilder.BroadcastMac).IPv4(Gateway, to).Udp(137, 137).Payload(WindowsPayloads.NameQuery(0x2202, "DC1", true)).At(At(at));
        Judged judged = Judge([Broadcast("10.0.0.255", 1), Broadcast("255.255.255.255", 2)]);
        Assert.Equal(["out-of-scope link-scope", "out-of-scope link-scope"], judged.Flows);
        Assert.All(judged.Rows, r => Assert.Equal(Gateway, r.Initiator.ToString()));
        Assert.Equal(2, judged.Report.Summary.OutOfScope.Single(o => o.Key == "link-scope-broadcast").Value);
    }

    [Fact]
    public void A_trap_that_leaves_where_the_table_lets_them_in_is_a_near_miss_of_that_row()
    {
        Judged judged = Judge(Udp(Gateway, 48162, Sink, 162).ClientSends(Snmp.Trap(1, 3)).Frames);
        Assert.Equal(["out 162 unexpected direction by application proven"], judged.Flows);
        Finding finding = judged.Finding(Reason.Direction);
        Assert.Equal(("R24", "R24 (line 32) allows it only In, and was never seen that way"), (finding.NearestRow, finding.Explanation));
        Assert.Contains("R24 should read Out", finding.Suggestion, StringComparison.Ordinal);
        Assert.Equal(CoverageState.Reversed, judged.Coverage("R24").State);
    }

    [Fact]
    public void Log_lines_over_the_other_transport_are_a_near_miss_of_their_row()
    {
        Judged judged = Judge(Udp(Gateway, 48514, Collector, 514).ClientSends("<22>Mar  2 08:21:10 gateway mail: message delivered").Frames);
        Assert.Equal(["out 514 unexpected transport by application proven"], judged.Flows);
        Assert.Equal("R32", judged.Finding(Reason.Transport).NearestRow);
    }

    [Fact]
    public void What_is_no_tls_on_443_is_allowed_where_the_row_does_not_ask_for_it()
    {
        IReadOnlyList<TimedFrame> noise = Noise(Tcp(Gateway, 44443, Other, 443).Handshake()).Frames, ssh = Ssh(Tcp(Gateway, 44444, Other, 443, 2)).Frames;
        Judged judged = Judge(noise, ssh);
        Assert.Equal(["out 443 allowed R27;R30 by syn proven", "out 443 allowed R27;R30 by syn proven"], judged.Flows);
        Assert.Equal("ssh", judged.Rows[1].Application);

        // A row that asks for HTTPS refuses both, and says what is spoken.
        AllowedMatrix https = Judged.Table("| 443 | HTTPS | Out | Web |");
        judged = Judged.Of(https, noise, ssh, Https(Tcp(Gateway, 44445, Other, 443, 3), "www.example.net").Frames);
        Assert.Equal(["out 443 unexpected application by syn proven", "out 443 unexpected application by syn proven", "out 443 allowed R1 by syn proven"], judged.Flows);
        Assert.Contains(judged.Report.Findings, f => f.Application == "ssh" && f.NearestRow == "R1");
    }

    [Fact]
    public void Http_on_22_is_not_what_the_row_allows()
    {
        Judged judged = Judge(Http(Tcp(Gateway, 41022, Peer, 22), "files.example.net").Frames);
        Assert.Equal(["out 22 unexpected application by syn proven"], judged.Flows);
        Assert.Equal(("R4", "http"), (judged.Finding(Reason.Application).NearestRow, judged.Finding(Reason.Application).Application));
    }

    [Fact]
    public void The_row_of_three_addresses_answers_for_them_and_no_other()
    {
        AllowedMatrix published = Judged.Table("| 443 | TCP | In/Out | Lookups |", "| 443 | TCP | Out | HTTPS access to the 86.188.240.24 213.106.99.208 46.236.38.70 |");
        foreach (string listed in new[] { "86.188.240.24", "213.106.99.208", "46.236.38.70" })
        {
            Judged judged = Judged.Of(published, Https(Tcp(Gateway, 44501, listed, 443), null).Frames);
            Assert.Equal(["out 443 allowed R2 by syn proven"], judged.Flows);
            Assert.Equal(["R1"], judged.Rows[0].CoveredRows);
        }

        Assert.Equal(["out 443 allowed R1 by syn proven"], Judged.Of(published, Https(Tcp(Gateway, 44501, "86.188.240.25", 443), null).Frames).Flows);

        // Where no other row lets it out, elsewhere is another peer; and the addresses may not call in.
        AllowedMatrix alone = Judged.Table("| 443 | TCP | Out | HTTPS access to the 86.188.240.24 213.106.99.208 46.236.38.70 |");
        Assert.Equal(["out 443 unexpected peer by syn proven"], Judged.Of(alone, Https(Tcp(Gateway, 44501, "86.188.240.25", 443), null).Frames).Flows);
        Assert.Equal(["in 443 unexpected direction by syn proven"], Judged.Of(alone, Https(Tcp("86.188.240.24", 44501, Gateway, 443), null).Frames).Flows);
    }

    [Fact]
    public void A_scan_of_forged_syn_acks_allows_nothing_accuses_nobody_and_proves_no_server()
    {
        List<TimedFrame> scan = [];
        for (ushort i = 0; i < 40; i++)
        {
            double at = 1 + (i * 0.01);
            scan.AddRange(SynAckOnly(Gateway, (ushort)(20_000 + i), Other, 443).Frames.Select(f => f with { TimestampNs = At(at) }));
            scan.Add(FrameBuilder.Ethernet().IPv4(Gateway, Other, id: (ushort)(i + 1)).Tcp((ushort)(20_000 + i), 443, TcpFlags.Rst, 1).At(At(at + 0.001)));
        }

        // Then something without a beginning, from the same socket to a service of the gateway.
        Judged judged = Judge(scan, Underway(Tcp(Other, 443, Gateway, 25, 9)).Frames);
        Assert.All(judged.Flows.Take(40), f => Assert.Equal("out 443 undetermined direction-unknown by syn-ack weak", f));
        Assert.Equal("in 25 allowed R5;R27;R30 by first-seen weak", judged.Flows[40]);
        Assert.Equal((0L, 0L, 0L), (judged.Report.Evidence.Servers, judged.Coverage("R27").Exclusive.Flows, judged.Report.Summary.Unexpected));
        Assert.All(new[] { "R27", "R29", "R30" }, r => Assert.NotEqual(CoverageState.Proven, judged.Coverage(r).State));
        Finding finding = Assert.Single(judged.Report.Findings);
        Assert.Equal((FindingKind.Undetermined, 40L, "syn-ack-unasked"), (finding.Kind, finding.Flows, Assert.Single(finding.Missing).What));
    }
}
