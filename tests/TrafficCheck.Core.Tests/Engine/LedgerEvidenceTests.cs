using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Servers that other flows prove tell the direction of flows that show none.</summary>
public sealed class LedgerEvidenceTests
{
    private const long Second = 1_000_000_000, Hour = 3600 * Second;
    private const string Other = "192.0.2.8", Third = "192.0.2.9";

    private static readonly byte[] s_udp = [TransportNames.Udp];

    /// <summary>Of no service that the tests use, so that the matrix tells nothing.</summary>
    private static readonly AllowedMatrix s_matrix = MatrixOf(Allow("R0", 1));

    private static IReadOnlyList<TimedFrame> Session(string client, ushort clientPort, string server, ushort serverPort, long at, bool serverFirst = false)
    {
        var script = new TcpConversation(client, clientPort, server, serverPort, at);
        return (serverFirst ? script.ServerSends("b").ClientSends("a") : script.ClientSends("a").ServerSends("b")).Frames;
    }

    private static IReadOnlyList<TimedFrame> Proof(string client, ushort clientPort, string server, ushort serverPort, long at) =>
        new TcpConversation(client, clientPort, server, serverPort, at).Handshake().ClientSends("a").ServerSends("b").ClientCloses().Frames;

    private static EngineRun Run(params IReadOnlyList<TimedFrame>[] parts) => Run(s_matrix, null, parts);

    private static EngineRun Run(AllowedMatrix matrix, EngineOptions? options, params IReadOnlyList<TimedFrame>[] parts) =>
        Of(TimedFrame.Merge([.. parts]), matrix, options: options);

    private static FlowRow RowAt(EngineRun run, long at) => run.Rows.Single(r => r.FirstNs == at);

    private static void AssertRead(FlowRow row, string initiator, EvidenceMethod method, Confidence confidence, EvidenceConflicts conflicts = EvidenceConflicts.None) =>
        Assert.Equal((initiator, method, confidence, conflicts), (row.Initiator.ToString(), row.Evidence, row.Confidence, row.Conflicts));

    [Theory]
    [InlineData(10, 20)]
    [InlineData(20, 10)]
    public void A_socket_that_a_handshake_proved_a_server_is_one_for_flows_without_a_beginning_before_and_after(long proof, long midstream)
    {
        EngineRun run = Run(Proof(Peer, 40000, Host, 9999, proof * Second), Session(Other, 50000, Host, 9999, midstream * Second, serverFirst: true));
        FlowRow row = RowAt(run, midstream * Second);
        AssertRead(row, Other, EvidenceMethod.Ledger, Confidence.Likely);
        Assert.Equal(FlowDirection.In, row.Direction);
        Assert.True(row.Flipped);
        Assert.Equal([KeyValuePair.Create("ledger", 1L)], run.Report.Evidence.Flips);
        Assert.Equal([KeyValuePair.Create("syn", 1L), KeyValuePair.Create("ledger", 1L)], run.Report.Evidence.Methods);
        Assert.Equal(1, run.Report.Evidence.Servers);
    }

    [Fact]
    public void A_flow_that_idles_past_its_timeout_and_goes_on_does_not_turn_its_server_into_a_client()
    {
        TcpConversation script = new TcpConversation(Peer, 40000, Host, 9999, Second).Handshake().ClientSends("a").Wait(TimeSpan.FromHours(2)).ServerSends("b");
        EngineRun run = Run(script.Frames);
        Assert.Equal(2, run.Rows.Count);
        AssertRead(run.Rows[0], Peer, EvidenceMethod.Syn, Confidence.Proven);
        AssertRead(run.Rows[1], Peer, EvidenceMethod.Ledger, Confidence.Likely);
    }

