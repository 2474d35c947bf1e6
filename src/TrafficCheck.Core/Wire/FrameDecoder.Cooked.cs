namespace TrafficCheck.Core.Wire;

/// <summary>Linux cooked captures: the kernel took the link header away and left the kind of device and a protocol.</summary>
public static unsafe partial class FrameDecoder
{
    /// <summary>
    /// Version 1 has the packet type in bytes 0-1, the device in 2-3 and the protocol in 14-15; version 2 has the protocol first, the device in 8-9 and the
    /// packet type in byte 10. The device decides what the protocol field means, and whether it means anything.
    /// </summary>
    private static DecodeStatus DecodeSll(byte* frame, int captured, int header, int protocolOffset, int packetTypeOffset, int deviceOffset, ref PacketSummary packet)
    {
        const int Broadcast = 1;
        if (captured < header) return DecodeStatus.LinkHeaderCut;
        packet.LinkBroadcast = (header == 16 ? U16(frame + packetTypeOffset) : frame[packetTypeOffset]) == Broadcast;
        int protocol = U16(frame + protocolOffset), device = U16(frame + deviceOffset);
        byte* payload = frame + header, end = frame + captured;
        switch (device)
        {
            case CookedLink.Netlink: return DecodeStatus.Netlink;
            case CookedLink.VsockMonitor: return DecodeStatus.Vsock;
            case CookedLink.Can: return DecodeStatus.CanBus;
            case CookedLink.Mctp: return DecodeStatus.Mctp;
            case CookedLink.Ieee80211: return DecodeIeee80211(payload, end, ref packet);
            case CookedLink.Ieee80211Prism: return DecodePrism(payload, end, ref packet);
            case CookedLink.Ieee80211Radiotap: return DecodeRadiotap(payload, end, ref packet);
            case CookedLink.FrameRelayAccess: return DecodeFrameRelay(payload, end, ref packet);
            case CookedLink.Ieee802154 or CookedLink.Ieee802154Monitor: return DecodeStatus.Ieee802154Unread;
            case CookedLink.Gre or CookedLink.Gre6 when protocol > Ethernet.MaxLength: return TunnelDecoder.CookedGre(payload, end, protocol, ref packet);
            case CookedLink.Tunnel or CookedLink.Tunnel6 or CookedLink.Sit: packet.Tunnel.Add(TunnelKind.IpInIp, 0); break;
        }

        if (protocol > Ethernet.MaxLength) return DecodeEtherType(payload, end, protocol, ref packet);
        bool bare = payload < end && *payload >> 4 is 4 or 6 && CookedLink.IsBareIp(device);
        return protocol switch
        {
            CookedLink.Llc or CookedLink.TokenRingLlc => DecodeLlc(payload, end, ref packet),
            CookedLink.Ax25 => DecodeAx25Cooked(payload, end, ref packet),
            CookedLink.Qmap => DecodeQmap(payload, end, ref packet),
            CookedLink.WanPpp => DecodePpp(payload, end, ref packet, 0),
            CookedLink.Hdlc when device == CookedLink.CiscoHdlc => DecodeCiscoHdlc(payload, end, ref packet),
            0 or CookedLink.Any when bare => DecodeRaw(payload, (int)(end - payload), ref packet),
            CookedLink.Any => DecodeInnerEthernet(payload, end, ref packet, 0),
            _ => CookedLink.Named(protocol),
        };
    }
}
