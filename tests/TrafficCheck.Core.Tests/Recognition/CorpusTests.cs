using System.Globalization;
using System.Net;
using TrafficCheck.Core.Recognition;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>
/// Real captures: the applications found in a file against the protocols that tshark counts in it (its eight most common). Differences are
/// reviewed, each with its reason; a new one fails, and so does one that is gone.
/// </summary>
public sealed class CorpusTests
{
    private static readonly Dictionary<string, Application> s_tshark = new()
    {
        ["TLSv1"] = Application.Tls,
        ["TLSv1.2"] = Application.Tls,
        ["TLSv1.3"] = Application.Tls,
        ["SSL"] = Application.Tls,
        ["HTTP"] = Application.Http,
        ["HTTP/XML"] = Application.Http,
        ["OCSP"] = Application.Http,
        ["QUIC"] = Application.Quic,
        ["GQUIC"] = Application.Quic,
        ["HTTP3"] = Application.Quic,
        ["SSH"] = Application.Ssh,
        ["SSHv1"] = Application.Ssh,
        ["SSHv2"] = Application.Ssh,
        ["SMTP"] = Application.Smtp,
        ["SMTP/IMF"] = Application.Smtp,
        ["FTP"] = Application.Ftp,
        ["IMAP"] = Application.Imap,
        ["POP"] = Application.Pop3,
        ["POP/IMF"] = Application.Pop3,
        ["DNS"] = Application.Dns,
        ["MDNS"] = Application.Mdns,
        ["LLMNR"] = Application.Llmnr,
        ["NBNS"] = Application.Nbns,
        ["NTP"] = Application.Ntp,
        ["SNMP"] = Application.Snmp,
        ["LDAP"] = Application.Ldap,
        ["CLDAP"] = Application.Cldap,
        ["KRB5"] = Application.Kerberos,
        ["SMB"] = Application.Smb,
        ["SMB2"] = Application.Smb,
        ["NBSS"] = Application.NetbiosSession,
        ["DCERPC"] = Application.Msrpc,
        ["EPM"] = Application.Msrpc,
        ["RDP"] = Application.Rdp,
        ["TPKT"] = Application.Rdp,
        ["Syslog"] = Application.Syslog,
        ["SIP"] = Application.Sip,
        ["SIP/SDP"] = Application.Sip,
        ["RTP"] = Application.Rtp,
        ["RTCP"] = Application.Rtp,
        ["DHCP"] = Application.Dhcp,
        ["TFTP"] = Application.Tftp,
        ["TELNET"] = Application.Telnet,
    };

