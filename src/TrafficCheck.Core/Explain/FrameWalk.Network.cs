using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>IPv4, IPv6 and the headers between them and the transport.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Ipv4(int at, int end)
    {
        ref PacketSummary packet = ref _state.Packet;
        int available = end - at;
        if (available < Ip.V4MinHeader) return Cut("ipv4", at, end, Ip.V4MinHeader, DecodeStatus.Ipv4HeaderCut);
        int version = _frame[at] >> 4, header = (_frame[at] & 15) * 4, total = U16(at + Ip.V4TotalLength);
        if (version != 4) return Wrong("ipv4", at, Ip.V4MinHeader, "version " + Number(version), DecodeStatus.Ipv4VersionInvalid);
        if (header < Ip.V4MinHeader)
            return Wrong("ipv4", at, Ip.V4MinHeader, $"a header length of {Number(header)} bytes: 20 is the least", DecodeStatus.Ipv4HeaderLengthInvalid);
        if (total < header && total != 0)
            return Wrong("ipv4", at, Ip.V4MinHeader, $"a total length of {Number(total)} bytes is shorter than the header", DecodeStatus.Ipv4TotalLengthInvalid);
        bool zero = total == 0;
        if (zero)
        {
            packet.Oddities |= Oddities.Ipv4TotalLengthZero;
            total = available;
        }

        if (available < header) return Cut("ipv4", at, end, header, DecodeStatus.Ipv4HeaderCut);
        _state.IpLayer = _layers.Count;
        WalkedLayer layer = Begin("ipv4", at, header);
        Ipv4Fields(layer, at, header);
        if (zero) layer.Note("total length 0 (segmentation offload): the captured length stands in for it");
        packet.Version = 4;
        _state.Addresses = at + Ip.V4Source;
        packet.IpLength = (uint)total;
        packet.Protocol = _frame[at + Ip.V4Protocol];
        if (total > available) CutPacket(layer, total, available);
        else available = total;

        int fragment = U16(at + Ip.V4FlagsFragment);
        if ((fragment & (Ip.V4MoreFragments | Ip.V4FragmentOffset)) != 0)
        {
            packet.IsFragment = true;
            packet.FragmentId = U16(at + Ip.V4Id);
            if ((fragment & Ip.V4FragmentOffset) != 0) return Later(at + header, at + available);
        }

        int payload = at + header;
        available -= header;
        if (packet.Protocol == Ip.Ah && !SkipAh(ref payload, ref available)) return DecodeStatus.PortsMissing;
        return Transport(payload, available, (uint)(total - (payload - at)));
    }

    private void CutPacket(WalkedLayer layer, long length, int available)
    {
        _state.Packet.Oddities |= Oddities.PacketCut;
        layer.Note($"the packet has {Number(length)} bytes, {Number(available)} of them captured");
    }

    private DecodeStatus Later(int at, int end)
    {
        _state.Payload = at;
        _state.Packet.PayloadLength = Math.Max(0, end - at);
        Begin("later fragment", at, Math.Max(0, end - at)).Note("no transport header: it is in the first fragment");
        return DecodeStatus.LaterFragment;
    }

    private void Ipv4Fields(WalkedLayer layer, int at, int header)
    {
        int fragment = U16(at + Ip.V4FlagsFragment), sum = Checksum(at, header);
        layer.Add("header length", at, Number(header));
        layer.Add("dscp", at + 1, Number(_frame[at + 1] >> 2));
        layer.Add("ecn", at + 1, Number(_frame[at + 1] & 3));
        layer.Add("total length", at + Ip.V4TotalLength, Number(U16(at + Ip.V4TotalLength)));
        layer.Add("identification", at + Ip.V4Id, Hex(U16(at + Ip.V4Id), 4));
        layer.Add("flags", at + Ip.V4FlagsFragment, ((fragment & 0x4000) != 0, (fragment & Ip.V4MoreFragments) != 0) switch
        {
            (true, true) => "don't fragment, more fragments",
            (true, false) => "don't fragment",
            (false, true) => "more fragments",
            _ => "none",
        });
        layer.Add("fragment offset", at + Ip.V4FlagsFragment, Number((fragment & Ip.V4FragmentOffset) * 8));
        layer.Add("ttl", at + 8, Number(_frame[at + 8]));
        layer.Add("protocol", at + Ip.V4Protocol, Protocol(_frame[at + Ip.V4Protocol]));
        layer.Add("checksum", at + 10, Hex(U16(at + 10), 4) + (sum == 0xffff ? " right" : U16(at + 10) == 0 ? " not set" : " wrong"));
        layer.Add("source", at + Ip.V4Source, Address(at + Ip.V4Source, 4));
        layer.Add("destination", at + Ip.V4Source + 4, Address(at + Ip.V4Source + 4, 4));
        for (int i = at + Ip.V4MinHeader, end = at + header; i < end;)
        {
            int type = _frame[i], length = type <= 1 ? 1 : i + 1 < end ? _frame[i + 1] : 0;
            if (length == 0 || (type > 1 && length < 2) || length > end - i)
            {
                layer.Add("option", i, Number(type) + ", its length does not fit");
                layer.Note("the options are damaged");
                return;
            }

            layer.Add("option", i, Ipv4Option(type) + (length > 2 ? " " + Convert.ToHexStringLower(_frame, i + 2, length - 2) : ""));
            if (type == 0) return;
            i += length;
        }
    }

    private static string Ipv4Option(int type) => type switch
    {
        0 => "0 end of options",
        1 => "1 no operation",
        7 => "7 record route",
        68 => "68 timestamp",
        130 => "130 security",
        131 => "131 loose source route",
        137 => "137 strict source route",
        148 => "148 router alert",
        _ => Number(type),
    };

    private DecodeStatus Ipv6(int at, int end)
    {
        ref PacketSummary packet = ref _state.Packet;
        int available = end - at;
        if (available < Ip.V6Header) return Cut("ipv6", at, end, Ip.V6Header, DecodeStatus.Ipv6HeaderCut);
        if (_frame[at] >> 4 != 6) return Wrong("ipv6", at, Ip.V6Header, "version " + Number(_frame[at] >> 4), DecodeStatus.Ipv6VersionInvalid);
        _state.IpLayer = _layers.Count;
        uint payloadLength = U16(at + Ip.V6PayloadLength);
        byte next = _frame[at + Ip.V6NextHeader];
        WalkedLayer layer = Begin("ipv6", at, Ip.V6Header);
        layer.Add("traffic class", at, Number((U16(at) >> 4) & 0xff));
        layer.Add("flow label", at + 1, Hex(U32(at) & 0xfffff, 5));
        layer.Add("payload length", at + Ip.V6PayloadLength, Number(payloadLength));
        layer.Add("next header", at + Ip.V6NextHeader, Protocol(next));
        layer.Add("hop limit", at + 7, Number(_frame[at + 7]));
        layer.Add("source", at + Ip.V6Source, Address(at + Ip.V6Source, 16));
        layer.Add("destination", at + Ip.V6Source + 16, Address(at + Ip.V6Source + 16, 16));
        packet.Version = 6;
        _state.Addresses = at + Ip.V6Source;
        packet.IpLength = Ip.V6Header + payloadLength;
        at += Ip.V6Header;
        available -= Ip.V6Header;
        if (payloadLength == 0 && next is Ip.Tcp or Ip.Udp or Ip.HopByHop && available >= (next == Ip.Tcp ? Ip.TcpMinHeader : 8))
            ZeroPayloadLength(layer, at, available, next);
        uint declared = packet.IpLength - Ip.V6Header;
        if (declared > (uint)available) CutPacket(layer, packet.IpLength, available + Ip.V6Header);
        else available = (int)declared;
        return Extensions(at, available, next, declared);
    }

    private void ZeroPayloadLength(WalkedLayer layer, int at, int available, byte next)
    {
        ref PacketSummary packet = ref _state.Packet;
        if (next == Ip.HopByHop && available >= 8)
        {
            int end = Math.Min(available, (_frame[at + 1] + 1) * 8);
            for (int i = 2; i + 1 < end;)
            {
                if (_frame[at + i] == 0) { i++; continue; }
                if (_frame[at + i] == Ip.JumboOption && _frame[at + i + 1] == 4 && i + 6 <= end)
                {
                    packet.IpLength = (uint)Math.Min(uint.MaxValue, Ip.V6Header + (ulong)U32(at + i + 2));
                    layer.Note($"a jumbogram of {Number(packet.IpLength)} bytes (RFC 2675)");
                    return;
                }

                i += 2 + _frame[at + i + 1];
            }
        }

        packet.Oddities |= Oddities.Ipv6PayloadLengthZero;
        packet.IpLength = Ip.V6Header + (uint)available;
        layer.Note("payload length 0 without a jumbo option (segmentation offload): the captured length stands in for it");
    }

    private DecodeStatus Extensions(int at, int available, byte next, uint declared)
    {
        ref PacketSummary packet = ref _state.Packet;
        for (int headers = 0; ; headers++)
        {
            if (next is not (Ip.HopByHop or Ip.Routing or Ip.DestinationOptions or Ip.Fragment or Ip.Ah))
            {
                packet.Protocol = next;
                return Transport(at, available, declared);
            }

            packet.Protocol = next;
            string name = ExtensionName(next);
            if (headers == Ip.MaxExtensions)
                return Wrong(name, at, 0, $"more than {Number(Ip.MaxExtensions)} extension headers are not followed", DecodeStatus.Ipv6ExtensionChainTooLong);
            if (available < 8) return Cut(name, at, at + available, 8, DecodeStatus.Ipv6ExtensionCut);
            int length = next switch
            {
                Ip.Fragment => 8,
                Ip.Ah => (_frame[at + 1] + 2) * 4,
                _ => (_frame[at + 1] + 1) * 8,
            };
            WalkedLayer layer = Begin(name, at, Math.Min(length, available));
            layer.Add("next header", at, Protocol(_frame[at]));
            ExtensionFields(layer, at, next, layer.Length);
            if (next == Ip.Fragment)
            {
                int field = U16(at + 2);
                packet.IsFragment = (field & 0xfff9) != 0;
                packet.FragmentId = U32(at + 4);
                if (!packet.IsFragment) layer.Note("an atomic fragment: a whole packet (RFC 6946)");
                if (field >> 3 != 0)
                {
                    packet.Protocol = _frame[at];
                    return Later(at + 8, at + available);
                }
            }

            if (length > available)
            {
                layer.Note($"cut: {Number(length)} bytes are needed, {Number(available)} are there");
                return DecodeStatus.Ipv6ExtensionCut;
            }

            next = _frame[at];
            at += length;
            available -= length;
            declared -= Math.Min(declared, (uint)length);
        }
    }

    private static string ExtensionName(byte number) => number switch
    {
        Ip.HopByHop => "hop-by-hop options",
        Ip.Routing => "routing header",
        Ip.DestinationOptions => "destination options",
        Ip.Fragment => "fragment header",
        _ => "authentication header",
    };

    private void ExtensionFields(WalkedLayer layer, int at, byte number, int length)
    {
        switch (number)
        {
            case Ip.Fragment:
                layer.Add("offset", at + 2, Number(U16(at + 2) & 0xfff8));
                layer.Add("more fragments", at + 3, Number(_frame[at + 3] & 1));
                layer.Add("identification", at + 4, Hex(U32(at + 4), 8));
                break;
            case Ip.Ah:
                layer.Add("spi", at + 4, Hex(U32(at + 4), 8));
                if (length >= 12) layer.Add("sequence", at + 8, Number(U32(at + 8)));
                break;
            case Ip.Routing:
                layer.Add("routing type", at + 2, Number(_frame[at + 2]));
                layer.Add("segments left", at + 3, Number(_frame[at + 3]));
                for (int i = 8; i + 16 <= length && _frame[at + 2] is 0 or 2 or 4; i += 16) layer.Add("address", at + i, Address(at + i, 16));
                break;
            default:
                for (int i = 2; i < length;)
                {
                    int type = _frame[at + i];
                    if (type != 0 && (i + 1 >= length || i + 2 + _frame[at + i + 1] > length))
                    {
                        layer.Note("an option does not fit into the header");
                        return;
                    }

                    int size = type == 0 ? 1 : 2 + _frame[at + i + 1];
                    if (type > 1) layer.Add("option", at + i, Hex((uint)type, 2) + (size > 2 ? " " + Convert.ToHexStringLower(_frame, at + i + 2, size - 2) : ""));
                    i += size;
                }

                break;
        }
    }

    private bool SkipAh(ref int at, ref int available)
    {
        ref PacketSummary packet = ref _state.Packet;
        for (int headers = 0; packet.Protocol == Ip.Ah && headers < Ip.MaxExtensions; headers++)
        {
            int length = available < 8 ? 8 : (_frame[at + 1] + 2) * 4;
            if (length > available)
            {
                Cut("authentication header", at, at + available, length);
                return false;
            }

            WalkedLayer layer = Begin("authentication header", at, length);
            layer.Add("next header", at, Protocol(_frame[at]));
            ExtensionFields(layer, at, Ip.Ah, length);
            packet.Protocol = _frame[at];
            at += length;
            available -= length;
        }

        return true;
    }

    /// <summary>The sum of RFC 1071 without its complement: 0xffff over a header whose checksum is right.</summary>
    private int Checksum(int at, int length)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < length; i += 2) sum += U16(at + i);
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (int)sum;
    }

    private static string Protocol(byte number)
    {
        string name = TransportNames.Of(number), digits = Number(number);
        return name == digits ? digits : $"{digits} {name}";
    }
}
