using TrafficCheck.Core.Wire;
using static TrafficCheck.Core.Tests.Wire.Stacks.StackBytes;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>Puts a stack into an IP packet, by way of any tunnel that can carry what it begins with.</summary>
internal sealed class TunnelMaker(Random random, PacketMaker packets, LinkMaker links)
{
    public Stack Wrap(Stack inner)
    {
        // An Ethernet frame goes into more tunnels; IP packets get one now and then.
        if (inner.Head != Head.Ethernet && random.Next(3) == 0) inner = links.Ethernet(inner);
        (Stack carried, Upper upper) = inner.Head == Head.Ethernet ? OfEthernet(inner) : OfIp(inner);
        Stack outer = packets.Make(upper, mayFragment: false);
        if (!inner.HasPacket)
        {
            // What holds no packet leaves the one around it, which says so.
            return outer with { Facts = outer.Facts with { Oddities = Oddities.TunnelWithoutIp }, Words = outer.Words + " > " + carried.Words, IsPlain = false };
        }

        int before = outer.Bytes.Length - carried.Bytes.Length;
        return carried with { Head = outer.Head, Bytes = outer.Bytes, Facts = carried.Facts.Behind(before), Words = outer.Words + " > " + carried.Words, IsPlain = false };
    }

    private (Stack, Upper) OfIp(Stack inner)
    {
        bool v4 = inner.Head == Head.IPv4;
        int type = v4 ? 0x0800 : 0x86dd;
        uint id = (uint)random.Next(1, 1 << 24);
        switch (random.Next(v4 ? 12 : 13))
        {
            case 0 or 1: return Over(v4 ? (byte)4 : (byte)41, inner.In(TunnelKind.IpInIp, 0));
            case 2: return Gre(inner, type, key => inner.In(TunnelKind.Gre, key));
            case 3: return Pptp(inner, v4);
            case 4:
                byte[] erspan = [0x20, 7, 0, (byte)id, 0, 0, 0, 0, 0, 0, 0x08, 0x00];
                return Gre(inner.Behind(erspan, Head.Ethernet, "erspan-3 of ip"), 0x22eb, _ => inner.In(TunnelKind.Erspan3, id & 0xff), sequence: true);
            case 5: return Udp(4790, inner.Behind([0x0c, 0, 0, v4 ? (byte)1 : (byte)2, .. U24(id), 0], Head.Link, "vxlan-gpe").In(TunnelKind.VxlanGpe, id));
            case 6:
                uint path = (uint)random.Next(1, 1 << 24);
                Stack nsh = inner.Behind([0, 6, 1, v4 ? (byte)1 : (byte)2, .. U24(path), 255, .. new byte[16]], Head.Link, "nsh").In(TunnelKind.Nsh, path);
                return Udp(4790, nsh.Behind([0x0c, 0, 0, 4, .. U24(id), 0], Head.Link, "vxlan-gpe").In(TunnelKind.VxlanGpe, id));
            case 7: return Geneve(inner, type, id);
            case 8: return GtpU(inner, id);
            case 9: return L2tp(inner, v4);
            case 10: return Mpls(inner, id);
            case 11: return Udp(4341, inner.Behind([random.Next(2) == 0 ? (byte)8 : (byte)0xc8, 0, 0, 0, .. U24(id), 0], Head.Link, "lisp").In(TunnelKind.Lisp, id));
            default:
                byte[] origin = random.Next(2) == 0 ? [] : [0, 0, 1, 2, 3, 4, 5, 6], authentication = random.Next(2) == 0 ? [] : [0, 1, 2, 3, .. new byte[5 + 9]];
                return Udp(3544, inner.Behind([.. authentication, .. origin], Head.Link, "teredo").In(TunnelKind.Teredo, 0) with { MustBeWhole = true });
        }
    }

    private (Stack, Upper) OfEthernet(Stack inner)
    {
        uint id = (uint)random.Next(1, 1 << 24);
        switch (random.Next(12))
        {
            case 0: return Gre(inner, 0x6558, key => key == 0 ? inner.In(TunnelKind.Gre, 0) : inner.In(TunnelKind.Nvgre, key >> 8));
            case 1: return Gre(inner, 0x88be, key => inner.In(TunnelKind.Erspan1, key), sequence: false);
            case 2: return Gre(inner.Behind([0x10, 7, 0x44, (byte)id, 0, 0, 0, 0], Head.Link, "erspan-2"), 0x88be, _ => inner.In(TunnelKind.Erspan2, id & 0xff), sequence: true);
            case 3:
                bool platform = random.Next(2) == 0;
                byte[] erspan = [0x20, 7, 0x48, (byte)id, 0, 0, 0, 0, 0, 0, 0, platform ? (byte)1 : (byte)0, .. new byte[platform ? 8 : 0]];
                return Gre(inner.Behind(erspan, Head.Link, "erspan-3"), 0x22eb, _ => inner.In(TunnelKind.Erspan3, id & 0xff), sequence: true);
            case 4: return Over(97, inner.Behind([0x30, 0], Head.Link, "etherip").In(TunnelKind.EtherIp, 0));
            case 5: return Udp(random.Next(2) == 0 ? 4789 : 8472, inner.Behind([random.Next(2) == 0 ? (byte)8 : (byte)0x88, 0, 0, 9, .. U24(id), 0], Head.Link, "vxlan").In(TunnelKind.Vxlan, id));
            case 6: return Udp(4790, inner.Behind([0x0c, 0, 0, 3, .. U24(id), 0], Head.Link, "vxlan-gpe").In(TunnelKind.VxlanGpe, id));
            case 7: return Geneve(inner, 0x6558, id);
            case 8: return GtpU(inner, id);
            case 9: return Over(115, inner.Behind([.. U32(id), .. new byte[4 * random.Next(3)]], Head.Link, "l2tp-3").In(TunnelKind.L2tp, id));
            case 10: return Udp(1701, inner.Behind([0, 3, 0, 0, .. U32(id), .. new byte[4 * random.Next(3)]], Head.Link, "l2tp-3").In(TunnelKind.L2tp, id));
            default: return Mpls(inner.Behind([0, 0, 0, 0], Head.Link, "control word"), id);
        }
    }

