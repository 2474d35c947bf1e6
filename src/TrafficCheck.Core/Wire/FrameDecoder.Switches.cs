using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>Tags between a switch chip and the processor beside it (DSA of Linux), and what mobile modems put before packets.</summary>
public static unsafe partial class FrameDecoder
{
    private const int SwitchTagLength = 4;

    /// <summary>
    /// LINKTYPE_DSA_TAG_DSA and _BRCM: four bytes between the hardware addresses and the type. In Marvell's tag (net/dsa/tag_dsa.c of Linux) a bit of the
    /// first byte says that the frame was tagged: then bytes 2 and 3 are the tag control of its outermost 802.1Q tag, whose type went.
    /// </summary>
    private static DecodeStatus DecodeSwitchTag(byte* frame, byte* end, bool marvell, ref PacketSummary packet)
    {
        const int Tag = 12;
        if (end - frame < Ethernet.HeaderLength + SwitchTagLength) return DecodeStatus.LinkHeaderCut;
        packet.LinkBroadcast = (Unsafe.ReadUnaligned<ulong>(frame) | 0xffff000000000000) == ulong.MaxValue;
        return BehindSwitchTag(frame + Tag, end, marvell, ref packet, 0);
    }

    /// <summary>LINKTYPE_DSA_TAG_EDSA: an EtherType announces the same tag, behind two reserved bytes.</summary>
    private static DecodeStatus DecodeAnnouncedTag(byte* at, byte* end, ref PacketSummary packet, int layers) =>
        end - at < 2 + SwitchTagLength + 2 ? DecodeStatus.LinkHeaderCut : BehindSwitchTag(at + 2, end, true, ref packet, layers);

    private static DecodeStatus BehindSwitchTag(byte* tag, byte* end, bool marvell, ref PacketSummary packet, int layers)
    {
        int vlan = marvell && (tag[0] & 0x20) != 0 ? U16(tag + 2) & 0xfff : 0;
        if (packet.Vlan != 0) vlan = packet.Vlan;
        packet.Vlan = (ushort)vlan;
        byte depth = packet.Tunnel.Depth;
        DecodeStatus status = Behind(tag - 2, end, SwitchTagLength + 2, ref packet, layers);

        // It stands outside of any tag behind it, but not outside of frames in frames.
        if (vlan != 0 && packet.Tunnel.Depth == depth) packet.Vlan = (ushort)vlan;
        return status;
    }

    /// <summary>
    /// Multiplexing and aggregation of Qualcomm modems (linux/if_rmnet.h): flags with the length of the padding, channel, length with padding. A checksum
    /// header of four bytes may follow in the direction to the modem, which only the packet behind it tells.
    /// </summary>
    private static DecodeStatus DecodeQmap(byte* at, byte* end, ref PacketSummary packet)
    {
        const int Header = 4, ChecksumHeader = 4;
        if (end - at < Header) return DecodeStatus.LinkHeaderCut;
        if ((at[0] & 0x80) != 0) return DecodeStatus.SllOther; // a command
        int length = U16(at + 2), padding = at[0] & 0x3f;
        at += Header;
        if (length <= padding || at >= end) return DecodeStatus.LinkHeaderCut;

        // Another packet may follow: too short for one is the trailer with a checksum.
        if (end - at >= length + Header + Ip.V4MinHeader) packet.Oddities |= Oddities.AggregateReadInPart;
        byte* stop = length - padding < end - at ? at + length - padding : end;
        if (*at >> 4 is not (4 or 6) && stop - at > ChecksumHeader && at[ChecksumHeader] >> 4 is 4 or 6) at += ChecksumHeader;
        return DecodeRaw(at, (int)(stop - at), ref packet);
    }
}
