using System.Globalization;
using TrafficCheck.SampleGenerator.Payloads;
using static TrafficCheck.Cli.Tests.Seed.SeedTable;
using static TrafficCheck.Cli.Tests.Seed.SeedTraffic;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>The forty rows in the order of the document. Expected outcomes are a verdict and the rows that answer, or the reason.</summary>
internal static partial class SeedRows
{
    /// <summary>Rows of 80 Out that name nobody.</summary>
    public const string AnyWeb = "R13;R14;R15;R19";

    public static IReadOnlyList<SeedRow> Of(SeedTable table) =>
        [.. new[] { Transfers(), MailAndNames(), Web(table), TimeAndLogs(table), Directories(), Secure(table), OfExchange() }.SelectMany(r => r).OrderBy(r => int.Parse(r.Id.AsSpan(1), CultureInfo.InvariantCulture))];

    /// <summary>Rows for both directions, initiated the other way than in <see cref="Of"/>: the rows that answer, those covered behind a slash.</summary>
    public static IReadOnlyList<(string Id, string Rows, SeedCase Case)> OtherWay() =>
    [
        ("R1", "R1", SeedCase.Of(
            "the gateway is the server", Transfer(Tcp(Gateway, 20, Peer, 50009, 2), fromClient: true), FtpControl(Tcp(Peer, 41020, Gateway, 21), "PORT 203,0,113,20,195,89").Frames)),
        ("R2", "R2", SeedCase.Of("FTP arrives", FtpControl(Tcp(Peer, 41021, Gateway, 21)))),
        ("R3", "R3", SeedCase.Of("FTP that asks for TLS arrives", Ftps(Peer, Gateway))),
        ("R4", "R4", SeedCase.Of("SSH arrives", Ssh(Tcp(Peer, 41022, Gateway, 22)))),
        ("R7", "R9 / R7", SeedCase.Of("the gateway asks, and a narrower row answers", DnsOverUdp(Udp(Gateway, 43053, Resolver, 53)))),
        ("R25", "R25;R26", SeedCase.Of("LDAP arrives", Directory(Tcp(Peer, 36389, Gateway, 389)))),
        ("R26", "R25;R26", SeedCase.Of("LDAP leaves", Directory(Tcp(Gateway, 45389, DomainController, 389)))),
        ("R27", "R28 / R27;R30", SeedCase.Of("443, but no TLS, arrives, and a narrower row answers", Noise(Tcp(Other, 44443, Gateway, 443).Handshake()))),
        ("R30", "R28 / R27;R30", SeedCase.Of("HTTPS arrives, and a narrower row answers", Https(Tcp(Other, 44504, Gateway, 443), "keys.example.com"))),
        ("R33", "R33", SeedCase.Of("LDAP inside TLS arrives", Https(Tcp(Peer, 36636, Gateway, 636), null))),
        ("R34", "R34", SeedCase.Of("TLS on 990 arrives", Https(Tcp(Peer, 41990, Gateway, 990), null))),
        ("R35", "R35", SeedCase.Of("somebody looks up a key", Http(Tcp(Other, 44505, Gateway, 11371), "gateway.example.com:11371", "/pks/lookup?op=get&search=0x1234ABCD"))),
        ("R37", "R37", SeedCase.Of("the gateway's own catalogue is asked", Https(Tcp(Peer, 45269, Gateway, 3269), null))),
        ("R39", "R39", SeedCase.Of("the agent calls", Https(Tcp(Exchange, 46953, Peer, 23953), null))),
        ("R40", "R40", SeedCase.Of("an agent elsewhere asks for settings", Directory(Tcp(Peer, 36955, Exchange, 23955)))),
    ];