    private static readonly Dictionary<string, string> s_reviewed = new()
    {
        ["arkime-ntlm_synthetic: also mssql"] = "Beyond the eight that the list counts.",
        ["arkime-ntlm_synthetic: two Clients of smb 10.10.2.100:50002 10.10.2.1:445"] = "Made by hand: its answers lack the flag of replies.",
        ["arkime-ntlm_synthetic: two Clients of smb [2001:db8:10::100]:50003 [2001:db8:10::1]:445"] = "As above.",
        ["arkime-ospf: also ntp"] = "Beyond the eight.",
        ["arkime-ospf: also syslog"] = "Beyond the eight.",
        ["arkime-synthetic-918: also dhcp"] = "One flow each of many protocols, beyond the eight that the list counts.",
        ["arkime-synthetic-918: also ftp"] = "As above.",
        ["arkime-synthetic-918: also http2"] = "As above.",
        ["arkime-synthetic-918: also imap"] = "As above.",
        ["arkime-synthetic-918: also kerberos"] = "As above.",
        ["arkime-synthetic-918: also ldap"] = "As above.",
        ["arkime-synthetic-918: also llmnr"] = "As above.",
        ["arkime-synthetic-918: also mdns"] = "As above.",
        ["arkime-synthetic-918: also msrpc"] = "As above.",
        ["arkime-synthetic-918: also mysql"] = "As above.",
        ["arkime-synthetic-918: also nbns"] = "As above.",
        ["arkime-synthetic-918: also ntp"] = "As above.",
        ["arkime-synthetic-918: also postgresql"] = "As above.",
        ["arkime-synthetic-918: also quic"] = "As above.",
        ["arkime-synthetic-918: also radius"] = "As above.",
        ["arkime-synthetic-918: also rdp"] = "As above.",
        ["arkime-synthetic-918: also sip"] = "As above.",
        ["arkime-synthetic-918: also smb"] = "As above.",
        ["arkime-synthetic-918: also smtp"] = "As above.",
        ["arkime-synthetic-918: also snmp"] = "As above.",
        ["arkime-synthetic-918: also tftp"] = "As above.",
        ["arkime-tcp_handshake_synthetic: also ssh"] = "An identification line that tshark does not look at between these ports.",
        ["ndpi-443-openvpn: no tls"] = "OpenVPN from its first byte; TLS is inside.",
        ["ndpi-ftp-start-tls: no tls"] = "The flow begins as something else and goes on in TLS; the first payload counts.",
        ["ndpi-smtp-starttls: no tls"] = "As above.",
        ["ndpi-smtps: also smtp"] = "The server greets in the clear, against the hello of the client.",
        ["ndpi-smtps: no tls"] = "As above: a flow counts once.",
        ["ndpi-smtps: smtp and tls 21.65.95.132:465 62.43.36.99:37682"] = "As above.",
        ["ndpi-tls_port_80: also tls"] = "TLS on 80, which tshark takes for HTTP by its port.",
        ["suricata-backwards: no tls"] = "CONNECT first, TLS in the tunnel.",
        ["suricata-smtp-errors: tls and smtp 10.4.16.101:50649 104.131.33.237:465"] = "The server answers in the clear.",
        ["tcpdump-dns_tcp_8053: also dns"] = "DNS on another port.",
        ["zeek-443-tls-and-ssh: also ssh"] = "SSH on 443, which tshark takes for SSL.",
        ["zeek-dcerpc-mapi: also http"] = "RPC over HTTP, beyond the eight.",
        ["zeek-ftp-auth-tls: no tls"] = "As with other STARTTLS: the first payload is FTP.",
        ["zeek-http-connect-smtp: no smtp"] = "CONNECT first, SMTP in the tunnel.",
        ["zeek-http-get-to-ssh-server: ssh and http 130.74.164.231:22 136.216.42.40:44338"] = "What happened: a request to a server of SSH.",
        ["zeek-http-on-22: also http"] = "HTTP on 22.",
        ["zeek-http-on-22: no ssh"] = "As above; tshark goes by the port.",
        ["zeek-ldap-25936: also ldap"] = "LDAP on another port.",
        ["zeek-ldap-starttls: no tls"] = "The first payload is LDAP.",
        ["zeek-many-services: also ntp"] = "Beyond the eight.",
        ["zeek-raw_ntlm_in_smb: no msrpc"] = "RPC in pipes of SMB.",
        ["zeek-smb2-mixed: no msrpc"] = "As above.",
        ["zeek-ssh-on-port-80: also ssh"] = "SSH on 80.",
        ["zeek-tcp-syslog: also syslog"] = "Syslog over TCP on 514, which tshark takes for RSH.",
    };

    /// <summary>The applications among the protocols that tshark counts in a file.</summary>
    internal static Application[] ApplicationsOf(string protocols) =>
        [.. protocols.Split(' ').Select(c => s_tshark.GetValueOrDefault(c[..Math.Max(0, c.LastIndexOf(':'))])).Where(a => a != Application.Unknown).Distinct()];

