using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>What is known of a socket. Bits only ever get set, so that the order of flows has no part in it.</summary>
[Flags]
internal enum SocketFacts : byte
{
    None = 0,

    /// <summary>A flow of this run proved it a server.</summary>
    Server = 1,

    /// <summary>A flow of this run proved it a client.</summary>
    Client = 2,

    /// <summary>The ledger of earlier runs has it as a server.</summary>
    Kept = 4,
}

/// <summary>
/// An address, a port and a transport in one value, with a byte of facts below them: 8 bytes for IPv4, 24 for IPv6. The zero value is no
/// socket's key. One struct for each family, as for flows. Without facts keys are compared in the order of address, port and transport.
/// </summary>
internal interface ISocketKey<TSelf> : IEquatable<TSelf>, IComparable<TSelf>
    where TSelf : unmanaged, ISocketKey<TSelf>
{
    IpAddress Address { get; }

    ushort Port { get; }

    byte Transport { get; }

    SocketFacts Facts { get; }

    bool IsNone { get; }

    /// <summary>The same socket with these facts added to its own.</summary>
    TSelf With(SocketFacts facts);

    /// <summary>The same address, port and transport, whatever the facts.</summary>
    static abstract bool Same(in TSelf x, in TSelf y);

    static abstract TSelf Of(IpAddress address, ushort port, byte transport);

    /// <summary>Facts have no part in it.</summary>
    static abstract ulong Hash(in TSelf key, in HashSeed seed);
}

/// <param name="Packed">Address, port, transport and facts, from the highest bits on.</param>
internal readonly record struct V4Socket(ulong Packed) : ISocketKey<V4Socket>
{
    private const ulong FactMask = 0xff;

    public IpAddress Address => IpAddress.V4((uint)(Packed >> 32));

    public ushort Port => (ushort)(Packed >> 16);

    public byte Transport => (byte)(Packed >> 8);

    public SocketFacts Facts => (SocketFacts)(byte)Packed;

    public bool IsNone => Packed == 0;

    public V4Socket With(SocketFacts facts) => new(Packed | (byte)facts);

    public static bool Same(in V4Socket x, in V4Socket y) => ((x.Packed ^ y.Packed) & ~FactMask) == 0;

    public static V4Socket Of(IpAddress address, ushort port, byte transport) => new(((ulong)address.V4Value << 32) | ((ulong)port << 16) | ((uint)transport << 8));

    public static ulong Hash(in V4Socket key, in HashSeed seed) => seed.Mix(key.Packed & ~FactMask, 4);

    public int CompareTo(V4Socket other) => Packed.CompareTo(other.Packed);
}

/// <param name="Rest">Port, transport and facts.</param>
internal readonly record struct V6Socket(ulong Upper, ulong Lower, ulong Rest) : ISocketKey<V6Socket>
{
    private const ulong FactMask = 0xff;

    public IpAddress Address => IpAddress.V6(Upper, Lower);

    public ushort Port => (ushort)(Rest >> 16);

    public byte Transport => (byte)(Rest >> 8);

    public SocketFacts Facts => (SocketFacts)(byte)Rest;

    public bool IsNone => Rest == 0;

    public V6Socket With(SocketFacts facts) => this with { Rest = Rest | (byte)facts };

    public static bool Same(in V6Socket x, in V6Socket y) => x.Upper == y.Upper && x.Lower == y.Lower && ((x.Rest ^ y.Rest) & ~FactMask) == 0;

    public static V6Socket Of(IpAddress address, ushort port, byte transport) =>
        new((ulong)(address.Value >> 64), (ulong)address.Value, ((ulong)port << 16) | ((uint)transport << 8));

    public static ulong Hash(in V6Socket key, in HashSeed seed) => seed.Mix(seed.Mix(key.Upper, key.Lower), key.Rest & ~FactMask);

    public int CompareTo(V6Socket other)
    {
        int order = Upper.CompareTo(other.Upper);
        if (order == 0) order = Lower.CompareTo(other.Lower);
        return order != 0 ? order : Rest.CompareTo(other.Rest);
    }
}
