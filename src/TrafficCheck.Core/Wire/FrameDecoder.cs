using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// Bytes to facts: finds the IP packet in a frame and reads what its flow needs. The guarantee of this layer: for any bytes it returns a
/// status, reads nothing outside the captured bytes, never throws and never allocates.
/// </summary>
public static unsafe class FrameDecoder
{
    /// <summary>VLAN and service tags that may stand before the network header.</summary>
    public const int MaxTags = 8;

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
        return DecodeEtherType(frame + Ethernet.HeaderLength, frame + captured, U16(frame + Ethernet.TypeOffset), ref packet);
    }

    /// <summary>Dispatches on an EtherType or 802.3 length; <paramref name="at"/> is the byte behind the type field.</summary>
    /// <param name="tags">Tags before it. Every way back here through 802.2 goes over a tag, so their limit bounds the recursion too.</param>
    private static DecodeStatus DecodeEtherType(byte* at, byte* end, int type, ref PacketSummary packet, int tags = 0)
    {
        for (; ; tags++)
        {
            if (type == Ethernet.Ipv4) return DecodeIpv4(at, (int)(end - at), ref packet);
            if (type == Ethernet.Ipv6) return DecodeIpv6(at, (int)(end - at), ref packet);
            if (type is not (Ethernet.Vlan or Ethernet.ProviderBridge or Ethernet.QinQ or Ethernet.QinQ2))
                return type <= Ethernet.MaxLength ? DecodeLlc(at, end, ref packet, tags) : NonIpEtherType(type);
            if (tags == MaxTags) return DecodeStatus.TagNestingTooDeep;
            if (end - at < Ethernet.TagLength) return DecodeStatus.LinkHeaderCut;
            if (tags == 0) packet.Vlan = (ushort)(U16(at) & 0xfff);
            type = U16(at + 2);
            at += Ethernet.TagLength;
        }
    }

    private static DecodeStatus NonIpEtherType(int type) => type switch
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
        Ethernet.PppoeSession => DecodeStatus.PppoeSession,
        Ethernet.Mpls or Ethernet.MplsMulticast => DecodeStatus.Mpls,
        Ethernet.MacSec => DecodeStatus.MacSec,
        Ethernet.VnTag => DecodeStatus.VnTag,
        Ethernet.BackboneBridge => DecodeStatus.ProviderBackboneBridge,
        Ethernet.Ipx => DecodeStatus.Ipx,
        Ethernet.AppleTalk or Ethernet.AppleTalkArp => DecodeStatus.AppleTalk,
        Ethernet.IsIsTrunk => DecodeStatus.IsIs,
        _ => DecodeStatus.EtherTypeOther,
    };

    private static DecodeStatus DecodeLlc(byte* at, byte* end, ref PacketSummary packet, int tags = 0)
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
        return type > Ethernet.MaxLength ? DecodeEtherType(at + Ethernet.SnapLength, end, type, ref packet, tags) : DecodeStatus.LlcOther;
    }

    private static DecodeStatus DecodeOther(byte* frame, int captured, LinkType linkType, ref PacketSummary packet) => linkType switch
    {
        LinkType.RawIp => DecodeRaw(frame, captured, ref packet),
        LinkType.Ipv4 => DecodeIpv4(frame, captured, ref packet),
        LinkType.Ipv6 => DecodeIpv6(frame, captured, ref packet),
        LinkType.LinuxSll => DecodeSll(frame, captured, 16, 14, 0, 2, ref packet),
        LinkType.LinuxSll2 => DecodeSll(frame, captured, 20, 0, 10, 8, ref packet),
        LinkType.BsdNull => DecodeNull(frame, captured, alwaysBigEndian: false, ref packet),
        LinkType.BsdLoop => DecodeNull(frame, captured, alwaysBigEndian: true, ref packet),
        _ => DecodeStatus.LinkTypeUnsupported,
    };

    private static DecodeStatus DecodeRaw(byte* frame, int captured, ref PacketSummary packet) => (frame[0] >> 4) switch
    {
        4 => DecodeIpv4(frame, captured, ref packet),
        6 => DecodeIpv6(frame, captured, ref packet),
        _ => DecodeStatus.IpVersionUnknown,
    };

    /// <summary>
    /// Linux cooked capture: version 1 has the packet type in bytes 0-1, the ARPHRD type in 2-3 and the protocol in 14-15; version 2 has the
    /// protocol first, the ARPHRD type in 8-9 and the packet type in byte 10.
    /// </summary>
    private static DecodeStatus DecodeSll(byte* frame, int captured, int header, int protocolOffset, int packetTypeOffset, int arphrdOffset, ref PacketSummary packet)
    {
        const int Broadcast = 1, ArphrdNetlink = 824, ArphrdGre = 778;
        if (captured < header) return DecodeStatus.LinkHeaderCut;
        packet.LinkBroadcast = (header == 16 ? U16(frame + packetTypeOffset) : frame[packetTypeOffset]) == Broadcast;
        int protocol = U16(frame + protocolOffset), arphrd = U16(frame + arphrdOffset);
        if (arphrd is ArphrdNetlink or ArphrdGre) return DecodeStatus.SllOther;

        // 1 is 802.3 without a length (Novell), 4 is 802.2 LLC; other values below 0x600 name kinds without IP.
        if (protocol == 4) return DecodeLlc(frame + header, frame + captured, ref packet);
        return protocol > Ethernet.MaxLength
            ? DecodeEtherType(frame + header, frame + captured, protocol, ref packet)
            : DecodeStatus.SllOther;
    }

    /// <summary>BSD loopback: a 4-byte address family, in the byte order of the capturing host (null) or of the network (loop).</summary>
    private static DecodeStatus DecodeNull(byte* frame, int captured, bool alwaysBigEndian, ref PacketSummary packet)
    {
        if (captured < 4) return DecodeStatus.LinkHeaderCut;
        uint family = Unsafe.ReadUnaligned<uint>(frame);

        // Families are small numbers, so the order of a null header shows itself; a loop header that was written the other way round, too.
        if (BitConverter.IsLittleEndian == alwaysBigEndian) family = BinaryPrimitives.ReverseEndianness(family);
        if (family > 0xffff) family = BinaryPrimitives.ReverseEndianness(family);
        return family switch
        {
            2 => DecodeIpv4(frame + 4, captured - 4, ref packet),
            24 or 28 or 30 or 10 => DecodeIpv6(frame + 4, captured - 4, ref packet), // NetBSD, FreeBSD, Darwin, Linux
            _ => DecodeStatus.NullFamilyOther,
        };
    }

    private static DecodeStatus DecodeIpv4(byte* ip, int available, ref PacketSummary packet)
    {
        if (available < Ip.V4MinHeader) return DecodeStatus.Ipv4HeaderCut;
        int versionAndLength = ip[0];
        if (versionAndLength >> 4 != 4) return DecodeStatus.Ipv4VersionInvalid;
        int header = (versionAndLength & 15) * 4;
        if (header < Ip.V4MinHeader) return DecodeStatus.Ipv4HeaderLengthInvalid;
        int total = U16(ip + Ip.V4TotalLength);
        if (total < header)
        {
            if (total != 0) return DecodeStatus.Ipv4TotalLengthInvalid;
            packet.Oddities |= Oddities.Ipv4TotalLengthZero;
            total = available;
        }

        if (available < header) return DecodeStatus.Ipv4HeaderCut;
        packet.Version = 4;
        packet.Addresses = ip + Ip.V4Source;
        packet.IpLength = (uint)total;
        packet.Protocol = ip[Ip.V4Protocol];
        if (total > available) packet.Oddities |= Oddities.PacketCut;
        else available = total;

        int fragment = U16(ip + Ip.V4FlagsFragment);
        if ((fragment & (Ip.V4MoreFragments | Ip.V4FragmentOffset)) != 0)
        {
            packet.IsFragment = true;
            packet.FragmentId = U16(ip + Ip.V4Id);
            if ((fragment & Ip.V4FragmentOffset) != 0) return DecodeStatus.LaterFragment;
        }

        byte* payload = ip + header;
        available -= header;
        if (packet.Protocol == Ip.Ah && !SkipAh(ref payload, ref available, ref packet)) return DecodeStatus.PortsMissing;
        return DecodeTransport(payload, available, (uint)(total - header), ref packet);
    }

    private static DecodeStatus DecodeIpv6(byte* ip, int available, ref PacketSummary packet)
    {
        if (available < Ip.V6Header) return DecodeStatus.Ipv6HeaderCut;
        if (ip[0] >> 4 != 6) return DecodeStatus.Ipv6VersionInvalid;
        uint payloadLength = (uint)U16(ip + Ip.V6PayloadLength);
        packet.Version = 6;
        packet.Addresses = ip + Ip.V6Source;
        packet.IpLength = Ip.V6Header + payloadLength;
        byte next = ip[Ip.V6NextHeader];
        byte* at = ip + Ip.V6Header;
        available -= Ip.V6Header;
        if (payloadLength == 0 && next != Ip.NoNext && available > 0) ReadZeroPayloadLength(at, available, next, ref packet);
        uint declared = packet.IpLength - Ip.V6Header;
        if (declared > (uint)available) packet.Oddities |= Oddities.PacketCut;
        else available = (int)declared;

        // The common case has no extension header at all.
        return next is Ip.Tcp or Ip.Udp
            ? FinishIpv6(at, available, next, declared, ref packet)
            : WalkExtensions(at, available, next, declared, ref packet);
    }

    private static DecodeStatus FinishIpv6(byte* at, int available, byte protocol, uint declared, ref PacketSummary packet)
    {
        packet.Protocol = protocol;
        return DecodeTransport(at, available, declared, ref packet);
    }

    private static DecodeStatus WalkExtensions(byte* at, int available, byte next, uint declared, ref PacketSummary packet)
    {
        for (int headers = 0; ; headers++)
        {
            if (next is not (Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment or Ip.Ah)) return FinishIpv6(at, available, next, declared, ref packet);
            packet.Protocol = next;
            if (headers == Ip.MaxExtensions) return DecodeStatus.Ipv6ExtensionChainTooLong;
            if (available < 8) return DecodeStatus.Ipv6ExtensionCut;
            int length = next switch
            {
                Ip.Fragment => 8,
                Ip.Ah => (at[1] + 2) * 4,
                _ => (at[1] + 1) * 8,
            };
            if (next == Ip.Fragment)
            {
                int field = U16(at + 2);

                // Offset 0 without more fragments is an atomic fragment (RFC 6946): a whole packet.
                packet.IsFragment = (field & 0xfff9) != 0;
                packet.FragmentId = U32(at + 4);
                if (field >> 3 != 0)
                {
                    packet.Protocol = at[0];
                    return DecodeStatus.LaterFragment;
                }
            }

            if (length > available) return DecodeStatus.Ipv6ExtensionCut;
            next = at[0];
            at += length;
            available -= length;
            declared -= Math.Min(declared, (uint)length);
        }
    }

    /// <summary>Payload length 0 means a jumbogram (RFC 2675), or a segment that the network card was to cut up.</summary>
    private static void ReadZeroPayloadLength(byte* at, int available, byte next, ref PacketSummary packet)
    {
        if (next == Ip.HopByHop && available >= 8)
        {
            int end = Math.Min(available, (at[1] + 1) * 8);
            for (int i = 2; i + 1 < end;)
            {
                if (at[i] == 0) { i++; continue; }
                if (at[i] == Ip.JumboOption && at[i + 1] == 4 && i + 6 <= end)
                {
                    packet.IpLength = (uint)Math.Min(uint.MaxValue, Ip.V6Header + (ulong)U32(at + i + 2));
                    return;
                }

                i += 2 + at[i + 1];
            }
        }

        packet.Oddities |= Oddities.Ipv6PayloadLengthZero;
        packet.IpLength = Ip.V6Header + (uint)available;
    }

    /// <summary>Steps over authentication headers (RFC 4302); their payload is not encrypted.</summary>
    private static bool SkipAh(ref byte* at, ref int available, ref PacketSummary packet)
    {
        for (int headers = 0; packet.Protocol == Ip.Ah && headers < Ip.MaxExtensions; headers++)
        {
            if (available < 8) return false;
            int length = (at[1] + 2) * 4;
            if (length > available) return false;
            packet.Protocol = at[0];
            at += length;
            available -= length;
        }

        return true;
    }

    /// <param name="declared">Bytes that the IP header says the transport has; at least <paramref name="available"/>.</param>
    private static DecodeStatus DecodeTransport(byte* at, int available, uint declared, ref PacketSummary packet)
    {
        packet.Payload = at;
        packet.PayloadLength = available;
        switch (packet.Protocol)
        {
            case Ip.Tcp:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                if (available > Ip.TcpFlags) ReadTcp(at, available, declared, ref packet);
                else NoTcpFlags(ref packet);
                return DecodeStatus.Decoded;

            case Ip.Udp or Ip.UdpLite:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                int header = Math.Min(Ip.UdpHeader, available);
                packet.Payload = at + header;
                packet.PayloadLength = available - header;
                packet.CarriesData = declared > Ip.UdpHeader;

                // A length of 0 is allowed for jumbograms (RFC 2675); fragments carry the length of the whole datagram.
                if (available >= 6 && U16(at + Ip.UdpLength) is var length && (length < Ip.UdpHeader || length > declared) && length != 0
                    && !packet.IsFragment && packet.Protocol == Ip.Udp)
                    packet.Oddities |= Oddities.UdpLengthInvalid;
                return DecodeStatus.Decoded;

            case Ip.Sctp or Ip.Dccp:
                if (available < 4) break;
                packet.SourcePort = U16(at);
                packet.DestinationPort = U16(at + 2);
                int common = Math.Min(Ip.SctpHeader, available);
                packet.Payload = at + common;
                packet.PayloadLength = available - common;
                packet.CarriesData = declared > Ip.SctpHeader;
                return DecodeStatus.Decoded;

            case Ip.Icmp or Ip.Icmpv6:
                if (available < 2) break;
                packet.IcmpType = at[0];
                packet.IcmpCode = at[1];
                return DecodeStatus.Decoded;

            default:
                return DecodeStatus.Decoded;
        }

        packet.PayloadLength = 0;
        return DecodeStatus.PortsMissing;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadTcp(byte* at, int available, uint declared, ref PacketSummary packet)
    {
        packet.TcpFlags = (byte)(at[Ip.TcpFlags] & 0x3f);
        int header = (at[Ip.TcpDataOffset] >> 4) * 4;
        if (header < Ip.TcpMinHeader || (uint)header > declared)
        {
            packet.Oddities |= Oddities.TcpDataOffsetInvalid;
            packet.PayloadLength = 0;
            return;
        }

        packet.CarriesData = declared > (uint)header;
        header = Math.Min(header, available);
        packet.Payload = at + header;
        packet.PayloadLength = available - header;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void NoTcpFlags(ref PacketSummary packet)
    {
        packet.Oddities |= Oddities.TcpFlagsMissing;
        packet.PayloadLength = 0;
    }

    // SAFETY (all pointer code above): callers compare against the captured length before each read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort U16(byte* p) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ushort>(p)) : Unsafe.ReadUnaligned<ushort>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint U32(byte* p) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<uint>(p)) : Unsafe.ReadUnaligned<uint>(p);
}
