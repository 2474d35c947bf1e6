namespace TrafficCheck.Core.Flows;

/// <summary>How the copies of a packet that a mirror delivered differ; the first that applies names a copy.</summary>
public enum CopyKind : byte
{
    /// <summary>Time to live or hop limit: before and after a router.</summary>
    Routed,

    /// <summary>VLAN: mirrored from two.</summary>
    Vlan,

    /// <summary>Interface or input: two mirror ports, two taps.</summary>
    Interface,

    /// <summary>Hardware addresses: before and after a device that bridges or routes without counting.</summary>
    HardwareAddress,

    /// <summary>Nothing: ingress and egress of one mirror.</summary>
    Identical,

    Count,
}

public static class CopyKindNames
{
    private static readonly string[] s_names = ["routed", "vlan", "interface", "hardware-address", "identical"];

    public static string Of(CopyKind kind) => s_names[(int)kind];
}
