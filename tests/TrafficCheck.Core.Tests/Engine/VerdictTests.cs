using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class VerdictTests
{
    private static readonly byte[] s_udp = [TransportNames.Udp];

    private static void AssertVerdict(EngineRun run, Verdict verdict, Reason reason, string? nearest = null)
    {
        Assert.Equal((verdict, reason), (run.Row.Verdict, run.Row.Reason));
        if (verdict is Verdict.Unexpected or Verdict.Undetermined) Assert.Equal((reason, nearest), (Assert.Single(run.Report.Findings).Reason, run.Report.Findings[0].NearestRow));
    }

    [Fact]
    public void A_row_that_matches_allows()
    {
        EngineRun run = Of(Traffic.Out(25), MatrixOf(Allow("R1", 25)));
        AssertVerdict(run, Verdict.Allowed, Reason.None);
        Assert.Equal(["R1"], run.Row.Rows);
        Assert.Empty(run.Report.Findings);
    }

    [Fact]
    public void The_nearest_miss_gives_the_reason()
    {
        MatrixRow otherPeer = Allow("peer", 25, peers: ["192.0.2.99"]), otherWay = Allow("way", 25, RowDirection.In), otherTransport = Allow("transport", 25, transports: s_udp), otherPort = Allow("port", 26);
        AssertVerdict(Of(Traffic.Out(25), MatrixOf(otherPort, otherTransport, otherWay, otherPeer)), Verdict.Unexpected, Reason.Peer, "peer");
        AssertVerdict(Of(Traffic.Out(25), MatrixOf(otherPort, otherTransport, otherWay)), Verdict.Unexpected, Reason.Direction, "way");
        AssertVerdict(Of(Traffic.Out(25), MatrixOf(otherPort, otherTransport)), Verdict.Unexpected, Reason.Transport, "transport");
        AssertVerdict(Of(Traffic.Out(25), MatrixOf(otherPort)), Verdict.Unexpected, Reason.Port);

        // The other transport counts only in the direction of the flow.
        AssertVerdict(Of(Traffic.In(25), MatrixOf(otherTransport)), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void A_source_port_is_no_service()
    {
        AssertVerdict(Of(Traffic.Out(9999, from: 25), MatrixOf(Allow("R1", 25, RowDirection.InOut))), Verdict.Unexpected, Reason.Port);
        AssertVerdict(Of(Traffic.In(9999, from: 443), MatrixOf(Allow("R1", 443, RowDirection.InOut))), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void A_direction_that_is_not_known_decides_nothing()
    {
        // Both ends have a port of the matrix, so that the matrix cannot tell either.
        EngineRun run = Of(Traffic.Midstream(25, 25), MatrixOf(Allow("R1", 25)));
        AssertVerdict(run, Verdict.Undetermined, Reason.DirectionUnknown, "R1");
        Assert.Equal((EvidenceMethod.FirstSeen, Confidence.Weak), (run.Row.Evidence, run.Row.Confidence));
        Assert.Equal(FindingKind.Undetermined, run.Report.Findings[0].Kind);

        // Where both readings say the same, that is the verdict.
        AssertVerdict(Of(Traffic.Midstream(25, 25), MatrixOf(Allow("R1", 25, RowDirection.InOut))), Verdict.Allowed, Reason.None);
        AssertVerdict(Of(Traffic.Midstream(26, 27), MatrixOf(Allow("R1", 25))), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void Rows_that_allow_either_reading_share_a_flow_whose_direction_is_not_known()
    {
        // Mail In by one row, Out by another: allowed, and neither row is proven by it.
        EngineRun run = Of(Traffic.Midstream(25, 25), MatrixOf(Allow("R1", 25, RowDirection.In), Allow("R2", 25), Allow("R3", 25, RowDirection.InOut)));
        AssertVerdict(run, Verdict.Allowed, Reason.None);
        Assert.Equal((Confidence.Weak, "R1,R2", "R3"), (run.Row.Confidence, string.Join(',', run.Row.Rows), string.Join(',', run.Row.CoveredRows)));
        foreach ((string row, string other) in new[] { ("R1", "R2"), ("R2", "R1") })
        {
            RowCoverage coverage = run.Coverage(row);
            Assert.Equal((CoverageState.Shared, 0L, 1L, other), (coverage.State, coverage.Exclusive.Flows, coverage.Shared.Flows, Assert.Single(coverage.AmbiguousWith)));
            Assert.Equal((0L, 0L), (coverage.InitiatedIn, coverage.InitiatedOut));
        }

        // A direction that is known gives the flow to one.
        Assert.Equal(["R2"], Of(Traffic.Out(25), MatrixOf(Allow("R1", 25, RowDirection.In), Allow("R2", 25))).Row.Rows);
    }

    [Fact]
    public void An_unknown_direction_leaves_open_what_one_reading_leaves_open()
    {
        // Read as Out a name is missing, read as In nothing is like it: the row that asks for the name is the one to speak of.
        EngineRun run = Of(Traffic.Midstream(25, 25), MatrixOf(Allow("R1", 25, peers: ["mx.example.net"])));
        AssertVerdict(run, Verdict.Undetermined, Reason.DirectionUnknown, "R1");
        Assert.Equal(CoverageState.NotObservable, run.Coverage("R1").State);
    }

    [Theory]
    [InlineData(25, 50000, RowDirection.In, FlowDirection.In)]
    [InlineData(50000, 25, RowDirection.Out, FlowDirection.Out)]
    public void A_port_of_the_matrix_at_one_end_tells_the_direction(int hostPort, int peerPort, RowDirection row, FlowDirection direction)
    {
        EngineRun run = Of(Traffic.Midstream((ushort)hostPort, (ushort)peerPort), MatrixOf(Allow("R1", 25, row)));
        AssertVerdict(run, Verdict.Allowed, Reason.None);
        Assert.Equal((EvidenceMethod.Matrix, Confidence.Likely, direction), (run.Row.Evidence, run.Row.Confidence, run.Row.Direction));
    }

    [Fact]
    public void A_flow_between_two_subjects_is_judged_from_both_ends()
    {
        const string Other = "10.0.0.9";
        string[] protect = [Host, Other];
        EngineRun run = Of(Traffic.Out(25, peer: Other), MatrixOf(Allow("R1", 25), Allow("R2", 25, RowDirection.In, subject: 1)), protect);
        Assert.Equal([("subject-1", FlowDirection.Out, "R1"), ("subject-2", FlowDirection.In, "R2")], run.Rows.Select(r => (r.Subject, r.Direction, r.Rows[0])));
        Assert.Equal((1L, 2L, 2L), (run.Report.Summary.Flows, run.Report.Summary.Judged, run.Report.Summary.Allowed));

        EngineRun half = Of(Traffic.Out(25, peer: Other), MatrixOf(Allow("R1", 25), Allow("R2", 26, RowDirection.In, subject: 1)), protect);
        Assert.Equal([Verdict.Allowed, Verdict.Unexpected], half.Rows.Select(r => r.Verdict));
        Assert.Equal("subject-2", Assert.Single(half.Report.Findings).Subject);
    }

    [Fact]
    public void A_host_that_is_two_subjects_may_do_what_either_may()
    {
        MatrixRow[] rows = [Allow("R1", 25), Allow("R2", 26, subject: 1)];
        foreach (ushort port in new ushort[] { 25, 26 }) AssertVerdict(Of(Traffic.Out(port), MatrixOf(rows)), Verdict.Allowed, Reason.None);
        AssertVerdict(Of(Traffic.Out(27), MatrixOf(rows)), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void Internal_and_transit_traffic_is_out_of_scope()
    {
        EngineRun run = Of([.. Traffic.Out(25, peer: "10.0.0.6"), .. Traffic.In(25, peer: "203.0.113.1", host: "203.0.113.2")], MatrixOf(Allow("R1", 99)), ["10.0.0.0/29"]);
        Assert.Equal([Reason.Transit, Reason.Internal], run.Rows.Select(r => r.Reason));
        Assert.Equal(["internal", "transit"], run.Report.Summary.OutOfScope.Select(o => o.Key));
        Assert.Empty(run.Report.Findings);
    }

    public static TheoryData<string> LinkScopes => [.. LinkScope.Names.Skip(1)];

    [Theory]
    [MemberData(nameof(LinkScopes))]
    public void Link_scope_traffic_is_counted_by_kind_and_judged_when_asked(string kind)
    {
        FrameBuilder frame = kind switch
        {
            "link-scope-broadcast" => FrameBuilder.Ethernet(destination: FrameBuilder.BroadcastMac).IPv4(Host, "10.0.0.255").Udp(137, 137),
            "link-scope-dhcp" => FrameBuilder.Ethernet().IPv4(Host, "10.0.0.1").Udp(68, 67),
            "link-scope-igmp" => FrameBuilder.Ethernet().IPv4(Host, "224.0.1.22").Protocol(2, new byte[8]),
            "link-scope-link-local" => FrameBuilder.Ethernet().IPv4(Host, "169.254.1.1").Udp(9, 9),
            "link-scope-mld" => FrameBuilder.Ethernet().IPv6("2001:db8::5", "2001:db8::16").Icmp6(143),
            "link-scope-multicast" => FrameBuilder.Ethernet().IPv4(Host, "224.0.0.251").Udp(5353, 5353),
            "link-scope-neighbour-discovery" => FrameBuilder.Ethernet().IPv6("2001:db8::5", "2001:db8::1").Icmp6(135),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        string[] protect = [Host + " 2001:db8::5"];
        EngineRun run = Of([frame.At(1)], protect: protect);
        AssertVerdict(run, Verdict.OutOfScope, Reason.LinkScope);
        Assert.Equal([KeyValuePair.Create(kind, 1L)], run.Report.Summary.OutOfScope);
        EngineRun judged = Of([frame.At(1)], protect: protect, options: new EngineOptions { MaxFlows = 100, JudgeLinkScope = true });
        AssertVerdict(judged, Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void Icmp_rows_speak_of_types()
    {
        MatrixRow row = Allow("R1", 8, transports: [TransportNames.Icmp]);
        TimedFrame[] ping = [FrameBuilder.Ethernet().IPv4(Host, Peer).IcmpEcho(true, 1, 1).At(1), FrameBuilder.Ethernet().IPv4(Peer, Host).IcmpEcho(false, 1, 1).At(2)];
        AssertVerdict(Of(ping, MatrixOf(row)), Verdict.Allowed, Reason.None);
        AssertVerdict(Of([FrameBuilder.Ethernet().IPv4(Host, Peer).Icmp(13).At(1)], MatrixOf(row)), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void Protocols_without_ports_match_by_number_and_by_any()
    {
        TimedFrame esp = FrameBuilder.Ethernet().IPv4(Host, Peer).Protocol(50, new byte[20]).At(1);
        MatrixRow any = Allow("R1", 0, RowDirection.InOut, last: ushort.MaxValue, transports: [50]), all = any with { Transports = [] };
        AssertVerdict(Of([esp], MatrixOf(any)), Verdict.Allowed, Reason.None);
        AssertVerdict(Of([esp], MatrixOf(all)), Verdict.Allowed, Reason.None);
        AssertVerdict(Of([esp], MatrixOf(Allow("R1", 80, transports: []))), Verdict.Unexpected, Reason.Port);
    }

    [Fact]
    public void Only_a_name_that_nobody_knows_leaves_it_open()
    {
        EngineRun run = Of(Traffic.Out(80), MatrixOf(Allow("R1", 80, peers: ["update.example.net"])));
        AssertVerdict(run, Verdict.Undetermined, Reason.PeerNameUnknown, "R1");
        AssertVerdict(Of(Traffic.Out(80), MatrixOf(Allow("R1", 80, peers: ["update.example.net", Peer]))), Verdict.Allowed, Reason.None);
    }

    [Theory]
    [InlineData(true, Verdict.Allowed)]
    [InlineData(false, Verdict.Unexpected)]
    public void Active_ftp_data_needs_its_control_connection(bool control, Verdict expected)
    {
        MatrixRow data = Allow("R1", 20, RowDirection.InOut) with { FromServerPort = true, Application = "ftp" };
        MatrixRow commands = Allow("R2", 21, RowDirection.InOut) with { Application = "ftp" };
        IEnumerable<TimedFrame> frames = Traffic.In(50001, at: 9_000_000_000, from: 20);
        if (control) frames = TimedFrame.Merge(frames, new TcpConversation(Host, 40000, Peer, 21, 1).Handshake().Wait(TimeSpan.FromSeconds(8)).ClientSends("RETR x").Frames);
        Assert.Equal(expected, Of(frames, MatrixOf(data, commands)).Rows.Single(r => r.InitiatorPort == 20).Verdict);
    }

    [Fact]
    public void A_transfer_from_before_the_capture_is_not_accused_of_having_no_control_connection()
    {
        AllowedMatrix matrix = MatrixOf(Allow("R1", 20, RowDirection.InOut) with { FromServerPort = true, Application = "ftp" }, Allow("R2", 21, RowDirection.InOut) with { Application = "ftp" });
        IReadOnlyList<TimedFrame> transfer = Traffic.Midstream(50001, 20);
        EngineRun alone = Of(transfer, matrix);
        AssertVerdict(alone, Verdict.Undetermined, Reason.ControlConnectionUnseen, "R1");
        Finding finding = alone.Report.Findings[0];
        Assert.Equal((FlowDirection.None, null, "control-connection-not-captured"), (finding.Direction, finding.ServicePort, Assert.Single(finding.Missing).What));
        Assert.Equal((CoverageState.NotObservable, CoverageState.NotSeen), (alone.Coverage("R1").State, alone.Coverage("R2").State));

        // The control connection is silent until the transfer ends: what is seen of it later was there all the time, and only the direction is missing.
        IReadOnlyList<TimedFrame> end = new TcpConversation(Host, 40000, Peer, 21, 8_000_000_000).ServerSends("226 Transfer complete\r\n").ClientSends("QUIT\r\n").Frames;
        FlowRow row = Of(TimedFrame.Merge(transfer, end), matrix).Rows.Single(r => r.FirstNs == transfer[0].TimestampNs);
        Assert.Equal((Verdict.Undetermined, Reason.DirectionUnknown), (row.Verdict, row.Reason));

        // Nor is an acknowledgement a transfer, with or without the reset that it earns: that is a scan from port 20.
        TimedFrame Probe(TcpFlags flags, bool back) => (back ? FrameBuilder.Ethernet().IPv4(Host, Peer).Tcp(50001, 20, flags, 1) : FrameBuilder.Ethernet().IPv4(Peer, Host).Tcp(20, 50001, flags, 1, 1)).At(back ? 2 : 1);
        AssertVerdict(Of([Probe(TcpFlags.Ack, false)], matrix), Verdict.Unexpected, Reason.Port);
        AssertVerdict(Of([Probe(TcpFlags.Ack, false), Probe(TcpFlags.Rst, true)], matrix), Verdict.Unexpected, Reason.Port);

        // To a well-known port it is no transfer, and an opening in sight needs its control connection in sight.
        AssertVerdict(Of(Traffic.Midstream(1001, 20), matrix), Verdict.Unexpected, Reason.Port);
        AssertVerdict(Of(Traffic.In(50001, from: 20), matrix), Verdict.Unexpected, Reason.Port);
    }
}
