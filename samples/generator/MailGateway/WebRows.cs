using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Rows R10 to R19, R27 to R30 and R35: HTTP, HTTPS, key servers.</summary>
internal sealed class WebRows(Scenario scenario, Site site)
{
    private ushort _port = 44000;

    public void Add()
    {
        scenario.Add("R10 In", "10.20.0.31 opens the quarantine portal",
            Get(450, Administrator, 52080, Gateway, 80, "gateway.example.com", "/portal/"));
        Named("R11 Out", "the manual", 470, "manual.tidewall.example.com", "/en/start.html", [Vendor]);
        Named("R12 Out", "product updates", 490, "repo.tidewall.example.net", "/tw/7/repomd.xml",
            ["198.51.100.81"]);
        Named("R12 Out", "the second name, an alias of a content network", 505, "el.repo.tidewall.example.net", "/el/9/repomd.xml",
            ["edge7.cdn.example.org", "203.0.113.180"]);
        Named("R13-R15, R19", "signatures; four rows of 80 Out name no host, so they share these flows", 520,
            "mirror1.auklet.example.org", "/sig/daily.cvd", ["198.51.100.82"]);
        Named("R13-R15, R19", "junk mail lists", 535, "lists.tidewall.example.net", "/junk/level", ["198.51.100.84"]);
        Named("R13-R15, R19", "the list of services", 550, "status.tidewall.example.net", "/services.json", ["198.51.100.85"]);
        Named("R16 Out", "rules from the first name of nine", 565, "sn12.sieve.example.net", "/rules/4711", ["203.0.113.181"]);
        Named("R16 Out", "rules from another name of nine", 580, "ruleset.example.org", "/rules/4711", ["203.0.113.182"]);
        scenario.Add("R9 Out", "the name with the missing dot does not exist",
            Lookup.Frames(site, 595, 44990, "db11mailsieve.example.net"));
        Named("R17 Out", "statistics; the table writes the name with a capital", 600, "tidewallstat.sieve.example.net", "/stat?n=12",
            ["203.0.113.183"]);
        Named("R18 Out", "the news feed", 615, "www.tidewall.example.com", "/news.rss", [Vendor]);

        var reputation = site.Tcp(640, Gateway, 44443, "198.51.100.150", 443).Handshake()
            .ClientSends([0x4b, 0x01, 0x00, 0x00, .. FixedNoise.Bytes(92, 44443)])
            .ServerSends([0x4b, 0x02, .. FixedNoise.Bytes(60, 44444)]);
        scenario.Add("R27 Out", "a reputation query: port 443, but no TLS", reputation.ClientCloses().Frames);
        scenario.Add("R28 In", "10.20.0.31 opens the console", Secure(660, Administrator, 52443, Gateway, 443, "gateway.example.com"));
        scenario.Add("R29 Out", "the three addresses that the table names",
            Secure(680, Gateway, 44501, "198.51.100.24", 443, null), Secure(690, Gateway, 44502, "203.0.113.99", 443, null),
            Secure(700, Gateway, 44503, "192.0.2.38", 443, null));
        scenario.Add("R27, R30 Out", "a key server by HTTPS; nothing in the table tells it from the reputation service",
            Lookup.Frames(site, 715, 44991, "keys.example.org", KeyServer),
            Secure(716, Gateway, 44504, KeyServer, 443, "keys.example.org"));

        scenario.Add("R35 Out", "a key server by HKP",
            Get(730, Gateway, 44505, KeyServer, 11371, "keys.example.org:11371", "/pks/lookup?op=get&search=0x1234ABCD"));
        scenario.Add("R35 In", "198.51.100.61 fetches a key from the gateway",
            Get(745, "198.51.100.61", 36371, Gateway, 11371, "gateway.example.com:11371", "/pks/lookup?op=index&search=info"));
    }

    private void Named(string label, string what, double at, string host, string path, ReadOnlySpan<string> answers)
    {
        ushort port = _port++;
        scenario.Add(label, $"{what}: {host}",
            Lookup.Frames(site, at, (ushort)(port + 700), host, answers), Get(at + 1, Gateway, port, answers[^1], 80, host, path));
    }

    private IReadOnlyList<TimedFrame> Get(
        double at, string client, ushort clientPort, string server, ushort serverPort, string host, string path) =>
        site.Tcp(at, client, clientPort, server, serverPort).Handshake()
            .ClientSends($"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n")
            .ServerSends("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsample\n")
            .ServerCloses().Frames;

    private IReadOnlyList<TimedFrame> Secure(
        double at, string client, ushort clientPort, string server, ushort serverPort, string? name) =>
        Tls.Over(site.Tcp(at, client, clientPort, server, serverPort).Handshake(), name).ClientCloses().Frames;
}
