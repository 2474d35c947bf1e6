namespace TrafficCheck.Core.Recognition;

/// <summary>The words for applications in reports, exports and matrices: lower case, stable.</summary>
public static class ApplicationNames
{
    private static readonly string[] s_names =
    [
        "unknown", "unrecognized", "tls", "http", "http2", "hkp", "quic", "ssh", "smtp", "ftp", "imap", "pop3", "dns", "mdns", "llmnr", "nbns",
        "ntp", "snmp", "ldap", "cldap", "kerberos", "smb", "netbios-session", "msrpc", "rdp", "syslog", "sip", "rtp", "dhcp", "tftp", "radius",
        "mysql", "postgresql", "mssql", "telnet",
    ];

    /// <summary>How many applications there are; values of <see cref="Application"/> are below it.</summary>
    public static int Count => s_names.Length;

    public static string Of(Application application) => s_names[(int)application];

    /// <summary>The application of a name as <see cref="Of"/> gives it; false for other words, and for the two that name none.</summary>
    public static bool TryParse(string name, out Application application)
    {
        int at = Array.IndexOf(s_names, name);
        application = at > (int)Application.Unrecognized ? (Application)at : Application.Unknown;
        return application != Application.Unknown;
    }
}
