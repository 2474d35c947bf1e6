namespace TrafficCheck.Core.Wire;

/// <summary>Classes of addresses that cannot initiate a flow or do not leave their link (RFC 6890, 5771, 2365, 4291, 7346).</summary>
public static class AddressKind
{
    /// <summary>Multicast, limited broadcast, or unspecified: never an initiator.</summary>
    public static bool CannotInitiate(IpAddress address)
    {
        if (!address.IsV4) return (ulong)(address.Value >> 120) == 0xff || address.Value == 0;
        uint v4 = address.V4Value;
        return v4 == 0 || v4 >= 0xe0000000 && (v4 <= 0xefffffff || v4 == uint.MaxValue);
    }

    public static bool IsLimitedBroadcast(IpAddress address) => address.IsV4 && address.V4Value == uint.MaxValue;

    /// <summary>Multicast whose scope ends at the link or the site's edge: 224.0.0/24, 239.255/16, ff01 to ff02 of any flags.</summary>
    public static bool IsLocalMulticast(IpAddress address)
    {
        if (!address.IsV4)
            return (ulong)(address.Value >> 120) == 0xff && ((uint)(address.Value >> 112) & 0xf) is 1 or 2;
        uint v4 = address.V4Value;
        return v4 >> 8 == 0xe00000 || v4 >> 16 == 0xefff;
    }

    /// <summary>169.254/16 and fe80::/10.</summary>
    public static bool IsLinkLocal(IpAddress address) =>
        address.IsV4 ? address.V4Value >> 16 == 0xa9fe : (ulong)(address.Value >> 118) == 0xfe80 >> 6;
}
