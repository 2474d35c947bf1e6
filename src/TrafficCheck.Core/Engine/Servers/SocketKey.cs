using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>An address, a port and a transport in one value. The zero value is no socket's key. One struct for each family, as for flows.</summary>
internal interface ISocketKey<TSelf> : IEquatable<TSelf>, IComparable<TSelf>
    where TSelf : unmanaged, ISocketKey<TSelf>
{
    IpAddress Address { get; }

    ushort Port { get; }

    byte Transport { get; }

    static abstract TSelf Of(IpAddress address, ushort port, byte transport);

    static abstract ulong Hash(in TSelf key, in HashSeed seed);
}

/// <param name="Packed">Address, port and transport from the highest bits on.</param>
internal readonly record struct V4Socket(ulong Packed) : ISocketKey<V4Socket>
{
    public IpAddress Address => IpAddress.V4((uint)(Packed >> 32));

    public ushort Port => (ushort)(Packed >> 16);

    public byte Transport => (byte)Packed;

    public static V4Socket Of(IpAddress address, ushort port, byte transport) => new(((ulong)address.V4Value << 32) | ((ulong)port << 16) | transport);

    public static ulong Hash(in V4Socket key, in HashSeed seed) => seed.Mix(key.Packed, 4);

    public int CompareTo(V4Socket other) => Packed.CompareTo(other.Packed);
}

/// <param name="Rest">Port and transport, the transport lowest.</param>
internal readonly record struct V6Socket(ulong Upper, ulong Lower, ulong Rest) : ISocketKey<V6Socket>
{
    public IpAddress Address => IpAddress.V6(Upper, Lower);

    public ushort Port => (ushort)(Rest >> 16);

    public byte Transport => (byte)Rest;

    public static V6Socket Of(IpAddress address, ushort port, byte transport) =>
        new((ulong)(address.Value >> 64), (ulong)address.Value, ((ulong)port << 16) | transport);

    public static ulong Hash(in V6Socket key, in HashSeed seed) => seed.Mix(seed.Mix(key.Upper, key.Lower), key.Rest);

    public int CompareTo(V6Socket other)
    {
        int order = Upper.CompareTo(other.Upper);
        if (order == 0) order = Lower.CompareTo(other.Lower);
        return order != 0 ? order : Rest.CompareTo(other.Rest);
    }
}
