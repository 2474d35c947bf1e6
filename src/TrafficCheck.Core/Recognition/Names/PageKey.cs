using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>What a page of the book is about.</summary>
internal enum PageKind : byte
{
    /// <summary>Names of an address that one client learned.</summary>
    ClientAddress,

    /// <summary>Names of an address that any client learned.</summary>
    AnyAddress,

    /// <summary>Aliases of a name that one client learned without an address: of IPv4, of IPv6.</summary>
    Ipv4Alias,
    Ipv6Alias,
}

/// <param name="Address">The address, or the identity of the name for aliases.</param>
internal readonly record struct PageKey(PageKind Kind, IpAddress Client, UInt128 Address)
{
    public bool IsAlias => Kind is PageKind.Ipv4Alias or PageKind.Ipv6Alias;

    public static PageKey Of(IpAddress client, IpAddress address) => new(PageKind.ClientAddress, client, address.Value);

    public static PageKey OfAny(IpAddress address) => new(PageKind.AnyAddress, default, address.Value);

    public static PageKey OfAlias(IpAddress client, NameText target, bool ipv4) =>
        new(ipv4 ? PageKind.Ipv4Alias : PageKind.Ipv6Alias, client, (UInt128)(ulong)target.Id);
}
