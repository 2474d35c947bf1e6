using System.Buffers.Binary;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Link layers other than Ethernet.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus OtherLink(int at, int end, LinkType linkType)
    {
        switch (linkType)
        {
            case LinkType.RawIp: return Raw(at, end);
            case LinkType.Ipv4: return Ipv4(at, end);
            case LinkType.Ipv6: return Ipv6(at, end);
            case LinkType.LinuxSll: return Sll(at, end, 16, 14, 0, 2);
            case LinkType.LinuxSll2: return Sll(at, end, 20, 0, 10, 8);
            case LinkType.BsdNull: return Null(at, end, alwaysBigEndian: false);
            case LinkType.BsdLoop: return Null(at, end, alwaysBigEndian: true);
            case LinkType.Ppp or LinkType.PppHdlc or LinkType.PppPppd: return Ppp(at, end, 0);
            case LinkType.PppEther: return PppoeSession(at, end, 0);
            case LinkType.CiscoHdlc: return CiscoHdlc(at, end);
            case LinkType.FrameRelay: return FrameRelay(at, end);
            case LinkType.Fddi:
                if (end - at < 13) return Cut("fddi", at, end, 13);
                WalkedLayer fddi = Begin("fddi", at, 13);
                fddi.Add("destination", at + 1, Mac(at + 1));
                fddi.Add("source", at + 7, Mac(at + 7));
                return Llc(at + 13, end);
            case LinkType.TokenRing: return TokenRing(at, end);
            case LinkType.AtmRfc1483: return Llc(at, end);
            case LinkType.Ieee80211: return Ieee80211(at, end);
            case LinkType.Ieee80211Prism: return Prism(at, end);
            case LinkType.Ieee80211Avs: return Avs(at, end);
            case LinkType.Ieee80211Radiotap: return Radiotap(at, end);
            case LinkType.Nflog: return Nflog(at, end);
            case LinkType.Ppi: return NamedBy("ppi", at, end, 8, end - at < 8 ? 0u : U16Le(at + 2), 4);
            case LinkType.PktAp: return NamedBy("pktap", at, end, 12, end - at < 12 ? 0 : U32Le(at), 8);
            case LinkType.Ax25: return Ax25(at, end);
            case LinkType.Ax25Kiss: return Ax25Kiss(at, end);
            case LinkType.Ieee802154: return Ieee802154(at, end, 2);
            case LinkType.Ieee802154NoFcs: return Ieee802154(at, end, 0);
            case LinkType.Ieee802154Tap: return Ieee802154Tap(at, end);
            case LinkType.DsaTag: return SwitchTag(at, end, marvell: true);
            case LinkType.DsaTagBroadcom: return SwitchTag(at, end, marvell: false);
            case LinkType.DsaTagBroadcomPrepended:
                if (end - at < SwitchTagLength) return Cut("broadcom tag", at, end, SwitchTagLength);
                Begin("broadcom tag", at, SwitchTagLength).Add("tag", at, Hex(U32(at), 8));
                return EthernetFrame(at + SwitchTagLength, end);
            case LinkType.DsaTagWithEtherType: return EthernetFrame(at, end);
            default:
                return Ends(LinkTypeNames.Of(linkType), at, end, LinkTypeNames.CarriesNoIp(linkType) ? DecodeStatus.LinkTypeWithoutIp : DecodeStatus.LinkTypeUnsupported);
        }
    }

    /// <summary>A header with a length that names the link type behind it.</summary>
    private DecodeStatus NamedBy(string name, int at, int end, int least, uint header, int linkTypeOffset)
    {
        if (end - at < least) return Cut(name, at, end, least);
        if (header < (uint)least || header > (uint)(end - at)) return Wrong(name, at, least, "its length does not fit into the frame");
        uint linkType = U32Le(at + linkTypeOffset);
        WalkedLayer layer = Begin(name, at, (int)header);
        layer.Add("length", at, Number(header));
        layer.Add("link type", at + linkTypeOffset, Number(linkType));
        at += (int)header;
        if (at >= end) return Cut("link header", at, end, 1);
        if (linkType is > ushort.MaxValue or (uint)LinkType.Ppi or (uint)LinkType.PktAp) return DecodeStatus.LinkTypeUnsupported;
        return linkType == (uint)LinkType.Ethernet ? EthernetFrame(at, end) : OtherLink(at, end, LinkTypeNumbers.FromHeader(linkType));
    }

    private DecodeStatus Wrong(string name, int at, int length, string note, DecodeStatus status = DecodeStatus.LinkHeaderCut)
    {
        Begin(name, at, length).Note(note);
        return status;
    }

    private DecodeStatus Raw(int at, int end)
    {
        switch (_frame[at] >> 4)
        {
            case 4: return Ipv4(at, end);
            case 6: return Ipv6(at, end);
            default: return Wrong("ip", at, 1, "the first four bits are neither 4 nor 6", DecodeStatus.IpVersionUnknown);
        }
    }

    private DecodeStatus Null(int at, int end, bool alwaysBigEndian)
    {
        string name = alwaysBigEndian ? "loop" : "null";
        if (end - at < 4) return Cut(name, at, end, 4);

        // The decoder reads the family in the order of this machine and turns it when it is large; small numbers come out the same on any machine.
        uint family = alwaysBigEndian ? U32(at) : U32Le(at);
        if (family > 0xffff) family = BinaryPrimitives.ReverseEndianness(family);
        if (family is not (2 or 24 or 28 or 30 or 10) && _frame[at] is 0x0f or 0x8f && _frame[at + 1] == 0) return CiscoHdlc(at, end);
        Begin(name, at, 4).Add("family", at, Number(family));
        return family switch
        {
            2 => Ipv4(at + 4, end),
            24 or 28 or 30 or 10 => Ipv6(at + 4, end),
            _ => DecodeStatus.NullFamilyOther,
        };
    }

    private DecodeStatus CiscoHdlc(int at, int end)
    {
        const int CiscoSlarp = 0x8035;
        if (end - at < 4) return Cut("c-hdlc", at, end, 4);
        int type = U16(at + 2);
        WalkedLayer layer = Begin("c-hdlc", at, 4);
        layer.Add("address", at, Hex(_frame[at], 2));
        layer.Add("type", at + 2, EtherTypeNames.Text(type));
        if (type == CiscoSlarp) return DecodeStatus.PppControl;
        return type <= Ethernet.MaxLength ? DecodeStatus.LlcOther : EtherType(at + 4, end, type, 0);
    }

    private DecodeStatus FrameRelay(int at, int end)
    {
        const byte UnnumberedInformation = 3, NlpidSnap = 0x80, NlpidIpv4 = 0xcc, NlpidIpv6 = 0x8e;
        int start = at, address = 0;
        do
        {
            if (at + address >= end || address == 4) return Cut("frelay", start, end, address + 1);
        }
        while ((_frame[at + address++] & 1) == 0);

        at += address;
        if (end - at < 2) return Cut("frelay", start, end, address + 2);
        WalkedLayer layer = Begin("frelay", start, address);
        layer.Add("address", start, Convert.ToHexStringLower(_frame, start, address));
        if (_frame[at] != UnnumberedInformation)
        {
            layer.Length = address + 2;
            layer.Add("type", at, EtherTypeNames.Text(U16(at)));
            return EtherType(at + 2, end, U16(at), 0);
        }

        at++;
        if (_frame[at] == 0) at++;
        if (at >= end) return Cut("nlpid", at, end, 1);
        byte nlpid = _frame[at++];
        layer.Length = at - start;
        layer.Add("nlpid", at - 1, Hex(nlpid, 2));
        if (nlpid == NlpidIpv4) return Ipv4(at, end);
        if (nlpid == NlpidIpv6) return Ipv6(at, end);
        if (nlpid != NlpidSnap) return DecodeStatus.LlcOther;
        if (end - at < 5) return Cut("snap", at, end, 5);
        int organisation = (_frame[at] << 16) | U16(at + 1), type = U16(at + 3);
        WalkedLayer snap = Begin("snap", at, 5);
        snap.Add("organisation", at, Hex((uint)organisation, 6));
        snap.Add("type", at + 3, EtherTypeNames.Text(type));
        if (organisation == 0) return EtherType(at + 5, end, type, 0);
        return organisation == 0x0080c2 && type is 1 or 7 ? InnerEthernet(at + 5, end, 1) : DecodeStatus.LlcOther;
    }

    private DecodeStatus TokenRing(int at, int end)
    {
        if (end - at < 16) return Cut("ieee802-5", at, end, 16);
        int routing = (_frame[at + 8] & 0x80) != 0 ? _frame[at + 14] & 0x1f : 0;
        if (end - at < 14 + routing) return Cut("ieee802-5", at, end, 14 + routing);
        WalkedLayer layer = Begin("ieee802-5", at, 14 + routing);
        layer.Add("destination", at + 2, Mac(at + 2));
        layer.Add("source", at + 8, Mac(at + 8));
        layer.Add("routing information", at + 14, Number(routing) + " bytes");
        return Llc(at + 14 + routing, end);
    }

    private DecodeStatus Nflog(int at, int end)
    {
        const int Payload = 9;
        if (end - at < 4) return Cut("nflog", at, end, 4);
        int start = at;
        WalkedLayer layer = Begin("nflog", at, 4);
        layer.Add("family", at, Number(_frame[at]));
        at += 4;
        while (end - at >= 4)
        {
            int length = U16Le(at), type = U16Le(at + 2) & 0x7fff;
            if (length < 4) break;
            layer.Add("attribute " + Number(type), at, Number(length) + " bytes");
            if (type == Payload)
            {
                layer.Length = at + 4 - start;
                return end - at > 4 ? Raw(at + 4, end) : DecodeStatus.LinkHeaderCut;
            }

            length = (length + 3) & ~3;
            if (length > end - at) break;
            at += length;
            layer.Length = at - start;
        }

        layer.Note("no attribute holds a packet");
        return DecodeStatus.LinkHeaderCut;
    }
}
