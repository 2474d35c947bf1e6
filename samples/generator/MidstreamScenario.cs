using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>
/// Ten minutes out of the middle of long sessions: no SYN anywhere, and of some sessions the mirror delivered one direction only. What
/// may be said depends on whether both readings of a flow lead to the same verdict.
/// </summary>
internal static class MidstreamScenario
{
    private const string Gateway = "10.0.0.5";
    private const string Gateway6 = "2001:db8:10::5";
    private const string Resolver = "192.0.2.53";

    private static Dictionary<string, string> LocalMacs { get; } = new(StringComparer.Ordinal)
    {
        [Gateway] = "02:00:00:00:00:05",
        [Gateway6] = "02:00:00:00:00:05",
    };

    public static Scenario Create()
    {
        // 5 March 2026, 13:30 UTC.
        var scenario = new Scenario(new DateTimeOffset(2026, 3, 5, 13, 30, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000);
        var site = new Site(scenario, LocalMacs, new HashSet<string>(StringComparer.Ordinal));

        ServicePorts(scenario, site);
        OneWay(scenario, site);
        Ambiguous(scenario, site);
        Datagrams(scenario, site);
        return scenario;
    }

    private static void ServicePorts(Scenario scenario, Site site)
    {
        scenario.Add("25 of the gateway", "mail from 198.51.100.11; both directions captured",
            Rounds(site.Tcp(0, "198.51.100.11", 41022, Gateway, 25), 6, TimeSpan.FromSeconds(50)).Frames);
        scenario.Add("25 of the peer", "mail to 203.0.113.25, with an orderly end",
            Rounds(site.Tcp(1, Gateway, 49152, "203.0.113.25", 25), 4, TimeSpan.FromSeconds(30)).ServerCloses().Frames);
        scenario.Add("443 of the peer", "a long TLS session to 198.51.100.44; the first frame is the server's",
            site.Tcp(2, Gateway, 50443, "198.51.100.44", 443)
                .ServerSends(Record(310, 1)).ClientSends(Record(90, 2)).Wait(TimeSpan.FromSeconds(120))
                .ServerSends(Record(310, 3)).KeepAlive(true).Frames);
        scenario.Add("389 of the peer, IPv6", "an LDAP session that is reset",
            Ldap.Searches(site.Tcp(3, Gateway6, 50389, "2001:db8:1::10", 389), 3, TimeSpan.FromSeconds(40)).Reset(false).Frames);
    }

    private static void OneWay(Scenario scenario, Site site)
    {
        scenario.Add("25 of the gateway, one side", "only what 198.51.100.12 sends was captured",
            Rounds(site.TcpSeen(CapturedSides.ClientOnly, 4, "198.51.100.12", 41023, Gateway, 25), 5, TimeSpan.FromSeconds(20)).Frames);
        scenario.Add("443 of the peer, one side", "only what 198.51.100.45 sends was captured",
            Rounds(site.TcpSeen(CapturedSides.ServerOnly, 5, Gateway, 50445, "198.51.100.45", 443), 5, TimeSpan.FromSeconds(20)).Frames);
    }

    private static void Ambiguous(Scenario scenario, Site site)
    {
        scenario.Add("25 of both", "port 25 at both ends: allowed in either reading",
            Rounds(site.Tcp(6, "203.0.113.26", 25, Gateway, 25), 3, TimeSpan.FromSeconds(30)).Frames);
        scenario.Add("389 of the peer, 3268 of the gateway",
            "both are service ports of the matrix, but 3268 is also a client port of old systems",
            Rounds(site.Tcp(7, Gateway, 3268, "10.1.0.10", 389), 3, TimeSpan.FromSeconds(30)).Frames);
        scenario.Add("22 of the gateway, 389 of the peer", "two service ports, and each reading has a row of its own",
            Rounds(site.Tcp(8, "10.20.0.31", 389, Gateway, 22), 3, TimeSpan.FromSeconds(30)).Frames);
        scenario.Add("none, 50000 and 50001", "no row in either reading: unexpected, whoever began",
            Rounds(site.Tcp(9, "198.51.100.70", 50001, Gateway, 50000), 4, TimeSpan.FromSeconds(60)).Frames);
        scenario.Add("3389 of the gateway", "no row in either reading either",
            Rounds(site.Tcp(10, "203.0.113.200", 51389, Gateway, 3389), 4, TimeSpan.FromSeconds(60)).Frames);
    }

    private static void Datagrams(Scenario scenario, Site site)
    {
        scenario.Add("53 of the peer, at the start", "the answer comes first, its query was before the capture",
            site.Udp(0.5, Gateway, 43001, Resolver, 53)
                .ServerSends(Dns.Answer(0x1001, "mx.example.org", Dns.A, "203.0.113.25")).Frames);
        scenario.Add("53 of the peer, later", "a query that began eight minutes after the capture did: its first packet tells",
            site.Udp(480, Gateway, 43002, Resolver, 53)
                .ClientSends(Dns.Query(0x1002, "mx.example.net"))
                .ServerSends(Dns.Answer(0x1002, "mx.example.net", Dns.A, "203.0.113.26")).Frames);
        scenario.Add("123 of both", "time at the start of the capture, from port 123 to port 123",
            site.Udp(0.7, Gateway, 123, "192.0.2.123", 123)
                .ServerSends(Ntp.Server(scenario.At(0.7))).Wait(TimeSpan.FromSeconds(64))
                .ClientSends(Ntp.Client(scenario.At(64))).ServerSends(Ntp.Server(scenario.At(64.02))).Frames);
    }

    /// <summary>Messages of noise both ways that no recogniser can take for a protocol.</summary>
    private static TcpConversation Rounds(TcpConversation session, int count, TimeSpan pause)
    {
        for (uint i = 0; i < count; i++)
        {
            session.ClientSends(FixedNoise.Bytes(120, session.ClientPort + i))
                .ServerSends(FixedNoise.Bytes(380, session.ServerPort + i + 99)).Wait(pause);
        }
        return session;
    }

    private static byte[] Record(int length, uint seed) =>
        [23, 3, 3, (byte)(length >> 8), (byte)length, .. FixedNoise.Bytes(length, seed)];
}
