using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Data connections of FTP, and what must not be taken for one.</summary>
public sealed class RelatedFtpTests
{
    private const long Second = 1_000_000_000, DataAt = 10 * Second;

    private static readonly AllowedMatrix s_matrix = MatrixOf(Allow("R1", 21), Allow("R2", 9));

    /// <summary>A control connection of the host to the peer that lasts from 1 s to 20 s.</summary>
    private static IReadOnlyList<TimedFrame> Control(
        string? client = null, string? server = null, int segment = 1400, ushort port = 21, string to = Peer, long at = Second, string from = Host)
    {
        TcpConversation ftp = new TcpConversation(from, 40000, to, port, at) { SegmentSize = segment }.Handshake()
            .ServerSends("220 FTP server ready\r\n").ClientSends("USER a\r\n").ServerSends("331 Password please\r\n");
        if (client is not null) ftp.ClientSends(client);
        if (server is not null) ftp.ServerSends(server);
        return ftp.Wait(TimeSpan.FromSeconds(19)).ClientSends("QUIT\r\n").Frames;
    }

    private static IReadOnlyList<TimedFrame> Data(string from, ushort fromPort, string to, ushort toPort, long at = DataAt) =>
        new TcpConversation(from, fromPort, to, toPort, at).Handshake().ClientSends("data").ClientCloses().Frames;

    private static EngineRun Run(IEnumerable<TimedFrame> control, IEnumerable<TimedFrame> data, AllowedMatrix? matrix = null, EngineOptions? options = null) =>
        Of(TimedFrame.Merge(control, data), matrix ?? s_matrix, options: options);

    /// <summary>The data connection's verdict with its rows, and what related it.</summary>
    private static string Said(EngineRun run)
    {
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        string related = row.Related is { } proof ? $" {proof.By} {proof.Grade}" : "";
        return $"{row.Verdict.Word()} {string.Join(',', row.Rows)}{related}";
    }

    [Theory]
    [InlineData("PASV\r\n", "227 Entering Passive Mode (192,0,2,7,195,80)\r\n", 50000, "related R1 ftp-passive announced")]
    [InlineData("PASV\r\n", "227 Entering Passive Mode (10,9,9,9,195,80)\r\n", 50000, "related R1 ftp-passive announced-otherwise")]
    [InlineData("EPSV\r\n", "229 Entering Extended Passive Mode (|||50000|)\r\n", 50000, "related R1 ftp-passive announced")]
    [InlineData("PASV\r\n", "227 Entering Passive Mode (192,0,2,7,195,80)\r\n", 50001, "unexpected ")]
    [InlineData("PASV\r\n", "227 Entering Passive Mode (192,0,2,7,0,22)\r\n", 22, "unexpected ")]
    public void Passive_data_goes_to_the_announced_port(string command, string reply, int port, string expected) =>
        Assert.Equal(expected, Said(Run(Control(command, reply), Data(Host, 40001, Peer, (ushort)port))));

    [Theory]
    [InlineData("PORT 10,0,0,5,195,80\r\n", 20, 50000, "related R1 ftp-active announced")]
    [InlineData("PORT 10,0,0,5,195,80\r\n", 45000, 50000, "related R1 ftp-active announced")]
    [InlineData("EPRT |1|10.0.0.5|50000|\r\n", 20, 50000, "related R1 ftp-active announced")]
    [InlineData("PORT 172,16,0,9,195,80\r\n", 20, 50000, "related R1 ftp-active announced-otherwise")]
    [InlineData("PORT 10,0,0,5,195,80\r\n", 20, 50001, "unexpected ")]
    [InlineData("LIST\r\n", 20, 50000, "unexpected ")]
    public void Active_data_comes_from_the_server(string command, int fromPort, int port, string expected)
    {
        EngineRun run = Run(Control(command, "200 ok\r\n"), Data(Peer, (ushort)fromPort, Host, (ushort)port));
        Assert.Equal(expected, Said(run));
        Assert.Equal(FlowDirection.In, run.Rows.Single(r => r.FirstNs == DataAt).Direction);
    }

