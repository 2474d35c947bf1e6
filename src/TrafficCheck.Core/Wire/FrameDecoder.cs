using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// Bytes to facts: finds the IP packet in a frame and reads what its flow needs. The guarantee of this layer: for any bytes it returns a
/// status, reads nothing outside the captured bytes, never throws and never allocates.
/// </summary>
public static unsafe partial class FrameDecoder
{
    /// <summary>Tags, labels and other carriers of the link layer that may stand before the network header.</summary>
    public const int MaxLinkLayers = 16;

    /// <param name="frame">First byte of the frame.</param>
    /// <param name="captured">Bytes that may be read at <paramref name="frame"/>.</param>
    /// <param name="packet">Overwritten as a whole.</param>
    public static DecodeStatus Decode(byte* frame, int captured, LinkType linkType, out PacketSummary packet)
    {
        packet = default;
        if (captured <= 0) return DecodeStatus.FrameEmpty;
        return linkType == LinkType.Ethernet ? DecodeEthernet(frame, captured, ref packet) : DecodeOther(frame, captured, linkType, ref packet);
    }

    private static DecodeStatus DecodeEthernet(byte* frame, int captured, ref PacketSummary packet)
    {
        if (captured < Ethernet.HeaderLength) return DecodeStatus.LinkHeaderCut;

        // 48 set bits: the broadcast address (IEEE 802).
        packet.LinkBroadcast = (Unsafe.ReadUnaligned<ulong>(frame) | 0xffff000000000000) == ulong.MaxValue;
        if (captured >= Ethernet.HeaderLength + Ethernet.TagLength)
        {
            // No tag, or one: which of them, no processor guesses. So both go the same way, without a branch.
            bool tagged = U16(frame + Ethernet.TypeOffset) == Ethernet.Vlan;
            int tag = tagged ? Ethernet.TagLength : 0;
            int type = U16(frame + Ethernet.TypeOffset + tag);
            if (type is Ethernet.Ipv4 or Ethernet.Ipv6)
            {
                packet.Vlan = (ushort)(U16(frame + Ethernet.HeaderLength) & (tagged ? 0xfff : 0));
                byte* at = frame + Ethernet.HeaderLength + tag;
                int available = captured - Ethernet.HeaderLength - tag;
                return type == Ethernet.Ipv4 ? DecodeIpv4(at, available, ref packet) : DecodeIpv6(at, available, ref packet);
            }
        }

        return DecodeEtherType(frame + Ethernet.HeaderLength, frame + captured, U16(frame + Ethernet.TypeOffset), ref packet);
    }

    /// <summary>Dispatches on an EtherType or 802.3 length; <paramref name="at"/> is the byte behind the type field.</summary>
    /// <param name="layers">Carriers before it. Every way back here goes over one more, so their limit bounds the recursion too.</param>
    internal static DecodeStatus DecodeEtherType(byte* at, byte* end, int type, ref PacketSummary packet, int layers = 0)
    {
        for (bool tagged = false; ; tagged = true)
        {
            if (type == Ethernet.Ipv4) return DecodeIpv4(at, (int)(end - at), ref packet);
            if (type == Ethernet.Ipv6) return DecodeIpv6(at, (int)(end - at), ref packet);
            if (type is not (Ethernet.Vlan or Ethernet.ProviderBridge or Ethernet.QinQ or Ethernet.QinQ2))
                return type <= Ethernet.MaxLength ? DecodeLlc(at, end, ref packet, layers) : DecodeCarrier(at, end, type, ref packet, layers);
            if (layers++ == MaxLinkLayers) return DecodeStatus.LinkNestingTooDeep;
            if (end - at < Ethernet.TagLength) return DecodeStatus.LinkHeaderCut;
            if (!tagged) packet.Vlan = (ushort)(U16(at) & 0xfff);
            type = U16(at + 2);
            at += Ethernet.TagLength;
        }
    }

    /// <summary>An Ethernet frame inside another frame or packet.</summary>
    internal static DecodeStatus DecodeInnerEthernet(byte* at, byte* end, ref PacketSummary packet, int layers) =>
        end - at < Ethernet.HeaderLength
            ? DecodeStatus.LinkHeaderCut
            : DecodeEtherType(at + Ethernet.HeaderLength, end, U16(at + Ethernet.TypeOffset), ref packet, layers);

    internal static DecodeStatus NonIpEtherType(int type) => type switch
    {
        Ethernet.Arp => DecodeStatus.Arp,
        Ethernet.Rarp => DecodeStatus.Rarp,
        Ethernet.Lldp => DecodeStatus.Lldp,
        Ethernet.SlowProtocols => DecodeStatus.SlowProtocols,
        Ethernet.Eapol => DecodeStatus.Eapol,
        Ethernet.Ptp => DecodeStatus.Ptp,
        Ethernet.Profinet => DecodeStatus.Profinet,
        Ethernet.Loopback => DecodeStatus.EthernetLoopback,
        Ethernet.PppoeDiscovery => DecodeStatus.PppoeDiscovery,
        Ethernet.Ipx => DecodeStatus.Ipx,
        Ethernet.AppleTalk or Ethernet.AppleTalkArp => DecodeStatus.AppleTalk,
        Ethernet.IsIsTrunk => DecodeStatus.IsIs,
        _ => DecodeStatus.EtherTypeOther,
    };

    private static DecodeStatus DecodeLlc(byte* at, byte* end, ref PacketSummary packet, int layers = 0)
    {
        if (end - at < Ethernet.LlcLength) return DecodeStatus.LinkHeaderCut;
        switch (at[0])
        {
            case 0x42: return DecodeStatus.Stp;
            case 0xfe: return DecodeStatus.IsIs;
            case 0xe0 or 0xff: return DecodeStatus.Ipx;
            case 0xf0: return DecodeStatus.NetBeui;
            case 0xaa when at[1] == 0xaa: break;
            default: return DecodeStatus.LlcOther;
        }

        if (end - at < Ethernet.SnapLength) return DecodeStatus.LinkHeaderCut;
        int organisation = (at[3] << 16) | (at[4] << 8) | at[5], type = U16(at + 6);
        if (organisation == 0x00000c) return type == Ethernet.CiscoCdp ? DecodeStatus.Cdp : DecodeStatus.CiscoOther;
        if (organisation == 0x080007) return DecodeStatus.AppleTalk;
        if (organisation is not (0 or 0x0000f8)) return DecodeStatus.LlcOther;
        return type > Ethernet.MaxLength ? DecodeEtherType(at + Ethernet.SnapLength, end, type, ref packet, layers) : DecodeStatus.LlcOther;
    }

    // SAFETY (all pointer code above): callers compare against the captured length before each read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort U16(byte* p) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(p)) : Unsafe.ReadUnaligned<ushort>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint U32(byte* p) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(p)) : Unsafe.ReadUnaligned<uint>(p);

    internal static ushort U16Le(byte* p) => BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(p, 2));

    internal static uint U32Le(byte* p) => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(p, 4));
}