    private (Stack, Upper) Gre(Stack carried, int type, Func<uint, Stack> tunnel, bool? sequence = null)
    {
        bool checksum = random.Next(2) == 0, hasKey = random.Next(2) == 0, numbered = sequence ?? random.Next(2) == 0;
        uint key = hasKey ? (uint)random.Next(256, int.MaxValue) : 0;
        byte[] head =
        [
            (byte)((checksum ? 0x80 : 0) | (hasKey ? 0x20 : 0) | (numbered ? 0x10 : 0)), 0, .. U16(type), .. checksum ? U32(0x12340000) : [], .. hasKey ? U32(key) : [], .. numbered ? U32(77) : [],
        ];
        return Over(47, carried.Behind(head, Head.Link, "gre") with { Tunnels = tunnel(key).Tunnels });
    }

    private (Stack, Upper) Pptp(Stack inner, bool v4)
    {
        int call = random.Next(1, 65_536);
        bool acknowledges = random.Next(2) == 0;
        Stack ppp = links.Ppp(inner, v4);
        byte[] head = [0x30, acknowledges ? (byte)0x81 : (byte)0x01, 0x88, 0x0b, .. U16(ppp.Bytes.Length), .. U16(call), .. U32(1), .. acknowledges ? U32(2) : []];
        return Over(47, ppp.Behind(head, Head.Link, "pptp").In(TunnelKind.Pptp, (uint)call));
    }

    private (Stack, Upper) Geneve(Stack inner, int type, uint id)
    {
        int words = random.Next(4);
        return Udp(6081, inner.Behind([(byte)words, random.Next(2) == 0 ? (byte)0x40 : (byte)0, .. U16(type), .. U24(id), 0, .. new byte[4 * words]], Head.Link, "geneve").In(TunnelKind.Geneve, id));
    }

    private (Stack, Upper) GtpU(Stack inner, uint id)
    {
        int flags = random.Next(8);
        byte[] extensions = (flags & 4) == 0 ? [] : random.Next(2) == 0 ? [1, 0x10, 0, 0] : [2, 1, 2, 3, 4, 5, 6, 0x85, 1, 0x10, 0, 0];
        byte next = (flags & 4) == 0 ? (byte)0x85 : extensions[0] == 1 ? (byte)0x85 : (byte)0xc0; // says something only with its flag
        byte[] optional = flags == 0 ? [] : [0, 9, 0, next, .. extensions];
        return Udp(2152, inner.Behind([(byte)(0x30 | flags), 255, .. U16(optional.Length + inner.Bytes.Length), .. U32(id), .. optional], Head.Link, "gtp-u").In(TunnelKind.GtpU, id));
    }

    private (Stack, Upper) L2tp(Stack inner, bool v4)
    {
        int tunnel = random.Next(1, 65_536);
        bool length = random.Next(2) == 0, sequence = random.Next(2) == 0, offset = random.Next(2) == 0;
        Stack ppp = links.Ppp(inner, v4);
        byte[] head =
        [
            (byte)((length ? 0x40 : 0) | (sequence ? 0x08 : 0) | (offset ? 0x02 : 0)), 2, .. length ? U16(99) : [], .. U16(tunnel), 0, 6, .. sequence ? new byte[4] : [],
            .. offset ? new byte[] { 0, 2, 0, 0 } : [],
        ];
        return Udp(1701, ppp.Behind(head, Head.Link, "l2tp").In(TunnelKind.L2tp, (uint)tunnel));
    }

    private (Stack, Upper) Mpls(Stack inner, uint id)
    {
        byte[] labels = LinkMaker.Labels(random.Next(1, 4), id & 0xfffff);

        // Over UDP labels alone prove too little: without a packet behind them it is no tunnel.
        return random.Next(2) == 0 || !inner.HasPacket
            ? Over(137, inner.Behind(labels, Head.Link, "mpls").In(TunnelKind.Mpls, id & 0xfffff))
            : Udp(6635, inner.Behind(labels, Head.Link, "mpls in udp").In(TunnelKind.MplsInUdp, id & 0xfffff));
    }

    private static (Stack, Upper) Over(byte protocol, Stack carried) => (carried, Upper.Of(protocol, carried.Bytes));

    /// <summary>Mostly to the tunnel's port, now and then from it.</summary>
    private (Stack, Upper) Udp(int port, Stack carried)
    {
        int other = random.Next(20_000, 65_536);
        return (carried, random.Next(4) == 0 ? Upper.Datagram(port, other, carried.Bytes) : Upper.Datagram(other, port, carried.Bytes));
    }
}
