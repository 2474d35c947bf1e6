using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Lint;

/// <summary>What is known about single services: cleartext twins, names in IANA's registry, ways they never go, rows that belong together.</summary>
internal static class ServiceAdvice
{
    private static readonly (ushort Clear, ushort Secure, string Name, string SecureName)[] s_twins =
    [
        (21, 990, "FTP", "FTPS"), (23, 22, "Telnet", "SSH"), (80, 443, "HTTP", "HTTPS"), (389, 636, "LDAP", "LDAPS"), (25, 465, "SMTP", "SMTP over TLS"), (143, 993, "IMAP", "IMAPS"), (110, 995, "POP3", "POP3S"),
        (3268, 3269, "the global catalogue", "the global catalogue over TLS"),
    ];

    /// <summary>Ports whose name in IANA's registry (RFC 6335) is not the service that vendors put there.</summary>
    private static readonly (ushort Port, byte Transport, string Registered, string[] Words, string Used)[] s_names =
    [
        (514, TransportNames.Tcp, "shell", ["syslog", "log export", "log shipping"], "syslog"),
        (512, TransportNames.Udp, "biff", ["exec"], "rexec"),
        (1521, TransportNames.Tcp, "ncube-lm", ["oracle", "tns", "sql*net"], "Oracle"),
        (3128, TransportNames.Tcp, "ndl-aas", ["proxy", "squid"], "a web proxy"),
        (8000, TransportNames.Tcp, "irdmi", ["http", "web"], "HTTP"),
        (8443, TransportNames.Tcp, "pcsync-https", ["https", "web", "console", "interface"], "HTTPS"),
        (5000, TransportNames.Tcp, "commplex-main", ["http", "web", "registry", "api"], "HTTP"),
        (9090, TransportNames.Tcp, "websm", ["http", "web", "prometheus", "console"], "HTTP"),
        (1645, TransportNames.Udp, "sightline", ["radius"], "RADIUS"),
        (1646, TransportNames.Udp, "sa-msg-port", ["radius", "accounting"], "RADIUS accounting"),
    ];

    public static IEnumerable<MatrixMessage> Find(AllowedMatrix matrix)
    {
        foreach (var subject in matrix.Rows.Where(r => r.Enforced).GroupBy(r => r.Subject))
        {
            MatrixRow[] rows = [.. subject];
            foreach (MatrixMessage message in rows.SelectMany(Names).Concat(Twins(rows)).Concat(Companions(rows))) yield return message;
        }
    }

    private static IEnumerable<MatrixMessage> Names(MatrixRow row)
    {
        foreach (var (port, transport, registered, words, used) in s_names)
        {
            if (!Is(row, port) || !Uses(row, transport)) continue;
            if (!words.Any(w => row.Purpose.Contains(w, StringComparison.OrdinalIgnoreCase)) && row.Application is null) continue;
            string more = port == 514 ? "; syslog is registered for 514/udp, and over TLS for 6514/tcp" : "";
            yield return MatrixLint.Say(MessageSeverity.Info, "registry-name", row, $"{port}/{TransportNames.Of(transport)} is '{registered}' in IANA's registry, and {used} in the table{more}");
        }

        if (Is(row, 162) && Uses(row, TransportNames.Udp) && row.Direction == RowDirection.In)
        {
            yield return MatrixLint.Say(MessageSeverity.Warning, "only-goes-out", row,
                "SNMP traps go from the agent to its manager at 162, so that those of this host go Out: In is right only when this host is the manager");
        }
    }

    private static IEnumerable<MatrixMessage> Twins(MatrixRow[] rows)
    {
        foreach (var (clear, secure, name, secureName) in s_twins)
        {
            MatrixRow? twin = Array.Find(rows, r => Is(r, secure) && Uses(r, TransportNames.Tcp));
            if (twin is null) continue;
            foreach (MatrixRow row in rows)
            {
                // Explicit TLS begins in clear on the port of the clear service.
                if (!Is(row, clear) || !Uses(row, TransportNames.Tcp) || row.Application is "ftps-explicit" || !SameWay(row, twin)) continue;
                yield return MatrixLint.Say(MessageSeverity.Info, "cleartext-twin", row, $"{name} in clear is allowed beside {secureName} in {MatrixLint.Place(twin)}: if {secureName} is in use, this row may go");
            }
        }
    }

    private static IEnumerable<MatrixMessage> Companions(MatrixRow[] rows)
    {
        bool[] dynamicWay = [rows.Any(r => r.Direction != RowDirection.Out && Wide(r, 49152)), rows.Any(r => r.Direction != RowDirection.In && Wide(r, 49152))];
        bool[] highWay = [rows.Any(r => r.Direction != RowDirection.Out && Wide(r, 1024)), rows.Any(r => r.Direction != RowDirection.In && Wide(r, 1024))];
        foreach (MatrixRow row in rows)
        {
            if (Is(row, 135) && Uses(row, TransportNames.Tcp) && !Accompanied(row, dynamicWay))
            {
                yield return MatrixLint.Say(MessageSeverity.Warning, "missing-companion", row,
                    "RPC's endpoint mapper answers with a dynamic port, and no row allows them: add 49152-65535 the same way, or the range the servers are set to");
            }

            if (Is(row, 21) && Uses(row, TransportNames.Tcp) && !Accompanied(row, highWay))
            {
                yield return MatrixLint.Say(MessageSeverity.Info, "missing-companion", row,
                    "passive FTP opens a second connection to a high port, and no row has a range for it: they are accepted where the control connection announces them in clear; for FTPS give the server's passive range");
            }
        }
    }

    /// <param name="ways">Whether a companion exists In, and Out.</param>
    private static bool Accompanied(MatrixRow row, bool[] ways) => row.Direction switch { RowDirection.In => ways[0], RowDirection.Out => ways[1], _ => ways[0] || ways[1] };

    /// <summary>The row names the port by itself or in a list or short range; "any" names no service.</summary>
    private static bool Is(MatrixRow row, ushort port)
    {
        foreach (PortRange range in row.Ports)
        {
            if (range.Contains(port) && range.Last - range.First < 100) return true;
        }

        return false;
    }

    private static bool Wide(MatrixRow row, int from)
    {
        foreach (PortRange range in row.Ports)
        {
            if (range.Last - Math.Max(range.First, from) >= 4) return Uses(row, TransportNames.Tcp);
        }

        return false;
    }

    private static bool Uses(MatrixRow row, byte transport) => row.Transports.Count == 0 || row.Transports.Contains(transport);

    private static bool SameWay(MatrixRow a, MatrixRow b) => a.Direction == RowDirection.InOut || b.Direction == RowDirection.InOut || a.Direction == b.Direction;
}
