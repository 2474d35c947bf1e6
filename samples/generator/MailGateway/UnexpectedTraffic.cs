using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>What the matrix does not foresee, one kind after the other.</summary>
internal sealed class UnexpectedTraffic(Scenario scenario, Site site)
{
    private static readonly ushort[] ScannedPorts =
    [
        1, 7, 9, 13, 19, 37, 49, 79, 81, 88, 106, 110, 111, 113, 119, 143, 144, 179, 199, 427,
        465, 513, 515, 543, 544, 548, 554, 587, 631, 646, 873, 993, 995, 1025, 1433, 1521, 1720, 1723, 2049, 2121,
    ];

    public void Add()
    {
        RemoteDesktop();
        NearMisses();
        Strangers();
        Scan();
        OtherProtocols();
        ExchangeTraffic();
    }

    private void RemoteDesktop()
    {
        var frames = new List<TimedFrame>();
        for (int i = 0; i < 26; i++)
        {
            string source = $"203.0.113.{200 + i}";
            double at = 420 + (i * 71);
            var attempt = site.Tcp(at, source, (ushort)(38000 + (i * 3)), Gateway, 3389);
            if (i is 3 or 17)
            {
                attempt.Handshake().ClientSends(WindowsPayloads.RdpRequest).ServerSends(WindowsPayloads.RdpConfirm);
                frames.AddRange(Tls.Over(attempt, null, 400, 300).Reset(true).Frames);
            }
            else
            {
                frames.AddRange((i % 5 == 4 ? attempt.Refused() : attempt.Unanswered(2)).Frames);
            }
        }
        scenario.Add("3389/tcp In", "remote desktop from 26 hosts; two are let in", frames);
    }

    private void NearMisses()
    {
        var traps = site.Udp(1100, Gateway, 48162, TrapSink, 162);
        for (byte i = 1; i <= 6; i++) traps.ClientSends(Snmp.Trap(i, 3)).Wait(TimeSpan.FromSeconds(45));
        scenario.Add("162/udp Out", "the gateway's own traps: R24 allows them only In", traps.Frames);

        var log = site.Udp(1110, Gateway, 48514, Collector, 514);
        for (int i = 1; i <= 5; i++)
            log.ClientSends($"<22>Mar  2 08:2{i}:10 gateway mail: message {i} delivered").Wait(TimeSpan.FromSeconds(50));
        scenario.Add("514/udp Out", "syslog over UDP: R32 allows it only over TCP", log.Frames);

        scenario.Add("389/udp Out", "the search for a domain controller: R25 and R26 allow 389 only over TCP",
            site.Udp(1120, Gateway, 48389, DomainController, 389)
                .ClientSends(Ldap.DomainControllerPing(1)).ServerSends(Ldap.DomainControllerReply(1)).Frames);

        var files = new List<TimedFrame>();
        for (ushort i = 0; i < 3; i++)
            files.AddRange(site.Tcp(1130 + (i * 40), "198.51.100.90", (ushort)(39445 + i), Gateway, 445).Refused().Frames);
        scenario.Add("445/tcp In", "SMB from 198.51.100.90, refused: R31 allows it only Out", files);
    }

