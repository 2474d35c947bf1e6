using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tables;

/// <summary>What a word of a protocol column means: a transport, or an application with the transports it uses.</summary>
internal static class ProtocolWords
{
    private static readonly byte[] s_tcp = [TransportNames.Tcp], s_udp = [TransportNames.Udp], s_both = [TransportNames.Tcp, TransportNames.Udp];

    private static readonly Dictionary<string, (byte[] Transports, string Application)> s_applications = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ftp"] = (s_tcp, "ftp"),
        ["ftps"] = (s_tcp, "ftps-implicit"),
        ["ftps-explicit"] = (s_tcp, "ftps-explicit"),
        ["ftps-exp"] = (s_tcp, "ftps-explicit"),
        ["ftpes"] = (s_tcp, "ftps-explicit"),
        ["ftps-implicit"] = (s_tcp, "ftps-implicit"),
        ["ftps-imp"] = (s_tcp, "ftps-implicit"),
        ["sftp"] = (s_tcp, "ssh"),
        ["sftp-ssh"] = (s_tcp, "ssh"),
        ["ssh"] = (s_tcp, "ssh"),
        ["scp"] = (s_tcp, "ssh"),
        ["http"] = (s_tcp, "http"),
        ["https"] = (s_tcp, "tls"),
        ["ssl"] = (s_tcp, "tls"),
        ["tls"] = (s_tcp, "tls"),
        ["http-s"] = (s_tcp, ""),
        ["smtp"] = (s_tcp, "smtp"),
        ["smtps"] = (s_tcp, "tls"),
        ["imap"] = (s_tcp, "imap"),
        ["imaps"] = (s_tcp, "tls"),
        ["pop3"] = (s_tcp, "pop3"),
        ["pop3s"] = (s_tcp, "tls"),
        ["ldap"] = (s_tcp, "ldap"),
        ["ldaps"] = (s_tcp, "tls"),
        ["dns"] = (s_both, "dns"),
        ["ntp"] = (s_udp, "ntp"),
        ["snmp"] = (s_udp, "snmp"),
        ["syslog"] = (s_udp, "syslog"),
        ["rdp"] = (s_tcp, "rdp"),
        ["smb"] = (s_tcp, "smb"),
        ["cifs"] = (s_tcp, "smb"),
        ["telnet"] = (s_tcp, "telnet"),
        ["kerberos"] = (s_both, "kerberos"),
        ["mysql"] = (s_tcp, "mysql"),
    };

    private static readonly HashSet<string> s_any = new(StringComparer.OrdinalIgnoreCase) { "any", "all", "*", "alle", "beliebig", "tous", "toutes", "todos", "tutti", "qualsiasi", "任意", "任何", "全部", "所有", "すべて" };

    /// <summary>Words for "the port column holds the number of an IP protocol".</summary>
    private static readonly HashSet<string> s_ip = new(StringComparer.OrdinalIgnoreCase) { "ip", "ip-protocol", "ip-proto", "ip-protocol-number", "protocol-number", "ip-protokoll", "protocole-ip", "protocolo-ip", "protocollo-ip", "ipv4" };

    /// <summary>A keyword of IANA's registry such as <c>tcp</c> or <c>esp</c>; no number.</summary>
    public static bool TryTransport(string word, out byte protocol)
    {
        protocol = 0;
        if (word.Length == 0 || char.IsAsciiDigit(word[0])) return false;
        if (word.Equals("icmp6", StringComparison.OrdinalIgnoreCase) || word.Equals("ipv6-icmp", StringComparison.OrdinalIgnoreCase) || word.Equals("icmp-v6", StringComparison.OrdinalIgnoreCase))
        {
            protocol = TransportNames.Icmpv6;
            return true;
        }

        if (word.Equals("icmpv4", StringComparison.OrdinalIgnoreCase) || word.Equals("ping", StringComparison.OrdinalIgnoreCase))
        {
            protocol = TransportNames.Icmp;
            return true;
        }

        return TransportNames.TryParse(word, out protocol);
    }

    /// <summary>An application such as <c>https</c>; empty <paramref name="application"/> when it may be one of several.</summary>
    public static bool TryApplication(string slug, out IReadOnlyList<byte> transports, out string application)
    {
        bool known = s_applications.TryGetValue(slug, out var found);
        transports = known ? found.Transports : [];
        application = known ? found.Application : "";
        return known;
    }

    /// <summary>Whether a word is the model's own for an application, such as <c>ftps-explicit</c>, or a vendor's for one.</summary>
    public static bool TryApplicationName(string slug, out string application) =>
        TryApplication(slug, out _, out application) && application.Length > 0;

    public static bool IsAny(string word) => s_any.Contains(word);

    public static bool IsIpNumber(string slug) => s_ip.Contains(slug);
}
