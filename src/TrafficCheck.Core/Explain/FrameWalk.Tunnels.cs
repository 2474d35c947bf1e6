using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Tunnels over IP, and the loop from a packet to the packet inside it.</summary>
public sealed partial class FrameWalk
{
    private const int Erspan12 = 0x88be, Erspan3 = 0x22eb, Wccp = 0x883e;

    private DecodeStatus Unwrap(DecodeStatus status, TunnelPorts ports)
    {
        for (int depth = 0; status == DecodeStatus.Decoded; depth++)
        {
            if (!TunnelDecoder.MayCarry(in _state.Packet, ports)) return status;
            State outer = _state;
            int known = _layers.Count, at = outer.Payload, end = at + outer.Packet.PayloadLength;
            if (at >= end) return status;
            _state = new State { Addresses = -1, Payload = -1, IpLayer = -1 };
            _state.Packet.Vlan = outer.Packet.Vlan;
            _state.Packet.LinkBroadcast = outer.Packet.LinkBroadcast;
            _state.Packet.Tunnel = outer.Packet.Tunnel;
            _state.Packet.Rest = outer.Packet.Rest;
            _state.Packet.Oddities = outer.Packet.Oddities & (Oddities.Aggregate | Oddities.AggregateReadInPart);
            TunnelKind kind = outer.Packet.Protocol == Ip.Udp ? ports.Of(outer.Packet.SourcePort, outer.Packet.DestinationPort) : TunnelKind.None;
            DecodeStatus inside = outer.Packet.Protocol == Ip.Udp ? OverUdp(at, end, kind) : OverIp(at, end, outer.Packet.Protocol);
            if (inside == NotThis)
            {
                _state = outer;
                Forget(known);
                _layers[^1].Note(kind == TunnelKind.None
                    ? "what is behind it is no header of the tunnel that its protocol number stands for"
                    : $"the port is one of {TunnelNames.Of(kind)}, but what is behind it is no header of it: no tunnel");
                return status;
            }

            if (DecodeStatusNames.IsDecoded(inside))
            {
                if (depth == TunnelDecoder.MaxDepth)
                {
                    _state = outer;
                    _layers[outer.IpLayer].Note($"more than {Number(TunnelDecoder.MaxDepth)} packets inside each other are not followed");
                    return DecodeStatus.TunnelNestingTooDeep;
                }

                if (outer.Packet.IsFragment)
                    _layers[outer.IpLayer].Note("a first fragment that holds the packet of a tunnel: that packet counts with its whole length, later fragments add nothing");
                status = inside;
                continue;
            }

            _state = outer;
            bool nonIp = DecodeStatusNames.IsNonIp(inside) || inside == DecodeStatus.EtherTypeOther;
            _state.Packet.Oddities |= nonIp ? Oddities.TunnelWithoutIp : Oddities.TunnelDamaged;
            _layers[outer.IpLayer].Note($"the tunnel in it holds {(nonIp ? "no IP packet" : "nothing that can be read")} ({DecodeStatusNames.Of(inside)}): this packet is the one that counts");
            return inside is DecodeStatus.LinkNestingTooDeep ? DecodeStatus.TunnelNestingTooDeep : status;
        }

        return status;
    }

    private DecodeStatus OverIp(int at, int end, byte protocol)
    {
        switch (protocol)
        {
            case Ip.IpInIp:
                _state.Packet.Tunnel.Add(TunnelKind.IpInIp, 0);
                return Ipv4(at, end);
            case Ip.Ipv6:
                _state.Packet.Tunnel.Add(TunnelKind.IpInIp, 0);
                return Ipv6(at, end);
            case Ip.Gre: return Gre(at, end);
            case Ip.Mpls: return Mpls(at, end, 0);
            case Ip.EtherIp:
                if (end - at < 2) return Cut("etherip", at, end, 2);
                if (_frame[at] >> 4 != 3) return NotThis;
                _state.Packet.Tunnel.Add(TunnelKind.EtherIp, 0);
                Begin("etherip", at, 2).Add("version", at, Number(_frame[at] >> 4));
                return InnerEthernet(at + 2, end, 0);
            default:
                if (end - at < 4) return Cut("l2tp", at, end, 4);
                uint session = U32(at);
                Begin("l2tp", at, 4).Add("session", at, Number(session));
                return session == 0 ? DecodeStatus.PppControl : L2tpVersion3(at + 4, end, session);
        }
    }

    private DecodeStatus Gre(int at, int end)
    {
        const int ChecksumBit = 0x8000, Routing = 0x4000, Key = 0x2000, Sequence = 0x1000, Acknowledgement = 0x0080;
        if (end - at < 4) return Cut("gre", at, end, 4);
        int start = at, flags = U16(at), protocol = U16(at + 2), version = flags & 7;
        if (version > 1) return NotThis;
        WalkedLayer layer = Begin("gre", at, 4);
        layer.Add("flags", at, Hex((uint)flags, 4));
        layer.Add("version", at + 1, Number(version));
        layer.Add("protocol", at + 2, protocol switch { Erspan12 => "0x88be erspan", Erspan3 => "0x22eb erspan-3", Wccp => "0x883e wccp", _ => EtherTypeNames.Text(protocol) });
        at += 4;
        if ((flags & (ChecksumBit | Routing)) != 0) at += 4;
        uint key = 0;
        if ((flags & Key) != 0)
        {
            if (end - at < 4) return Cut("gre key", at, end, 4);
            key = U32(at);
            layer.Add("key", at, Number(key));
            at += 4;
        }

        if ((flags & Sequence) != 0)
        {
            if (end - at >= 4) layer.Add("sequence", at, Number(U32(at)));
            at += 4;
        }

        if (version == 1)
        {
            if ((flags & Acknowledgement) != 0) at += 4;
            layer.Length = Math.Min(at, end) - start;
            _state.Packet.Tunnel.Add(TunnelKind.Pptp, key & 0xffff);
            return at >= end ? DecodeStatus.PppControl : Ppp(at, end, 0);
        }

        if ((flags & Routing) != 0 && !SkipRouting(ref at, end)) return Cut("gre routing", at, end, 4);
        if (at > end) return Cut("gre", start, end, at - start);
        layer.Length = at - start;
        if (at == end || protocol <= Ethernet.MaxLength) return DecodeStatus.EtherTypeOther;
        return InsideGre(at, end, protocol, (flags & Key) != 0, key, (flags & Sequence) != 0);
    }

