using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>
/// A small mail relay whose six rows are all used as written, and nothing else happens: the report that one wants to see. Connections
/// show their handshakes; UDP starts after the fifth minute, so its first packets tell who began.
/// </summary>
internal static class CleanScenario
{
    private const string Relay = "10.0.0.10";
    private const string Relay6 = "2001:db8:20::10";
    private const string Resolver = "192.0.2.53";

    private static Dictionary<string, string> LocalMacs { get; } = new(StringComparer.Ordinal)
    {
        [Relay] = "02:00:00:00:00:10",
        [Relay6] = "02:00:00:00:00:10",
    };

    public static Scenario Create()
    {
        // 9 March 2026, 08:00 UTC.
        var scenario = new Scenario(new DateTimeOffset(2026, 3, 9, 8, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000);
        var site = new Site(scenario, LocalMacs, new HashSet<string>(StringComparer.Ordinal));

        string mac = site.MacOf(Relay);
        scenario.Add("no IP", "ARP for the router, and its answer",
        [
            FrameBuilder.Ethernet(mac, FrameBuilder.BroadcastMac).Arp(1, mac, Relay, "00:00:00:00:00:00", "10.0.0.1").PadTo()
                .At(scenario.At(0)),
            FrameBuilder.Ethernet(Site.RouterMac, mac).Arp(2, Site.RouterMac, "10.0.0.1", mac, Relay).PadTo().At(scenario.At(0.0004)),
        ]);
        scenario.Add("R1 In", "mail from 198.51.100.11, and over IPv6 from 2001:db8:25::11",
            Mail(site, 5, "198.51.100.11", 33001, Relay), Mail(site, 40, "2001:db8:25::11", 33002, Relay6));
        scenario.Add("R2 Out", "mail to 203.0.113.25", Mail(site, 60, Relay, 42001, "203.0.113.25"));
        scenario.Add("R3 In", "SSH from the operators' network 10.20.0.0/24",
            SshSession.Over(site.Tcp(90, "10.20.0.31", 52001, Relay, 22).Handshake()).ClientCloses().Frames);
        scenario.Add("R4 Out", "HTTPS to the update service at 198.51.100.44",
            Tls.Over(site.Tcp(120, Relay, 44001, "198.51.100.44", 443).Handshake(), "updates.example.net").ClientCloses().Frames);
        scenario.Add("R5 Out", "names asked at 192.0.2.53",
            Lookup(site, 310, 43001, "mx.example.org", "203.0.113.25"), Lookup(site, 330, 43002, "updates.example.net", "198.51.100.44"));
        scenario.Add("R6 Out", "the time, from 192.0.2.123",
            site.Udp(350, Relay, 123, "192.0.2.123", 123)
                .ClientSends(Ntp.Client(scenario.At(350))).ServerSends(Ntp.Server(scenario.At(350.009)))
                .Wait(TimeSpan.FromSeconds(64))
                .ClientSends(Ntp.Client(scenario.At(414))).ServerSends(Ntp.Server(scenario.At(414.009))).Frames);
        return scenario;
    }

    private static IReadOnlyList<TimedFrame> Lookup(Site site, double at, ushort port, string name, string address) =>
        site.Udp(at, Relay, port, Resolver, 53)
            .ClientSends(Dns.Query(port, name)).ServerSends(Dns.Answer(port, name, Dns.A, address)).Frames;

    private static IReadOnlyList<TimedFrame> Mail(Site site, double at, string client, ushort port, string server) =>
        site.Tcp(at, client, port, server, 25).Handshake()
            .ServerSends("220 mx.example.com ESMTP\r\n").ClientSends("EHLO mail.example.org\r\n").ServerSends("250 mx.example.com\r\n")
            .ClientSends("MAIL FROM:<anna@example.org>\r\n").ServerSends("250 OK\r\n").ClientSends("RCPT TO:<info@example.com>\r\n")
            .ServerSends("250 OK\r\n").ClientSends("DATA\r\n").ServerSends("354 Go ahead\r\n")
            .ClientSends("Subject: sample\r\n\r\nHello\r\n.\r\n").ServerSends("250 Queued\r\n").ClientSends("QUIT\r\n")
            .ServerSends("221 Bye\r\n").ServerCloses().Frames;
}
