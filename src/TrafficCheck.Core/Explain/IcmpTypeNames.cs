using System.Globalization;

namespace TrafficCheck.Core.Explain;

/// <summary>ICMP and ICMPv6 types in words.</summary>
internal static class IcmpTypeNames
{
    /// <summary><c>3 unreachable</c>, or the number alone.</summary>
    public static string Text(bool v4, byte type)
    {
        string number = type.ToString(CultureInfo.InvariantCulture), name = v4 ? V4(type) : V6(type);
        return name.Length == 0 ? number : $"{number} {name}";
    }

    private static string V4(byte type) => type switch
    {
        0 => "echo reply",
        3 => "unreachable",
        4 => "source quench",
        5 => "redirect",
        8 => "echo request",
        9 => "router advertisement",
        10 => "router solicitation",
        11 => "time exceeded",
        12 => "parameter problem",
        13 => "timestamp request",
        14 => "timestamp reply",
        _ => "",
    };

    private static string V6(byte type) => type switch
    {
        1 => "unreachable",
        2 => "packet too big",
        3 => "time exceeded",
        4 => "parameter problem",
        128 => "echo request",
        129 => "echo reply",
        130 => "listener query",
        131 => "listener report",
        132 => "listener done",
        133 => "router solicitation",
        134 => "router advertisement",
        135 => "neighbour solicitation",
        136 => "neighbour advertisement",
        137 => "redirect",
        143 => "listener report (version 2)",
        _ => "",
    };
}
