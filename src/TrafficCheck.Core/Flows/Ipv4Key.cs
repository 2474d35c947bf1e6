using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Key of an IPv4 flow in two words: the low endpoint (address 32 bits, port 16 bits) under the protocol and a mark that makes every key
/// non-zero; the high endpoint under the VLAN identifier, which is 0 unless the user asked for VLANs in the key.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Ipv4Key : IFlowKey<Ipv4Key>
{
    private const ulong Mark = 1UL << 63;
    private readonly ulong _low, _high;

    private Ipv4Key(ulong low, ulong high)
    {
        _low = low;
        _high = high;
    }

    public byte Protocol => (byte)(_low >> 48);

    public bool IsNone => _low == 0;

    public FlowEndpoints Endpoints => new(
        IpAddress.V4((uint)(_low >> 16)), (ushort)_low, IpAddress.V4((uint)(_high >> 16)), (ushort)_high);

    /// <param name="fromHigh">1 when the source is the high endpoint, else 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ipv4Key Create(uint source, ushort sourcePort, uint destination, ushort destinationPort, byte protocol, ushort vlan, out byte fromHigh)
    {
        return Create(((ulong)source << 16) | sourcePort, ((ulong)destination << 16) | destinationPort, protocol, vlan, out fromHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Ipv4Key Create(ulong s, ulong d, byte protocol, ushort vlan, out byte fromHigh)
    {
        fromHigh = s > d ? (byte)1 : (byte)0;

        // Exchanged by a mask, because nothing predicts the direction of the next packet.
        ulong exchange = (s ^ d) & (0UL - fromHigh);
        return new((s ^ exchange) | ((ulong)protocol << 48) | Mark, (d ^ exchange) | ((ulong)vlan << 48));
    }

    /// <summary>The key of a packet whose ports follow its addresses without a gap, as they do where the IP header has no options.</summary>
    /// <param name="addresses">Source address; 16 bytes can be read there.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Ipv4Key Read(byte* addresses, uint protocol, uint vlan, out uint fromHigh)
    {
        // Both endpoints at once: each is an address over a port, as numbers of the machine.
        Vector128<ulong> ends = Vector128.Shuffle(Vector128.Load(addresses),
            Vector128.Create((byte)9, 8, 3, 2, 1, 0, 255, 255, 11, 10, 7, 6, 5, 4, 255, 255)).AsUInt64();

        // Numbers of the machine's size: smaller ones go through memory on their way to the hash.
        ulong s = ends.ToScalar(), d = ends.GetElement(1), high = s > d ? 1UL : 0, exchange = (s ^ d) & (0UL - high);
        fromHigh = (uint)high;
        return new((s ^ exchange) | ((ulong)protocol << 48) | Mark, (d ^ exchange) | ((ulong)vlan << 48));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Same(in Ipv4Key x, in Ipv4Key y) => ((x._low ^ y._low) | (x._high ^ y._high)) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(in Ipv4Key key, in HashSeed seed) => seed.Mix(key._low, key._high);
}
