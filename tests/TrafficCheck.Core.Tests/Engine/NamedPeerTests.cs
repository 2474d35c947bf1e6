using System.Text;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Names that flows themselves show, and rows that ask for names.</summary>
public sealed class NamedPeerTests
{
    private const long Second = 1_000_000_000;

    private static byte[] Hello(string? name, bool encrypted = false) => ClientHello.Records(ClientHello.Message(name, encrypted: encrypted));

    private static IReadOnlyList<TimedFrame> Tls(byte[] hello, ushort from = 40000, long at = Second, string peer = Peer, int segment = 1400) =>
        new TcpConversation(Host, from, peer, 443, at) { SegmentSize = segment }.Handshake().ClientSends(hello).ServerSends(ClientHello.Records(ClientHello.ServerMessage())).Frames;

    private static IReadOnlyList<TimedFrame> Http(string request, ushort port = 80, ushort from = 40000, long at = Second, int segment = 1400) =>
        new TcpConversation(Host, from, Peer, port, at) { SegmentSize = segment }.Handshake().ClientSends(request).ServerSends("HTTP/1.1 200 OK\r\n\r\n").Frames;

    private static IReadOnlyList<TimedFrame> Dns(string name, string address, string? alias = null, long at = Second / 2, ushort from = 5353)
    {
        DnsBytes answer = DnsBytes.Response(name);
        answer = alias is null ? answer.Address(name, address) : answer.Alias(name, alias).Address(alias, address);
        return new UdpExchange(Host, from, "10.0.0.1", 53, at).ServerSends(answer.ToArray()).Frames;
    }

    private static EngineRun Judge(IEnumerable<TimedFrame> frames, ushort port, params string[] peers) => Of(frames, MatrixOf(
        [.. peers.Select((p, i) => Allow($"R{i + 1}", port, peers: [p])), Allow("DNS", 53, transports: [TransportNames.Udp])]));

    private static FlowRow Flow(EngineRun run, ushort from = 40000) => run.Rows.Single(r => r.InitiatorPort == from);

    private static (Verdict, Reason, string) Said(FlowRow row) => (row.Verdict, row.Reason, string.Join(',', row.Rows));