    private void Strangers()
    {
        scenario.Add("2222/tcp In", "SSH on a port of its own, from 198.51.100.77",
            SshSession.Over(site.Tcp(1300, "198.51.100.77", 39222, Gateway, 2222).Handshake()).ClientCloses().Frames);
        scenario.Add("23/tcp In", "Telnet from two hosts, refused",
            site.Tcp(1320, "198.51.100.91", 39023, Gateway, 23).Refused().Frames,
            site.Tcp(1330, "198.51.100.92", 39024, Gateway, 23).Refused().Frames);
        scenario.Add("8443/tcp Out", "HTTPS to a port that no row names",
            Lookup.Frames(site, 1340, 48992, "panel.example.net", "203.0.113.84"),
            Tls.Over(site.Tcp(1341, Gateway, 48443, "203.0.113.84", 8443).Handshake(), "panel.example.net").ClientCloses().Frames);
        scenario.Add("3306/tcp Out", "MySQL to the internet",
            site.Tcp(1360, Gateway, 48306, "203.0.113.33", 3306).Handshake()
                .ServerSends(MySql.Greeting).ClientSends(MySql.Login).ServerSends(MySql.Refusal).ServerCloses().Frames);
        scenario.Add("6667/tcp Out", "IRC",
            site.Tcp(1380, Gateway, 48667, "203.0.113.66", 6667).Handshake()
                .ClientSends("NICK tide5\r\nUSER tide5 0 * :tide5\r\n").ServerSends(":irc.example.org 001 tide5 :Welcome\r\n")
                .ClientSends("JOIN #lobby\r\n").ServerSends(":tide5!~tide5@198.51.100.5 JOIN #lobby\r\n")
                .Wait(TimeSpan.FromMinutes(5)).ServerSends("PING :irc.example.org\r\n").ClientSends("PONG :irc.example.org\r\n").Frames);
        scenario.Add("8080/tcp In", "a web proxy port over IPv6",
            site.Tcp(1400, "2001:db8:66::8", 39080, Gateway6, 8080).Handshake()
                .ClientSends("GET / HTTP/1.1\r\nHost: gateway.example.com\r\n\r\n")
                .ServerSends("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ServerCloses().Frames);
    }

    private void Scan()
    {
        var frames = new List<TimedFrame>();
        for (int i = 0; i < ScannedPorts.Length; i++)
        {
            var probe = site.Tcp(1500 + (i * 0.25), "198.51.100.200", (ushort)(40100 + i), Gateway, ScannedPorts[i]);
            frames.AddRange((i % 4 == 0 ? probe.Refused() : probe.Syn()).Frames);
        }
        scenario.Add("scan", $"198.51.100.200 tries {ScannedPorts.Length} ports of the gateway", frames);
    }

    private void OtherProtocols()
    {
        var echo = new List<TimedFrame>();
        for (ushort i = 1; i <= 4; i++)
        {
            echo.Add(site.Packet("198.51.100.9", Gateway, (ushort)(900 + i)).IcmpEcho(true, 0x0e01, i).At(scenario.At(1600 + i)));
            echo.Add(site.Packet(Gateway, "198.51.100.9", (ushort)(950 + i)).IcmpEcho(false, 0x0e01, i).At(scenario.At(1600 + i + 0.0004)));
        }
        scenario.Add("icmp In", "pings from 198.51.100.9, answered", echo);

        var tunnel = new List<TimedFrame>();
        for (uint i = 1; i <= 4; i++)
        {
            tunnel.Add(Esp(Gateway, "203.0.113.50", 0x00005001, i).At(scenario.At(1620 + i)));
            tunnel.Add(Esp("203.0.113.50", Gateway, 0x0000a001, i).At(scenario.At(1620 + i + 0.02)));
        }
        scenario.Add("esp Out", "an IPsec tunnel to 203.0.113.50 (IP protocol 50)", tunnel);
    }

    private FrameBuilder Esp(string source, string destination, uint security, uint sequence) =>
        site.Packet(source, destination, (ushort)(1000 + sequence))
            .Protocol(50, new ByteText().U32(security).U32(sequence).U8(FixedNoise.Bytes(88, security + sequence)).ToArray());

    private void ExchangeTraffic()
    {
        scenario.Add("25/tcp Out (Exchange)", "the Exchange server sends mail itself, past the gateway",
            Greeting(1700, Exchange, 46025, RemoteMx), Greeting(1760, Exchange, 46026, RemoteMx2));
        scenario.Add("25/tcp In (Exchange), R6 Out",
            "the gateway delivers to the Exchange server: allowed for the one, not foreseen for the other",
            Greeting(1800, Gateway, 42030, Exchange), Greeting(1950, Gateway, 42031, Exchange));
    }

    private IReadOnlyList<TimedFrame> Greeting(double at, string client, ushort port, string server) =>
        site.Tcp(at, client, port, server, 25).Handshake()
            .ServerSends("220 mx.example.com ESMTP\r\n").ClientSends("EHLO relay.example.com\r\n").ServerSends("250 mx.example.com\r\n")
            .ClientSends("MAIL FROM:<info@example.com>\r\n").ServerSends("250 OK\r\n").ClientSends("RCPT TO:<anna@example.org>\r\n")
            .ServerSends("250 OK\r\n").ClientSends("DATA\r\n").ServerSends("354 Go ahead\r\n")
            .ClientSends("Subject: sample\r\n\r\nHello\r\n.\r\n").ServerSends("250 Queued\r\n").ClientSends("QUIT\r\n")
            .ServerSends("221 Bye\r\n").ServerCloses().Frames;
}