    [Fact]
    public void Data_of_ipv6_is_announced_by_eprt_and_epsv()
    {
        const string A = "2001:db8::5", B = "2001:db8::7";
        EngineRun active = Of(TimedFrame.Merge(Control("EPRT |2|2001:db8::5|50000|\r\n", "200 ok\r\n", to: B, from: A), Data(B, 20, A, 50000)), s_matrix, [A]);
        Assert.Equal("related R1 ftp-active announced", Said(active));
        EngineRun passive = Of(TimedFrame.Merge(Control("EPSV\r\n", "229 ok (|||50000|)\r\n", to: B, from: A), Data(A, 40001, B, 50000)), s_matrix, [A]);
        Assert.Equal("related R1 ftp-passive announced", Said(passive));
    }

    [Fact]
    public void A_bounce_to_a_third_host_is_not_related()
    {
        // Both ends are protected, so that the connection to the third host is judged.
        const string Third = "10.0.0.6";
        EngineRun run = Of(
            TimedFrame.Merge(Control("PORT 10,0,0,6,195,80\r\n", "200 ok\r\n"), Data(Peer, 20, Third, 50000)), s_matrix, [$"{Host} {Third}"]);
        Assert.Equal("unexpected ", Said(run));
    }

    [Fact]
    public void A_connection_to_the_announced_port_from_another_host_is_not_related()
    {
        const string Other = "198.51.100.9";
        Assert.Equal("unexpected ", Said(Run(Control("PORT 10,0,0,5,195,80\r\n", "200 ok\r\n"), Data(Other, 20, Host, 50000))));
        EngineRun server = Of(
            TimedFrame.Merge(Control("PASV\r\n", "227 ok (10,0,0,5,195,80)\r\n", to: Host, from: Peer), Data(Other, 40001, Host, 50000)),
            MatrixOf(Allow("R1", 21, RowDirection.In)));
        Assert.Equal("unexpected ", Said(server));
    }

