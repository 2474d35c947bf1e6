namespace TrafficCheck.Core.Wire;

/// <summary>Names of tunnels in reports.</summary>
public static class TunnelNames
{
    private static readonly string[] s_names =
    [
        "", "mpls", "pppoe", "802.1ah", "fabricpath", "nsh", "ip-in-ip", "gre", "nvgre", "pptp", "erspan-1", "erspan-2", "erspan-3", "etherip", "l2tp",
        "vxlan", "vxlan-gpe", "geneve", "gtp-u", "teredo", "mpls-in-udp", "lisp",
    ];

    public static string Of(TunnelKind kind) => s_names[(int)kind];
}