    private static SeedRow[] Transfers()
    {
        const string port = "PORT 10,0,0,5,195,89"; // 50009
        return
        [
            new("R1", Gateway,
                ("allowed R1", SeedCase.Of(
                    "PORT on the control connection, then the server opens the data connection from its port 20",
                    Transfer(Tcp(Peer, 20, Gateway, 50009, 2), fromClient: true), FtpControl(Tcp(Gateway, 41020, Peer, 21), port).Frames)),
                ("related R2", SeedCase.Of(
                    "the same from a high port of the server: no row of its own, the announcement counts",
                    Transfer(Tcp(Peer, 45020, Gateway, 50009, 2), fromClient: true), FtpControl(Tcp(Gateway, 41020, Peer, 21), port).Frames)),
                ("undetermined control-connection-unseen", SeedCase.Of(
                    "a transfer from port 20 that began before the capture, and nothing of its control connection",
                    Underway(Tcp(Peer, 20, Gateway, 50009))))),
            new("R2", Gateway,
                ("allowed R2", SeedCase.Of("FTP, logged on without TLS", FtpControl(Tcp(Gateway, 41021, Peer, 21)))),
                ("allowed R3", SeedCase.Of("FTP that asks for TLS", Ftps())),
                ("undetermined application-unknown", SeedCase.Of("port 21 in mid-stream, bytes of no protocol", Underway(Tcp(Gateway, 41021, Peer, 21))))),
            new("R3", Gateway,
                ("allowed R3", SeedCase.Of("FTP that asks for TLS", Ftps())),
                ("allowed R2", SeedCase.Of("FTP, logged on without TLS", FtpControl(Tcp(Gateway, 41021, Peer, 21)))),
                ("undetermined application-unknown", SeedCase.Of(
                    "TLS records on port 21 in mid-stream: AUTH TLS may have come before",
                    Tcp(Gateway, 41021, Peer, 21).ServerSends(TlsRecord(200, 1)).ClientSends(TlsRecord(90, 2)).ServerSends(TlsRecord(300, 3))))),
            new("R4", Gateway,
                ("allowed R4", SeedCase.Of("SSH", Ssh(Tcp(Gateway, 41022, Peer, 22)))),
                ("unexpected application, nearest R4", SeedCase.Of("HTTP on port 22", Http(Tcp(Gateway, 41022, Peer, 22), "files.example.net"))),
                ("undetermined application-unknown", SeedCase.Of("port 22 in mid-stream, bytes of no protocol", Underway(Tcp(Gateway, 41022, Peer, 22))))),
        ];
    }

