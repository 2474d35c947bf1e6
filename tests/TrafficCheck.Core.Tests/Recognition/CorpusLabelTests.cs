using System.Globalization;
using System.Text;
using TrafficCheck.Core.Recognition;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests.Recognition;

/// <summary>
/// Two labels that others gave the captures: the words of a file's name, which say what it was made to show, and the protocols that tshark counts in it.
/// Where tshark counts one application alone, each flow whose application is named here must be that one.
/// </summary>
public sealed class CorpusLabelTests
{
    private static readonly Dictionary<string, Application[]> s_words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tls"] = [Application.Tls],
        ["tls2"] = [Application.Tls],
        ["tls13"] = [Application.Tls],
        ["ssl"] = [Application.Tls],
        ["http"] = [Application.Http],
        ["http2"] = [Application.Http, Application.Http2],
        ["80211http"] = [Application.Http],
        ["quic"] = [Application.Quic],
        ["ssh"] = [Application.Ssh],
        ["smtp"] = [Application.Smtp],
        ["smtps"] = [Application.Tls],
        ["ftp"] = [Application.Ftp],
        ["imap"] = [Application.Imap],
        ["pop3"] = [Application.Pop3],
        ["dns"] = [Application.Dns],
        ["mdns"] = [Application.Mdns],
        ["llmnr"] = [Application.Llmnr],
        ["nbns"] = [Application.Nbns],
        ["netbios"] = [Application.Nbns, Application.NetbiosSession, Application.Smb],
        ["ntp"] = [Application.Ntp],
        ["ntpmode67"] = [Application.Ntp],
        ["snmp"] = [Application.Snmp],
        ["snmpv1"] = [Application.Snmp],
        ["snmpv3"] = [Application.Snmp],
        ["ldap"] = [Application.Ldap],
        ["cldap"] = [Application.Cldap],
        ["kerberos"] = [Application.Kerberos],
        ["smb"] = [Application.Smb],
        ["smb2"] = [Application.Smb],
        ["dcerpc"] = [Application.Msrpc],
        ["rdp"] = [Application.Rdp],
        ["syslog"] = [Application.Syslog],
        ["sip"] = [Application.Sip],
        ["rtp"] = [Application.Rtp],
        ["dhcp"] = [Application.Dhcp],
        ["tftp"] = [Application.Tftp],
        ["radius"] = [Application.Radius],
        ["mysql"] = [Application.Mysql],
        ["postgresql"] = [Application.Postgresql],
        ["mssql"] = [Application.Mssql],
        ["telnet"] = [Application.Telnet],
    };

    /// <summary>Names that are right and are not shown, each with the reason.</summary>
    private static readonly Dictionary<string, string> s_reviewed = new()
    {
        ["libpcap-http-PPI.pcap: no http"] = "One SYN to port 80, and DNS.",
        ["ndpi-dns_dot.pcap: no dns"] = "DNS over TLS: TLS is what can be seen.",
        ["ndpi-ftp-start-tls.pcap: no tls"] = "The first payload is FTP, which asks for TLS.",
        ["ndpi-http_ipv6.pcap: no http"] = "TLS and QUIC on port 443.",
        ["ndpi-smtps.pcapng: no smtps"] = "The server greets in the clear; that counts, once a flow.",
        ["zeek-ftp-auth-tls.pcap: no tls"] = "As with other AUTH TLS.",
        ["zeek-http-connect-smtp.pcap: no smtp"] = "CONNECT first, SMTP in the tunnel.",
        ["zeek-http-get-to-ssh-server.pcap: no http"] = "A request to a server of SSH, which greets first; a flow counts once.",
        ["zeek-vxlan-http.pcap: no http"] = "In a tunnel, which this test does not open; the engine does.",
    };

    /// <summary>Flows named otherwise than tshark's only application of the file, their number, and who is right.</summary>
    private static readonly Dictionary<string, (int Flows, string Reason)> s_reviewedFlows = new()
    {
        ["arkime-tcp_handshake_synthetic.pcap: ssh, not http"] = (1, "An identification line of SSH that tshark does not look at between these ports."),
        ["ndpi-gnutella-3905.pcap: dhcp, not tls"] = (2, "A Windows host that does many things; tshark's eight most common hold one application only."),
        ["ndpi-gnutella-3905.pcap: http, not tls"] = (3, "As above."),
        ["ndpi-gnutella-3905.pcap: llmnr, not tls"] = (6, "As above."),
        ["ndpi-gnutella-3905.pcap: mdns, not tls"] = (2, "As above."),
        ["ndpi-gnutella-3905.pcap: nbns, not tls"] = (1, "As above."),
        ["ndpi-smtps.pcapng: smtp, not tls"] = (1, "The server greets in the clear against the hello of the client; either is right."),
        ["zeek-443-tls-and-ssh.pcap: ssh, not tls"] = (1, "SSH on 443, which tshark takes for SSL by its port."),
        ["zeek-http-on-22.pcap: http, not ssh"] = (1, "HTTP on 22, which tshark takes for SSH by its port."),
    };

    [Fact]
    public void Captures_show_what_their_names_say()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        string root = Path.Combine(shared, "corpus", "captures");
        int named = 0, shown = 0;
        var differences = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file);
            if (file.Contains("fuzz", StringComparison.Ordinal)) continue;
            string[] words = [.. name.Split('-', '_', '.').Where(s_words.ContainsKey).Distinct()];
            if (words.Length == 0) continue;
            Application[] found = [.. CorpusFlows.Read(file).Flows().Select(f => f.Application).Distinct()];
            foreach (string word in words)
            {
                named++;
                if (s_words[word].Intersect(found).Any()) shown++;
                else differences.Add($"{name}: no {word}");
            }
        }

        string[] fresh = [.. differences.Except(s_reviewed.Keys)], gone = [.. s_reviewed.Keys.Except(differences)];
        TestContext.Current.TestOutputHelper?.WriteLine($"{shown} of {named} names");
        if (fresh.Length + gone.Length > 0) Assert.Fail($"{shown} of {named}\nnew:\n{string.Join("\n", fresh)}\ngone:\n{string.Join("\n", gone)}");
        Assert.True(named > 90, $"{named}");
    }

    [Fact]
    public void Flows_of_captures_of_one_application_are_that_one()
    {
        string? shared = SharedFolder.Find();
        if (shared is null) Assert.Skip("the corpus of captures is not beside this clone");
        int files = 0;
        var counts = new SortedDictionary<string, (int Same, int Other, int Unnamed)>(StringComparer.Ordinal);
        var differences = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (string row in File.ReadLines(Path.Combine(shared, "corpus", "MANIFEST.tsv")).Skip(1))
        {
            string[] cells = row.Split('\t');
            if (cells[0].Contains("fuzz", StringComparison.Ordinal)) continue;
            Application[] stated = CorpusTests.ApplicationsOf(cells[14]);
            if (stated.Length != 1) continue;
            files++;
            string word = ApplicationNames.Of(stated[0]);
            var (same, other, unnamed) = counts.GetValueOrDefault(word);
            foreach (RecognizedApplication flow in CorpusFlows.Read(Path.Combine(shared, "corpus", cells[0])).Flows())
            {
                if (flow.Application is Application.Unknown or Application.Unrecognized) unnamed++;
                else if (flow.Application == stated[0]) same++;
                else
                {
                    other++;
                    string difference = $"{Path.GetFileName(cells[0])}: {ApplicationNames.Of(flow.Application)}, not {word}";
                    differences[difference] = differences.GetValueOrDefault(difference) + 1;
                }
            }

            counts[word] = (same, other, unnamed);
        }

        var table = new StringBuilder();
        foreach (var (word, (same, other, unnamed)) in counts) table.AppendLine(CultureInfo.InvariantCulture, $"{word,-16}{same,6} the same {other,5} other {unnamed,5} not named");
        int agree = counts.Values.Sum(c => c.Same), not = counts.Values.Sum(c => c.Other);
        table.AppendLine(CultureInfo.InvariantCulture, $"{files} captures, {agree} of {agree + not} flows that both name ({100.0 * agree / (agree + not):0.00} %)");
        foreach (var (difference, count) in differences) table.AppendLine(CultureInfo.InvariantCulture, $"{difference} ({count})");
        TestContext.Current.TestOutputHelper?.WriteLine(table.ToString());
        Assert.True(agree > 1500 && not * 100 < 3 * (agree + not), table.ToString());
        Assert.Equal(s_reviewedFlows.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key} ({d.Value.Flows})"), differences.Select(d => $"{d.Key} ({d.Value})"));
    }
}