    private DecodeStatus CookedGre(int at, int end, int protocol)
    {
        if (at >= end) return Cut("gre payload", at, end, 1);
        bool erspan2 = _frame[at] >> 4 == 1 && end - at > 8 && IsPlausibleEthernet(at + 8, end);
        return InsideGre(at, end, protocol, keyed: false, 0, erspan2);
    }

    private DecodeStatus InsideGre(int at, int end, int protocol, bool keyed, uint key, bool sequence)
    {
        switch (protocol)
        {
            case Erspan12:
                if (!sequence)
                {
                    _state.Packet.Tunnel.Add(TunnelKind.Erspan1, key);
                    _layers[^1].Note("no sequence number: ERSPAN type I, which has no header of its own");
                    return InnerEthernet(at, end, 0);
                }

                if (end - at < 8) return Cut("erspan-2", at, end, 8);
                Erspan("erspan-2", TunnelKind.Erspan2, at, 8);
                return InnerEthernet(at + 8, end, 0);
            case Erspan3:
                if (end - at < 12) return Cut("erspan-3", at, end, 12);
                int frameType = (U16(at + 10) >> 10) & 0x1f, length = (_frame[at + 11] & 1) != 0 ? 20 : 12;
                Erspan("erspan-3", TunnelKind.Erspan3, at, Math.Min(length, end - at)).Add("frame type", at + 10, Number(frameType));
                if (end - at < length) return Cut("erspan-3", at, end, length);
                return frameType == 2 ? RawOrCut(at + length, end) : InnerEthernet(at + length, end, 0);
            case Ethernet.TransparentBridging:
                if (keyed) _state.Packet.Tunnel.Add(TunnelKind.Nvgre, key >> 8);
                else _state.Packet.Tunnel.Add(TunnelKind.Gre, 0);
                return InnerEthernet(at, end, 0);
            case Ethernet.CiscoMetaData:
                if (end - at < 8) return Cut("cisco-metadata", at, end, 8);
                _state.Packet.Tunnel.Add(TunnelKind.Gre, key);
                Begin("cisco-metadata", at, 8).Add("type", at, EtherTypeNames.Text(U16(at)));
                return EtherType(at + 8, end, U16(at), 0);
            case Wccp:
                _state.Packet.Tunnel.Add(TunnelKind.Gre, key);
                if (_frame[at] >> 4 != 4)
                {
                    Begin("wccp redirect", at, Math.Min(4, end - at));
                    at += 4;
                }

                return at < end ? Ipv4(at, end) : DecodeStatus.LinkHeaderCut;
            default:
                _state.Packet.Tunnel.Add(TunnelKind.Gre, key);
                return EtherType(at, end, protocol, 0);
        }
    }

    private WalkedLayer Erspan(string name, TunnelKind kind, int at, int length)
    {
        uint session = (uint)U16(at + 2) & 0x3ff;
        _state.Packet.Tunnel.Add(kind, session);
        WalkedLayer layer = Begin(name, at, length);
        layer.Add("version", at, Number(_frame[at] >> 4));
        layer.Add("vlan", at, Number(U16(at) & 0xfff));
        layer.Add("session", at + 2, Number(session));
        return layer;
    }

    private bool SkipRouting(ref int at, int end)
    {
        while (end - at >= 4)
        {
            int family = U16(at), length = _frame[at + 3];
            at += 4;
            if (family == 0 && length == 0) return true;
            if (length == 0 || length > end - at) return false;
            at += length;
        }

        return false;
    }

    private DecodeStatus RawOrCut(int at, int end) => at < end ? Raw(at, end) : Cut("ip", at, end, 1);

    private DecodeStatus L2tpVersion3(int at, int end, uint session)
    {
        for (int offset = 0; offset <= 12 && end - at > offset; offset += 4)
        {
            var before = Mark();
            int payload = at + offset;
            _state.Packet.Tunnel.Add(TunnelKind.L2tp, session);
            if (offset > 0) Begin("l2tp cookie or sublayer", at, offset).Note("its length stands nowhere in the packet: what is behind it makes sense from here on");
            DecodeStatus status = IsPlausibleEthernet(payload, end) ? InnerEthernet(payload, end, 0)
                : end - payload > 4 && _frame[payload] == 0xff && _frame[payload + 1] == 3 ? Ppp(payload, end, 0)
                : _frame[payload] >> 4 is 4 or 6 ? Raw(payload, end)
                : NotThis;
            if (status != NotThis && (DecodeStatusNames.IsDecoded(status) || DecodeStatusNames.IsNonIp(status))) return status;
            Return(before);
        }

        return NotThis;
    }
}
