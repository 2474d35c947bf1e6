using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>IEEE 802.11 and the radio headers before it.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Radiotap(int at, int end)
    {
        if (end - at < 8) return Cut("radiotap", at, end, 8);
        int header = U16Le(at + 2);
        if (header < 8 || header > end - at) return Wrong("radiotap", at, 8, "its length does not fit into the frame");
        byte flags = RadiotapFlags(at, header);
        WalkedLayer layer = Begin("radiotap", at, header);
        layer.Add("length", at + 2, Number(header));
        layer.Add("present", at + 4, Hex(U32Le(at + 4), 8));
        bool padded = (flags & 0x20) != 0;
        if (padded) layer.Note("says that the 802.11 header is padded to four bytes");
        return Ieee80211(at + header, end, padded);
    }

    private byte RadiotapFlags(int at, int header)
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
        return offset < header ? _frame[at + offset] : (byte)0;
    }

    private DecodeStatus Prism(int at, int end)
    {
        if (end - at < 8) return Cut("prism", at, end, 8);
        return U32(at) >> 12 == 0x80211 ? Avs(at, end) : Sized("prism", at, end, U32Le(at + 4));
    }

    private DecodeStatus Avs(int at, int end) => end - at < 8 ? Cut("avs", at, end, 8) : Sized("avs", at, end, U32(at + 4));

    private DecodeStatus Sized(string name, int at, int end, uint length)
    {
        if (length < 8 || length > (uint)(end - at)) return Wrong(name, at, 8, "its length does not fit into the frame");
        Begin(name, at, (int)length).Add("length", at + 4, Number(length));
        return Ieee80211(at + (int)length, end);
    }

    private DecodeStatus Ieee80211(int at, int end, bool padded = false)
    {
        const int Data = 2;
        if (end - at < 2) return Cut("802.11", at, end, 2);
        int control = _frame[at], flags = _frame[at + 1];
        if (((control >> 2) & 3) != Data) return Short(DecodeStatus.Ieee80211Management, "no data frame");
        if ((control & 0x40) != 0) return Short(DecodeStatus.Ieee80211WithoutData, "a data frame that carries no data");
        bool qos = (control & 0x80) != 0;
        int header = 24 + ((flags & 3) == 3 ? 6 : 0), qosOffset = header;
        if (qos) header += (flags & 0x80) != 0 ? 6 : 2;
        if (padded) header = (header + 3) & ~3;
        if (end - at < header) return Cut("802.11", at, end, header);
        WalkedLayer layer = Begin("802.11", at, header);
        layer.Add("control", at, Hex(U16(at), 4));
        layer.Add("to/from distribution system", at + 1, $"{Number(flags & 1)}/{Number((flags >> 1) & 1)}");
        for (int i = 0; i < 3; i++) layer.Add("address " + Number(i + 1), at + 4 + (i * 6), Mac(at + 4 + (i * 6)));
        layer.Add("sequence", at + 22, Number(U16Le(at + 22) >> 4));
        if ((flags & 3) == 3) layer.Add("address 4", at + 24, Mac(at + 24));
        if (qos) layer.Add("qos", at + qosOffset, Hex(U16Le(at + qosOffset), 4));
        if ((flags & 0x40) != 0)
        {
            layer.Note("protected: what is inside is encrypted");
            return DecodeStatus.Ieee80211Encrypted;
        }

        if (qos && (_frame[at + qosOffset] & 0x80) != 0) return Part(at + header, end);
        _state.Packet.LinkBroadcast = (flags & 3) != 1 && IsBroadcast(at + 4);
        return Llc(at + header, end);

        DecodeStatus Short(DecodeStatus status, string note)
        {
            WalkedLayer layer = Begin("802.11", at, end - at);
            layer.Add("control", at, Hex(U16(at), 4));
            layer.Note(note);
            return status;
        }
    }

    /// <summary>An A-MSDU subframe; where the next one is, the packet says.</summary>
    private DecodeStatus Part(int at, int end)
    {
        ref PacketSummary packet = ref _state.Packet;
        packet.Oddities |= Oddities.Aggregate;
        if (end - at < Ethernet.HeaderLength)
        {
            packet.Oddities |= Oddities.AggregateReadInPart;
            return Cut("a-msdu subframe", at, end, Ethernet.HeaderLength);
        }

        packet.LinkBroadcast = IsBroadcast(at);
        int length = U16(at + Ethernet.TypeOffset), content = at + Ethernet.HeaderLength;
        int rest = end - (at + ((Ethernet.HeaderLength + length + 3) & ~3));
        WalkedLayer layer = Begin("a-msdu subframe", at, Ethernet.HeaderLength);
        layer.Add("destination", at, Mac(at));
        layer.Add("source", at + 6, Mac(at + 6));
        layer.Add("length", at + Ethernet.TypeOffset, Number(length));
        if (rest is >= Ethernet.HeaderLength and <= ushort.MaxValue)
        {
            packet.Rest = (ushort)rest;
        }
        else if (rest > 4 || length > end - content)
        {
            packet.Oddities |= Oddities.AggregateReadInPart;
            layer.Note(length > end - content ? $"cut: {Number(length)} bytes are needed, {Number(end - content)} are there" : $"{Number(rest)} bytes behind it are not read");
        }

        return Llc(content, Math.Min(end, content + length));
    }
}
