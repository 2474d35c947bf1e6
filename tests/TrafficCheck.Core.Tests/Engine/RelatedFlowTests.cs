using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Recognition.Names;
using TrafficCheck.Core.Tests.Recognition.Related;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>TFTP, SIP, RPC and DNS: flows that belong to others.</summary>
public sealed class RelatedFlowTests
{
    private const long Second = 1_000_000_000, DataAt = 10 * Second;

    private static readonly byte[] s_udp = [TransportNames.Udp];

    private static EngineRun Run(AllowedMatrix matrix, params IEnumerable<TimedFrame>[] frames) => Of(TimedFrame.Merge(frames), matrix);

    private static string Said(EngineRun run)
    {
        FlowRow row = run.Rows.Single(r => r.FirstNs == DataAt);
        string related = row.Related is { } proof ? $" {proof.By} {proof.Grade}" : "";
        return $"{row.Verdict.Word()} {string.Join(',', row.Rows)}{related}";
    }

    private static IReadOnlyList<TimedFrame> Udp(string from, ushort fromPort, string to, ushort toPort, long at = DataAt) =>
        new UdpExchange(from, fromPort, to, toPort, at).ClientSends("a").ServerSends("b").Frames;

    private static IReadOnlyList<TimedFrame> Tcp(string from, ushort fromPort, string to, ushort toPort, long at = DataAt) =>
        new TcpConversation(from, fromPort, to, toPort, at).Handshake().ClientSends("data").Frames;

