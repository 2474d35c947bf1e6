using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Lint;

/// <summary>Finds rows that allow more than their service needs.</summary>
internal static class BroadRows
{
    /// <summary>Ports whose being open to any host is a finding of every review.</summary>
    private static readonly (ushort Port, string Name)[] s_sensitive =
    [
        (22, "SSH"), (23, "Telnet"), (135, "RPC endpoint mapper"), (139, "NetBIOS session"), (445, "SMB"), (512, "rexec"), (513, "rlogin"), (1433, "SQL Server"), (1521, "Oracle"), (2049, "NFS"),
        (3306, "MySQL"), (3389, "Remote Desktop"), (5432, "PostgreSQL"), (5900, "VNC"), (5985, "WinRM"), (5986, "WinRM over TLS"), (6379, "Redis"), (9200, "Elasticsearch"), (11211, "memcached"), (27017, "MongoDB"),
    ];

    /// <summary>Services that a host either offers or uses; both at once is seldom meant.</summary>
    private static readonly (ushort Port, string Name, string Way)[] s_oneWay =
    [
        (21, "FTP", "Out to a server elsewhere, or In to one here"), (53, "DNS lookups", "Out to resolvers"), (123, "NTP", "Out to time servers"), (389, "LDAP", "Out to the directory"), (443, "HTTPS", "In to a web interface here, or Out to one elsewhere"),
        (636, "LDAPS", "Out to the directory"), (990, "FTPS", "Out to a server elsewhere, or In to one here"), (3268, "the global catalogue", "Out to the directory"), (3269, "the global catalogue over TLS", "Out to the directory"), (514, "syslog", "Out to the collector"), (11371, "HKP key lookups", "Out to key servers"),
    ];

    public static IEnumerable<MatrixMessage> Find(AllowedMatrix matrix)
    {
        foreach (MatrixRow row in matrix.Rows)
        {
            if (!row.Enforced) continue;
            bool ports = row.Transports.Count == 0 || row.Transports.Any(TransportNames.HasPorts);
            if (ports && row.Ports.Sum(p => p.Last - p.First + 1) > 20_000 && row.Peers.Count == 0 && row.Direction != RowDirection.Out)
                yield return MatrixLint.Say(MessageSeverity.Warning, "over-broad", row, $"any host may reach {MatrixLint.Service(row)}, more than 20000 ports: name the ports or the hosts");
            else if (row.Direction != RowDirection.Out && row.Peers.Count == 0 && ports)
            {
                string[] open = [.. s_sensitive.Where(s => Has(row, s.Port)).Select(s => $"{s.Port} {s.Name}").Take(3)];
                if (open.Length > 0) yield return MatrixLint.Say(MessageSeverity.Warning, "sensitive-port", row, $"any host may reach {string.Join(", ", open)}: limit the row to the hosts that administer it");
            }

            if (row.Direction == RowDirection.InOut && !row.FromServerPort && row.Ports.All(p => p.IsSingle))
            {
                foreach (var (port, name, way) in s_oneWay)
                {
                    if (!Has(row, port)) continue;
                    yield return MatrixLint.Say(MessageSeverity.Warning, "both-ways", row, $"In/Out lets either side open {name}, where one way is meant most often: {way}; replies need no row (front matter in-out: reply)");
                    break;
                }
            }

            if (row.Peers.Count == 0 && row.Purpose.Contains("only", StringComparison.OrdinalIgnoreCase) && row.Purpose.Contains("specified", StringComparison.OrdinalIgnoreCase))
                yield return MatrixLint.Say(MessageSeverity.Warning, "limit-in-prose", row, "the text limits the row to specified hosts but names none: give them in a Peer column, or any host is allowed");
        }
    }

    private static bool Has(MatrixRow row, ushort port)
    {
        foreach (PortRange range in row.Ports)
        {
            if (range.Contains(port)) return true;
        }

        return false;
    }
}
