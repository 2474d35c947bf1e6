using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Cli;

/// <summary><c>--flow</c>: the two ends of a flow in either order, and its transport.</summary>
internal static class FlowOption
{
    private const string Examples =
        "write ADDRESS:PORT-ADDRESS:PORT/TRANSPORT, such as 10.0.0.5:51820-203.0.113.9:443/tcp, [2001:db8::5]:51820-[2001:db8::9]:443/tcp, "
        + "10.0.0.5-203.0.113.9/icmp (or /icmp:8 for a type), 10.0.0.5-203.0.113.9/esp";

    private static readonly string[] s_arrows = ["<->", "->", "-"];

    /// <exception cref="UsageException">Not understood; says the right form.</exception>
    public static FlowTarget Parse(string text)
    {
        int slash = text.LastIndexOf('/');
        if (slash < 0) throw Wrong(text, "the transport is missing");
        (byte protocol, byte? type, byte? code) = Transport(text, text[(slash + 1)..].Trim());
        string ends = text[..slash];
        string arrow = s_arrows.FirstOrDefault(a => ends.Contains(a, StringComparison.Ordinal)) ?? throw Wrong(text, "there are no two ends");
        int at = ends.IndexOf(arrow, StringComparison.Ordinal);
        bool ports = TransportNames.HasPorts(protocol);
        (IpAddress first, ushort? firstPort) = End(text, ends[..at].Trim(), ports, protocol);
        (IpAddress second, ushort? secondPort) = End(text, ends[(at + arrow.Length)..].Trim(), ports, protocol);
        if (first.IsV4 != second.IsV4) throw Wrong(text, "one end is IPv4 and the other IPv6");
        if (protocol == TransportNames.Icmp && !first.IsV4) throw Wrong(text, "over IPv6 it is icmpv6");
        if (protocol == TransportNames.Icmpv6 && first.IsV4) throw Wrong(text, "over IPv4 it is icmp");
        return new FlowTarget(first, firstPort, second, secondPort, protocol, type, code);
    }

    private static (byte Protocol, byte? Type, byte? Code) Transport(string text, string word)
    {
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        if (!TransportNames.TryParse(colon < 0 ? word : word[..colon], out byte protocol)) throw Wrong(text, $"'{word}' is no transport");
        if (colon < 0) return (protocol, null, null);
        string[] parts = word[(colon + 1)..].Split('.');
        byte code = 0;
        if (protocol is not (TransportNames.Icmp or TransportNames.Icmpv6) || parts.Length > 2
            || !byte.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out byte type)
            || (parts.Length == 2 && !byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out code)))
            throw Wrong(text, $"'{word}': only icmp and icmpv6 have a type, TYPE or TYPE.CODE, each from 0 to 255");
        return (protocol, type, parts.Length == 2 ? code : null);
    }

    private static (IpAddress Address, ushort? Port) End(string text, string end, bool ports, byte protocol)
    {
        string address = end, port = "";
        if (end.StartsWith('['))
        {
            int close = end.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) throw Wrong(text, $"'{end}' has no ]");
            address = end[1..close];
            port = end[(close + 1)..];
        }
        else if (end.Count(c => c == ':') == 1)
        {
            int colon = end.IndexOf(':', StringComparison.Ordinal);
            address = end[..colon];
            port = end[colon..];
        }
        else if (ports && end.Contains(':', StringComparison.Ordinal)) throw Wrong(text, $"'{end}': an IPv6 address with a port stands in brackets");

        if (!IPAddress.TryParse(address, out IPAddress? parsed) || address.Contains('%', StringComparison.Ordinal)
            || (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != address))
            throw Wrong(text, $"'{address}' is no address");
        if (port.Length == 0) return ports ? throw Wrong(text, $"{TransportNames.Of(protocol)} has ports, and '{end}' has none") : (IpAddress.From(parsed), null);
        if (!ports) throw Wrong(text, $"{TransportNames.Of(protocol)} has no ports");
        if (port[0] != ':' || !ushort.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)) throw Wrong(text, $"'{port.TrimStart(':')}' is no port");
        return (IpAddress.From(parsed), number);
    }

    private static UsageException Wrong(string text, string why) => new($"--flow '{text}': {why}; {Examples}");
}
