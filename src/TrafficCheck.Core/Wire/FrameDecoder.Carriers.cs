namespace TrafficCheck.Core.Wire;

/// <summary>What may stand between the link header and the network header: labels, sessions, tags of bridges and fabrics.</summary>
public static unsafe partial class FrameDecoder
{
    private static DecodeStatus DecodeCarrier(byte* at, byte* end, int type, ref PacketSummary packet, int layers)
    {
        // Each of these may lead back here.
        if (layers >= MaxLinkLayers) return DecodeStatus.LinkNestingTooDeep;
        layers++;
        switch (type)
        {
            case Ethernet.Mpls or Ethernet.MplsMulticast: return DecodeMpls(at, end, ref packet, layers);
            case Ethernet.PppoeSession: return DecodePppoeSession(at, end, ref packet, layers);
            case Ethernet.VnTag: return Behind(at, end, 4, ref packet, layers);
            case Ethernet.CiscoMetaData: return Behind(at, end, 6, ref packet, layers);
            case Ethernet.BackboneBridge:
                // 802.1ah: an I-TAG of 4 bytes, of which 24 bits are the service, then the customer's frame.
                if (end - at < 4) return DecodeStatus.LinkHeaderCut;
                packet.Tunnel.Add(TunnelKind.BackboneBridge, U32(at) & 0xffffff);
                return DecodeInnerEthernet(at + 4, end, ref packet, layers);
            case Ethernet.FabricPath:
                if (end - at < 2) return DecodeStatus.LinkHeaderCut;
                packet.Tunnel.Add(TunnelKind.FabricPath, (uint)U16(at) >> 6);
                return DecodeInnerEthernet(at + 2, end, ref packet, layers);
            case Ethernet.TransparentBridging: return DecodeInnerEthernet(at, end, ref packet, layers);
            case Ethernet.Nsh: return DecodeNsh(at, end, ref packet, layers);
            case Ethernet.MacSec: return DecodeMacSec(at, end, ref packet, layers);
            case Ethernet.DsaTag: return DecodeAnnouncedTag(at, end, ref packet, layers);
            case Ethernet.Ppp: return DecodePpp(at, end, ref packet, layers);
            default: return NonIpEtherType(type);
        }
    }

    /// <summary>An EtherType stands behind a tag of <paramref name="length"/> bytes.</summary>
    internal static DecodeStatus Behind(byte* at, byte* end, int length, ref PacketSummary packet, int layers) =>
        end - at < length + 2 ? DecodeStatus.LinkHeaderCut : DecodeEtherType(at + length + 2, end, U16(at + length), ref packet, layers);

    /// <summary>
    /// RFC 3032: labels up to the one that is the last of its stack. What follows is not said, so its first bits must tell (RFC 4928): 4 and 6
    /// are IP, 0 is the control word of a pseudowire and 1 its associated channel; anything else can only be a pseudowire without one.
    /// </summary>
    internal static DecodeStatus DecodeMpls(byte* at, byte* end, ref PacketSummary packet, int layers, TunnelKind kind = TunnelKind.Mpls)
    {
        uint label;
        do
        {
            if (layers++ > MaxLinkLayers) return DecodeStatus.LinkNestingTooDeep;
            if (end - at < 4) return DecodeStatus.LinkHeaderCut;
            label = U32(at);
            at += 4;
        }
        while ((label & 0x100) == 0);

        packet.Tunnel.Add(kind, label >> 12);
        if (at >= end) return DecodeStatus.LinkHeaderCut;
        int first = *at >> 4;
        if (first == 4) return DecodeMplsIp(at, end, ref packet, layers, DecodeIpv4(at, (int)(end - at), ref packet));
        if (first == 6) return DecodeMplsIp(at, end, ref packet, layers, DecodeIpv6(at, (int)(end - at), ref packet));
        if (first == 1) return DecodeStatus.MplsChannel;
        if (first == 0 && end - at > 4 && IsPlausibleEthernet(at + 4, end)) return DecodeInnerEthernet(at + 4, end, ref packet, layers);
        return IsPlausibleEthernet(at, end) ? DecodeInnerEthernet(at, end, ref packet, layers) : DecodeStatus.MplsPayloadUnknown;
    }

    /// <summary>A hardware address may begin with 4 or 6 as well: when it is no IP header, it may be a pseudowire's Ethernet frame.</summary>
    private static DecodeStatus DecodeMplsIp(byte* at, byte* end, ref PacketSummary packet, int layers, DecodeStatus asIp) =>
        DecodeStatusNames.IsDecoded(asIp) || !IsPlausibleEthernet(at, end) ? asIp : DecodeInnerEthernet(at, end, ref packet, layers);

