namespace TrafficCheck.Core.Wire;

/// <summary>
/// Goes from a packet to the packet inside it, as long as there is one: the innermost IP packet is the one that counts. One layer at a time,
/// in a loop, so that nesting costs no stack. Where a tunnel holds no IP packet, the packet around it counts and says so in its oddities.
/// Keeps the guarantee of <see cref="FrameDecoder"/>.
/// </summary>
public static unsafe class TunnelDecoder
{
    /// <summary>Packets inside each other.</summary>
    public const int MaxDepth = 16;

    /// <summary>The bytes behind the port are not those of the tunnel that it stands for.</summary>
    private const DecodeStatus NotThis = DecodeStatus.Count;

    /// <param name="status">How decoding of <paramref name="packet"/> ended.</param>
    /// <param name="packet">The outer packet; replaced by the innermost one.</param>
    /// <returns>How decoding of the innermost packet ended.</returns>
    public static DecodeStatus Unwrap(DecodeStatus status, ref PacketSummary packet, TunnelPorts ports) =>
        status == DecodeStatus.Decoded && MayCarry(in packet, ports) ? UnwrapAll(ref packet, ports) : status;

    /// <summary>
    /// The two innermost packets take turns in two places, and only the last is copied: a copy reads in one piece what was just written field by field,
    /// and waits for all of it to reach the cache.
    /// </summary>
    private static DecodeStatus UnwrapAll(ref PacketSummary packet, TunnelPorts ports)
    {
        PacketSummary even, odd;
        fixed (PacketSummary* outermost = &packet)
        {
            PacketSummary* around = outermost;
            DecodeStatus status = DecodeStatus.Decoded;
            for (int depth = 0; status == DecodeStatus.Decoded && MayCarry(in *around, ports); depth++)
            {
                byte* at = around->Payload, end = at + around->PayloadLength;
                if (at >= end) break;
                PacketSummary* inner = (depth & 1) == 0 ? &even : &odd;
                *inner = default;
                inner->Vlan = around->Vlan;
                inner->LinkBroadcast = around->LinkBroadcast;
                inner->Tunnel = around->Tunnel;
                inner->Rest = around->Rest;
                inner->Oddities = around->Oddities & (Oddities.Aggregate | Oddities.AggregateReadInPart);
                DecodeStatus inside = around->Protocol == Ip.Udp
                    ? OverUdp(at, end, ports.Of(around->SourcePort, around->DestinationPort), ref *inner)
                    : OverIp(at, end, around->Protocol, ref *inner);
                if (inside == NotThis) break;
                if (DecodeStatusNames.IsDecoded(inside) && depth < MaxDepth)
                {
                    around = inner;
                    status = inside;
                    continue;
                }

                if (DecodeStatusNames.IsDecoded(inside)) status = DecodeStatus.TunnelNestingTooDeep;
                else around->Oddities |= OddityOf(inside);
                if (inside == DecodeStatus.LinkNestingTooDeep) status = DecodeStatus.TunnelNestingTooDeep;
                break;
            }

            if (around != outermost) packet = *around;
            return status;
        }
    }

    private static Oddities OddityOf(DecodeStatus inside) =>
        DecodeStatusNames.IsNonIp(inside) || inside == DecodeStatus.EtherTypeOther ? Oddities.TunnelWithoutIp : Oddities.TunnelDamaged;

    /// <summary>Whether the packet's protocol or ports are those of a tunnel.</summary>
    public static bool MayCarry(in PacketSummary packet, TunnelPorts ports) => packet.Protocol switch
    {
        Ip.Udp => ports.MayBe(packet.SourcePort, packet.DestinationPort),
        Ip.IpInIp or Ip.Ipv6 or Ip.Gre or Ip.EtherIp or Ip.L2tp or Ip.Mpls => true,
        _ => false,
    };

