using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Reads single cells. None of these throws; all are linear in the cell.</summary>
internal static partial class CellText
{
    private static readonly Dictionary<string, (byte[] Transports, string? Application)> s_protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tcp"] = ([6], null),
        ["udp"] = ([17], null),
        ["sctp"] = ([132], null),
        ["icmp"] = ([1], null),
        ["icmpv6"] = ([58], null),
        ["ftp"] = ([6], "ftp"),
        ["ftps (explicit)"] = ([6], "ftps-explicit"),
        ["ftps explicit"] = ([6], "ftps-explicit"),
        ["ftps (implicit)"] = ([6], "ftps-implicit"),
        ["ftps"] = ([6], "ftps-implicit"),
        ["sftp"] = ([6], "ssh"),
        ["ssh"] = ([6], "ssh"),
        ["http"] = ([6], "http"),
        ["https"] = ([6], "tls"),
        ["smtp"] = ([6], "smtp"),
        ["ldap"] = ([6], "ldap"),
        ["ldaps"] = ([6], "tls"),
        ["dns"] = ([6, 17], "dns"),
        ["ntp"] = ([17], "ntp"),
        ["snmp"] = ([17], "snmp"),
        ["syslog"] = ([17], "syslog"),
        ["any"] = ([], null),
    };

    /// <summary>Lists and ranges such as <c>20/21</c>, <c>389 or 3268</c>, <c>5900 - 5964</c>, <c>25*</c>, <c>any</c>.</summary>
    public static bool TryPorts(string cell, out List<PortRange> ports, out bool footnote)
    {
        ports = [];
        string text = cell.Replace('–', '-').Replace('—', '-').Replace('−', '-');
        footnote = text.IndexOfAny(['*', '†', '‡']) >= 0 && text.Any(char.IsAsciiDigit);
        text = Marks().Replace(text, " ").Trim();
        if (cell.Trim() == "*" || text.ToUpperInvariant() is "ANY" or "ALL") ports.Add(PortRange.Any);
        else
        {
            foreach (string part in Separators().Split(Dashes().Replace(text, "-")).Where(p => p.Length > 0))
            {
                string[] ends = part.Split('-');
                if (ends.Length > 2 || !TryPort(ends[0], out ushort first) || !TryPort(ends[^1], out ushort last) || last < first) return false;
                ports.Add(new(first, last));
            }
        }

        ports = Merge(ports);
        return ports.Count > 0;
    }

    public static bool TryProtocol(string cell, ushort firstPort, out List<byte> transports, out string? application)
    {
        transports = [];
        application = null;
        string whole = cell.Trim();
        if (s_protocols.TryGetValue(whole, out var known))
        {
            transports.AddRange(known.Transports);
            application = whole.Equals("ftps", StringComparison.OrdinalIgnoreCase) && firstPort == 21 ? "ftps-explicit" : known.Application;
            return true;
        }

        foreach (string part in Separators().Split(whole).Where(p => p.Length > 0))
        {
            if (s_protocols.TryGetValue(part, out var one) && one.Application is null) transports.AddRange(one.Transports);
            else if (TransportNames.TryParse(part, out byte number)) transports.Add(number);
            else return false;
        }

        transports = [.. transports.Distinct().Order()];
        return transports.Count > 0;
    }

    public static bool TryDirection(string cell, out RowDirection direction)
    {
        string words = cell.Trim().ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal);
        RowDirection? found = words switch
        {
            "IN" or "INBOUND" or "INCOMING" or "INGRESS" or "EINGEHEND" or "ENTRANT" or "ENTRANTE" or "受信" or "入站" or "输入" => RowDirection.In,
            "OUT" or "OUTBOUND" or "OUTGOING" or "EGRESS" or "AUSGEHEND" or "SORTANT" or "SALIENTE" or "USCITA" or "送信" or "出站" or "输出" => RowDirection.Out,
            "IN/OUT" or "OUT/IN" or "IN&OUT" or "INOROUT" or "INANDOUT" or "BOTH" or "BIDIRECTIONAL" or "INCOMINGANDOUTGOING" or "INBOUND/OUTBOUND" or "BEIDE" => RowDirection.InOut,
            _ => null,
        };
        direction = found ?? RowDirection.In;
        return found is not null;
    }

    /// <summary>Addresses, prefixes, URLs and host names in prose, in the order in which they stand there.</summary>
    public static List<RowPeer> Peers(string prose)
    {
        var peers = new List<RowPeer>();
        foreach (Match match in Words().Matches(prose))
        {
            string word = match.Value;
            int scheme = word.IndexOf("://", StringComparison.Ordinal);
            if (scheme >= 0) word = word[(scheme + 3)..];
            bool prefix = IPNetwork.TryParse(word.TrimEnd('.', ','), out IPNetwork network);
            if (scheme >= 0 || !prefix) word = word.Split('/', ':')[0];
            word = word.TrimEnd('.', ',', ';', ')').ToLowerInvariant();
            RowPeer? peer = prefix ? RowPeer.Of(network)
                : word.Count(c => c == '.') == 3 && IPAddress.TryParse(word, out IPAddress? address) ? RowPeer.Of(new IPNetwork(address, 32))
                : IsHostName(word) && !prose.Contains('@' + word, StringComparison.OrdinalIgnoreCase) ? RowPeer.Of(word) : null;
            if (peer is not null && !peers.Contains(peer)) peers.Add(peer);
        }

        return peers;
    }

    private static bool IsHostName(string word)
    {
        string[] labels = word.Split('.');
        return labels.Length >= 2 && labels.All(l => l.Length is > 0 and <= 63) && labels[^1].Length >= 2 && labels[^1].All(char.IsAsciiLetter) && labels[..^1].Any(l => l.Length > 1);
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static List<PortRange> Merge(List<PortRange> ports)
    {
        var merged = new List<PortRange>();
        foreach (PortRange range in ports.OrderBy(p => p.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last) merged[^1] = new(merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else merged.Add(range);
        }

        return merged;
    }

    [GeneratedRegex(@"[*†‡]", RegexOptions.NonBacktracking)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\s*-\s*", RegexOptions.NonBacktracking)]
    private static partial Regex Dashes();

    [GeneratedRegex(@"[\s,;/&+]+(?:or|and)?[\s,;/&+]*|<br */?>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Separators();

    [GeneratedRegex(@"(?:https?://)?[A-Za-z0-9*][A-Za-z0-9_.:/\-]*", RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}
