using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>What stands above IP.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Transport(int at, int available, uint declared)
    {
        ref PacketSummary packet = ref _state.Packet;
        _state.Payload = at;
        packet.PayloadLength = available;
        switch (packet.Protocol)
        {
            case Ip.Tcp:
                if (available < 4) break;
                Tcp(at, available, declared, Ports("tcp", at, Math.Min(available, Ip.TcpMinHeader)));
                return DecodeStatus.Decoded;

            case Ip.Udp or Ip.UdpLite:
                if (available < 4) break;
                int header = Math.Min(Ip.UdpHeader, available);
                WalkedLayer udp = Ports(packet.Protocol == Ip.Udp ? "udp" : "udp-lite", at, header);
                if (available >= 6) udp.Add(packet.Protocol == Ip.Udp ? "length" : "checksum coverage", at + Ip.UdpLength, Number(U16(at + Ip.UdpLength)));
                if (available >= 8) udp.Add("checksum", at + 6, Hex(U16(at + 6), 4));
                _state.Payload = at + header;
                packet.PayloadLength = available - header;
                packet.DataLength = (uint)Math.Max(0L, (long)declared - Ip.UdpHeader);
                if (available >= 6 && U16(at + Ip.UdpLength) is var length && (length < Ip.UdpHeader || length > declared) && length != 0
                    && !packet.IsFragment && packet.Protocol == Ip.Udp)
                {
                    packet.Oddities |= Oddities.UdpLengthInvalid;
                    udp.Note($"the length does not fit into the {Number(declared)} bytes of the IP payload");
                }

                return DecodeStatus.Decoded;

            case Ip.Sctp or Ip.Dccp:
                if (available < 4) break;
                int common = Math.Min(Ip.SctpHeader, available);
                WalkedLayer layer = Ports(packet.Protocol == Ip.Sctp ? "sctp" : "dccp", at, common);
                if (packet.Protocol == Ip.Sctp && available >= 8) layer.Add("verification tag", at + 4, Hex(U32(at + 4), 8));
                if (packet.Protocol == Ip.Sctp && available > 12) layer.Add("first chunk", at + 12, Number(_frame[at + 12]));
                _state.Payload = at + common;
                packet.PayloadLength = available - common;
                packet.DataLength = (uint)Math.Max(0L, (long)declared - Ip.SctpHeader);
                return DecodeStatus.Decoded;

            case Ip.Icmp or Ip.Icmpv6:
                if (available < 2) break;
                packet.IcmpType = _frame[at];
                packet.IcmpCode = _frame[at + 1];
                Icmp(at, available);
                return DecodeStatus.Decoded;

            default:
                Other(at, available);
                return DecodeStatus.Decoded;
        }

        packet.PayloadLength = 0;
        Cut(Matrix.TransportNames.Of(packet.Protocol), at, at + available, packet.Protocol is Ip.Icmp or Ip.Icmpv6 ? 2 : 4);
        return DecodeStatus.PortsMissing;
    }

    private WalkedLayer Ports(string name, int at, int length)
    {
        _state.Packet.SourcePort = U16(at);
        _state.Packet.DestinationPort = U16(at + 2);
        WalkedLayer layer = Begin(name, at, length);
        layer.Add("source port", at, Number(U16(at)));
        layer.Add("destination port", at + 2, Number(U16(at + 2)));
        return layer;
    }

    private void Tcp(int at, int available, uint declared, WalkedLayer layer)
    {
        ref PacketSummary packet = ref _state.Packet;
        if (available >= 8) layer.Add("sequence", at + 4, Number(U32(at + 4)));
        if (available >= 12) layer.Add("acknowledgement", at + 8, Number(U32(at + 8)));
        if (available <= Ip.TcpFlags)
        {
            packet.Oddities |= Oddities.TcpFlagsMissing;
            packet.PayloadLength = 0;
            layer.Note("cut before the flags");
            return;
        }

        int header = (_frame[at + Ip.TcpDataOffset] >> 4) * 4;
        packet.TcpFlags = (byte)(_frame[at + Ip.TcpFlags] & 0x3f);
        layer.Add("header length", at + Ip.TcpDataOffset, Number(header));
        layer.Add("flags", at + Ip.TcpFlags, Flags(_frame[at + Ip.TcpFlags]));
        if (available >= 16) layer.Add("window", at + 14, Number(U16(at + 14)));
        if (available >= 18) layer.Add("checksum", at + 16, Hex(U16(at + 16), 4));
        if (header < Ip.TcpMinHeader || (uint)header > declared)
        {
            packet.Oddities |= Oddities.TcpDataOffsetInvalid;
            packet.PayloadLength = 0;
            layer.Note($"a header length of {Number(header)} bytes does not fit into the {Number(declared)} bytes of the IP payload");
            return;
        }

        packet.DataLength = (uint)(declared - header);
        if (header > available) layer.Note("cut in its options");
        header = Math.Min(header, available);
        layer.Length = header;
        TcpOptions(layer, at + Ip.TcpMinHeader, at + header);
        _state.Payload = at + header;
        packet.PayloadLength = available - header;
    }

    private void TcpOptions(WalkedLayer layer, int at, int end)
    {
        while (at < end)
        {
            int kind = _frame[at], length = kind <= 1 ? 1 : at + 1 < end ? _frame[at + 1] : 0;
            if (length == 0 || (kind > 1 && length < 2) || length > end - at)
            {
                layer.Note("an option does not fit into the header");
                return;
            }

            if (kind != 1) layer.Add("option", at, TcpOption(kind, at, length));
            if (kind == 0) return;
            at += length;
        }
    }

    private string TcpOption(int kind, int at, int length) => (kind, length) switch
    {
        (0, _) => "end of options",
        (2, 4) => "maximum segment size " + Number(U16(at + 2)),
        (3, 3) => "window scale " + Number(_frame[at + 2]),
        (4, 2) => "selective acknowledgement permitted",
        (5, _) => "selective acknowledgement",
        (8, 10) => $"timestamps {Number(U32(at + 2))}, {Number(U32(at + 6))}",
        (34, _) => "fast open",
        _ => Number(kind),
    };

    private static string Flags(byte flags)
    {
        string[] names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        string text = string.Join(' ', names.Where((_, i) => (flags >> i & 1) != 0));
        return text.Length == 0 ? "none" : text;
    }

    private void Icmp(int at, int available)
    {
        bool v4 = _state.Packet.Protocol == Ip.Icmp;
        WalkedLayer layer = Begin(v4 ? "icmp" : "icmpv6", at, Math.Min(8, available));
        layer.Add("type", at, IcmpTypeNames.Text(v4, _frame[at]));
        layer.Add("code", at + 1, Number(_frame[at + 1]));
        if (available >= 4) layer.Add("checksum", at + 2, Hex(U16(at + 2), 4));
        bool echo = v4 ? _frame[at] is 0 or 8 : _frame[at] is 128 or 129;
        if (echo && available >= 8)
        {
            layer.Add("identifier", at + 4, Number(U16(at + 4)));
            layer.Add("sequence", at + 6, Number(U16(at + 6)));
        }

        if (_quoting || available <= 8 || !IcmpMessage.IsError(_state.Packet.Version, _frame[at])) return;

        // The quoted packet is shown by a walk of its own, one level deep: an error about an error quotes headers only.
        FrameWalk quoted = Of(_frame.AsSpan(at + 8, available - 8), v4 ? LinkType.Ipv4 : LinkType.Ipv6, null, quoting: true);
        if (!DecodeStatusNames.IsDecoded(quoted.Status))
        {
            layer.Note("what it quotes is no whole IP header");
            return;
        }

        PacketSummary inner = quoted.Packet;
        int size = inner.Version == 4 ? 4 : 16, addresses = at + 8 + quoted.AddressesOffset;
        string ports = Matrix.TransportNames.HasPorts(inner.Protocol) && quoted.Status == DecodeStatus.Decoded ? $" ports {Number(inner.SourcePort)} to {Number(inner.DestinationPort)}" : "";
        layer.Add("quotes", at + 8, $"{Protocol(inner.Protocol)} {Address(addresses, size)} to {Address(addresses + size, size)}{ports}");
    }

    private void Other(int at, int available)
    {
        byte protocol = _state.Packet.Protocol;
        switch (protocol)
        {
            case Ip.IpInIp or Ip.Ipv6 or Ip.Gre or Ip.EtherIp or Ip.L2tp or Ip.Mpls or Ip.NoNext:
                return; // tunnels are walked afterwards; there is nothing behind "no next header"
            case 50 when available >= 8:
                WalkedLayer esp = Begin("esp", at, 8);
                esp.Add("spi", at, Hex(U32(at), 8));
                esp.Add("sequence", at + 4, Number(U32(at + 4)));
                esp.Note("what is inside is encrypted");
                return;
            default:
                Ends(Matrix.TransportNames.Of(protocol) is var name && name == Number(protocol) ? "protocol " + name : name, at, at + available, DecodeStatus.Decoded);
                return;
        }
    }
}