    private static DecodeStatus OverIp(byte* at, byte* end, byte protocol, ref PacketSummary inner)
    {
        switch (protocol)
        {
            case Ip.IpInIp:
                inner.Tunnel.Add(TunnelKind.IpInIp, 0);
                return FrameDecoder.DecodeIpv4(at, (int)(end - at), ref inner);
            case Ip.Ipv6:
                inner.Tunnel.Add(TunnelKind.IpInIp, 0);
                return FrameDecoder.DecodeIpv6(at, (int)(end - at), ref inner);
            case Ip.Gre:
                return Gre(at, end, ref inner);
            case Ip.Mpls:
                return FrameDecoder.DecodeMpls(at, end, ref inner, 0);
            case Ip.EtherIp:
                // RFC 3378: version 3 in the first four bits, the rest reserved.
                if (end - at < 2) return DecodeStatus.LinkHeaderCut;
                if (at[0] >> 4 != 3) return NotThis;
                inner.Tunnel.Add(TunnelKind.EtherIp, 0);
                return FrameDecoder.DecodeInnerEthernet(at + 2, end, ref inner, 0);
            default:
                // RFC 3931: over IP a session number of 0 is a control message.
                if (end - at < 4) return DecodeStatus.LinkHeaderCut;
                return FrameDecoder.U32(at) == 0 ? DecodeStatus.PppControl : L2tpVersion3(at + 4, end, FrameDecoder.U32(at), ref inner);
        }
    }

    /// <summary>RFC 2784 and 2890, the routing of RFC 1701, version 1 of RFC 2637. Protocols say what is inside.</summary>
    private static DecodeStatus Gre(byte* at, byte* end, ref PacketSummary inner)
    {
        const int Checksum = 0x8000, Routing = 0x4000, Key = 0x2000, Sequence = 0x1000, Acknowledgement = 0x0080;
        if (end - at < 4) return DecodeStatus.LinkHeaderCut;
        int flags = FrameDecoder.U16(at), protocol = FrameDecoder.U16(at + 2), version = flags & 7;
        if (version > 1) return NotThis;
        at += 4;
        if ((flags & (Checksum | Routing)) != 0) at += 4;
        uint key = 0;
        if ((flags & Key) != 0)
        {
            if (end - at < 4) return DecodeStatus.LinkHeaderCut;
            key = FrameDecoder.U32(at);
            at += 4;
        }

        if ((flags & Sequence) != 0) at += 4;
        if (version == 1)
        {
            if ((flags & Acknowledgement) != 0) at += 4;
            inner.Tunnel.Add(TunnelKind.Pptp, key & 0xffff); // the lower half is the call
            return at >= end ? DecodeStatus.PppControl : FrameDecoder.DecodePpp(at, end, ref inner, 0);
        }

        if ((flags & Routing) != 0 && !SkipRouting(ref at, end)) return DecodeStatus.LinkHeaderCut;
        if (at > end) return DecodeStatus.LinkHeaderCut;
        if (at == end || protocol <= Ethernet.MaxLength) return DecodeStatus.EtherTypeOther; // keep-alives are empty
        return InsideGre(at, end, protocol, (flags & Key) != 0, key, (flags & Sequence) != 0, ref inner);
    }

    /// <summary>What a GRE device hands up: the tunnel's headers are gone, their protocol is in the header of the cooked capture.</summary>
    internal static DecodeStatus CookedGre(byte* at, byte* end, int protocol, ref PacketSummary packet)
    {
        if (at >= end) return DecodeStatus.LinkHeaderCut;

        // The sequence number's flag went with the header; ERSPAN II shows itself by its version.
        bool erspan2 = *at >> 4 == 1 && end - at > 8 && FrameDecoder.IsPlausibleEthernet(at + 8, end);
        return InsideGre(at, end, protocol, keyed: false, 0, erspan2, ref packet);
    }

