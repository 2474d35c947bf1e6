using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Tags of switch chips, and what modems put before packets.</summary>
public sealed partial class FrameWalk
{
    private const int SwitchTagLength = 4;

    private DecodeStatus SwitchTag(int at, int end, bool marvell)
    {
        if (end - at < Ethernet.HeaderLength + SwitchTagLength) return Cut("ethernet", at, end, Ethernet.HeaderLength + SwitchTagLength);
        _state.Packet.LinkBroadcast = IsBroadcast(at);
        WalkedLayer layer = Begin("ethernet", at, 12);
        layer.Add("destination", at, Mac(at));
        layer.Add("source", at + 6, Mac(at + 6));
        return BehindSwitchTag(at + 12, end, marvell, 0);
    }

    private DecodeStatus AnnouncedTag(int at, int end, int layers) =>
        end - at < 2 + SwitchTagLength + 2 ? Cut("dsa", at, end, 2 + SwitchTagLength + 2) : BehindSwitchTag(at + 2, end, true, layers);

    private DecodeStatus BehindSwitchTag(int tag, int end, bool marvell, int layers)
    {
        int vlan = marvell && (_frame[tag] & 0x20) != 0 ? U16(tag + 2) & 0xfff : 0, type = U16(tag + SwitchTagLength);
        WalkedLayer layer = Begin(marvell ? "dsa" : "broadcom tag", tag, SwitchTagLength + 2);
        layer.Add("tag", tag, Hex(U32(tag), 8));
        if (vlan != 0) layer.Add("vlan", tag + 2, Number(vlan));
        layer.Add(type <= Ethernet.MaxLength ? "length" : "type", tag + SwitchTagLength, type <= Ethernet.MaxLength ? Number(type) : EtherTypeNames.Text(type));
        if (_state.Packet.Vlan != 0) vlan = _state.Packet.Vlan;
        _state.Packet.Vlan = (ushort)vlan;
        byte depth = _state.Packet.Tunnel.Depth;
        DecodeStatus status = EtherType(tag + SwitchTagLength + 2, end, type, layers);
        if (vlan != 0 && _state.Packet.Tunnel.Depth == depth) _state.Packet.Vlan = (ushort)vlan;
        return status;
    }

    private DecodeStatus Qmap(int at, int end)
    {
        const int Header = 4, ChecksumHeader = 4;
        if (end - at < Header) return Cut("qmap", at, end, Header);
        WalkedLayer layer = Begin("qmap", at, Header);
        int length = U16(at + 2), padding = _frame[at] & 0x3f;
        layer.Add("flags", at, Hex(_frame[at], 2));
        layer.Add("channel", at + 1, Number(_frame[at + 1]));
        layer.Add("length", at + 2, $"{Number(length)}, of which {Number(padding)} of padding");
        if ((_frame[at] & 0x80) != 0)
        {
            layer.Note("a command: not looked into");
            return DecodeStatus.SllOther;
        }

        at += Header;
        if (length <= padding || at >= end) return DecodeStatus.LinkHeaderCut;
        if (end - at >= length + Header + Ip.V4MinHeader)
        {
            _state.Packet.Oddities |= Oddities.AggregateReadInPart;
            layer.Note("more packets follow, which are not read");
        }

        int stop = Math.Min(end, at + length - padding);
        if (_frame[at] >> 4 is not (4 or 6) && stop - at > ChecksumHeader && _frame[at + ChecksumHeader] >> 4 is 4 or 6)
        {
            layer.Length += ChecksumHeader;
            layer.Note("a checksum header of 4 bytes follows");
            at += ChecksumHeader;
        }

        return Raw(at, stop);
    }
}