    [Fact]
    public void A_handshake_that_begins_at_the_wrong_end_is_not_related() =>
        Assert.Equal("unexpected ", Said(Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Peer, 50000, Host, 40001))));

    [Fact]
    public void Data_of_a_control_connection_that_is_not_allowed_is_not_related()
    {
        EngineRun run = Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000), MatrixOf(Allow("R1", 21, peers: ["192.0.2.99"])));
        Assert.Equal("unexpected  ftp-passive announced", Said(run));
    }

    [Fact]
    public void A_control_connection_that_is_left_open_leaves_its_data_open()
    {
        EngineRun run = Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000), MatrixOf(Allow("R1", 21, peers: ["ftp.example.net"])));
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        Assert.Equal((Verdict.Undetermined, Reason.PeerNameUnknown), (row.Verdict, row.Reason));
    }

    [Fact]
    public void A_row_of_its_own_answers_before_that_of_the_control_connection()
    {
        AllowedMatrix matrix = MatrixOf(Allow("R1", 21), Allow("R2", 49152, last: 65535));
        Assert.Equal("allowed R2 ftp-passive announced", Said(Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000), matrix)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(19)]
    public void Announcements_are_read_across_segments(int segment)
    {
        Assert.Equal("related R1 ftp-passive announced", Said(Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n", segment), Data(Host, 40001, Peer, 50000))));
        Assert.Equal("related R1 ftp-active announced", Said(Run(Control("PORT 10,0,0,5,195,80\r\n", "200 ok\r\n", segment), Data(Peer, 20, Host, 50000))));
    }

    [Fact]
    public void The_fortieth_announcement_is_read_like_the_first()
    {
        TcpConversation ftp = new TcpConversation(Host, 40000, Peer, 21, Second).Handshake().ServerSends("220 hello\r\n");
        for (int i = 0; i < 40; i++) ftp.ClientSends("PASV\r\n").ServerSends($"227 ok (192,0,2,7,195,{i})\r\n");
        Assert.Equal("related R1 ftp-passive announced", Said(Run(ftp.Frames, Data(Host, 40001, Peer, 49920 + 39))));
    }

    [Fact]
    public void A_control_connection_is_known_by_what_it_speaks_on_any_port()
    {
        AllowedMatrix matrix = MatrixOf(Allow("R1", 2121), Allow("R2", 21));
        EngineRun run = Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n", port: 2121), Data(Host, 40001, Peer, 50000), matrix);
        Assert.Equal("related R1 ftp-passive announced", Said(run));
    }

    [Fact]
    public void An_announcement_waits_five_minutes_and_no_longer()
    {
        IReadOnlyList<TimedFrame> control = Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n", at: DataAt - (400 * Second));
        Assert.Equal("unexpected ", Said(Run(control, Data(Host, 40001, Peer, 50000))));
        control = Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n", at: DataAt - (290 * Second));
        Assert.Equal("related R1 ftp-passive announced", Said(Run(control, Data(Host, 40001, Peer, 50000))));
    }

    [Theory]
    [InlineData(Host, 40001, Peer, 50000, true, "related R1 ftps-data inferred")]
    [InlineData(Peer, 20, Host, 50000, true, "related R1 ftps-data inferred")]
    [InlineData(Host, 40001, Peer, 50000, false, "unexpected ")] // no TLS
    [InlineData(Host, 40001, Peer, 900, true, "unexpected ")] // no high port
    [InlineData(Host, 40001, "192.0.2.8", 50000, true, "unexpected ")] // another host
    public void Data_of_ftps_is_inferred(string from, int fromPort, string to, int toPort, bool tls, string expected)
    {
        byte[] first = tls ? ClientHello.Records(ClientHello.Message("ftp.example.net")) : "plain data"u8.ToArray();
        IReadOnlyList<TimedFrame> data = new TcpConversation(from, (ushort)fromPort, to, (ushort)toPort, DataAt).Handshake().ClientSends(first).Frames;
        EngineRun run = Run(Control("AUTH TLS\r\n", "234 go ahead\r\n"), data);
        Assert.Equal(expected, Said(run));

        // Without TLS on the control connection announcements can be seen, and there was none; nor is it data outside the life of the control connection.
        Assert.Equal("unexpected ", Said(Run(Control("PASV\r\n", "500 no\r\n"), data)));
        Assert.Equal("unexpected ", Said(Run(Control("AUTH TLS\r\n", "234 go ahead\r\n", at: DataAt + Second), data)));
        Assert.Equal("unexpected ", Said(Run(Control("AUTH TLS\r\n", "234 go ahead\r\n", at: DataAt - (60 * Second)), data)));
    }

    [Fact]
    public void Data_of_implicit_ftps_is_inferred()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message(null));
        IReadOnlyList<TimedFrame> control = new TcpConversation(Host, 40000, Peer, 990, Second).Handshake().ClientSends(hello).Wait(TimeSpan.FromSeconds(30)).ClientSends("\x17\x03\x03\x00\x01a").Frames;
        IReadOnlyList<TimedFrame> data = new TcpConversation(Host, 40001, Peer, 50000, DataAt).Handshake().ClientSends(hello).Frames;
        Assert.Equal("related R1 ftps-data inferred", Said(Run(control, data, MatrixOf(Allow("R1", 990)))));
    }

    [Theory]
    [InlineData(50000, Peer, "related R1 ftp-passive-range inferred")]
    [InlineData(50200, Peer, "unexpected ")]
    [InlineData(50000, "192.0.2.8", "unexpected ")]
    public void The_passive_range_of_the_command_line_needs_a_live_control_connection(int port, string to, string expected)
    {
        var options = new EngineOptions { MaxFlows = 1000, FtpPassiveRange = new PortRange(50000, 50100) };
        EngineRun run = Run(Control("AUTH TLS\r\n", "234 go ahead\r\n"), new TcpConversation(Host, 40001, to, (ushort)port, DataAt).Refused().Frames, options: options);
        Assert.Equal(expected, Said(run));
    }

    [Fact]
    public void The_report_says_which_connection_announced_it_and_where()
    {
        EngineRun run = Run(Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000));
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        Assert.Equal(new RelatedProof("ftp-passive", "announced", 12, "10.0.0.5:40000 -> 192.0.2.7:21/tcp"), row.Related);
        RelatedGroup group = Assert.Single(run.Report.Related);
        Assert.Equal((1L, 1L, "R1"), (group.Flows, group.Permitted, Assert.Single(group.Rows)));
        Assert.Equal(new RelatedSample("10.0.0.5:40001 -> 192.0.2.7:50000", row.FirstNs == DataAt ? 14 : 0, 12, "10.0.0.5:40000 -> 192.0.2.7:21/tcp"), Assert.Single(group.Samples));
        RowCoverage coverage = run.Coverage("R1");
        Assert.Equal((1L, 1L), (coverage.Exclusive.Flows, coverage.Related.Flows));
        Assert.Equal((1L, 1L), (run.Report.Summary.Related, run.Report.Summary.Allowed));
    }

    [Fact]
    public void Nobody_need_ask_what_flows_speak_for_data_to_be_related()
    {
        byte[] hello = ClientHello.Records(ClientHello.Message(null));
        TimedFrame[] frames =
        [
            .. TimedFrame.Merge(
                Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000),
                Control("AUTH TLS\r\n", "234 ok\r\n", to: "192.0.2.8"), new TcpConversation(Host, 40002, "192.0.2.8", 50001, DataAt).Handshake().ClientSends(hello).Frames),
        ];
        CheckReport report = Of(frames, s_matrix, keepRows: false).Report;
        Assert.Equal(["ftp-passive", "ftps-data"], report.Related.Select(g => g.By));
        Assert.Equal((2L, 2L, 0L), (report.Summary.Allowed, report.Summary.Related, report.Summary.Unexpected));
    }

    [Fact]
    public void Refused_data_connections_are_one_finding_whatever_their_ports()
    {
        TcpConversation ftp = new TcpConversation(Host, 40000, Peer, 21, Second).Handshake().ServerSends("220 hello\r\n");
        var frames = new List<TimedFrame>();
        for (ushort i = 0; i < 30; i++)
        {
            ftp.ClientSends("PASV\r\n").ServerSends($"227 ok (192,0,2,7,195,{i})\r\n");
            frames.AddRange(new TcpConversation(Host, (ushort)(41000 + i), Peer, (ushort)(49920 + i), DataAt + i).Refused().Frames);
        }

        EngineRun run = Run(ftp.Frames, frames);
        Finding finding = Assert.Single(run.Report.Findings);
        Assert.Equal((FindingKind.Failing, 30L, "R1", (int?)null), (finding.Kind, finding.Flows, finding.NearestRow, finding.ServicePort));
    }

    [Fact]
    public void Evidence_of_the_announcement_tells_the_direction_of_a_flow_in_mid_stream()
    {
        IReadOnlyList<TimedFrame> midstream = new TcpConversation(Peer, 20, Host, 50000, DataAt).ServerSends("a").ClientSends("b").Frames;
        EngineRun run = Run(Control("PORT 10,0,0,5,195,80\r\n", "200 ok\r\n"), midstream);
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        Assert.Equal((EvidenceMethod.Related, Confidence.Proven, FlowDirection.In, Verdict.Related), (row.Evidence, row.Confidence, row.Direction, row.Verdict));
    }

    [Fact]
    public void An_announcement_bears_out_a_syn_ack_of_which_only_that_side_was_captured()
    {
        // Of both connections the capture has what the host sends: PORT, and the SYN-ACK of the port that it announced.
        IEnumerable<TimedFrame> FromHost(IEnumerable<TimedFrame> frames) => frames.Where(f => f.Bytes.AsSpan(26, 4).SequenceEqual((ReadOnlySpan<byte>)[10, 0, 0, 5]));
        IReadOnlyList<TimedFrame> data = new TcpConversation(Peer, 20, Host, 50000, DataAt - 1_000_000).Handshake().ClientSends("data").Frames;
        EngineRun run = Run(FromHost(Control("PORT 10,0,0,5,195,80\r\n")), FromHost(data));
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        Assert.Equal((EvidenceMethod.Related, Confidence.Proven, FlowDirection.In, Verdict.Related), (row.Evidence, row.Confidence, row.Direction, row.Verdict));
    }

    [Fact]
    public void The_report_does_not_depend_on_how_the_input_was_cut()
    {
        const string A = "2001:db8::5", B = "2001:db8::7";
        TimedFrame[] frames =
        [
            .. TimedFrame.Merge(
                Control("PASV\r\n", "227 ok (192,0,2,7,195,80)\r\n"), Data(Host, 40001, Peer, 50000), Data(Host, 40002, Peer, 50001),
                Control("EPSV\r\n", "229 ok (|||50000|)\r\n", to: B, from: A), Data(A, 40001, B, 50000), Data(A, 40002, B, 50001)),
        ];
        string[] protect = [$"{Host} {A}"];
        string whole = Words(Of(frames, s_matrix, protect));
        Assert.Contains("Related", whole, StringComparison.Ordinal);
        foreach (int size in new[] { 1, 2, 3, 7, 20 }) Assert.Equal(whole, Words(Of(frames, s_matrix, protect, chunk: size)));

        static string Words(EngineRun run) => string.Join('\n', run.Rows.Select(r => $"{r.Initiator} {r.ResponderPort} {r.Verdict} {r.Related}"));
    }
}