    private static DecodeStatus InsideGre(byte* at, byte* end, int protocol, bool keyed, uint key, bool sequence, ref PacketSummary inner)
    {
        const int Erspan12 = 0x88be, Erspan3 = 0x22eb, Wccp = 0x883e;
        switch (protocol)
        {
            case Erspan12:
                // Type I has no header of its own and no sequence number; that is all that tells it from type II.
                if (!sequence)
                {
                    inner.Tunnel.Add(TunnelKind.Erspan1, key);
                    return FrameDecoder.DecodeInnerEthernet(at, end, ref inner, 0);
                }

                if (end - at < 8) return DecodeStatus.LinkHeaderCut;
                inner.Tunnel.Add(TunnelKind.Erspan2, (uint)FrameDecoder.U16(at + 2) & 0x3ff);
                return FrameDecoder.DecodeInnerEthernet(at + 8, end, ref inner, 0);
            case Erspan3:
                // 12 bytes, 8 more when the last bit says so; the type of frame is in bits 1 to 5 of byte 10's upper part.
                if (end - at < 12) return DecodeStatus.LinkHeaderCut;
                inner.Tunnel.Add(TunnelKind.Erspan3, (uint)FrameDecoder.U16(at + 2) & 0x3ff);
                int frameType = (FrameDecoder.U16(at + 10) >> 10) & 0x1f, length = (at[11] & 1) != 0 ? 20 : 12;
                if (end - at < length) return DecodeStatus.LinkHeaderCut;
                if (frameType == 2) return FrameDecoder.DecodeRaw(at + length, (int)(end - at) - length, ref inner);
                return FrameDecoder.DecodeInnerEthernet(at + length, end, ref inner, 0);
            case Ethernet.TransparentBridging:
                // RFC 7637: with a key, 24 bits of it are the virtual subnet.
                if (keyed) inner.Tunnel.Add(TunnelKind.Nvgre, key >> 8);
                else inner.Tunnel.Add(TunnelKind.Gre, 0);
                return FrameDecoder.DecodeInnerEthernet(at, end, ref inner, 0);
            case Ethernet.CiscoMetaData:
                // Here, other than behind Ethernet, the EtherType stands first.
                if (end - at < 8) return DecodeStatus.LinkHeaderCut;
                inner.Tunnel.Add(TunnelKind.Gre, key);
                return FrameDecoder.DecodeEtherType(at + 8, end, FrameDecoder.U16(at), ref inner);
            case Wccp:
                // WCCP version 2 puts a redirect header of four bytes before the packet.
                inner.Tunnel.Add(TunnelKind.Gre, key);
                if (*at >> 4 != 4) at += 4;
                return at < end ? FrameDecoder.DecodeIpv4(at, (int)(end - at), ref inner) : DecodeStatus.LinkHeaderCut;
            default:
                inner.Tunnel.Add(TunnelKind.Gre, key);
                return FrameDecoder.DecodeEtherType(at, end, protocol, ref inner);
        }
    }

    /// <summary>Source route entries (RFC 1701): family, offset, length; one of length 0 ends them.</summary>
    private static bool SkipRouting(ref byte* at, byte* end)
    {
        while (end - at >= 4)
        {
            int family = FrameDecoder.U16(at), length = at[3];
            at += 4;
            if (family == 0 && length == 0) return true;
            if (length == 0 || length > end - at) return false;
            at += length;
        }

        return false;
    }

    private static DecodeStatus OverUdp(byte* at, byte* end, TunnelKind kind, ref PacketSummary inner) => kind switch
    {
        TunnelKind.Vxlan => Vxlan(at, end, ref inner),
        TunnelKind.VxlanGpe => VxlanGpe(at, end, ref inner),
        TunnelKind.Geneve => Geneve(at, end, ref inner),
        TunnelKind.GtpU => GtpU(at, end, ref inner),
        TunnelKind.Teredo => Teredo(at, end, ref inner),
        TunnelKind.L2tp => L2tp(at, end, ref inner),
        TunnelKind.MplsInUdp => MplsInUdp(at, end, ref inner),
        TunnelKind.Lisp => Lisp(at, end, ref inner),
        _ => NotThis,
    };