    [Theory]
    [InlineData("shop.example.net", "shop.example.net", true)]
    [InlineData("SHOP.example.NET.", "shop.example.net", true)]
    [InlineData("shop.example.net", "*.example.net", true)]
    [InlineData("a.b.example.net", "*.example.net", true)]
    [InlineData("example.net", "*.example.net", false)]
    [InlineData("badexample.net", "*.example.net", false)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example", true)]
    [InlineData("evil.example", "shop.example.net", false)]
    public void A_row_matches_by_the_server_name_of_tls(string name, string peer, bool matches)
    {
        EngineRun run = Judge(Tls(Hello(name)), 443, peer);
        Assert.Equal(matches ? (Verdict.Allowed, Reason.None, "R1") : (Verdict.Unexpected, Reason.Peer, ""), Said(run.Row));
        Assert.Equal((name.TrimEnd('.').ToLowerInvariant(), "tls-sni", 4L), (run.Row.PeerName, run.Row.PeerNameProof, run.Row.PeerNameFrame));
        if (!matches) Assert.Equal([new NamedPeer(Peer, name, "tls-sni", 4, false)], run.Report.Findings[0].PeerNames);
    }

    [Theory]
    [InlineData("shop.example.net", true)]
    [InlineData("evil.example", false)]
    public void A_row_matches_by_the_server_name_in_a_quic_initial(string name, bool matches)
    {
        byte[] initial = QuicPacket.Seal(QuicPacket.Frames(ClientHello.Message(name, ["h3"], [0x0304]), 0));
        EngineRun run = Of(
            new UdpExchange(Host, 40000, Peer, 443, Second).ClientSends(initial).ServerSends([0x40, 1, 2, 3]).Frames,
            MatrixOf(Allow("R1", 443, peers: ["*.example.net"], transports: [TransportNames.Udp])));
        Assert.Equal(matches ? (Verdict.Allowed, Reason.None, "R1") : (Verdict.Unexpected, Reason.Peer, ""), Said(run.Row));
        Assert.Equal((name, "tls-sni", 1L, "quic"), (run.Row.PeerName, run.Row.PeerNameProof, run.Row.PeerNameFrame, run.Row.Application));
    }

    /// <summary>The segments of a hello of four, in other orders than they were sent; the first is what the capture saw first.</summary>
    [Theory]
    [InlineData("0 1 2 3")]
    [InlineData("1 0 2 3")]
    [InlineData("0 2 1 3")]
    [InlineData("0 2 3 1")]
    [InlineData("1 2 3 0")]
    [InlineData("0 1 1 2 0 3")]
    [InlineData("0 2 2 1 3 1")]
    public void A_hello_whose_segments_come_out_of_order_is_read(string order)
    {
        // The name stands behind what fills the first segments.
        byte[] hello = ClientHello.Records(ClientHello.Message("shop.example.net"));
        EngineRun run = Judge(InOrder(hello, order), 443, "shop.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(run.Row));
        Assert.Equal("shop.example.net", run.Row.PeerName);
        Assert.DoesNotContain(run.Report.Accounting.NotKept, n => n.Key == "messages-not-joined");
    }

    [Fact]
    public void A_hello_of_which_a_segment_is_missing_is_counted()
    {
        EngineRun run = Judge(InOrder(ClientHello.Records(ClientHello.Message("shop.example.net")), "0 1 3"), 443, "shop.example.net");
        Assert.Equal((Verdict.Undetermined, Reason.PeerNameUnknown, ""), Said(run.Row));
        Assert.Contains(KeyValuePair.Create("messages-not-joined", 1L), run.Report.Accounting.NotKept);
    }

    private static List<TimedFrame> InOrder(byte[] hello, string order)
    {
        var script = new TcpConversation(Host, 40000, Peer, 443, Second) { SegmentSize = (hello.Length + 3) / 4, Acknowledged = false };
        IReadOnlyList<TimedFrame> frames = script.Handshake().ClientSends(hello).ServerSends(ClientHello.Records(ClientHello.ServerMessage())).Frames;
        int[] numbers = [.. order.Split(' ').Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture))];
        return [.. frames.Take(3), .. numbers.Select((n, i) => frames[3 + n] with { TimestampNs = frames[3].TimestampNs + ((i + 1) * 300_000_000L) }), .. frames.Skip(7).Select(f => f with { TimestampNs = f.TimestampNs + (5 * Second) })];
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: Update.Example.Net:80\r\n\r\n", "http-host")]
    [InlineData("GET http://update.example.net/x HTTP/1.1\r\nHost: other.example\r\n\r\n", "http-connect")]
    [InlineData("CONNECT update.example.net:443 HTTP/1.1\r\nHost: update.example.net:443\r\n\r\n", "http-connect")]
    public void A_row_matches_by_the_host_of_a_request(string request, string proof)
    {
        EngineRun run = Judge(Http(request), 80, "update.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(run.Row));
        Assert.Equal(("update.example.net", proof), (run.Row.PeerName, run.Row.PeerNameProof));
    }

    [Fact]
    public void A_host_in_utf8_is_the_name_that_idna_makes_of_it()
    {
        string host = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Bücher.example"));
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(Judge(Http($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), 80, "xn--bcher-kva.example").Row));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 192.0.2.7\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a.example\r\nHost: update.example.net\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public void A_request_that_names_nobody_leaves_it_open(string request) =>
        Assert.Equal((Verdict.Undetermined, Reason.PeerNameUnknown, ""), Said(Judge(Http(request), 80, "update.example.net").Row));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void A_name_that_is_split_over_segments_is_put_together(int segment)
    {
        EngineRun tls = Judge(Tls(Hello("shop.example.net"), segment: segment), 443, "shop.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(tls.Row));
        EngineRun http = Judge(Http("GET /a/long/path HTTP/1.1\r\nCookie: x\r\nHost: update.example.net\r\n\r\n", segment: Math.Max(segment, 7)), 80, "update.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(http.Row));
    }

    [Fact]
    public void What_the_client_says_decides_between_the_names_of_a_shared_address()
    {
        TimedFrame[] frames =
        [
            .. Dns("a.example.net", Peer), .. Dns("b.example.net", Peer, from: 5354), .. Tls(Hello("b.example.net")), .. Tls(Hello("evil.example"), from: 40001, at: 2 * Second),
        ];
        EngineRun run = Judge(frames, 443, "a.example.net", "b.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R2"), Said(Flow(run)));
        Assert.Equal((Verdict.Unexpected, Reason.Peer, ""), Said(Flow(run, 40001)));
    }

    [Fact]
    public void Names_of_a_shared_address_are_marked()
    {
        TimedFrame[] frames = [.. Dns("a.example.net", Peer), .. Dns("b.example.net", Peer, from: 5354), .. Traffic.Out(443, at: Second)];
        Finding finding = Judge(frames, 443, "c.example.net").Report.Findings.Single(f => f.Reason == Reason.Peer);
        Assert.Equal([("a.example.net", "dns", true), ("b.example.net", "dns", true)], finding.PeerNames.Select(n => (n.Name, n.Proof, n.IsShared)));
    }

    [Fact]
    public void An_address_that_clients_call_by_two_names_is_shared_without_any_dns()
    {
        IReadOnlyList<TimedFrame> midstream = new TcpConversation(Host, 40009, Peer, 443, 5 * Second).ClientSends("\x17\x03\x03\x00\x01a").ServerSends("\x17\x03\x03\x00\x01b").Frames;
        EngineRun one = Judge([.. Tls(Hello("a.example.net")), .. midstream], 443, "c.example.net");
        EngineRun two = Judge([.. Tls(Hello("a.example.net")), .. Tls(Hello("b.example.net"), from: 40001, at: 2 * Second), .. midstream], 443, "c.example.net");
        Assert.Equal((false, true), (Flow(one, 40009).PeerNameShared, Flow(two, 40009).PeerNameShared));

        // What the flow itself says is meant, however many names there are.
        Assert.False(Flow(two).PeerNameShared);
        Assert.True(Flow(Judge([.. Dns("a.example.net", Peer), .. Tls(Hello("b.example.net")), .. midstream], 443, "c.example.net"), 40009).PeerNameShared);
    }

    [Fact]
    public void A_name_by_dns_carries_its_aliases_and_who_was_told()
    {
        FlowRow row = Flow(Judge([.. Dns("www.example.net", Peer, alias: "edge.cdn.example"), .. Traffic.Out(443, at: Second)], 443, "*.cdn.example"));
        Assert.Equal([new("www.example.net", 1), new("edge.cdn.example", 1)], row.PeerNameChain!);
        Assert.False(row.PeerNameShared);

        DnsBytes answer = DnsBytes.Response("www.example.net").Address("www.example.net", Peer);
        IReadOnlyList<TimedFrame> toAnother = new UdpExchange("10.0.0.99", 5353, "10.0.0.1", 53, Second / 2).ServerSends(answer.ToArray()).Frames;
        NamedPeer named = Judge([.. toAnother, .. Traffic.Out(443, at: Second)], 443, "c.example.net").Report.Findings.Single(f => f.Reason == Reason.Peer).PeerNames.Single();
        Assert.Equal(("www.example.net", "10.0.0.99"), (named.Name, named.ToldTo));
        Assert.Single(named.Chain);
    }

    [Fact]
    public void Aliases_of_the_name_that_the_client_says_count_too()
    {
        EngineRun run = Judge([.. Dns("www.example.net", Peer, alias: "edge.cdn.example"), .. Tls(Hello("www.example.net"))], 443, "*.cdn.example");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(Flow(run)));
    }

    [Fact]
    public void The_outer_name_of_an_encrypted_hello_is_weak()
    {
        // The name by DNS counts beside it.
        EngineRun run = Judge([.. Dns("a.example.net", Peer), .. Tls(Hello("outer.example", encrypted: true))], 443, "a.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(Flow(run)));
        Assert.Equal(("outer.example", "tls-sni-outer"), (Flow(run).PeerName, Flow(run).PeerNameProof));
    }

    [Fact]
    public void A_later_flow_to_the_same_server_has_the_name_that_the_client_used_before()
    {
        IReadOnlyList<TimedFrame> midstream = new TcpConversation(Host, 40001, Peer, 443, 3 * Second).ClientSends("\x17\x03\x03\x00\x01a").ServerSends("\x17\x03\x03\x00\x01b").Frames;
        EngineRun run = Judge([.. Tls(Hello("shop.example.net")), .. midstream], 443, "shop.example.net");
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(Flow(run, 40001)));
    }

    [Fact]
    public void The_name_is_that_of_the_server_and_not_of_a_client()
    {
        IReadOnlyList<TimedFrame> inbound = new TcpConversation(Peer, 40000, Host, 443, Second).Handshake().ClientSends(Hello("shop.example.net")).Frames;
        EngineRun run = Of(inbound, MatrixOf(Allow("R1", 443, RowDirection.In, peers: ["shop.example.net"])));
        Assert.Equal((Verdict.Undetermined, Reason.PeerNameUnknown, ""), Said(run.Row));
        Assert.Null(run.Row.PeerName);
    }

    [Fact]
    public void A_name_that_is_shown_after_the_flow_ended_still_counts()
    {
        const long Hour = 3600 * Second;
        TimedFrame[] frames = [.. Traffic.Out(443, at: Second), .. Traffic.Out(9, at: Hour, peer: "192.0.2.99"), .. Dns("shop.example.net", Peer, at: Hour + Second)];
        EngineRun run = Of(frames, MatrixOf(Allow("R1", 443, peers: ["shop.example.net"])));
        Assert.Equal((Verdict.Allowed, Reason.None, "R1"), Said(run.Rows[0]));
    }

    [Fact]
    public void A_million_names_take_bounded_memory_and_change_no_verdict()
    {
        AllowedMatrix matrix = MatrixOf(Allow("R1", 443, peers: ["last.example.net"]), Allow("R2", 443, peers: ["*.example.org"]));
        var names = new FlowNames(matrix, maxNames: 1000);
        uint first = names.Number("n0.example"u8);
        for (int i = 0; i < 100_000; i++) names.Number(Encoding.ASCII.GetBytes($"n{i}.example"));
        Assert.Equal(99_000, names.Truncated);
        Assert.Equal(FlowNames.NotKept, names.Number("n99999.example"u8));
        Assert.Equal("last.example.net", names[names.Number("last.EXAMPLE.net"u8)]);
        Assert.Equal("*.example.org", names[names.Number("x.example.org"u8)]);
        Assert.Equal(first, names.Number("N0.example."u8));
    }
}
