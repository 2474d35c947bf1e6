using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Wire;

/// <summary>IEEE 802.11 data frames and the radio headers that captures put before them.</summary>
public static unsafe partial class FrameDecoder
{
    /// <summary>Parts of one frame that are read: the longest A-MSDU (11 454 bytes) holds no more of the shortest TCP segments.</summary>
    public const int MaxParts = 256;

    /// <summary>Bytes that may stand behind the last part.</summary>
    private const int FrameCheckSequence = 4;

    private static DecodeStatus DecodeRadiotap(byte* at, byte* end, ref PacketSummary packet)
    {
        if (end - at < 8) return DecodeStatus.LinkHeaderCut;
        int header = U16Le(at + 2);
        if (header < 8 || header > end - at) return DecodeStatus.LinkHeaderCut;
        return DecodeIeee80211(at + header, end, ref packet, (RadiotapFlags(at, header) & 0x20) != 0);
    }

    /// <summary>The Flags field, or 0. Bit 0 of the presence words stands for an 8-byte timestamp before it, bit 31 for a further word.</summary>
    private static byte RadiotapFlags(byte* at, int header)
    {
        int offset = 4;
        uint present = U32Le(at + offset), first = present;
        offset += 4;
        while ((present & 0x8000_0000) != 0)
        {
            if (offset + 4 > header) return 0;
            present = U32Le(at + offset);
            offset += 4;
        }

        if ((first & 2) == 0) return 0;
        if ((first & 1) != 0) offset = ((offset + 7) & ~7) + 8;
        return offset < header ? at[offset] : (byte)0;
    }

    private static DecodeStatus DecodePrism(byte* at, byte* end, ref PacketSummary packet)
    {
        // A capture of link type "prism" may hold AVS headers; their magic tells.
        if (end - at < 8) return DecodeStatus.LinkHeaderCut;
        if (U32(at) >> 12 == 0x80211) return DecodeAvs(at, end, ref packet);
        uint length = U32Le(at + 4);
        return length < 8 || length > (uint)(end - at) ? DecodeStatus.LinkHeaderCut : DecodeIeee80211(at + length, end, ref packet);
    }

    private static DecodeStatus DecodeAvs(byte* at, byte* end, ref PacketSummary packet)
    {
        if (end - at < 8) return DecodeStatus.LinkHeaderCut;
        uint length = U32(at + 4);
        return length < 8 || length > (uint)(end - at) ? DecodeStatus.LinkHeaderCut : DecodeIeee80211(at + length, end, ref packet);
    }

    /// <summary>IEEE 802.11-2020 clause 9.3.2: the header's length depends on the frame control field.</summary>
    /// <param name="padded">The capture padded the header to a multiple of four bytes.</param>
    private static DecodeStatus DecodeIeee80211(byte* at, byte* end, ref PacketSummary packet, bool padded = false)
    {
        const int Data = 2;
        if (end - at < 2) return DecodeStatus.LinkHeaderCut;
        int control = at[0], flags = at[1];
        if (((control >> 2) & 3) != Data) return DecodeStatus.Ieee80211Management;
        if ((control & 0x40) != 0) return DecodeStatus.Ieee80211WithoutData; // subtypes "null" carry no data
        bool qos = (control & 0x80) != 0;
        int header = 24 + ((flags & 3) == 3 ? 6 : 0);
        int qosOffset = header;
        if (qos) header += (flags & 0x80) != 0 ? 6 : 2;
        if (padded) header = (header + 3) & ~3;
        if (end - at < header) return DecodeStatus.LinkHeaderCut;
        if ((flags & 0x40) != 0) return DecodeStatus.Ieee80211Encrypted;
        if (qos && (at[qosOffset] & 0x80) != 0) return DecodePart(at + header, end, ref packet);
        packet.LinkBroadcast = (flags & 3) != 1 && at[4] == 0xff && at[5] == 0xff && at[6] == 0xff && at[7] == 0xff && at[8] == 0xff && at[9] == 0xff;
        return DecodeLlc(at + header, end, ref packet);
    }

    /// <summary>
    /// One part of an aggregate: an A-MSDU subframe (IEEE 802.11-2020 clause 9.3.2.2.2), which is destination, source, the length of what
    /// follows, and padding to four bytes before the next. Where that lies is in <see cref="PacketSummary.Rest"/>.
    /// </summary>
    /// <param name="at">The subframe's first byte.</param>
    /// <param name="end">Behind the last captured byte of the frame.</param>
    /// <param name="packet">Without anything of the part before.</param>
    public static DecodeStatus DecodePart(byte* at, byte* end, ref PacketSummary packet)
    {
        packet.Oddities |= Oddities.Aggregate;
        if (end - at < Ethernet.HeaderLength)
        {
            packet.Oddities |= Oddities.AggregateReadInPart;
            return DecodeStatus.LinkHeaderCut;
        }

        packet.LinkBroadcast = (Unsafe.ReadUnaligned<ulong>(at) | 0xffff000000000000) == ulong.MaxValue;
        byte* content = at + Ethernet.HeaderLength;
        int length = U16(at + Ethernet.TypeOffset);
        long rest = end - (at + ((Ethernet.HeaderLength + length + 3) & ~3));
        if (rest is >= Ethernet.HeaderLength and <= ushort.MaxValue) packet.Rest = (ushort)rest;
        else if (rest > FrameCheckSequence || length > end - content) packet.Oddities |= Oddities.AggregateReadInPart;
        return DecodeLlc(content, length < end - content ? content + length : end, ref packet);
    }
}
