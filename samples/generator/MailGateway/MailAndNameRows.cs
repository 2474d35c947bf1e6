using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Rows R5 to R9, R20, R24 and R32: mail, DNS, time, traps, syslog.</summary>
internal sealed class MailAndNameRows(Scenario scenario, Site site)
{
    private const string FeedName = "level.feed.tidewall.example.net";

    public void Add()
    {
        scenario.Add("R5", "a session that began before the capture: no SYN, so its direction is weak", UnderWay());
        scenario.Add("R5 In", "mail from three sites, one with STARTTLS, one over IPv6",
            Mail(200, "198.51.100.11", 33101, Gateway, false), Mail(215, "198.51.100.12", 33102, Gateway, true),
            Mail(230, "2001:db8:25::11", 33103, Gateway6, false));
        scenario.Add("R6 Out", "mail to 203.0.113.25 and 203.0.113.26",
            Mail(245, Gateway, 42025, RemoteMx, false), Mail(255, Gateway, 42026, RemoteMx2, true));

        scenario.Add("R7 In", "198.51.100.53 asks the gateway, over UDP and over TCP",
            site.Udp(310, "198.51.100.53", 35353, Gateway, 53)
                .ClientSends(Dns.Query(0x7001, FeedName, Dns.Txt)).ServerSends(Dns.Answer(0x7001, FeedName, Dns.Txt, "level 4711")).Frames,
            site.Tcp(312, "198.51.100.53", 35354, Gateway, 53).Handshake()
                .ClientSends(Dns.OverTcp(Dns.Query(0x7002, FeedName, Dns.Txt)))
                .ServerSends(Dns.OverTcp(Dns.Answer(0x7002, FeedName, Dns.Txt, "level 4711"))).ClientCloses().Frames);
        scenario.Add("R8 Out, R9 Out", "an answer too long for UDP, asked again over TCP",
            site.Udp(320, Gateway, 43053, Resolver, 53)
                .ClientSends(Dns.Query(0x0801, FeedName, Dns.Txt)).ServerSends(Dns.Truncated(0x0801, FeedName, Dns.Txt)).Frames,
            site.Tcp(320.1, Gateway, 43054, Resolver, 53).Handshake()
                .ClientSends(Dns.OverTcp(Dns.Query(0x0802, FeedName, Dns.Txt)))
                .ServerSends(Dns.OverTcp(Dns.Answer(0x0802, FeedName, Dns.Txt, "level 4711"))).ClientCloses().Frames);

        Time(340);

        scenario.Add("R24 In", "traps from a power supply, 10.30.0.8",
            site.Udp(380, "10.30.0.8", 49162, Gateway, 162).ClientSends(Snmp.Trap(1, 1))
                .Wait(TimeSpan.FromSeconds(20)).ClientSends(Snmp.Trap(2, 4)).Frames);
        scenario.Add("R32 Out", "log lines to 192.0.2.114 over TCP", Syslog(400));
    }

    private IReadOnlyList<TimedFrame> UnderWay() => site.Tcp(0.2, "198.51.100.10", 33100, Gateway, 25)
        .ClientSends("RCPT TO:<info@gateway.example.com>\r\n").ServerSends("250 2.1.5 OK\r\n").ClientSends("DATA\r\n")
        .ServerSends("354 Go ahead\r\n").ClientSends("Subject: began earlier\r\n\r\nHello\r\n.\r\n")
        .ServerSends("250 2.0.0 Queued\r\n").ClientSends("QUIT\r\n").ServerSends("221 2.0.0 Bye\r\n").ServerCloses().Frames;

    private IReadOnlyList<TimedFrame> Mail(double at, string client, ushort port, string server, bool startTls)
    {
        var session = site.Tcp(at, client, port, server, 25).Handshake()
            .ServerSends("220 mx.example.com ESMTP\r\n").ClientSends("EHLO mail.example.org\r\n")
            .ServerSends("250-mx.example.com\r\n250-STARTTLS\r\n250 8BITMIME\r\n");
        if (startTls)
        {
            session.ClientSends("STARTTLS\r\n").ServerSends("220 2.0.0 Ready\r\n");
            return Tls.Over(session, "mx.example.com", 900, 150).ClientCloses().Frames;
        }
        return session
            .ClientSends("MAIL FROM:<anna@example.org>\r\n").ServerSends("250 2.1.0 OK\r\n")
            .ClientSends("RCPT TO:<info@example.com>\r\n").ServerSends("250 2.1.5 OK\r\n")
            .ClientSends("DATA\r\n").ServerSends("354 Go ahead\r\n")
            .ClientSends("From: anna@example.org\r\nSubject: sample\r\n\r\nHello\r\n.\r\n").ServerSends("250 2.0.0 Queued\r\n")
            .ClientSends("QUIT\r\n").ServerSends("221 2.0.0 Bye\r\n").ServerCloses().Frames;
    }

    private void Time(double at)
    {
        var frames = new List<TimedFrame>();
        for (int i = 0; i < 4; i++)
        {
            string name = $"{i}.tide.pool.example.org";
            string address = $"203.0.113.{121 + i}";
            frames.AddRange(Lookup.Frames(site, at + (i * 3), (ushort)(43120 + i), name, address));
            // Both ports are 123 for the first two servers, as ntpd does it; the others are asked from high ports.
            ushort port = i < 2 ? (ushort)123 : (ushort)(43130 + i);
            double ask = at + (i * 3) + 1;
            frames.AddRange(site.Udp(ask, Gateway, port, address, 123)
                .ClientSends(Ntp.Client(scenario.At(ask))).ServerSends(Ntp.Server(scenario.At(ask + 0.009)))
                .Wait(TimeSpan.FromSeconds(64))
                .ClientSends(Ntp.Client(scenario.At(ask + 64))).ServerSends(Ntp.Server(scenario.At(ask + 64.009))).Frames);
        }
        scenario.Add("R9 Out, R20 Out", "names of four time servers, and the servers asked twice each", frames);
    }

    private IReadOnlyList<TimedFrame> Syslog(double at)
    {
        var session = site.Tcp(at, Gateway, 42514, Collector, 514).Handshake();
        for (int i = 1; i <= 4; i++)
        {
            session.ClientSends($"<22>1 2026-03-02T08:0{6 + i}:40Z gateway.example.com mail - - - message {i} delivered\n")
                .Wait(TimeSpan.FromSeconds(60));
        }
        return session.ClientCloses().Frames;
    }
}
