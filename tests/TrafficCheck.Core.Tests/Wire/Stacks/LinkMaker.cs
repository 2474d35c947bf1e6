using TrafficCheck.Core.Wire;
using static TrafficCheck.Core.Tests.Wire.Stacks.StackBytes;

namespace TrafficCheck.Core.Tests.Wire.Stacks;

/// <summary>Puts a stack into a frame: of Ethernet with tags and carriers inside a tunnel, of any link type outside of all.</summary>
internal sealed class LinkMaker(Random random)
{
    private static readonly byte[] s_macs = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], s_broadcast = [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1];

    private static readonly int[] s_tags = [0x8100, 0x88a8, 0x9100, 0x9200];

    /// <summary>A message that is no packet.</summary>
    public static Stack Arp { get; } = new(
        Head.Link, [0, 1, 8, 0, 6, 4, 0, 1, .. new byte[20]], StackFacts.Without(DecodeStatus.Arp), "arp", null, [], false, null);

    public static byte[] Labels(int count, uint last) =>
        [.. Enumerable.Range(1, count - 1).SelectMany(i => U32(((uint)(i * 77) << 12) | 0x40)), .. U32((last << 12) | 0x140)];

    /// <summary>An Ethernet frame, with tags and what else may stand behind its header.</summary>
    public Stack Ethernet(Stack inner)
    {
        (Stack content, int type) = Carried(inner);

        (content, type) = Tag(content, type, tags: 4);
        return content.Behind([.. s_macs, .. U16(type)], Head.Ethernet, "ethernet");
    }

    public Stack Outermost(Stack inner)
    {
        bool isIp = inner.Head is Head.IPv4 or Head.IPv6, v4 = inner.Head == Head.IPv4;
        switch (random.Next(isIp ? 10 : 6))
        {
            case 0 or 1 or 2 or 3:
                (Stack content, int type) = Carried(inner);
                (content, type) = Tag(content, type, tags: 4);
                bool broadcast = random.Next(8) == 0;
                content = content.Behind([.. broadcast ? s_broadcast : s_macs, .. U16(type)], Head.Link, broadcast ? "ethernet broadcast" : "ethernet");
                return Padded(content with { LinkType = LinkType.Ethernet, LinkBroadcast = broadcast });
            case 4:
                (content, type) = Carried(inner);
                (content, type) = Tag(content, type, tags: 4);
                int packetType = random.Next(5);
                return content.Behind([.. U16(packetType), 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, .. U16(type)], Head.Link, "sll") with { LinkType = LinkType.LinuxSll, LinkBroadcast = packetType == 1 };
            case 5:
                (content, type) = Carried(inner);
                (content, type) = Tag(content, type, tags: 4);
                packetType = random.Next(5);
                return content.Behind([.. U16(type), 0, 0, 0, 0, 0, 2, 0, 1, (byte)packetType, 6, 2, 0, 0, 0, 0, 1, 0, 0], Head.Link, "sll2") with { LinkType = LinkType.LinuxSll2, LinkBroadcast = packetType == 1, IsPlain = false };
            case 6: return inner with { Head = Head.Link, LinkType = LinkType.RawIp, Words = "raw > " + inner.Words };
            case 7: return inner with { Head = Head.Link, LinkType = v4 ? LinkType.Ipv4 : LinkType.Ipv6, Words = "raw of one version > " + inner.Words, IsPlain = false };
            case 8:
                byte family = v4 ? (byte)2 : (byte)(24 + (2 * random.Next(2, 4)));
                bool big = random.Next(3) == 0;
                return inner.Behind(big ? [0, 0, 0, family] : [family, 0, 0, 0], Head.Link, "null") with { LinkType = LinkType.BsdNull, IsPlain = inner.IsPlain && !big };
            default: return inner.Behind([0, 0, 0, v4 ? (byte)2 : (byte)24], Head.Link, "loop") with { LinkType = LinkType.BsdLoop, IsPlain = false };
        }
    }

    /// <summary>PPP with or without address and control, its protocol in one byte or two.</summary>
    public Stack Ppp(Stack inner, bool v4)
    {
        byte protocol = v4 ? (byte)0x21 : (byte)0x57;
        byte[] head = random.Next(3) switch { 0 => [0xff, 3, 0, protocol], 1 => [0, protocol], _ => [protocol] };
        return inner.Behind(head, Head.Link, "ppp");
    }

    /// <summary>What stands behind an Ethernet header, and the type that announces it.</summary>
    private (Stack, int) Carried(Stack inner)
    {
        bool isIp = inner.Head is Head.IPv4 or Head.IPv6, v4 = inner.Head == Head.IPv4;
        int type = v4 ? 0x0800 : isIp ? 0x86dd : 0x0806;
        uint id = (uint)random.Next(16, 1 << 20);
        if (inner.Head == Head.Ethernet)
        {
            // A frame inside a frame.
            (TunnelKind kind, int etherType, byte[] head) = random.Next(4) switch
            {
                0 => (TunnelKind.Mpls, 0x8847, [.. Labels(random.Next(1, 4), id), 0, 0, 0, 0]),
                1 => (TunnelKind.BackboneBridge, 0x88e7, U32(id)),
                2 => (TunnelKind.FabricPath, 0x8903, U16((int)((id &= 0x3ff) << 6) | 32)),
                _ => (TunnelKind.Nsh, 0x894f, (byte[])[0, 2, 1, 3, .. U24(id), 255]),
            };
            return (inner.Behind(head, Head.Link, kind.ToString()).In(kind, id), etherType);
        }

        if (isIp && random.Next(5) == 0)
        {
            switch (random.Next(3))
            {
                case 0: return (inner.Behind(Labels(random.Next(1, 5), id), Head.Link, "mpls").In(TunnelKind.Mpls, id), random.Next(4) == 0 ? 0x8848 : 0x8847);
                case 1:
                    Stack ppp = Ppp(inner, v4);
                    return (ppp.Behind([0x11, 0, .. U16((int)(id & 0xffff)), .. U16(ppp.Bytes.Length)], Head.Link, "pppoe").In(TunnelKind.Pppoe, id & 0xffff), 0x8864);
                default: return (inner.Behind([0, 2, 1, v4 ? (byte)1 : (byte)2, .. U24(id), 255], Head.Link, "nsh").In(TunnelKind.Nsh, id), 0x894f);
            }
        }

        // Headers that announce what follows by an EtherType of its own, and are no tunnel.
        return random.Next(8) == 0
            ? random.Next(3) switch
            {
                0 => (inner.Behind([0, 0, 0, 0, .. U16(type)], Head.Link, "vn-tag") with { IsPlain = false }, 0x8926),
                1 => (inner.Behind([1, 1, 0, 1, 0, 5, .. U16(type)], Head.Link, "cisco metadata") with { IsPlain = false }, 0x8909),
                _ => (inner.Behind([0x20, 0, 0, 0, 0, 1, .. new byte[8], .. U16(type)], Head.Link, "macsec") with { IsPlain = false }, 0x88e5),
            }
            : (inner, type);
    }

    private (Stack, int) Tag(Stack content, int type, int tags)
    {
        int? inside = content.Vlan;
        for (int count = random.Next(3) == 0 ? random.Next(1, 4) : 0; count > 0; count--)
        {
            int id = random.Next(4096), tag = s_tags[random.Next(tags)];
            content = content.Behind([.. U16((random.Next(8) << 13) | id), .. U16(type)], Head.Link, $"tag {id}");

            // The outermost of one frame counts, and it is put on last; tags of a frame inside go before.
            content = content with { Vlan = inside ?? id, IsPlain = content.IsPlain && tag is 0x8100 or 0x88a8 };
            type = tag;
        }

        return (content, type);
    }

    /// <summary>Bytes behind the content that no length counts: padding, or a checksum that was captured too.</summary>
    private Stack Padded(Stack frame)
    {
        byte[] padding = new byte[random.Next(4) == 0 ? random.Next(1, 40) : 0];
        random.NextBytes(padding);
        return frame with { Bytes = [.. frame.Bytes, .. padding] };
    }
}