    /// <summary>Who sent the SYN is known in these flows; the payload must agree wherever it tells the client.</summary>
    [Fact]
    public void Payload_and_handshake_agree_on_the_client()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string tables = Path.Combine(shared, "corpus", "flows");
        int agreed = 0, silent = 0;
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string table in Directory.EnumerateFiles(tables, "*.tsv", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(tables, table)[..^4];
            if (name.StartsWith("malformed", StringComparison.Ordinal)) continue;
            CorpusFlows flows = CorpusFlows.Read(Path.Combine(shared, "corpus", "captures", name));
            foreach (string row in File.ReadLines(table).Where(r => r.Length > 0 && char.IsAsciiDigit(r[0])))
            {
                string[] cells = row.Split('\t');
                if (cells[13] != "syn") continue;
                IPEndPoint initiator = new(IPAddress.Parse(cells[2]), int.Parse(cells[3], CultureInfo.InvariantCulture)), responder = new(IPAddress.Parse(cells[4]), int.Parse(cells[5], CultureInfo.InvariantCulture));
                int client = flows.ClientOf(Sample.Tcp, initiator, responder);
                if (client == 1) agreed++;
                else if (client == 0) silent++;
                else wrong.Add($"{Path.GetFileNameWithoutExtension(name)} {initiator} {responder}");
            }
        }

        Assert.True(agreed > 420, $"{agreed} agree, {silent} do not tell");
        // Made by hand: the answers of SMB 1 lack the flag of replies, so that both ends claim to be the client.
        Assert.Equal(["arkime-ntlm_synthetic 10.10.2.100:50002 10.10.2.1:445", "arkime-ntlm_synthetic [2001:db8:10::100]:50003 [2001:db8:10::1]:445"], wrong);
    }

    /// <summary>
    /// A capture may begin anywhere in a conversation: each later payload is recognized as if it were the first. What differs must be what
    /// happened on the wire.
    /// </summary>
    [Fact]
    public void Payloads_in_mid_stream_agree_with_the_first()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        int agreed = 0, other = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(shared, "corpus", "captures"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            // Bytes were changed in these on purpose.
            if (file.Contains("fuzz", StringComparison.Ordinal)) continue;
            CorpusFlows flows = CorpusFlows.Read(file);
            kinds.UnionWith(flows.LaterDisagreements);
            agreed += flows.LaterAgreements;
            other += flows.LaterDisagreements.Count;
        }

        // After STARTTLS, AUTH TLS and their like, and in the tunnels of CONNECT.
        string[] switches = ["ftp, then tls", "http, then smtp", "http, then tls", "ldap, then tls", "mysql, then tls", "rdp, then tls", "smtp, then tls"];
        Assert.True(agreed > 2000, $"{agreed} agree, {other} do not");
        Assert.Equal(switches, kinds);
    }

    [Fact]
    public void A_name_in_a_quic_capture_is_read()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        CorpusFlows flows = CorpusFlows.Read(Path.Combine(shared, "corpus", "captures", "protocols", "tls", "ndpi-quic-v2-sll.pcapng"));
        Assert.Equal(["test/h3"], flows.QuicNames);
    }

    [Fact]
    public void Captures_of_protocols_show_their_protocols()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        int files = 0, agreed = 0;
        foreach (string row in File.ReadLines(Path.Combine(shared, "corpus", "MANIFEST.tsv")).Skip(1))
        {
            string[] cells = row.Split('\t');
            if (!cells[0].StartsWith("captures/protocols/", StringComparison.Ordinal)) continue;
            files++;
            string name = Path.GetFileNameWithoutExtension(cells[0]);
            CorpusFlows flows = CorpusFlows.Read(Path.Combine(shared, "corpus", cells[0]));
            Application[] expected = ApplicationsOf(cells[14]);
            Application[] found = [.. flows.Flows().Select(f => f.Application).Where(a => a != Application.Unknown).Distinct()];
            agreed += expected.Intersect(found).Count();
            foreach (Application missing in expected.Except(found)) differences.Add($"{name}: no {ApplicationNames.Of(missing)}");
            foreach (Application extra in found.Except(expected)) differences.Add($"{name}: also {ApplicationNames.Of(extra)}");
            foreach (string contradiction in flows.Contradictions()) differences.Add($"{name}: {contradiction}");
        }

        Assert.True(files > 100);
        Assert.True(agreed > 100, $"{agreed}");
        string[] fresh = [.. differences.Except(s_reviewed.Keys)], gone = [.. s_reviewed.Keys.Except(differences)];
        if (fresh.Length + gone.Length > 0) Assert.Fail($"new:\n{string.Join("\n", fresh)}\ngone:\n{string.Join("\n", gone)}");
    }
}
