using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>In one word, what two copies of a packet may differ in, and whether the packet can be told from a repetition by anything but time.</summary>
/// <param name="bits">VLAN identifier 16, interface 16, some bits of the hardware addresses 16, TTL or hop limit 8, identified 1.</param>
public readonly struct CopyTrait(ulong bits)
{
    private readonly ulong _bits = bits;

    public ushort Vlan => (ushort)_bits;

    public ushort Interface => (ushort)(_bits >> 16);

    public ushort Macs => (ushort)(_bits >> 32);

    public byte HopLimit => (byte)(_bits >> 48);

    /// <summary>IPv4 with an identification other than 0.</summary>
    public bool IsIdentified => _bits >> 56 != 0;

    /// <param name="macs">A few bits of the hardware addresses, 0 without any.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CopyTrait Of(uint vlan, uint interfaceIndex, uint macs, uint hopLimit, bool identified) => new(
        vlan | (interfaceIndex << 16) | ((ulong)(macs | (hopLimit << 16)) << 32) | ((identified ? 1UL : 0) << 56));

    /// <summary>The trait of a packet that was decoded to its IP header at least.</summary>
    public static unsafe CopyTrait Of(in PacketSummary packet, ushort interfaceIndex, ushort macs)
    {
        // SAFETY: the decoder found the whole fixed header before and around the addresses.
        bool v4 = packet.Version == 4;
        return Of(packet.Vlan, interfaceIndex, macs, packet.Addresses[v4 ? -4 : -1],
            v4 && Unsafe.ReadUnaligned<ushort>(packet.Addresses - Ip.V4Source + Ip.V4Id) != 0);
    }
}
