using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Tunnels over UDP: the port and a header that fits.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus OverUdp(int at, int end, TunnelKind kind) => kind switch
    {
        TunnelKind.Vxlan => Vxlan(at, end),
        TunnelKind.VxlanGpe => VxlanGpe(at, end),
        TunnelKind.Geneve => Geneve(at, end),
        TunnelKind.GtpU => GtpU(at, end),
        TunnelKind.Teredo => Teredo(at, end),
        TunnelKind.L2tp => L2tp(at, end),
        TunnelKind.MplsInUdp => MplsInUdp(at, end),
        TunnelKind.Lisp => Lisp(at, end),
        _ => NotThis,
    };

    private DecodeStatus Vxlan(int at, int end)
    {
        if (end - at < 8 || (_frame[at] & 0x08) == 0 || (_frame[at] & 0x77) != 0 || _frame[at + 7] != 0 || !IsPlausibleEthernet(at + 8, end)) return NotThis;
        VxlanHeader("vxlan", TunnelKind.Vxlan, at);
        return InnerEthernet(at + 8, end, 0);
    }

    private WalkedLayer VxlanHeader(string name, TunnelKind kind, int at)
    {
        _state.Packet.Tunnel.Add(kind, U32(at + 4) >> 8);
        WalkedLayer layer = Begin(name, at, 8);
        layer.Add("flags", at, Hex(_frame[at], 2));
        layer.Add("vni", at + 4, Number(U32(at + 4) >> 8));
        return layer;
    }

    private DecodeStatus VxlanGpe(int at, int end)
    {
        if (end - at < 9 || (_frame[at] & 0x38) != 0x08) return NotThis;
        if ((_frame[at] & 0x04) == 0 && _frame[at + 3] == 0) return Vxlan(at, end);
        bool plausible = _frame[at + 3] switch
        {
            1 => _frame[at + 8] >> 4 == 4,
            2 => _frame[at + 8] >> 4 == 6,
            3 => IsPlausibleEthernet(at + 8, end),
            4 or 5 => true,
            _ => false,
        };
        if (!plausible) return NotThis;
        VxlanHeader("vxlan-gpe", TunnelKind.VxlanGpe, at).Add("next", at + 3, Number(_frame[at + 3]));
        return NextProtocol(at + 8, end, _frame[at + 3], 0);
    }

    private DecodeStatus Geneve(int at, int end)
    {
        if (end - at < 8 || _frame[at] >> 6 != 0 || (_frame[at + 1] & 0x3f) != 0 || _frame[at + 7] != 0) return NotThis;
        int header = 8 + ((_frame[at] & 0x3f) * 4), type = U16(at + 2);
        if (header > end - at || type is not (Ethernet.TransparentBridging or Ethernet.Ipv4 or Ethernet.Ipv6 or Ethernet.Mpls or Ethernet.Nsh)) return NotThis;
        _state.Packet.Tunnel.Add(TunnelKind.Geneve, U32(at + 4) >> 8);
        WalkedLayer layer = Begin("geneve", at, header);
        layer.Add("type", at + 2, EtherTypeNames.Text(type));
        layer.Add("vni", at + 4, Number(U32(at + 4) >> 8));
        for (int i = at + 8, last = at + header; i + 4 <= last; i += 4 + ((_frame[i + 3] & 0x1f) * 4))
            layer.Add("option", i, $"class {Hex(U16(i), 4)}, type {Hex(_frame[i + 2], 2)}, {Number((_frame[i + 3] & 0x1f) * 4)} bytes");
        return EtherType(at + header, end, type, 0);
    }

    private DecodeStatus GtpU(int at, int end)
    {
        const byte UserData = 255;
        if (end - at < 8 || _frame[at] >> 5 != 1 || (_frame[at] & 0x10) == 0 || _frame[at + 1] != UserData) return NotThis;
        int start = at, flags = _frame[at] & 7;
        uint endpoint = U32(at + 4);
        WalkedLayer layer = Begin("gtp-u", at, 8);
        layer.Add("flags", at, Hex(_frame[at], 2));
        layer.Add("message", at + 1, Number(_frame[at + 1]));
        layer.Add("length", at + 2, Number(U16(at + 2)));
        layer.Add("endpoint", at + 4, Number(endpoint));
        at += 8;
        if (flags != 0)
        {
            if (end - at < 4) return Cut("gtp-u", start, end, 12);
            layer.Add("sequence", at, Number(U16(at)));
            byte next = (flags & 4) != 0 ? _frame[at + 3] : (byte)0;
            at += 4;
            while (next != 0)
            {
                if (at >= end) return Cut("gtp-u extension", at, end, 4);
                int length = _frame[at] * 4;
                if (length == 0 || length > end - at) return Cut("gtp-u extension", at, end, Math.Max(4, length));
                layer.Add("extension", at, $"{Hex(next, 2)}, {Number(length)} bytes");
                next = _frame[at + length - 1];
                at += length;
            }
        }

        layer.Length = at - start;
        if (at >= end) return Cut("gtp-u payload", at, end, 1);
        _state.Packet.Tunnel.Add(TunnelKind.GtpU, endpoint);
        return _frame[at] >> 4 is 4 or 6 ? Raw(at, end) : IsPlausibleEthernet(at, end) ? InnerEthernet(at, end, 0) : DecodeStatus.PppControl;
    }

    private DecodeStatus Teredo(int at, int end)
    {
        int start = at;
        if (end - at >= 4 && _frame[at] == 0 && _frame[at + 1] == 1)
        {
            int authentication = 13 + _frame[at + 2] + _frame[at + 3];
            if (authentication > end - at) return NotThis;
            at += authentication;
        }

        int origin = at;
        if (end - at >= 8 && _frame[at] == 0 && _frame[at + 1] == 0) at += 8;
        if (end - at < Ip.V6Header || _frame[at] >> 4 != 6 || U16(at + Ip.V6PayloadLength) > end - at - Ip.V6Header) return NotThis;
        _state.Packet.Tunnel.Add(TunnelKind.Teredo, 0);
        WalkedLayer layer = Begin("teredo", start, at - start);
        if (origin > start) layer.Add("authentication", start, Number(origin - start) + " bytes");
        if (at > origin) layer.Add("origin", origin, "8 bytes");
        return Ipv6(at, end);
    }

    private DecodeStatus L2tp(int at, int end)
    {
        const int Control = 0x8000, Length = 0x4000, Sequence = 0x0800, Offset = 0x0200, Reserved = 0x34f0;
        if (end - at < 6) return NotThis;
        int start = at, flags = U16(at), version = flags & 15;
        if (version == 3 && (flags & Control) == 0 && end - at >= 8)
        {
            uint session = U32(at + 4);
            Begin("l2tp", at, 8).Add("session", at + 4, Number(session));
            return L2tpVersion3(at + 8, end, session);
        }

        if (version != 2 || (flags & Control) != 0 || (flags & Reserved) != 0) return NotThis;
        at += (flags & Length) != 0 ? 4 : 2;
        if (end - at < 4) return NotThis;
        int tunnelAt = at;
        uint tunnel = U16(at);
        at += 4;
        if ((flags & Sequence) != 0) at += 4;
        if ((flags & Offset) != 0)
        {
            if (end - at < 2) return NotThis;
            at += 2 + U16(at);
        }

        if (at >= end) return NotThis;
        _state.Packet.Tunnel.Add(TunnelKind.L2tp, tunnel);
        WalkedLayer layer = Begin("l2tp", start, at - start);
        layer.Add("flags", start, Hex((uint)flags, 4));
        layer.Add("tunnel", tunnelAt, Number(tunnel));
        layer.Add("session", tunnelAt + 2, Number(U16(tunnelAt + 2)));
        return Ppp(at, end, 0);
    }

    private DecodeStatus MplsInUdp(int at, int end)
    {
        if (end - at < 8) return NotThis;
        DecodeStatus status = Mpls(at, end, 0, TunnelKind.MplsInUdp);
        return DecodeStatusNames.IsDecoded(status) ? status : NotThis;
    }

    private DecodeStatus Lisp(int at, int end)
    {
        if (end - at < 28 || _frame[at + 8] >> 4 is not (4 or 6)) return NotThis;
        uint instance = (_frame[at] & 0x08) != 0 ? U32(at + 4) >> 8 : 0;
        _state.Packet.Tunnel.Add(TunnelKind.Lisp, instance);
        WalkedLayer layer = Begin("lisp", at, 8);
        layer.Add("flags", at, Hex(_frame[at], 2));
        layer.Add("instance", at + 4, Number(instance));
        DecodeStatus status = Raw(at + 8, end);
        return DecodeStatusNames.IsDecoded(status) ? status : NotThis;
    }
}