    private static SeedRow[] MailAndNames() =>
    [
        new("R5", Gateway,
            ("allowed R5", SeedCase.Of("mail arrives", Mail(Tcp(Peer, 33101, Gateway, 25)))),
            ("allowed R6", SeedCase.Of("mail leaves", Mail(Tcp(Gateway, 42025, Peer, 25)))),
            ("allowed R5;R6", SeedCase.Of("port 25 at both ends, bytes of no protocol: allowed whoever began, by one row or the other", Underway(Tcp(Peer, 25, Gateway, 25))))),
        new("R6", Gateway,
            ("allowed R6", SeedCase.Of("mail leaves", Mail(Tcp(Gateway, 42025, Peer, 25)))),
            ("allowed R5", SeedCase.Of("mail arrives", Mail(Tcp(Peer, 33101, Gateway, 25)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 25 of a stranger and nothing else", SynAckOnly(Gateway, 42025, Peer, 25)))),
        new("R7", Gateway,
            ("allowed R7", SeedCase.Of("somebody asks the gateway for a name, over UDP", DnsOverUdp(Udp(Peer, 35353, Gateway, 53)))),
            ("allowed R9", SeedCase.Of("the gateway asks, over UDP: the narrower row answers", DnsOverUdp(Udp(Gateway, 43053, Resolver, 53)))),
            ("allowed R7;R9", SeedCase.Of("port 53 at both ends, bytes of no protocol", Datagrams(Udp(Peer, 53, Gateway, 53))))),
        new("R8", Gateway,
            ("allowed R8", SeedCase.Of("the gateway asks over TCP", DnsOverTcp(Tcp(Gateway, 43054, Resolver, 53)))),
            ("allowed R7", SeedCase.Of("somebody asks the gateway over TCP", DnsOverTcp(Tcp(Peer, 35354, Gateway, 53)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 53 and nothing else", SynAckOnly(Gateway, 43054, Resolver, 53)))),
        new("R9", Gateway,
            ("allowed R9", SeedCase.Of("the gateway asks over UDP", DnsOverUdp(Udp(Gateway, 43053, Resolver, 53)))),
            ("allowed R8", SeedCase.Of("the gateway asks over TCP", DnsOverTcp(Tcp(Gateway, 43054, Resolver, 53)))),
            ("allowed R7;R9", SeedCase.Of("port 53 at both ends, bytes of no protocol, the gateway's first", Datagrams(Udp(Gateway, 53, Resolver, 53))))),
    ];

    private static SeedRow[] Directories() =>
    [
        new("R21", Gateway,
            ("allowed R21", SeedCase.Of("a bind to the endpoint mapper", Rpc(Gateway, 45135, DomainController))),
            ("unexpected direction, nearest R21", SeedCase.Of("the same from outside", Rpc(Peer, 45135, Gateway))),
            ("undetermined direction-unknown", SeedCase.Of("port 135 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 135, DomainController, 135))))),
        new("R22", Gateway,
            ("allowed R22", SeedCase.Of("a name asked for and answered, from port 137 to port 137", NetbiosName(Gateway, DomainController))),
            ("unexpected direction, nearest R22", SeedCase.Of("the same asked from outside, also from port 137 to port 137", NetbiosName(Peer, Gateway))),
            ("undetermined direction-unknown", SeedCase.Of("port 137 at both ends, bytes of no protocol", Datagrams(Udp(Gateway, 137, DomainController, 137))))),
        new("R23", Gateway,
            ("allowed R23", SeedCase.Of("a NetBIOS session", Session(Gateway, DomainController))),
            ("allowed R31", SeedCase.Of("SMB without NetBIOS, on port 445", Smb(Gateway, DomainController))),
            ("undetermined direction-unknown", SeedCase.Of("port 139 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 139, DomainController, 139))))),
        new("R25", Gateway,
            ("allowed R25;R26", SeedCase.Of("LDAP; two rows say the same", Directory(Tcp(Gateway, 45389, DomainController, 389)))),
            ("unexpected transport, nearest R25", SeedCase.Of(
                "the search for a domain controller, over UDP",
                Udp(Gateway, 48389, DomainController, 389).ClientSends(Ldap.DomainControllerPing(1)).ServerSends(Ldap.DomainControllerReply(1)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 389 and nothing else", SynAckOnly(Gateway, 45389, DomainController, 389)))),
        new("R26", Gateway,
            ("allowed R25;R26", SeedCase.Of("LDAP from outside; two rows say the same", Directory(Tcp(Peer, 36389, Gateway, 389)))),
            ("allowed R33", SeedCase.Of("LDAP inside TLS, on port 636", Https(Tcp(Peer, 36636, Gateway, 636), null))),
            ("allowed R25;R26;R36", SeedCase.Of(
                "389 of the gateway and 3268 of the peer, bytes of no protocol: In by two rows, or Out by a third", Underway(Tcp(DomainController, 3268, Gateway, 389))))),
        new("R31", Gateway,
            ("allowed R31", SeedCase.Of("SMB", Smb(Gateway, DomainController))),
            ("unexpected direction, nearest R31", SeedCase.Of("SMB from outside", Smb(Peer, Gateway))),
            ("undetermined direction-unknown", SeedCase.Of("port 445 at both ends, bytes of no protocol", Underway(Tcp(Gateway, 445, DomainController, 445))))),
        new("R33", Gateway,
            ("allowed R33", SeedCase.Of("LDAP inside TLS", Https(Tcp(Gateway, 45636, DomainController, 636), "dc1.corp.example.com"))),
            ("allowed R25;R26", SeedCase.Of("LDAP in the clear, on port 389", Directory(Tcp(Gateway, 45389, DomainController, 389)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 636 of the gateway and nothing else", SynAckOnly(Peer, 45636, Gateway, 636)))),
        new("R36", Gateway,
            ("allowed R36", SeedCase.Of("the global catalogue", Directory(Tcp(Gateway, 45268, DomainController, 3268)))),
            ("allowed R37", SeedCase.Of("the global catalogue inside TLS, on port 3269", Https(Tcp(Gateway, 45269, DomainController, 3269), "dc1.corp.example.com"))),
            ("undetermined direction-unknown", SeedCase.Of(
                "135 of the gateway, perhaps its source port, and 3268 of the peer, bytes of no protocol", Underway(Tcp(Gateway, 135, DomainController, 3268))))),
        new("R37", Gateway,
            ("allowed R37", SeedCase.Of("the global catalogue inside TLS", Https(Tcp(Gateway, 45269, DomainController, 3269), "dc1.corp.example.com"))),
            ("allowed R36", SeedCase.Of("the global catalogue in the clear, on port 3268", Directory(Tcp(Gateway, 45268, DomainController, 3268)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 3269 and nothing else", SynAckOnly(Gateway, 45269, DomainController, 3269)))),
    ];

    private static SeedRow[] OfExchange() =>
    [
        new("R38", Exchange,
            ("allowed R38", SeedCase.Of("the Exchange server calls the gateway; that table of the gateway has no such row", Https(Tcp(Exchange, 46443, Gateway, 10443), "gateway.example.com"))),
            ("unexpected direction, nearest R38", SeedCase.Of("somebody calls 10443 of the Exchange server", Https(Tcp(Peer, 46443, Exchange, 10443), null))),
            ("undetermined direction-unknown", SeedCase.Of("port 10443 at both ends, bytes of no protocol", Underway(Tcp(Exchange, 10443, Peer, 10443))))),
        new("R39", Exchange,
            ("allowed R39", SeedCase.Of("an agent elsewhere calls", Https(Tcp(Peer, 36953, Exchange, 23953), null))),
            ("allowed R40", SeedCase.Of("settings by LDAP, on port 23955", Directory(Tcp(Peer, 36955, Exchange, 23955)))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 23953 and nothing else", SynAckOnly(Exchange, 36953, Peer, 23953)))),
        new("R40", Exchange,
            ("allowed R40", SeedCase.Of("settings by LDAP", Directory(Tcp(Exchange, 46955, Peer, 23955)))),
            ("allowed R39", SeedCase.Of("the agents' own conversation, on port 23953", Https(Tcp(Exchange, 46953, Peer, 23953), null))),
            ("undetermined direction-unknown", SeedCase.Of("a SYN-ACK from port 23955 and nothing else", SynAckOnly(Exchange, 46955, Peer, 23955)))),
    ];
}
