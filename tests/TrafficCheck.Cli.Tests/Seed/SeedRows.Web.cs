using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Seed.SeedTable;
using static TrafficCheck.Cli.Tests.Seed.SeedTraffic;

namespace TrafficCheck.Cli.Tests.Seed;

// Rows that names or addresses tell apart, and the pieces that several rows use.
internal static partial class SeedRows
{
    private const string Vendor = "198.51.100.80", Cdn = "203.0.113.180";

    private static SeedRow[] Web(SeedTable table)
    {
        string manual = table.Name("R11"), updates = table.Name("R12", 1), rules = table.Name("R16"), otherRules = table.Name("R16", 5), statistics = table.Name("R17"), news = table.Name("R18");
        (string, SeedCase) stranger = ($"allowed {AnyWeb}", SeedCase.Of("another name; four rows name nobody", Get("lists.example.net", Vendor), Lookup("lists.example.net", Vendor)));
        (string, SeedCase) byName(string row, string name) => ($"allowed {row}", SeedCase.Of($"the name of {row}", Get(name, Vendor), Lookup(name, Vendor)));
        (string, SeedCase) nameless(string what, params IEnumerable<TimedFrame>[] around) => ($"allowed {AnyWeb}", SeedCase.Of(what, Get(null, Vendor), around));
        return
        [
            new("R10", Gateway,
                ("allowed R10", SeedCase.Of("somebody opens the gateway's pages", Http(Tcp("10.20.0.31", 52080, Gateway, 80), "gateway.example.com"))),
                stranger,
                ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 80 of the gateway and nothing else", SynAckOnly("10.20.0.31", 52080, Gateway, 80)))),
            new("R11", Gateway,
                ("allowed R11", SeedCase.Of("the name by DNS and in the request", Get(manual, Vendor), Lookup(manual, Vendor))),
                ("allowed R18", SeedCase.Of(
                    "both names have the same address, and the request says the one of R18", Get(news, Vendor), Lookups((manual, Vendor), (news, Vendor)))),
                nameless("no name in the request, and no DNS traffic captured"), AnyWeb),
            new("R12", Gateway,
                ("allowed R12", SeedCase.Of("the second name, an alias of a content network", Get(updates, Cdn), Lookup(updates, "edge7.cdn.example.org", Cdn))),
                ("allowed R11", SeedCase.Of("the same address of the content network under the name of R11", Get(manual, Cdn), Lookups((updates, Cdn), (manual, Cdn)))),
                nameless(
                    "no name in the request, and answers of DNS that were not captured",
                    new UdpExchange(Gateway, 43001, Resolver, 53, At(0.5)) { Captured = CapturedSides.ClientOnly }.ClientSends(Dns.Query(4001, updates)).Frames), AnyWeb),
            new("R13", Gateway, stranger, byName("R16", rules),
                ($"allowed R10;{AnyWeb}", SeedCase.Of("port 80 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 80, Vendor, 80))))),
            new("R14", Gateway, stranger, byName("R17", statistics),
                ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 80 of a stranger and nothing else", SynAckOnly(Gateway, 44014, Vendor, 80)))),
            new("R15", Gateway, stranger, byName("R18", news),
                ($"allowed {AnyWeb};R25;R26", SeedCase.Of("389 of the gateway and 80 of the peer, bytes of no protocol: Out by four rows, or In by two", Underway(Tcp(Gateway, 389, Vendor, 80))))),
            new("R16", Gateway,
                ("allowed R16", SeedCase.Of("the first name of nine", Get(rules, Vendor), Lookup(rules, Vendor))), byName("R17", statistics),
                nameless("no name in the request, DNS to port 853 only", Https(Tcp(Gateway, 43853, Resolver, 853, 0.2), null).Frames), AnyWeb),
            new("R17", Gateway,
                ("allowed R17", SeedCase.Of("the name, which the text writes with a capital and the request all in capitals", Get(statistics.ToUpperInvariant(), Vendor), Lookup(statistics, Vendor))),
                byName("R16", otherRules), nameless("no name in the request, and DNS that gives another address", Lookup(statistics, Other)), AnyWeb),
            new("R18", Gateway,
                ("allowed R18", SeedCase.Of("the name by DNS and in the request", Get(news, Vendor), Lookup(news, Vendor))), byName("R11", manual),
                nameless("no name in the request, and an answer of DNS that was cut", Lookup(news, Vendor).Select(f => f.Cut(66))), AnyWeb),
            new("R19", Gateway, stranger, byName("R12", updates),
                ("undetermined direction-unknown", Probed("a SYN-ACK from port 80, which the gateway resets", Gateway, 44019, Vendor, 80))),
        ];
    }

    private static SeedRow[] TimeAndLogs(SeedTable table)
    {
        string pool = table.Name("R20", 2);
        return
        [
            new("R20", Gateway,
                ("allowed R20", SeedCase.Of("a name of the list by DNS, then NTP from port 123 to port 123", Time(Gateway, Other), Lookup(pool, Other))),
                ("unexpected peer, nearest R20", SeedCase.Of("NTP to a server that DNS calls by another name", Time(Gateway, Other), Lookup("time.example.net", Other))),
                ("undetermined peer-name-unknown", SeedCase.Of("NTP, and no DNS traffic captured", Time(Gateway, Other)))),
            new("R24", Gateway,
                ("allowed R24", SeedCase.Of("two traps arrive", Traps("10.30.0.8", Gateway))),
                ("unexpected direction, nearest R24", SeedCase.Of("the gateway's own traps", Traps(Gateway, "192.0.2.40"))),
                ("undetermined direction-unknown", SeedCase.Of("port 162 at both ends, bytes of no protocol", Datagrams(Udp("10.30.0.8", 162, Gateway, 162))))),
            new("R32", Gateway,
                ("allowed R32", SeedCase.Of("log lines over TCP", Log(Tcp(Gateway, 42514, "192.0.2.114", 514)))),
                ("unexpected transport, nearest R32", SeedCase.Of("log lines over UDP", Udp(Gateway, 48514, "192.0.2.114", 514).ClientSends(LogLine(1)).ClientSends(LogLine(2)))),
                ("undetermined direction-unknown", SeedCase.Of("port 514 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 514, "192.0.2.114", 514))))),
        ];
    }

    private static SeedRow[] Secure(SeedTable table)
    {
        string listed = table.Address("R29"), second = table.Address("R29", 1);
        (string, SeedCase) toListed = ("allowed R29", SeedCase.Of("TLS to an address of the list", Https(Tcp(Gateway, 44501, listed, 443), null)));
        return
        [
            new("R27", Gateway,
                ("allowed R27;R30", SeedCase.Of(
                    "443, but no TLS; nothing in the table tells the two rows apart", Noise(Tcp(Gateway, 44443, Other, 443).Handshake()).ClientCloses())),
                ("allowed R29", SeedCase.Of("the same to an address of the list", Noise(Tcp(Gateway, 44443, listed, 443).Handshake()).ClientCloses())),
                ("allowed R27;R28;R30", SeedCase.Of("port 443 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 443, Other, 443))))),
            new("R28", Gateway,
                ("allowed R28", SeedCase.Of("somebody opens the console by HTTPS", Https(Tcp("10.20.0.31", 52443, Gateway, 443), "gateway.example.com"))),
                ("allowed R27;R30", SeedCase.Of("HTTPS the other way", Https(Tcp(Gateway, 44504, Other, 443), "keys.example.org"))),
                ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 443 of the gateway and nothing else", SynAckOnly("10.20.0.31", 52443, Gateway, 443)))),
            new("R29", Gateway,
                ("allowed R29", SeedCase.Of("TLS to the second address of three", Https(Tcp(Gateway, 44502, second, 443), null))),
                ("allowed R27;R30", SeedCase.Of("TLS to another address", Https(Tcp(Gateway, 44502, Other, 443), null))),
                ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 443 of that address and nothing else", SynAckOnly(Gateway, 44502, second, 443)))),
            new("R30", Gateway,
                ("allowed R27;R30", SeedCase.Of("HTTPS to a key server", Https(Tcp(Gateway, 44504, Other, 443), "keys.example.org"), Lookup("keys.example.org", Other))),
                toListed,
                ("undetermined direction-unknown", Probed("a SYN-ACK from port 443 of a stranger, which the gateway resets", Gateway, 44504, Other, 443))),
            new("R34", Gateway,
                ("allowed R34", SeedCase.Of("TLS from the first byte", Https(Tcp(Gateway, 41990, Peer, 990), "backup2.example.org"))),
                ("unexpected application, nearest R34", SeedCase.Of("FTP in the clear on port 990", FtpControl(Tcp(Gateway, 41990, Peer, 990)))),
                ("undetermined application-unknown", SeedCase.Of("port 990 in mid-stream, bytes of no protocol", Underway(Tcp(Gateway, 41990, Peer, 990))))),
            new("R35", Gateway,
                ("allowed R35", SeedCase.Of("a key looked up by HKP", Http(Tcp(Gateway, 44505, Other, 11371), "keys.example.org:11371", "/pks/lookup?op=get&search=0x1234ABCD"))),
                ($"allowed {AnyWeb}", SeedCase.Of("the same on port 80", Http(Tcp(Gateway, 44505, Other, 80), "keys.example.org", "/pks/lookup?op=get&search=0x1234ABCD"))),
                ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 11371 of the gateway and nothing else", SynAckOnly(Peer, 44505, Gateway, 11371)))),
        ];
    }

    private static TcpConversation Get(string? host, string server) => Http(Tcp(Gateway, 44011, server, 80), host, "/a");

    private static TcpConversation Ftps(string client = Gateway, string server = Peer) => Tls.Over(
        Tcp(client, 41021, server, 21).Handshake().ServerSends("220 FTP ready\r\n").ClientSends("AUTH TLS\r\n").ServerSends("234 Proceed with negotiation\r\n"), "backup2.example.org").ClientCloses();

    private static byte[] TlsRecord(int length, uint seed) => [23, 3, 3, (byte)(length >> 8), (byte)length, .. FixedNoise.Bytes(length, seed)];

    private static TcpConversation Rpc(string client, ushort port, string server) =>
        Tcp(client, port, server, 135).Handshake().ClientSends(WindowsPayloads.RpcBind).ServerSends(WindowsPayloads.RpcBindAccepted).ClientCloses();

    private static TcpConversation Session(string client, string server) => Tcp(client, 45139, server, 139).Handshake()
        .ClientSends(WindowsPayloads.SessionRequest("DC1", "GATEWAY")).ServerSends(WindowsPayloads.SessionAccepted).ClientSends(WindowsPayloads.SmbNegotiate).ServerSends(WindowsPayloads.SmbNegotiated).ClientCloses();

    private static TcpConversation Smb(string client, string server) =>
        Tcp(client, 45445, server, 445).Handshake().ClientSends(WindowsPayloads.SmbNegotiate).ServerSends(WindowsPayloads.SmbNegotiated).ClientCloses();

    private static UdpExchange NetbiosName(string client, string server) => Udp(client, 137, server, 137)
        .ClientSends(WindowsPayloads.NameQuery(0x2201, "DC1", broadcast: false)).ServerSends(WindowsPayloads.NameAnswer(0x2201, "DC1", [10, 1, 0, 10]));

    private static UdpExchange Time(string client, string server) => Udp(client, 123, server, 123)
        .ClientSends(Ntp.Client(At(1))).ServerSends(Ntp.Server(At(1.01))).Wait(TimeSpan.FromSeconds(64)).ClientSends(Ntp.Client(At(65))).ServerSends(Ntp.Server(At(65.01)));

    private static UdpExchange Traps(string sender, string sink) => Udp(sender, 49162, sink, 162).ClientSends(Snmp.Trap(1, 1)).Wait(TimeSpan.FromSeconds(20)).ClientSends(Snmp.Trap(2, 4));

    private static TcpConversation Log(TcpConversation connection)
    {
        connection.Handshake();
        for (int i = 1; i <= 4; i++) connection.ClientSends(LogLine(i) + "\n").Wait(TimeSpan.FromSeconds(5));
        return connection.ClientCloses();
    }

    private static string LogLine(int number) => $"<22>1 2026-03-02T08:00:0{number}Z gateway.example.com mail - - - message {number} delivered";

    /// <summary>A SYN-ACK that answers nothing, and the reset that it earns.</summary>
    private static SeedCase Probed(string what, string client, ushort clientPort, string server, ushort serverPort) => SeedCase.Of(
        what, SynAckOnly(client, clientPort, server, serverPort),
        [FrameBuilder.Ethernet().IPv4(client, server, id: 77).Tcp(clientPort, serverPort, TcpFlags.Rst, 1).At(At(1.01))]);
}