    [Theory]
    [InlineData(Peer, 40000, "related R1 tftp announced")]
    [InlineData(Peer, 40001, "unexpected ")]
    [InlineData("192.0.2.8", 40000, "unexpected ")]
    public void A_tftp_server_answers_from_another_port(string from, int port, string expected)
    {
        IReadOnlyList<TimedFrame> request = new UdpExchange(Host, 40000, Peer, 69, Second).ClientSends("\0\x01" + "file\0octet\0").Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 69, transports: s_udp)), request, Udp(from, 3456, Host, (ushort)port));
        Assert.Equal(expected, Said(run));
    }

    [Fact]
    public void The_request_of_tftp_tells_who_opened_the_flow_that_answers()
    {
        IReadOnlyList<TimedFrame> request = new UdpExchange(Host, 40000, Peer, 69, Second).ClientSends("\0\x01" + "file\0octet\0").Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 69, transports: s_udp)), request, Udp(Peer, 3456, Host, 40000));
        FlowRow data = run.Rows.Single(r => r.FirstNs == DataAt);
        Assert.Equal((EvidenceMethod.Related, Confidence.Proven, FlowDirection.In), (data.Evidence, data.Confidence, data.Direction));
    }

    private static string Sip(string first, string address, int port, int? length = null)
    {
        string body = $"v=0\r\nc=IN IP4 {address}\r\nm=audio {port} RTP/AVP 0\r\n";
        return $"{first}\r\nCall-ID: x\r\nContent-Type: application/sdp\r\nContent-Length: {length ?? body.Length}\r\n\r\n{body}";
    }

    [Theory]
    [InlineData(Peer, 30000, "related R1 sip-rtp announced")]
    [InlineData(Peer, 30001, "related R1 sip-rtcp announced")]
    [InlineData(Peer, 30002, "unexpected ")]
    [InlineData("192.0.2.200", 30000, "unexpected ")]
    public void Media_of_a_call_belong_to_it(string to, int port, string expected)
    {
        IReadOnlyList<TimedFrame> call = new UdpExchange(Host, 5070, Peer, 5060, Second)
            .ClientSends(Sip("INVITE sip:a@example.net SIP/2.0", Host, 20000)).ServerSends(Sip("SIP/2.0 200 OK", Peer, 30000)).Frames;
        AllowedMatrix matrix = MatrixOf(Allow("R1", 5060, transports: s_udp));
        Assert.Equal(expected, Said(Run(matrix, call, Udp(Host, 21000, to, (ushort)port))));

        // Whoever sends first.
        if (port == 30000 && to == Peer) Assert.Equal(expected, Said(Run(matrix, call, Udp(Peer, 30000, Host, 20000))));
    }

    [Fact]
    public void Media_between_other_hosts_than_those_of_the_call_are_less_sure()
    {
        IReadOnlyList<TimedFrame> call = new UdpExchange(Host, 5070, Peer, 5060, Second).ClientSends("OPTIONS sip:a SIP/2.0\r\n\r\n").ServerSends(Sip("SIP/2.0 200 OK", "192.0.2.77", 30000)).Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 5060, transports: s_udp)), call, Udp(Host, 20000, "192.0.2.77", 30000));
        Assert.Equal("related R1 sip-rtp announced-otherwise", Said(run));
    }

    [Fact]
    public void A_call_over_tcp_is_read_across_segments()
    {
        IReadOnlyList<TimedFrame> call = new TcpConversation(Host, 40000, Peer, 5060, Second) { SegmentSize = 40 }.Handshake()
            .ClientSends(Sip("INVITE sip:a@example.net SIP/2.0", Host, 20000)).ServerSends(Sip("SIP/2.0 200 OK", Peer, 30000)).Frames;
        Assert.Equal("related R1 sip-rtp announced", Said(Run(MatrixOf(Allow("R1", 5060)), call, Udp(Host, 20000, Peer, 30000))));
    }

    [Theory]
    [InlineData(1400, "")]
    [InlineData(1400, "\r\n\r\n")]
    [InlineData(60, "")]
    [InlineData(170, "\r\n")]
    public void Each_of_several_messages_in_a_segment_is_read(int segment, string between)
    {
        string offer = Sip("INVITE sip:a@example.net SIP/2.0", Host, 20000), options = "OPTIONS sip:a@example.net SIP/2.0\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
        IReadOnlyList<TimedFrame> call = new TcpConversation(Host, 40000, Peer, 5060, Second) { SegmentSize = segment }.Handshake()
            .ClientSends(between + options + between + Sip("INVITE sip:b@example.net SIP/2.0", Host, 20010) + options + between + offer)
            .ServerSends("SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\n" + Sip("SIP/2.0 200 OK", Peer, 30000)).Frames;
        AllowedMatrix matrix = MatrixOf(Allow("R1", 5060));
        Assert.Equal("related R1 sip-rtp announced", Said(Run(matrix, call, Udp(Host, 20000, Peer, 30000))));
        Assert.Equal("related R1 sip-rtp announced", Said(Run(matrix, call, Udp(Peer, 39000, Host, 20000))));
        Assert.Equal("related R1 sip-rtp announced", Said(Run(matrix, call, Udp(Peer, 39000, Host, 20010))));
    }

    private static byte[] Rtp(byte sequence, byte type = 0) => [0x80, type, 0, sequence, 0, 0, 0, (byte)(sequence * 160), 1, 2, 3, 4, .. new byte[160]];

    /// <summary>A call over one family that announces media over the other; both hosts are known where both sides announced theirs.</summary>
    [Theory]
    [InlineData(false, true, 30000, 5, "related R1 sip-rtp announced")]
    [InlineData(true, true, 30000, 5, "related R1 sip-rtp announced")]
    [InlineData(false, false, 30000, 5, "related R1 sip-rtp announced-otherwise")]
    [InlineData(false, true, 30002, 5, "related R1 sip-rtp announced")] // by the other end
    [InlineData(false, false, 30002, 5, "unexpected ")]
    [InlineData(false, true, 30000, 400, "unexpected ")]
    public void Media_of_a_call_may_be_of_the_other_family(bool callOverV6, bool bothKnown, int port, int seconds, string expected)
    {
        string[] v4 = [Host, Peer], v6 = ["2001:db8:10::5", "2001:db8:20::7"], call = callOverV6 ? v6 : v4, media = callOverV6 ? v4 : v6;
        string Offer(string first, string address, int at) => Sip(first, address, at).Replace("IN IP4", callOverV6 ? "IN IP4" : "IN IP6", StringComparison.Ordinal);
        UdpExchange signalling = new UdpExchange(call[0], 5070, call[1], 5060, DataAt - (seconds * Second));
        if (bothKnown) signalling.ClientSends(Offer("INVITE sip:a@example.net SIP/2.0", media[0], 20000));
        else signalling.ClientSends("OPTIONS sip:a SIP/2.0\r\n\r\n");
        signalling.ServerSends(Offer("SIP/2.0 200 OK", media[1], 30000));
        var speech = new UdpExchange(media[0], 20000, media[1], (ushort)port, DataAt);
        for (byte i = 0; i < 4; i++) speech.ClientSends(Rtp(i)).ServerSends(Rtp(i));
        AllowedMatrix matrix = MatrixOf(Allow("R1", 5060, transports: s_udp));
        foreach (int chunk in new[] { int.MaxValue, 1, 3 })
            Assert.Equal(expected, Said(Of(TimedFrame.Merge(signalling.Frames, speech.Frames), matrix, [$"{Host} 2001:db8:10::5"], chunk: chunk)));
    }

    [Fact]
    public void A_million_media_of_the_other_family_take_bounded_memory_and_are_counted()
    {
        var signalling = new UdpExchange(Host, 5070, Peer, 5060, Second);
        for (int i = 0; i < 3000; i++) signalling.ServerSends(Sip("SIP/2.0 200 OK", $"2001:db8::{i:x}", 30000).Replace("IN IP4", "IN IP6", StringComparison.Ordinal));
        EngineRun run = Of(signalling.Frames, MatrixOf(Allow("R1", 5060, transports: s_udp)));
        Assert.Contains(KeyValuePair.Create("announcements-of-other-family-not-kept", 6000L - 4096), run.Report.Accounting.NotKept);
    }

    [Fact]
    public void A_message_of_which_a_segment_is_missing_is_counted()
    {
        IReadOnlyList<TimedFrame> call = new TcpConversation(Host, 40000, Peer, 5060, Second) { SegmentSize = 50, Acknowledged = false }.Handshake()
            .ClientSends(Sip("INVITE sip:a@example.net SIP/2.0", Host, 20000)).Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 5060)), [.. call.Take(4), .. call.Skip(5)], Udp(Peer, 30000, Host, 20000));
        Assert.Equal("unexpected ", Said(run));
        Assert.Contains(KeyValuePair.Create("messages-not-joined", 1L), run.Report.Accounting.NotKept);
    }

    [Theory]
    [InlineData("0 1 2", true)]
    [InlineData("0 1 0 1 2", true)]
    [InlineData("1 0 2", true)]
    [InlineData("0 2 1", false)]
    public void A_reply_of_ftp_in_pieces_is_read_or_counted(string order, bool read)
    {
        var script = new TcpConversation(Host, 40000, Peer, 21, Second) { SegmentSize = 12, Acknowledged = false };
        IReadOnlyList<TimedFrame> frames = script.Handshake().ServerSends("227 ok (192,0,2,7,195,80)\r\n").Frames;
        Assert.Equal(6, frames.Count);
        IEnumerable<TimedFrame> pieces = order.Split(' ').Select((n, i) => frames[3 + (n[0] - '0')] with { TimestampNs = (2 * Second) + (i * Second / 4) });
        EngineRun run = Run(MatrixOf(Allow("R1", 21)), [.. frames.Take(3), .. pieces], Tcp(Host, 40001, Peer, 50000));
        Assert.Equal(read ? "related R1 ftp-passive announced" : "unexpected ", Said(run));
        Assert.Equal(!read, run.Report.Accounting.NotKept.Any(n => n.Key == "messages-not-joined"));
    }

    [Fact]
    public void A_call_that_announces_a_well_known_port_opens_nothing()
    {
        IReadOnlyList<TimedFrame> call = new UdpExchange(Host, 5070, Peer, 5060, Second).ClientSends(Sip("INVITE sip:a@example.net SIP/2.0", Host, 161)).Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 5060, transports: s_udp)), call, Udp(Peer, 20000, Host, 161));
        Assert.Equal("unexpected ", Said(run));
        Assert.Contains(run.Report.Accounting.NotKept, n => n.Key == "announcements-refused");
    }

    [Theory]
    [InlineData(49664, Peer, 1400, "related R1 rpc-endpoint announced")]
    [InlineData(49664, Peer, 30, "related R1 rpc-endpoint announced")]
    [InlineData(49665, Peer, 1400, "unexpected ")]
    [InlineData(49664, "192.0.2.8", 1400, "unexpected ")]
    public void A_dynamic_port_of_microsoft_rpc_belongs_to_the_endpoint_mapper(int port, string to, int segment, string expected)
    {
        byte[] reply = RpcBytes.MapReply(4, little: true, RpcBytes.Tower(49664));
        IReadOnlyList<TimedFrame> mapper = new TcpConversation(Host, 40000, Peer, 135, Second) { SegmentSize = segment }.Handshake().ClientSends("call").ServerSends(reply).Frames;
        Assert.Equal(expected, Said(Run(MatrixOf(Allow("R1", 135)), mapper, Tcp(Host, 40001, to, (ushort)port))));
    }

    [Theory]
    [InlineData(true, 2049, "related R1 sunrpc announced")]
    [InlineData(false, 2049, "related R1 sunrpc announced")]
    [InlineData(false, 2050, "unexpected ")]
    public void A_port_of_sun_rpc_belongs_to_the_portmapper(bool tcp, int port, string expected)
    {
        byte[] call = RpcBytes.PortmapCall(77, 2, 6), reply = RpcBytes.PortmapReply(77, 2049);
        IReadOnlyList<TimedFrame> mapper = tcp
            ? new TcpConversation(Host, 40000, Peer, 111, Second) { SegmentSize = 20 }.Handshake().ClientSends(RpcBytes.InRecord(call)).ServerSends(RpcBytes.InRecord(reply)).Frames
            : new UdpExchange(Host, 40000, Peer, 111, Second).ClientSends(call).ServerSends(reply).Frames;
        Assert.Equal(expected, Said(Run(MatrixOf(Allow("R1", 111, transports: [TransportNames.Tcp, TransportNames.Udp])), mapper, Tcp(Host, 40001, Peer, (ushort)port))));
    }

    [Theory]
    [InlineData(0x8380, Host, Peer, "related R1 dns-tcp announced")]
    [InlineData(0x8180, Host, Peer, "unexpected ")]
    [InlineData(0x8380, Host, "192.0.2.8", "unexpected ")]
    public void Dns_goes_on_over_tcp_after_a_truncated_answer(int flags, string from, string to, string expected)
    {
        byte[] answer = new DnsBytes((ushort)flags).Question("big.example", DnsBytes.A).ToArray();
        IReadOnlyList<TimedFrame> query = new UdpExchange(Host, 40000, Peer, 53, Second).ClientSends(new DnsBytes(0x0100).Question("big.example", DnsBytes.A).ToArray()).ServerSends(answer).Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 53, transports: s_udp)), query, Tcp(from, 40001, to, 53));
        Assert.Equal(expected, Said(run));
    }

    [Fact]
    public void The_hundredth_answer_of_a_resolver_that_keeps_its_port_is_read_too()
    {
        UdpExchange dns = new(Host, 40000, Peer, 53, Second);
        for (ushort i = 0; i < 100; i++) dns.ClientSends(new DnsBytes(0x0100, i).Question("a.example", DnsBytes.A).ToArray()).ServerSends(new DnsBytes(0x8180, i).Question("a.example", DnsBytes.A).ToArray());
        dns.ServerSends(new DnsBytes(0x8380, 101).Question("big.example", DnsBytes.A).ToArray());
        Assert.Equal("related R1 dns-tcp announced", Said(Run(MatrixOf(Allow("R1", 53, transports: s_udp)), dns.Frames, Tcp(Host, 40001, Peer, 53))));
    }

    [Fact]
    public void A_data_connection_that_looks_like_a_control_connection_announces_nothing()
    {
        IReadOnlyList<TimedFrame> control = new TcpConversation(Host, 40000, Peer, 21, Second).Handshake().ServerSends("220 ftp\r\n").ClientSends("PASV\r\n")
            .ServerSends("227 ok (192,0,2,7,195,80)\r\n").Wait(TimeSpan.FromSeconds(60)).ClientSends("QUIT\r\n").Frames;
        IReadOnlyList<TimedFrame> data = new TcpConversation(Host, 40001, Peer, 50000, 5 * Second).Handshake()
            .ServerSends("220 FTP server\r\n").ClientSends("USER a\r\n").ServerSends("331 ok\r\n").ClientSends("PASV\r\n").ServerSends("227 ok (192,0,2,7,195,90)\r\n").Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", 21)), control, data, Tcp(Host, 40002, Peer, 50010));
        Assert.Equal("unexpected ", Said(run));
    }

    /// <summary>A million ports in what one message says: a few are kept, which work, and the rest is counted.</summary>
    [Theory]
    [InlineData("pairs")]
    [InlineData("media")]
    [InlineData("towers")]
    public void A_message_that_announces_a_million_ports_announces_few(string kind)
    {
        string media = kind == "pairs" ? "m=audio 30000/1000000 RTP/AVP 0\r\n" : string.Concat(Enumerable.Range(0, 2000).Select(i => $"m=audio {30000 + (i * 2)} RTP/AVP 0\r\n"));
        string body = "v=0\r\nc=IN IP4 192.0.2.7\r\n" + media;
        byte[] message = kind == "towers"
            ? RpcBytes.MapReply(4, little: true, [.. Enumerable.Range(0, 100).Select(i => RpcBytes.Tower(40000 + i))])
            : System.Text.Encoding.ASCII.GetBytes($"SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        ushort port = (ushort)(kind == "towers" ? 135 : 5060);
        IReadOnlyList<TimedFrame> control = new TcpConversation(Host, 40000, Peer, port, Second) { SegmentSize = 60_000 }.Handshake().ClientSends("call").ServerSends(message).Frames;
        EngineRun run = Run(MatrixOf(Allow("R1", port)), control, kind == "towers" ? Tcp(Host, 40001, Peer, 40000) : Udp(Host, 20000, Peer, 30000));
        Assert.StartsWith("related R1 ", Said(run), StringComparison.Ordinal);
        Assert.Contains(run.Report.Accounting.NotKept, n => n.Key == "announcements-refused");
        run = Run(MatrixOf(Allow("R1", port)), control, kind == "towers" ? Tcp(Host, 40001, Peer, 40099) : Udp(Host, 20000, Peer, 33998));
        Assert.Equal("unexpected ", Said(run));
    }

    [Fact]
    public void A_flood_of_announcements_takes_bounded_memory_and_is_counted()
    {
        var conversation = new TcpConversation(Host, 40000, Peer, 21, Second) { Acknowledged = false, StepNs = 1000 }.Handshake().ServerSends("220 ftp\r\n");
        for (int i = 0; i < 40_000; i++) conversation.ServerSends($"227 ok (192,0,2,7,{4 + (i / 250)},{i % 250})\r\n");
        EngineRun run = Run(MatrixOf(Allow("R1", 21)), conversation.Frames);
        Assert.Contains(run.Report.Accounting.NotKept, n => n.Key == "announcements-given-up" && n.Value == 40_000 - 16_384);
    }
}
