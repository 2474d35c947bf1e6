using System.Globalization;

namespace TrafficCheck.Core.Matrix;

/// <summary>IP protocol numbers and their keywords in IANA's registry, lower case, for those that users meet.</summary>
public static class TransportNames
{
    public const byte Icmp = 1, Igmp = 2, Tcp = 6, Udp = 17, Dccp = 33, Icmpv6 = 58, Sctp = 132, UdpLite = 136;

    private static readonly (byte Number, string Name)[] s_all =
    [
        (0, "hopopt"), (1, "icmp"), (2, "igmp"), (4, "ipip"), (6, "tcp"), (8, "egp"), (17, "udp"), (33, "dccp"), (41, "ipv6"),
        (43, "ipv6-route"), (44, "ipv6-frag"), (46, "rsvp"), (47, "gre"), (50, "esp"), (51, "ah"), (55, "mobile"), (58, "icmpv6"), (59, "ipv6-nonxt"),
        (60, "ipv6-opts"), (88, "eigrp"), (89, "ospf"), (97, "etherip"), (103, "pim"), (108, "ipcomp"), (112, "vrrp"), (115, "l2tp"),
        (124, "isis"), (132, "sctp"), (135, "mobility"), (136, "udplite"), (137, "mpls"),
    ];

    private static readonly string[] s_byNumber = Build();

    /// <summary>The keyword, or the number in decimal.</summary>
    public static string Of(byte protocol) => s_byNumber[protocol];

    /// <summary>The number of a keyword (any case) or decimal number 0-255.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out byte protocol)
    {
        text = text.Trim();
        foreach (var (number, name) in s_all)
        {
            if (!text.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            protocol = number;
            return true;
        }

        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out protocol);
    }

    public static bool HasPorts(byte protocol) => protocol is Tcp or Udp or Sctp or Dccp or UdpLite;

    private static string[] Build()
    {
        var names = new string[256];
        for (int i = 0; i < names.Length; i++) names[i] = i.ToString(CultureInfo.InvariantCulture);
        foreach (var (number, name) in s_all) names[number] = name;
        return names;
    }
}