    [Fact]
    public void A_flow_that_is_evicted_and_goes_on_does_not_either()
    {
        IReadOnlyList<TimedFrame> all = new TcpConversation(Peer, 40000, Host, 9999, Second).Handshake().ClientSends("a").Wait(TimeSpan.FromSeconds(60)).ServerSends("b").Frames;
        EngineRun run = Run(s_matrix, new EngineOptions { MaxFlows = 1 }, all, Proof(Other, 40001, Third, 80, 30 * Second));
        Assert.True(run.Report.Accounting.FlowsEvicted > 0);
        FlowRow[] rows = [.. run.Rows.Where(r => r.ResponderPort == 9999)];
        Assert.Equal([EvidenceMethod.Syn, EvidenceMethod.Ledger], rows.Select(r => r.Evidence));
        Assert.All(rows, r => Assert.Equal(Peer, r.Initiator.ToString()));
    }

    [Fact]
    public void Two_proven_servers_contradict_each_other_and_the_next_rung_counts()
    {
        IReadOnlyList<TimedFrame>[] frames =
            [Proof(Peer, 40000, Host, 5060, Second), Proof(Host, 40001, Other, 5061, 2 * Second), Session(Other, 5061, Host, 5060, 3 * Second)];
        AssertRead(RowAt(Run(frames), 3 * Second), Other, EvidenceMethod.FirstSeen, Confidence.Weak, EvidenceConflicts.BothServers);
        AssertRead(RowAt(Run(MatrixOf(Allow("R1", 5061)), null, frames), 3 * Second), Host, EvidenceMethod.Matrix, Confidence.Likely, EvidenceConflicts.BothServers);
        Assert.Equal([KeyValuePair.Create("both-servers", 1L)], Run(frames).Report.Evidence.Conflicts);
    }

    [Fact]
    public void A_server_that_is_a_client_too_is_no_server_for_another_service_port_and_one_for_any_other()
    {
        // A daemon that asks others from the port on which it answers.
        EngineRun run = Run(
            Proof(Peer, 40000, Host, 443, Second), Proof(Host, 443, Other, 8443, 2 * Second),
            Session(Third, 445, Host, 443, 3 * Second), Session(Third, 50000, Host, 443, 4 * Second));
        AssertRead(RowAt(run, 3 * Second), Third, EvidenceMethod.FirstSeen, Confidence.Weak, EvidenceConflicts.ServerAndClient);
        AssertRead(RowAt(run, 4 * Second), Third, EvidenceMethod.Ledger, Confidence.Likely);
        Assert.Equal((2L, 1L), (run.Report.Evidence.Servers, run.Report.Evidence.ServersAlsoClients));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(53)]
    [InlineData(123)]
    [InlineData(443)]
    [InlineData(3268)]
    public void A_client_keeps_being_one_whatever_its_source_port(int port)
    {
        // The matrix names the source port only, and the session goes on after its timeout with a packet of the server.
        AllowedMatrix matrix = MatrixOf(Allow("R1", (ushort)port));
        IReadOnlyList<TimedFrame> frames =
            new TcpConversation(Host, (ushort)port, Peer, 8443, Second).Handshake().ClientSends("a").Wait(TimeSpan.FromHours(2)).ServerSends("b").Frames;
        EngineRun run = Run(matrix, null, frames);
        AssertRead(run.Rows[0], Host, EvidenceMethod.Syn, Confidence.Proven);
        AssertRead(run.Rows[1], Host, EvidenceMethod.Ledger, Confidence.Likely, EvidenceConflicts.MatrixAgainstLedger);
        Assert.All(run.Rows, r => Assert.Equal(((ushort?)8443, Verdict.Unexpected), (r.ResponderPort, r.Verdict)));
    }

    [Fact]
    public void A_syn_from_a_server_makes_it_a_client_there()
    {
        EngineRun run = Run(Proof(Peer, 40000, Host, 443, Second), Proof(Host, 443, Other, 9000, 2 * Second));
        AssertRead(RowAt(run, 2 * Second), Host, EvidenceMethod.Syn, Confidence.Proven);
    }

