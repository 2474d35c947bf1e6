using System.Globalization;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>What may stand between the link header and the network header.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Carrier(int at, int end, int type, int layers)
    {
        if (layers >= FrameDecoder.MaxLinkLayers) return TooDeep();
        layers++;
        switch (type)
        {
            case Ethernet.Mpls or Ethernet.MplsMulticast: return Mpls(at, end, layers);
            case Ethernet.PppoeSession: return PppoeSession(at, end, layers);
            case Ethernet.VnTag: return Tag("vn-tag", at, end, 4, layers);
            case Ethernet.CiscoMetaData: return Tag("cisco-metadata", at, end, 6, layers);
            case Ethernet.BackboneBridge:
                if (end - at < 4) return Cut("802.1ah", at, end, 4);
                _state.Packet.Tunnel.Add(TunnelKind.BackboneBridge, U32(at) & 0xffffff);
                Begin("802.1ah", at, 4).Add("service", at + 1, Number(U32(at) & 0xffffff));
                return InnerEthernet(at + 4, end, layers);
            case Ethernet.FabricPath:
                if (end - at < 2) return Cut("fabricpath", at, end, 2);
                _state.Packet.Tunnel.Add(TunnelKind.FabricPath, (uint)U16(at) >> 6);
                Begin("fabricpath", at, 2).Add("tree", at, Number(U16(at) >> 6));
                return InnerEthernet(at + 2, end, layers);
            case Ethernet.TransparentBridging: return InnerEthernet(at, end, layers);
            case Ethernet.Nsh: return Nsh(at, end, layers);
            case Ethernet.MacSec: return MacSec(at, end, layers);
            case Ethernet.DsaTag: return AnnouncedTag(at, end, layers);
            case Ethernet.Ppp: return Ppp(at, end, layers);
            case Ethernet.Arp when end - at >= 28: return Arp(at);
            default:
                DecodeStatus status = FrameDecoder.NonIpEtherType(type);
                return status == DecodeStatus.EtherTypeOther ? status : Ends(DecodeStatusNames.Of(status), at, end, status);
        }
    }

    /// <summary>RFC 826, for the addresses of IPv4 over Ethernet; others are named only.</summary>
    private DecodeStatus Arp(int at)
    {
        WalkedLayer layer = Begin("arp", at, 28);
        layer.Add("operation", at + 6, U16(at + 6) switch { 1 => "1 request", 2 => "2 reply", var other => Number(other) });
        if (U16(at) != 1 || U16(at + 2) != Ethernet.Ipv4 || U16(at + 4) != 0x0604) return DecodeStatus.Arp;
        layer.Add("sender", at + 8, $"{Mac(at + 8)} {Address(at + 14, 4)}");
        layer.Add("target", at + 18, $"{Mac(at + 18)} {Address(at + 24, 4)}");
        return DecodeStatus.Arp;
    }

    /// <summary>An EtherType stands behind a tag of <paramref name="length"/> bytes.</summary>
    private DecodeStatus Tag(string name, int at, int end, int length, int layers)
    {
        if (end - at < length + 2) return Cut(name, at, end, length + 2);
        WalkedLayer layer = Begin(name, at, length + 2);
        layer.Add("tag", at, Convert.ToHexStringLower(_frame, at, length));
        layer.Add("type", at + length, EtherTypeNames.Text(U16(at + length)));
        return EtherType(at + length + 2, end, U16(at + length), layers);
    }

    private DecodeStatus Mpls(int at, int end, int layers, TunnelKind kind = TunnelKind.Mpls)
    {
        uint label;
        do
        {
            if (layers++ > FrameDecoder.MaxLinkLayers) return TooDeep();
            if (end - at < 4) return Cut("mpls", at, end, 4);
            label = U32(at);
            WalkedLayer layer = Begin("mpls", at, 4);
            layer.Add("label", at, Number(label >> 12));
            layer.Add("class", at + 2, Number((label >> 9) & 7));
            layer.Add("bottom", at + 2, Number((label >> 8) & 1));
            layer.Add("ttl", at + 3, Number(label & 0xff));
            at += 4;
        }
        while ((label & 0x100) == 0);

        _state.Packet.Tunnel.Add(kind, label >> 12);
        if (at >= end) return Cut("mpls payload", at, end, 1);
        int first = _frame[at] >> 4, known = _layers.Count;
        if (first is 4 or 6)
        {
            DecodeStatus asIp = first == 4 ? Ipv4(at, end) : Ipv6(at, end);
            if (DecodeStatusNames.IsDecoded(asIp) || !IsPlausibleEthernet(at, end)) return asIp;
            Forget(known);
            return InnerEthernet(at, end, layers);
        }

        if (first == 1) return Ends("mpls associated channel", at, end, DecodeStatus.MplsChannel);
        if (first == 0 && end - at > 4 && IsPlausibleEthernet(at + 4, end))
        {
            Begin("pseudowire control word", at, 4).Add("word", at, Hex(U32(at), 8));
            return InnerEthernet(at + 4, end, layers);
        }

        return IsPlausibleEthernet(at, end) ? InnerEthernet(at, end, layers) : Ends("mpls payload", at, end, DecodeStatus.MplsPayloadUnknown);
    }

    private DecodeStatus PppoeSession(int at, int end, int layers)
    {
        if (end - at < 6) return Cut("pppoe", at, end, 6);
        WalkedLayer layer = Begin("pppoe", at, 6);
        layer.Add("version and type", at, Hex(_frame[at], 2));
        layer.Add("code", at + 1, Hex(_frame[at + 1], 2));
        layer.Add("session", at + 2, Number(U16(at + 2)));
        layer.Add("length", at + 4, Number(U16(at + 4)));
        if (_frame[at] != 0x11 || _frame[at + 1] != 0) return DecodeStatus.PppControl;
        _state.Packet.Tunnel.Add(TunnelKind.Pppoe, U16(at + 2));
        return Ppp(at + 6, end, layers);
    }

    private DecodeStatus Ppp(int at, int end, int layers)
    {
        const int Ipv4Number = 0x21, Ipv6Number = 0x57, MplsNumber = 0x281, MplsMulticast = 0x283;
        int start = at;
        if (end - at >= 2)
        {
            if (_frame[at] == 0xff && _frame[at + 1] == 3) at += 2;
            else if (_frame[at] is 0x0f or 0x8f && _frame[at + 1] == 0) return CiscoHdlc(at, end);
        }

        if (at >= end) return Cut("ppp", start, end, at - start + 1);
        int protocolAt = at, protocol = _frame[at++];
        if ((protocol & 1) == 0)
        {
            if (at >= end) return Cut("ppp", start, end, at - start + 1);
            protocol = (protocol << 8) | _frame[at++];
        }

        Begin("ppp", start, at - start).Add("protocol", protocolAt, Hex((uint)protocol, 4));
        switch (protocol)
        {
            case Ipv4Number: return Ipv4(at, end);
            case Ipv6Number: return Ipv6(at, end);
            case MplsNumber or MplsMulticast when layers < FrameDecoder.MaxLinkLayers: return Mpls(at, end, layers + 1);
            default: return DecodeStatus.PppControl;
        }
    }

    private DecodeStatus Nsh(int at, int end, int layers)
    {
        if (end - at < 8) return Cut("nsh", at, end, 8);
        int length = (_frame[at + 1] & 0x3f) * 4;
        if (length < 8 || length > end - at) return Cut("nsh", at, end, Math.Max(8, length));
        _state.Packet.Tunnel.Add(TunnelKind.Nsh, U32(at + 4) >> 8);
        WalkedLayer layer = Begin("nsh", at, length);
        layer.Add("next", at + 3, Number(_frame[at + 3]));
        layer.Add("path", at + 4, Number(U32(at + 4) >> 8));
        layer.Add("index", at + 7, Number(_frame[at + 7]));
        return NextProtocol(at + length, end, _frame[at + 3], layers);
    }

    private DecodeStatus NextProtocol(int at, int end, byte next, int layers)
    {
        if (layers >= FrameDecoder.MaxLinkLayers) return TooDeep();
        return next switch
        {
            1 => Ipv4(at, end),
            2 => Ipv6(at, end),
            3 => InnerEthernet(at, end, layers + 1),
            4 => Nsh(at, end, layers + 1),
            5 => Mpls(at, end, layers + 1),
            _ => DecodeStatus.EtherTypeOther,
        };
    }

    private DecodeStatus MacSec(int at, int end, int layers)
    {
        if (end - at < 6) return Cut("macsec", at, end, 6);
        bool encrypted = (_frame[at] & 0x0c) != 0;
        int length = (_frame[at] & 0x20) != 0 ? 14 : 6;
        if (!encrypted && end - at < length + 2) return Cut("macsec", at, end, length + 2);
        WalkedLayer layer = Begin("macsec", at, encrypted ? Math.Min(length, end - at) : length + 2);
        layer.Add("control", at, Hex(_frame[at], 2));
        layer.Add("packet number", at + 2, Number(U32(at + 2)));
        if (encrypted)
        {
            layer.Note("encrypted: what is inside cannot be read");
            return DecodeStatus.MacSec;
        }

        layer.Add("type", at + length, EtherTypeNames.Text(U16(at + length)));
        return EtherType(at + length + 2, end, U16(at + length), layers);
    }

    private string Address(int at, int length) => new System.Net.IPAddress(_frame.AsSpan(at, length)).ToString();
}