    /// <summary>Whether the type field behind two hardware addresses is one that Ethernet frames have.</summary>
    internal static bool IsPlausibleEthernet(byte* at, byte* end)
    {
        if (end - at < Ethernet.HeaderLength) return false;
        int type = U16(at + Ethernet.TypeOffset);
        return type switch
        {
            Ethernet.Ipv4 => end - at > 14 && at[14] >> 4 == 4,
            Ethernet.Ipv6 => end - at > 14 && at[14] >> 4 == 6,
            Ethernet.Arp or Ethernet.Vlan or Ethernet.ProviderBridge or Ethernet.QinQ or Ethernet.QinQ2 or Ethernet.Lldp or Ethernet.Mpls or Ethernet.MplsMulticast
                or Ethernet.PppoeSession or Ethernet.PppoeDiscovery or Ethernet.SlowProtocols or Ethernet.Loopback or Ethernet.BackboneBridge or Ethernet.FabricPath
                or Ethernet.Nsh or Ethernet.VnTag or Ethernet.CiscoMetaData or Ethernet.MacSec => true,
            _ => type <= Ethernet.MaxLength && type >= 3 && end - at >= 17 && at[14] is 0x42 or 0xaa or 0xfe && at[15] == at[14],
        };
    }

    /// <summary>RFC 2516: version and type, code 0, session, length, then PPP.</summary>
    private static DecodeStatus DecodePppoeSession(byte* at, byte* end, ref PacketSummary packet, int layers)
    {
        if (end - at < 6) return DecodeStatus.LinkHeaderCut;
        if (at[0] != 0x11 || at[1] != 0) return DecodeStatus.PppControl;
        packet.Tunnel.Add(TunnelKind.Pppoe, U16(at + 2));
        return DecodePpp(at + 6, end, ref packet, layers);
    }

    /// <summary>RFC 1661 and 1662: address and control (which may be left out), then a protocol of two bytes, or of one when it is odd.</summary>
    internal static DecodeStatus DecodePpp(byte* at, byte* end, ref PacketSummary packet, int layers)
    {
        const int Ipv4 = 0x21, Ipv6 = 0x57, Mpls = 0x281, MplsMulticast = 0x283;
        if (end - at >= 2)
        {
            if (at[0] == 0xff && at[1] == 3) at += 2;
            else if (at[0] is 0x0f or 0x8f && at[1] == 0) return DecodeCiscoHdlc(at, end, ref packet); // what PPP over serial lines may turn out to be
        }

        if (at >= end) return DecodeStatus.LinkHeaderCut;
        int protocol = *at++;
        if ((protocol & 1) == 0)
        {
            if (at >= end) return DecodeStatus.LinkHeaderCut;
            protocol = (protocol << 8) | *at++;
        }

        switch (protocol)
        {
            case Ipv4: return DecodeIpv4(at, (int)(end - at), ref packet);
            case Ipv6: return DecodeIpv6(at, (int)(end - at), ref packet);
            case Mpls or MplsMulticast when layers < MaxLinkLayers: return DecodeMpls(at, end, ref packet, layers + 1);
            default: return DecodeStatus.PppControl;
        }
    }

    /// <summary>RFC 8300: the length in words is in byte 1, the next protocol in byte 3, the service path in bytes 4 to 6.</summary>
    private static DecodeStatus DecodeNsh(byte* at, byte* end, ref PacketSummary packet, int layers)
    {
        if (end - at < 8) return DecodeStatus.LinkHeaderCut;
        int length = (at[1] & 0x3f) * 4;
        if (length < 8 || length > end - at) return DecodeStatus.LinkHeaderCut;
        packet.Tunnel.Add(TunnelKind.Nsh, U32(at + 4) >> 8);
        return DecodeNextProtocol(at + length, end, at[3], ref packet, layers);
    }

    /// <summary>Next protocol numbers of NSH and VXLAN-GPE.</summary>
    internal static DecodeStatus DecodeNextProtocol(byte* at, byte* end, byte next, ref PacketSummary packet, int layers)
    {
        if (layers >= MaxLinkLayers) return DecodeStatus.LinkNestingTooDeep;
        return next switch
        {
            1 => DecodeIpv4(at, (int)(end - at), ref packet),
            2 => DecodeIpv6(at, (int)(end - at), ref packet),
            3 => DecodeInnerEthernet(at, end, ref packet, layers + 1),
            4 => DecodeNsh(at, end, ref packet, layers + 1),
            5 => DecodeMpls(at, end, ref packet, layers + 1),
            _ => DecodeStatus.EtherTypeOther,
        };
    }

    /// <summary>IEEE 802.1AE: without the bits E and C the payload is only signed and can be read.</summary>
    private static DecodeStatus DecodeMacSec(byte* at, byte* end, ref PacketSummary packet, int layers)
    {
        if (end - at < 6) return DecodeStatus.LinkHeaderCut;
        if ((at[0] & 0x0c) != 0) return DecodeStatus.MacSec;
        return Behind(at, end, (at[0] & 0x20) != 0 ? 14 : 6, ref packet, layers);
    }
}