    [Fact]
    public void Syn_acks_of_a_scan_prove_no_server()
    {
        // Spoofed SYN-ACKs from well-known ports, answered by resets; then a flow without a beginning from one of the sockets.
        List<TimedFrame> scan = [];
        for (int i = 0; i < 20; i++)
        {
            ushort port = (ushort)(20_000 + i);
            scan.Add(FrameBuilder.Ethernet().IPv4(Peer, Host).Tcp(443, port, TcpFlags.Syn | TcpFlags.Ack, 1, 1).At(Second + (i * 2000)));
            scan.Add(FrameBuilder.Ethernet().IPv4(Host, Peer).Tcp(port, 443, TcpFlags.Rst, 1).At(Second + (i * 2000) + 1000));
        }

        EngineRun run = Run(scan, Session(Peer, 443, Host, 30_000, 9 * Second));
        Assert.Equal(0, run.Report.Evidence.Servers);
        AssertRead(RowAt(run, 9 * Second), Peer, EvidenceMethod.FirstSeen, Confidence.Weak);
        Assert.Equal(20, run.Rows.Count(r => (r.Evidence, r.Confidence) == (EvidenceMethod.SynAck, Confidence.Weak)));
    }

    [Fact]
    public void A_syn_that_nobody_answers_or_that_is_refused_proves_no_server()
    {
        EngineRun run = Run(
            new TcpConversation(Peer, 40000, Host, 9999, Second).Unanswered().Frames, new TcpConversation(Peer, 40001, Host, 9998, 2 * Second).Refused().Frames,
            new UdpExchange(Peer, 40002, Host, 53, 3 * Second).ClientSends(Query()).Frames);
        Assert.Equal(0, run.Report.Evidence.Servers);
        Assert.All(run.Rows, r => Assert.Equal(Confidence.Proven, r.Confidence));
    }

    [Fact]
    public void An_unborne_syn_ack_gives_way_to_a_proven_server()
    {
        TimedFrame alone = FrameBuilder.Ethernet().IPv4(Host, Other).Tcp(9999, 50000, TcpFlags.Syn | TcpFlags.Ack, 1, 1).At(5 * Second);
        TimedFrame probe = FrameBuilder.Ethernet().IPv4(Other, Host).Tcp(50001, 9999, TcpFlags.Syn | TcpFlags.Ack, 1, 1).At(6 * Second);
        EngineRun run = Run(Proof(Peer, 40000, Host, 9999, Second), [alone], [probe]);
        AssertRead(RowAt(run, 5 * Second), Other, EvidenceMethod.Ledger, Confidence.Likely);
        AssertRead(RowAt(run, 6 * Second), Other, EvidenceMethod.Ledger, Confidence.Likely, EvidenceConflicts.SynAckAgainstLedger);
    }

