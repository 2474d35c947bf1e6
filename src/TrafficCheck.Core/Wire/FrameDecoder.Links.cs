using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>Link layers other than Ethernet.</summary>
public static unsafe partial class FrameDecoder
{
    /// <summary>Link types may stand inside link types (PPI, PKTAP); none of the inner ones may again.</summary>
    private static DecodeStatus DecodeOther(byte* frame, int captured, LinkType linkType, ref PacketSummary packet)
    {
        byte* end = frame + captured;
        switch (linkType)
        {
            case LinkType.RawIp: return DecodeRaw(frame, captured, ref packet);
            case LinkType.Ipv4: return DecodeIpv4(frame, captured, ref packet);
            case LinkType.Ipv6: return DecodeIpv6(frame, captured, ref packet);
            case LinkType.LinuxSll: return DecodeSll(frame, captured, 16, 14, 0, 2, ref packet);
            case LinkType.LinuxSll2: return DecodeSll(frame, captured, 20, 0, 10, 8, ref packet);
            case LinkType.BsdNull: return DecodeNull(frame, captured, alwaysBigEndian: false, ref packet);
            case LinkType.BsdLoop: return DecodeNull(frame, captured, alwaysBigEndian: true, ref packet);
            case LinkType.Ppp or LinkType.PppHdlc or LinkType.PppPppd: return DecodePpp(frame, end, ref packet, 0);
            case LinkType.PppEther: return DecodePppoeSession(frame, end, ref packet, 0);
            case LinkType.CiscoHdlc: return DecodeCiscoHdlc(frame, end, ref packet);
            case LinkType.FrameRelay: return DecodeFrameRelay(frame, end, ref packet);
            case LinkType.Fddi: return captured < 13 ? DecodeStatus.LinkHeaderCut : DecodeLlc(frame + 13, end, ref packet);
            case LinkType.TokenRing: return DecodeTokenRing(frame, end, ref packet);
            case LinkType.AtmRfc1483: return DecodeLlc(frame, end, ref packet);
            case LinkType.Ieee80211: return DecodeIeee80211(frame, end, ref packet);
            case LinkType.Ieee80211Prism: return DecodePrism(frame, end, ref packet);
            case LinkType.Ieee80211Avs: return DecodeAvs(frame, end, ref packet);
            case LinkType.Ieee80211Radiotap: return DecodeRadiotap(frame, end, ref packet);
            case LinkType.Nflog: return DecodeNflog(frame, end, ref packet);
            case LinkType.Ppi: return DecodePpi(frame, captured, ref packet);
            case LinkType.PktAp: return DecodePktAp(frame, captured, ref packet);
            case LinkType.Ax25: return DecodeAx25(frame, end, ref packet);
            case LinkType.Ax25Kiss: return DecodeAx25Kiss(frame, end, ref packet);
            case LinkType.Ieee802154: return DecodeIeee802154(frame, end, 2, ref packet);
            case LinkType.Ieee802154NoFcs: return DecodeIeee802154(frame, end, 0, ref packet);
            case LinkType.Ieee802154Tap: return DecodeIeee802154Tap(frame, end, ref packet);
            case LinkType.DsaTag: return DecodeSwitchTag(frame, end, marvell: true, ref packet);
            case LinkType.DsaTagBroadcom: return DecodeSwitchTag(frame, end, marvell: false, ref packet);
            case LinkType.DsaTagBroadcomPrepended:
                return captured < SwitchTagLength ? DecodeStatus.LinkHeaderCut : DecodeEthernet(frame + SwitchTagLength, captured - SwitchTagLength, ref packet);
            case LinkType.DsaTagWithEtherType: return DecodeEthernet(frame, captured, ref packet);
            default: return LinkTypeNames.CarriesNoIp(linkType) ? DecodeStatus.LinkTypeWithoutIp : DecodeStatus.LinkTypeUnsupported;
        }
    }

    /// <summary>A link type that a header inside the frame names.</summary>
    private static DecodeStatus DecodeNamedLink(byte* at, byte* end, uint linkType, ref PacketSummary packet)
    {
        if (at >= end) return DecodeStatus.LinkHeaderCut;
        if (linkType is > ushort.MaxValue or (uint)LinkType.Ppi or (uint)LinkType.PktAp) return DecodeStatus.LinkTypeUnsupported;
        return linkType == (uint)LinkType.Ethernet
            ? DecodeEthernet(at, (int)(end - at), ref packet)
            : DecodeOther(at, (int)(end - at), LinkTypeNumbers.FromHeader(linkType), ref packet);
    }