    /// <summary>RFC 7348: the flag that the VNI is valid, reserved bits, VNI, one more reserved byte. Group policy uses some reserved bits.</summary>
    private static DecodeStatus Vxlan(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at < 8 || (at[0] & 0x08) == 0 || (at[0] & 0x77) != 0 || at[7] != 0 || !FrameDecoder.IsPlausibleEthernet(at + 8, end)) return NotThis;
        inner.Tunnel.Add(TunnelKind.Vxlan, FrameDecoder.U32(at + 4) >> 8);
        return FrameDecoder.DecodeInnerEthernet(at + 8, end, ref inner, 0);
    }

    /// <summary>The generic protocol extension: version 0 and the next protocol in byte 3. Some senders leave the bit out that says so.</summary>
    private static DecodeStatus VxlanGpe(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at < 9 || (at[0] & 0x38) != 0x08) return NotThis;
        if ((at[0] & 0x04) == 0 && at[3] == 0) return Vxlan(at, end, ref inner);
        bool plausible = at[3] switch
        {
            1 => at[8] >> 4 == 4,
            2 => at[8] >> 4 == 6,
            3 => FrameDecoder.IsPlausibleEthernet(at + 8, end),
            4 or 5 => true,
            _ => false,
        };
        if (!plausible) return NotThis;
        inner.Tunnel.Add(TunnelKind.VxlanGpe, FrameDecoder.U32(at + 4) >> 8);
        return FrameDecoder.DecodeNextProtocol(at + 8, end, at[3], ref inner, 0);
    }

    /// <summary>RFC 8926: version 0, length of the options in words, EtherType, VNI.</summary>
    private static DecodeStatus Geneve(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at < 8 || at[0] >> 6 != 0 || (at[1] & 0x3f) != 0 || at[7] != 0) return NotThis;
        int header = 8 + ((at[0] & 0x3f) * 4), type = FrameDecoder.U16(at + 2);
        if (header > end - at || type is not (Ethernet.TransparentBridging or Ethernet.Ipv4 or Ethernet.Ipv6 or Ethernet.Mpls or Ethernet.Nsh)) return NotThis;
        inner.Tunnel.Add(TunnelKind.Geneve, FrameDecoder.U32(at + 4) >> 8);
        return FrameDecoder.DecodeEtherType(at + header, end, type, ref inner);
    }

    /// <summary>3GPP TS 29.281: version 1, message 255 is a packet of the user; a sequence number, N-PDU number or extension adds four bytes.</summary>
    private static DecodeStatus GtpU(byte* at, byte* end, ref PacketSummary inner)
    {
        const byte UserData = 255;
        if (end - at < 8 || at[0] >> 5 != 1 || (at[0] & 0x10) == 0) return NotThis;
        if (at[1] != UserData) return NotThis;
        uint endpoint = FrameDecoder.U32(at + 4);
        int flags = at[0] & 7;
        at += 8;
        if (flags != 0)
        {
            if (end - at < 4) return DecodeStatus.LinkHeaderCut;
            byte next = (flags & 4) != 0 ? at[3] : (byte)0;
            at += 4;
            while (next != 0)
            {
                // Extension headers: their length in words first, the type of the next one last.
                if (at >= end) return DecodeStatus.LinkHeaderCut;
                int length = *at * 4;
                if (length == 0 || length > end - at) return DecodeStatus.LinkHeaderCut;
                next = at[length - 1];
                at += length;
            }
        }

        if (at >= end) return DecodeStatus.LinkHeaderCut;
        inner.Tunnel.Add(TunnelKind.GtpU, endpoint);
        int version = *at >> 4;
        return version is 4 or 6 ? FrameDecoder.DecodeRaw(at, (int)(end - at), ref inner)
            : FrameDecoder.IsPlausibleEthernet(at, end) ? FrameDecoder.DecodeInnerEthernet(at, end, ref inner, 0)
            : DecodeStatus.PppControl;
    }

    /// <summary>RFC 4380 section 5.1.1: authentication (0, 1) and origin (0, 0) may stand before the IPv6 packet.</summary>
    private static DecodeStatus Teredo(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at >= 4 && at[0] == 0 && at[1] == 1)
        {
            int authentication = 13 + at[2] + at[3];
            if (authentication > end - at) return NotThis;
            at += authentication;
        }

        if (end - at >= 8 && at[0] == 0 && at[1] == 0) at += 8;
        if (end - at < Ip.V6Header || *at >> 4 != 6 || FrameDecoder.U16(at + Ip.V6PayloadLength) > end - at - Ip.V6Header) return NotThis;
        inner.Tunnel.Add(TunnelKind.Teredo, 0);
        return FrameDecoder.DecodeIpv6(at, (int)(end - at), ref inner);
    }

    /// <summary>RFC 2661 data messages: flags, length when its bit is set, tunnel, session, numbers and offset when their bits are, PPP.</summary>
    private static DecodeStatus L2tp(byte* at, byte* end, ref PacketSummary inner)
    {
        const int Control = 0x8000, Length = 0x4000, Sequence = 0x0800, Offset = 0x0200, Reserved = 0x34f0;
        if (end - at < 6) return NotThis;
        int flags = FrameDecoder.U16(at), version = flags & 15;
        if (version == 3 && (flags & Control) == 0 && end - at >= 8) return L2tpVersion3(at + 8, end, FrameDecoder.U32(at + 4), ref inner);
        if (version != 2 || (flags & Control) != 0 || (flags & Reserved) != 0) return NotThis;
        at += (flags & Length) != 0 ? 4 : 2;
        if (end - at < 4) return NotThis;
        uint tunnel = FrameDecoder.U16(at);
        at += 4;
        if ((flags & Sequence) != 0) at += 4;
        if ((flags & Offset) != 0)
        {
            if (end - at < 2) return NotThis;
            at += 2 + FrameDecoder.U16(at);
        }

        if (at >= end) return NotThis;
        inner.Tunnel.Add(TunnelKind.L2tp, tunnel);
        return FrameDecoder.DecodePpp(at, end, ref inner, 0);
    }

    /// <summary>
    /// RFC 3931: the cookie (0, 4 or 8 bytes), the sublayer (0 or 4) and what is inside were agreed on beforehand and stand nowhere in the packet,
    /// so the offset is the first at which an Ethernet frame, PPP or IP makes sense.
    /// </summary>
    private static DecodeStatus L2tpVersion3(byte* at, byte* end, uint session, ref PacketSummary inner)
    {
        for (int offset = 0; offset <= 12 && end - at > offset; offset += 4)
        {
            byte* payload = at + offset;
            PacketSummary trial = inner;
            trial.Tunnel.Add(TunnelKind.L2tp, session);
            DecodeStatus status = FrameDecoder.IsPlausibleEthernet(payload, end)
                ? FrameDecoder.DecodeInnerEthernet(payload, end, ref trial, 0)
                : end - payload > 4 && payload[0] == 0xff && payload[1] == 3 ? FrameDecoder.DecodePpp(payload, end, ref trial, 0)
                : *payload >> 4 is 4 or 6 ? FrameDecoder.DecodeRaw(payload, (int)(end - payload), ref trial)
                : NotThis;
            if (status == NotThis || (!DecodeStatusNames.IsDecoded(status) && !DecodeStatusNames.IsNonIp(status))) continue;
            inner = trial;
            return status;
        }

        return NotThis;
    }

    private static DecodeStatus MplsInUdp(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at < 8) return NotThis;
        PacketSummary trial = inner;
        DecodeStatus status = FrameDecoder.DecodeMpls(at, end, ref trial, 0, TunnelKind.MplsInUdp);
        if (!DecodeStatusNames.IsDecoded(status)) return NotThis;
        inner = trial;
        return status;
    }

    /// <summary>RFC 9300 data packets: eight bytes, then IP.</summary>
    private static DecodeStatus Lisp(byte* at, byte* end, ref PacketSummary inner)
    {
        if (end - at < 28 || at[8] >> 4 is not (4 or 6)) return NotThis;
        PacketSummary trial = inner;
        trial.Tunnel.Add(TunnelKind.Lisp, (at[0] & 0x08) != 0 ? FrameDecoder.U32(at + 4) >> 8 : 0);
        DecodeStatus status = FrameDecoder.DecodeRaw(at + 8, (int)(end - at) - 8, ref trial);
        if (!DecodeStatusNames.IsDecoded(status)) return NotThis;
        inner = trial;
        return status;
    }
}
