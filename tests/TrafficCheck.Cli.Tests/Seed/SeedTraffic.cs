using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Seed.SeedTable;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>Conversations of the protocols that the table names, long enough that something is left of them in mid-stream.</summary>
internal static class SeedTraffic
{
    public const string Peer = "203.0.113.20", Other = "203.0.113.77", Resolver = "192.0.2.53", DomainController = "10.1.0.10";

    /// <summary>2 March 2026, 08:00 UTC.</summary>
    public const long StartNs = 1_772_438_400_000_000_000;

    private const string HttpReply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4000\r\nConnection: close\r\n\r\n";

    /// <param name="second">When it begins, seconds after the capture did.</param>
    public static TcpConversation Tcp(string client, ushort clientPort, string server, ushort serverPort, double second = 1) =>
        new(client, clientPort, server, serverPort, At(second)) { ClientTtl = 63, ServerTtl = 57 };

    public static UdpExchange Udp(string client, ushort clientPort, string server, ushort serverPort, double second = 1) =>
        new(client, clientPort, server, serverPort, At(second)) { ClientTtl = 63, ServerTtl = 57, StepNs = 5_000_000 };

    public static long At(double second) => StartNs + (long)(second * 1e9);

    /// <summary>A name asked for, and its answer.</summary>
    /// <param name="answers">Aliases, and the address last.</param>
    public static IReadOnlyList<TimedFrame> Lookup(string name, params ReadOnlySpan<string> answers) =>
        Udp(Gateway, 43001, Resolver, 53, 0.5).ClientSends(Dns.Query(4001, name)).ServerSends(Dns.Answer(4001, name, Dns.A, answers)).Frames;

    /// <summary>Several names asked for at the same resolver, one after the other.</summary>
    public static IReadOnlyList<TimedFrame> Lookups(params ReadOnlySpan<(string Name, string Address)> names)
    {
        UdpExchange resolver = Udp(Gateway, 43001, Resolver, 53, 0.5);
        ushort id = 4001;
        foreach (var (name, address) in names) resolver.ClientSends(Dns.Query(id, name)).ServerSends(Dns.Answer(id++, name, Dns.A, address));
        return resolver.Frames;
    }

    /// <param name="host">What the request calls the server; null for a request of HTTP/1.0 that does not.</param>
    public static TcpConversation Http(TcpConversation connection, string? host, string path = "/")
    {
        string request = host is null ? $"GET {path} HTTP/1.0\r\n\r\n" : $"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n";
        return connection.Handshake().ClientSends(request).ServerSends([.. System.Text.Encoding.ASCII.GetBytes(HttpReply), .. FixedNoise.Bytes(4000, 80)]).ServerCloses();
    }

    public static TcpConversation Https(TcpConversation connection, string? name) => Tls.Over(connection.Handshake(), name).ClientCloses();

    public static TcpConversation Mail(TcpConversation connection) => connection.Handshake()
        .ServerSends("220 mx.example.com ESMTP\r\n").ClientSends("EHLO mail.example.org\r\n").ServerSends("250 mx.example.com\r\n")
        .ClientSends("MAIL FROM:<anna@example.org>\r\n").ServerSends("250 2.1.0 OK\r\n").ClientSends("RCPT TO:<info@example.com>\r\n").ServerSends("250 2.1.5 OK\r\n")
        .ClientSends("DATA\r\n").ServerSends("354 Go ahead\r\n").ClientSends("Subject: sample\r\n\r\nHello\r\n.\r\n").ServerSends("250 2.0.0 Queued\r\n")
        .ClientSends("QUIT\r\n").ServerSends("221 2.0.0 Bye\r\n").ServerCloses();

    public static TcpConversation Ssh(TcpConversation connection) => SshSession.Over(connection.Handshake()).ClientCloses();

    public static TcpConversation Directory(TcpConversation connection) => Ldap.Over(connection.Handshake()).ClientCloses();

    public static TcpConversation DnsOverTcp(TcpConversation connection, string name = "level.feed.example.net") => connection.Handshake()
        .ClientSends(Dns.OverTcp(Dns.Query(0x0802, name, Dns.Txt))).ServerSends(Dns.OverTcp(Dns.Answer(0x0802, name, Dns.Txt, "level 4711")))
        .ClientSends(Dns.OverTcp(Dns.Query(0x0803, name))).ServerSends(Dns.OverTcp(Dns.Answer(0x0803, name, Dns.A, Other))).ClientCloses();

    public static UdpExchange DnsOverUdp(UdpExchange exchange, string name = "level.feed.example.net") =>
        exchange.ClientSends(Dns.Query(0x7001, name, Dns.Txt)).ServerSends(Dns.Answer(0x7001, name, Dns.Txt, "level 4711"));

    /// <summary>An FTP control connection up to the order that opens a data connection, and the end of the transfer.</summary>
    public static TcpConversation FtpControl(TcpConversation connection, params ReadOnlySpan<string> orders)
    {
        connection.Handshake().ServerSends("220 FTP ready\r\n").ClientSends("USER backup\r\n").ServerSends("331 Password please\r\n")
            .ClientSends("PASS not-a-real-one\r\n").ServerSends("230 Logged in\r\n");
        foreach (string order in orders) connection.ClientSends(order + "\r\n").ServerSends("200 OK\r\n");
        return connection.ClientSends("STOR backup.tgz\r\n").ServerSends("150 Opening data connection\r\n").Wait(TimeSpan.FromSeconds(4))
            .ServerSends("226 Transfer complete\r\n").ClientSends("QUIT\r\n").ServerSends("221 Goodbye\r\n").ServerCloses();
    }

    /// <summary>A file in two seconds, from one end to the other.</summary>
    public static TcpConversation Transfer(TcpConversation connection, bool fromClient)
    {
        connection.Handshake();
        for (uint i = 0; i < 3; i++)
        {
            byte[] part = FixedNoise.Bytes(1400, 20 + i);
            connection = (fromClient ? connection.ClientSends(part) : connection.ServerSends(part)).Wait(TimeSpan.FromSeconds(0.6));
        }

        return fromClient ? connection.ClientCloses() : connection.ServerCloses();
    }

    /// <summary>Messages both ways that are of no protocol, in a connection that began before.</summary>
    public static TcpConversation Underway(TcpConversation connection) => Noise(connection).ServerSends(FixedNoise.Bytes(380, 7));

    /// <summary>Messages both ways that are of no protocol.</summary>
    public static TcpConversation Noise(TcpConversation connection) => connection
        .ClientSends([0x4b, 0x01, .. FixedNoise.Bytes(92, 3)]).ServerSends([0x4b, 0x02, .. FixedNoise.Bytes(60, 4)])
        .ClientSends([0x4b, 0x01, .. FixedNoise.Bytes(92, 5)]).ServerSends([0x4b, 0x02, .. FixedNoise.Bytes(60, 6)]);

    /// <summary>All that is left is the SYN-ACK: an answer, or a probe that looks like one.</summary>
    public static TcpConversation SynAckOnly(string client, ushort clientPort, string server, ushort serverPort) =>
        new TcpConversation(client, clientPort, server, serverPort, At(1)) { Captured = CapturedSides.ServerOnly, ServerTtl = 57 }.Syn().SynAck();

    /// <summary>A datagram each way that are of no protocol.</summary>
    public static UdpExchange Datagrams(UdpExchange exchange) =>
        exchange.ClientSends(FixedNoise.Bytes(24, 8)).ServerSends(FixedNoise.Bytes(24, 9));
}