    internal static DecodeStatus DecodeRaw(byte* frame, int captured, ref PacketSummary packet) => captured <= 0 ? DecodeStatus.LinkHeaderCut : (frame[0] >> 4) switch
    {
        4 => DecodeIpv4(frame, captured, ref packet),
        6 => DecodeIpv6(frame, captured, ref packet),
        _ => DecodeStatus.IpVersionUnknown,
    };

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
            _ when frame[0] is 0x0f or 0x8f && frame[1] == 0 => DecodeCiscoHdlc(frame, frame + captured, ref packet), // tunnel devices of some BSDs
            _ => DecodeStatus.NullFamilyOther,
        };
    }

    /// <summary>Cisco HDLC: address, control, EtherType.</summary>
    private static DecodeStatus DecodeCiscoHdlc(byte* at, byte* end, ref PacketSummary packet)
    {
        const int CiscoSlarp = 0x8035;
        if (end - at < 4) return DecodeStatus.LinkHeaderCut;
        int type = U16(at + 2);
        if (type == CiscoSlarp) return DecodeStatus.PppControl;
        return type <= Ethernet.MaxLength ? DecodeStatus.LlcOther : DecodeEtherType(at + 4, end, type, ref packet);
    }

    /// <summary>Frame relay: a Q.922 address of 2 to 4 bytes, then control and NLPID (RFC 2427), or Cisco's EtherType.</summary>
    private static DecodeStatus DecodeFrameRelay(byte* at, byte* end, ref PacketSummary packet)
    {
        const byte UnnumberedInformation = 3, NlpidSnap = 0x80, NlpidIpv4 = 0xcc, NlpidIpv6 = 0x8e;
        int address = 0;
        do
        {
            if (at + address >= end || address == 4) return DecodeStatus.LinkHeaderCut;
        }
        while ((at[address++] & 1) == 0);

        at += address;
        if (end - at < 2) return DecodeStatus.LinkHeaderCut;
        if (at[0] != UnnumberedInformation) return DecodeEtherType(at + 2, end, U16(at), ref packet);
        at++;
        if (*at == 0) at++; // a pad makes the NLPID's offset even
        if (at >= end) return DecodeStatus.LinkHeaderCut;
        byte nlpid = *at++;
        if (nlpid == NlpidIpv4) return DecodeIpv4(at, (int)(end - at), ref packet);
        if (nlpid == NlpidIpv6) return DecodeIpv6(at, (int)(end - at), ref packet);
        if (nlpid != NlpidSnap) return DecodeStatus.LlcOther;
        if (end - at < 5) return DecodeStatus.LinkHeaderCut;
        int organisation = (at[0] << 16) | (at[1] << 8) | at[2], type = U16(at + 3);
        if (organisation == 0) return DecodeEtherType(at + 5, end, type, ref packet);
        return organisation == 0x0080c2 && type is 1 or 7 // bridged 802.3, with or without its checksum
            ? DecodeInnerEthernet(at + 5, end, ref packet, 1)
            : DecodeStatus.LlcOther;
    }

    private static DecodeStatus DecodeTokenRing(byte* at, byte* end, ref PacketSummary packet)
    {
        if (end - at < 16) return DecodeStatus.LinkHeaderCut;

        // The first bit of the source address says that routing information follows; its length is in its first byte.
        int routing = (at[8] & 0x80) != 0 ? at[14] & 0x1f : 0;
        return end - at < 14 + routing ? DecodeStatus.LinkHeaderCut : DecodeLlc(at + 14 + routing, end, ref packet);
    }

    /// <summary>Linux netfilter log: a family, then type-length-values of which number 9 is the packet.</summary>
    private static DecodeStatus DecodeNflog(byte* at, byte* end, ref PacketSummary packet)
    {
        const int Payload = 9;
        if (end - at < 4) return DecodeStatus.LinkHeaderCut;
        at += 4;
        while (end - at >= 4)
        {
            int length = U16Le(at), type = U16Le(at + 2) & 0x7fff;
            if (length < 4) return DecodeStatus.LinkHeaderCut;
            if (type == Payload) return end - at > 4 ? DecodeRaw(at + 4, (int)(end - at) - 4, ref packet) : DecodeStatus.LinkHeaderCut;
            length = (length + 3) & ~3;
            if (length > end - at) return DecodeStatus.LinkHeaderCut;
            at += length;
        }

        return DecodeStatus.LinkHeaderCut;
    }

    /// <summary>Per-packet information: version, flags, header length and the link type behind it, little-endian.</summary>
    private static DecodeStatus DecodePpi(byte* frame, int captured, ref PacketSummary packet)
    {
        if (captured < 8) return DecodeStatus.LinkHeaderCut;
        int header = U16Le(frame + 2);
        return header < 8 || header > captured ? DecodeStatus.LinkHeaderCut : DecodeNamedLink(frame + header, frame + captured, U32Le(frame + 4), ref packet);
    }

    /// <summary>Apple's PKTAP: header length, record type, link type, little-endian.</summary>
    private static DecodeStatus DecodePktAp(byte* frame, int captured, ref PacketSummary packet)
    {
        if (captured < 12) return DecodeStatus.LinkHeaderCut;
        uint header = U32Le(frame);
        return header < 12 || header > (uint)captured
            ? DecodeStatus.LinkHeaderCut
            : DecodeNamedLink(frame + header, frame + captured, U32Le(frame + 8), ref packet);
    }
}
