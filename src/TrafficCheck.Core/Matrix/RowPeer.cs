using System.Net;

namespace TrafficCheck.Core.Matrix;

/// <summary>A host a row is limited to: exactly one of <see cref="Network"/> and <see cref="Name"/> is set.</summary>
public sealed record RowPeer
{
    /// <summary>An address is a network with its full prefix length.</summary>
    public IPNetwork? Network { get; init; }

    /// <summary>Lower-case host name in ASCII (IDNA) form, or <c>*.example.net</c> for every name below <c>example.net</c>.</summary>
    public string? Name { get; init; }

    public static RowPeer Of(IPNetwork network) => new() { Network = network };

    public static RowPeer Of(string name) => new() { Name = name };

    public override string ToString() =>
        Network is { } n ? (n.PrefixLength == (n.BaseAddress.GetAddressBytes().Length * 8) ? n.BaseAddress.ToString() : n.ToString()) : Name ?? "";
}
