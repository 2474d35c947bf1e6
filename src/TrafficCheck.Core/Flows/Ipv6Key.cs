using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Key of an IPv6 flow in five words: both addresses, and ports, protocol, VLAN identifier and a mark in the last.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Ipv6Key : IFlowKey<Ipv6Key>
{
    private const ulong Mark = 1UL << 63;
    private readonly ulong _lowUpper, _lowLower, _highUpper, _highLower;
    private readonly ulong _rest; // mark 1, (unused) 11, VLAN 12, protocol 8, high port 16, low port 16

    private Ipv6Key(ulong lowUpper, ulong lowLower, ulong highUpper, ulong highLower, ulong rest)
    {
        _lowUpper = lowUpper;
        _lowLower = lowLower;
        _highUpper = highUpper;
        _highLower = highLower;
        _rest = rest;
    }

    public byte Protocol => (byte)(_rest >> 32);

    public bool IsNone => _rest == 0;

    public FlowEndpoints Endpoints => new(
        IpAddress.V6(_lowUpper, _lowLower), (ushort)_rest, IpAddress.V6(_highUpper, _highLower), (ushort)(_rest >> 16));

    /// <param name="sourceUpper">First eight bytes of the source address as a big-endian number.</param>
    /// <param name="fromHigh">1 when the source is the high endpoint, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv6Key Create(
        ulong sourceUpper, ulong sourceLower, ushort sourcePort, ulong destinationUpper, ulong destinationLower, ushort destinationPort,
        byte protocol, ushort vlan, out byte fromHigh)
    {
        bool greater = sourceUpper != destinationUpper ? sourceUpper > destinationUpper
            : sourceLower != destinationLower ? sourceLower > destinationLower
            : sourcePort > destinationPort;
        ulong rest = Mark | ((ulong)vlan << 40) | ((ulong)protocol << 32);
        if (greater)
        {
            fromHigh = 1;
            return new(destinationUpper, destinationLower, sourceUpper, sourceLower, rest | ((ulong)sourcePort << 16) | destinationPort);
        }

        fromHigh = 0;
        return new(sourceUpper, sourceLower, destinationUpper, destinationLower, rest | ((ulong)destinationPort << 16) | sourcePort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Same(in Ipv6Key x, in Ipv6Key y) =>
        ((x._lowUpper ^ y._lowUpper) | (x._lowLower ^ y._lowLower) | (x._highUpper ^ y._highUpper) | (x._highLower ^ y._highLower) | (x._rest ^ y._rest)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(in Ipv6Key key, in HashSeed seed) =>
        seed.Mix(seed.Mix(key._lowUpper, key._lowLower), seed.Mix(key._highUpper ^ key._rest, key._highLower));
}
