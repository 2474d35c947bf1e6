using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.SampleGenerator;

/// <summary>
/// A mail relay and its neighbours that are scanned in every way while mail goes on, and flooded at the end: each scan and the flood must be one
/// finding, and the mail none.
/// </summary>
internal static class ScanScenario
{
    private const string Relay = "10.0.0.10", Scanner = "198.51.100.200";

    private static Dictionary<string, string> LocalMacs { get; } = new(StringComparer.Ordinal) { [Relay] = "02:00:00:00:00:10" };

    public static Scenario Create()
    {
        // 12 March 2026, 22:00 UTC.
        var scenario = new Scenario(new DateTimeOffset(2026, 3, 12, 22, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds() * 1_000_000_000);
        var site = new Site(scenario, LocalMacs, new HashSet<string>(StringComparer.Ordinal));
        for (int i = 0; i < 4; i++)
            scenario.Add("R1 In", $"mail from 198.51.100.1{i}, while the scans and the flood go on", Mail(site, 5 + (i * 85), $"198.51.100.1{i}", (ushort)(33001 + i)));

        scenario.Add("port scan", $"{Scanner} tries the ports 1 to 300 of the relay; 22 and 25 are open", PortScan(scenario, site));
        scenario.Add("conversation", $"{Scanner} comes back to the open port 22 and is let in",
            site.Tcp(130, Scanner, 51000, Relay, 22).Handshake().ServerSends("SSH-2.0-OpenSSH_9.9\r\n").ClientSends("SSH-2.0-Go\r\n").Reset(false).Frames);
        scenario.Add("host sweep, tcp", "198.51.100.201 looks for file servers",
            Hosts(60).SelectMany(h => site.Tcp(140 + (h * 0.1), "198.51.100.201", (ushort)(42000 + h), $"10.0.0.{h}", 445).Syn().Frames));
        scenario.Add("host sweep, udp", "198.51.100.202 looks for SNMP agents",
            Hosts(60).SelectMany(h => site.Udp(180 + (h * 0.1), "198.51.100.202", 43000, $"10.0.0.{h}", 161).ClientSends("0").Frames));
        scenario.Add("host sweep, icmp", "198.51.100.203 pings the neighbours; the relay answers", Pings(scenario, site));
        scenario.Add("one port", "198.51.100.90 tries 8080 once: no scan", site.Tcp(230, "198.51.100.90", 44000, Relay, 8080).Unanswered(1).Frames);
        scenario.Add("flood", "600 invented hosts open connections to the mail port within six seconds", Flood(site));
        return scenario;
    }

    private static IEnumerable<int> Hosts(int count) => Enumerable.Range(20, count);

    private static List<TimedFrame> PortScan(Scenario scenario, Site site)
    {
        var frames = new List<TimedFrame>();
        for (int port = 1; port <= 300; port++)
        {
            double at = 60 + (port * 0.2);
            ushort from = (ushort)(45000 + port);
            if (port is not (22 or 25)) frames.AddRange((port % 3 == 0 ? site.Tcp(at, Scanner, from, Relay, (ushort)port).Refused() : site.Tcp(at, Scanner, from, Relay, (ushort)port).Syn()).Frames);
            else
            {
                // As scanners do: a reset in place of the acknowledgement.
                frames.Add(site.Packet(Scanner, Relay, (ushort)port).Tcp(from, (ushort)port, TcpFlags.Syn, 1).PadTo().At(scenario.At(at)));
                frames.Add(site.Packet(Relay, Scanner, (ushort)port).Tcp((ushort)port, from, TcpFlags.Syn | TcpFlags.Ack, 7, 2).PadTo().At(scenario.At(at + 0.001)));
                frames.Add(site.Packet(Scanner, Relay, (ushort)(port + 1000)).Tcp(from, (ushort)port, TcpFlags.Rst, 2).PadTo().At(scenario.At(at + 0.02)));
            }
        }

        return frames;
    }

    private static List<TimedFrame> Pings(Scenario scenario, Site site)
    {
        const string Pinger = "198.51.100.203";
        var frames = new List<TimedFrame>();
        foreach (int host in Hosts(60).Append(10))
        {
            double at = 200 + (host * 0.1);
            frames.Add(site.Packet(Pinger, $"10.0.0.{host}", (ushort)host).IcmpEcho(true, 9, 1).PadTo().At(scenario.At(at)));
            if (host == 10) frames.Add(site.Packet(Relay, Pinger, (ushort)host).IcmpEcho(false, 9, 1).PadTo().At(scenario.At(at + 0.001)));
        }

        return frames;
    }

    private static IEnumerable<TimedFrame> Flood(Site site) => Enumerable.Range(1, 600).SelectMany(i =>
        site.Tcp(260 + (i * 0.01), $"203.0.{112 + (i >> 8)}.{i & 255}", (ushort)(20000 + i), Relay, 25).Syn().Frames);

    private static IReadOnlyList<TimedFrame> Mail(Site site, double at, string client, ushort port) =>
        site.Tcp(at, client, port, Relay, 25).Handshake()
            .ServerSends("220 relay.example.com ESMTP\r\n").ClientSends("EHLO mx.example.org\r\n").ServerSends("250 relay.example.com\r\n")
            .Wait(TimeSpan.FromSeconds(20)).ClientSends("QUIT\r\n").ServerSends("221 Bye\r\n").ServerCloses().Frames;
}