    [Fact]
    public void What_a_payload_shows_proves_a_server_when_both_took_part()
    {
        EngineRun run = Run(
            new UdpExchange(Peer, 40000, Host, 5353, Second).ClientSends(Query()).ServerSends(Query(answer: true)).Frames,
            new UdpExchange(Other, 40001, Host, 5353, 2 * Second).ServerSends("?").ClientSends("!").Frames);
        AssertRead(RowAt(run, 2 * Second), Other, EvidenceMethod.Ledger, Confidence.Likely);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ntp_between_two_ports_123_is_told_by_its_mode_and_else_by_nothing(bool serverFirst)
    {
        byte[] request = Ntp(3), reply = Ntp(4), symmetric = Ntp(1);
        IReadOnlyList<TimedFrame> mode = serverFirst
            ? [Datagram(Peer, Host, reply, Second), Datagram(Host, Peer, request, 2 * Second)]
            : [Datagram(Host, Peer, request, Second), Datagram(Peer, Host, reply, 2 * Second)];
        EngineRun run = Run(mode, [Datagram(Host, Other, symmetric, 3 * Second), Datagram(Other, Host, symmetric, 4 * Second)]);
        AssertRead(RowAt(run, Second), Host, EvidenceMethod.Application, Confidence.Proven);
        AssertRead(RowAt(run, 3 * Second), Host, EvidenceMethod.FirstSeen, Confidence.Weak);

        // The host is a client of one and a server of another: for the third it is neither, and the ledger says so.
        EngineRun both = Run(
            mode, [Datagram(Third, Host, request, 3 * Second), Datagram(Host, Third, reply, 4 * Second)],
            [Datagram(Other, Host, symmetric, 5 * Second), Datagram(Host, Other, symmetric, 6 * Second)]);
        AssertRead(RowAt(both, 5 * Second), Other, EvidenceMethod.FirstSeen, Confidence.Weak, EvidenceConflicts.ServerAndClient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Netbios_names_between_two_ports_137_are_told_by_who_asked(bool answerFirst)
    {
        TimedFrame ask = Datagram(Host, Peer, Query(), (answerFirst ? 2 : 1) * Second, 137), answer = Datagram(Peer, Host, Query(answer: true), (answerFirst ? 1 : 2) * Second, 137);
        EngineRun run = Run(answerFirst ? [answer, ask] : [ask, answer], [Datagram(Peer, Other, [0], 3 * Second, 137)]);
        AssertRead(RowAt(run, Second), Host, EvidenceMethod.Application, Confidence.Proven);
        Assert.Equal((1L, 0L), (run.Report.Evidence.Servers, run.Report.Evidence.ServersAlsoClients));
    }

    [Fact]
    public void Payloads_that_show_both_ends_as_the_client_leave_nothing_known()
    {
        var speech = new FlowSpeech { Clients = 3 };
        var flow = new FlowSummary
        {
            Protocol = TransportNames.Udp,
            Ends = new(IpAddress.V4(0x0a000005), 137, IpAddress.V4(0xc0000207), 137),
            FirstNs = 1,
            LastNs = 2,
            LowPackets = 1,
            HighPackets = 1,
            LowBytes = 1,
            HighBytes = 1,
            Marks = FlowMarks.FirstFromHigh,
            FirstFrame = 1,
            Speech = speech,
        };
        Assert.Equal(new FlowReading(true, EvidenceMethod.None, Confidence.Unknown, EvidenceConflicts.BothClients), FlowReading.Of(in flow));
    }

    [Fact]
    public void An_address_that_never_initiates_proves_nothing()
    {
        EngineRun run = Of(
            [
                FrameBuilder.Ethernet().IPv4("255.255.255.255", Host).Tcp(40000, 9999, TcpFlags.Syn).At(Second),
                FrameBuilder.Ethernet().IPv4(Host, "255.255.255.255").Tcp(9999, 40000, TcpFlags.Syn | TcpFlags.Ack).At(2 * Second),
            ],
            s_matrix, options: new EngineOptions { MaxFlows = 100, JudgeLinkScope = true });
        AssertRead(run.Row, Host, EvidenceMethod.None, Confidence.Unknown, EvidenceConflicts.AddressNeverInitiates);
        Assert.Equal(0, run.Report.Evidence.Servers);
    }

    [Fact]
    public void A_kept_ledger_tells_and_gives_way_to_this_run()
    {
        ProvenServer Kept(string address, ushort port) => new(IpAddress.From(System.Net.IPAddress.Parse(address)), port, TransportNames.Tcp, 1, 2, 3);
        var options = new EngineOptions { MaxFlows = 100_000, KeptServers = [Kept(Host, 9999), Kept(Third, 50000)] };
        EngineRun run = Run(
            s_matrix, options, Session(Other, 50000, Host, 9999, Second, serverFirst: true), Session(Third, 50000, Host, 9999, 2 * Second),
            Proof(Peer, 40000, Other, 7777, 3 * Second), Proof(Host, 40001, Other, 7778, 4 * Second));
        AssertRead(RowAt(run, Second), Other, EvidenceMethod.Ledger, Confidence.Likely);
        AssertRead(RowAt(run, 2 * Second), Third, EvidenceMethod.FirstSeen, Confidence.Weak, EvidenceConflicts.BothServers);

        EngineRun now = Run(s_matrix, options, Proof(Peer, 40000, Host, 9999, Second), Session(Third, 50000, Host, 9999, 2 * Second, serverFirst: true));
        AssertRead(RowAt(now, 2 * Second), Third, EvidenceMethod.Ledger, Confidence.Likely, EvidenceConflicts.KeptLedgerAgainstRun);
    }

    [Fact]
    public void The_order_of_files_and_batches_has_no_part_in_it()
    {
        List<TimedFrame> all = [];
        for (int i = 0; i < 60; i++)
        {
            long at = (i * 7 % 60) * Second;
            ushort port = (ushort)(9000 + (i % 5));
            all.AddRange(i % 3 == 0 ? Proof(Peer, (ushort)(40_000 + i), Host, port, at) : Session(Other, (ushort)(40_000 + i), Host, port, at, serverFirst: i % 2 == 0));
        }

        TimedFrame[] sorted = [.. TimedFrame.Merge(all)];
        string expected = Text(Of(sorted, s_matrix));
        Assert.Contains("Ledger", expected, StringComparison.Ordinal);
        foreach (int chunk in new[] { 1, 7, 64 }) Assert.Equal(expected, Text(Of(sorted, s_matrix, chunk: chunk)));
        Assert.Equal(expected, Text(Of(sorted, s_matrix, options: new EngineOptions { MaxFlows = 100_000, Seed = new HashSeed(1, 2, 3) })));

        static string Text(EngineRun run) => string.Join('\n', run.Rows.Select(r => (r.Initiator, r.InitiatorPort, r.ResponderPort, r.Evidence, r.Confidence, r.Conflicts, r.Flipped)));
    }

    [Fact]
    public void A_scan_from_a_service_port_is_not_taken_for_the_answers_of_a_service()
    {
        // Well after the capture began a datagram comes from port 53 that nobody asked for and nobody answers.
        IReadOnlyList<TimedFrame> begin = new UdpExchange(Other, 1, Third, 1, 0).ClientSends("x").Frames;
        EngineRun run = Of(
            TimedFrame.Merge(begin, new UdpExchange(Host, 40000, Peer, 53, Hour).ServerSends("?").Frames, new UdpExchange(Host, 40001, Peer, 53, Hour + 1).ServerSends("?").ClientSends("!").Frames),
            MatrixOf(Allow("R1", 53, transports: s_udp)));
        FlowRow scan = RowAt(run, Hour), answered = RowAt(run, Hour + 1);
        AssertRead(scan, Host, EvidenceMethod.Matrix, Confidence.Weak, EvidenceConflicts.FirstPacketAgainstMatrix);
        Assert.Equal((Verdict.Undetermined, Reason.DirectionUnknown), (scan.Verdict, scan.Reason));
        AssertRead(answered, Host, EvidenceMethod.Matrix, Confidence.Likely);
        Assert.Equal(Verdict.Allowed, answered.Verdict);
    }

    private static TimedFrame Datagram(string from, string to, byte[] bytes, long at, ushort port = 123) =>
        FrameBuilder.Ethernet().IPv4(from, to).Udp(port, port).Payload(bytes).At(at);

    private static byte[] Ntp(int mode)
    {
        var bytes = new byte[48];
        bytes[0] = (byte)((4 << 3) | mode);
        if (mode != 3) bytes[1] = 2;
        return bytes;
    }

    /// <summary>A message of DNS for one host name, such as NetBIOS has, too.</summary>
    private static byte[] Query(bool answer = false) =>
        [0x12, 0x34, answer ? (byte)0x85 : (byte)0x01, answer ? (byte)0x80 : (byte)0x00, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 2, (byte)'e', (byte)'x', 0, 0, 1, 0, 1];
}
