using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>Linux cooked captures.</summary>
public sealed partial class FrameWalk
{
    private DecodeStatus Sll(int at, int end, int header, int protocolOffset, int packetTypeOffset, int deviceOffset)
    {
        const int Broadcast = 1;
        string name = header == 16 ? "linux-sll" : "linux-sll2";
        if (end - at < header) return Cut(name, at, end, header);
        int packetType = header == 16 ? U16(at + packetTypeOffset) : _frame[at + packetTypeOffset];
        _state.Packet.LinkBroadcast = packetType == Broadcast;
        int protocol = U16(at + protocolOffset), device = U16(at + deviceOffset), payload = at + header;
        WalkedLayer layer = Begin(name, at, header);
        layer.Add("packet type", at + packetTypeOffset, packetType switch { 0 => "0 to us", 1 => "1 broadcast", 2 => "2 multicast", 3 => "3 to another host", 4 => "4 from us", _ => Number(packetType) });
        layer.Add("arphrd", at + deviceOffset, DeviceText(device));
        layer.Add("protocol", at + protocolOffset, EtherTypeNames.Text(protocol));
        switch (device)
        {
            case CookedLink.Netlink: return Ends("netlink", payload, end, DecodeStatus.Netlink);
            case CookedLink.VsockMonitor: return Ends("vsock", payload, end, DecodeStatus.Vsock);
            case CookedLink.Can: return Ends("can", payload, end, DecodeStatus.CanBus);
            case CookedLink.Mctp: return Ends("mctp", payload, end, DecodeStatus.Mctp);
            case CookedLink.Ieee80211: return Ieee80211(payload, end);
            case CookedLink.Ieee80211Prism: return Prism(payload, end);
            case CookedLink.Ieee80211Radiotap: return Radiotap(payload, end);
            case CookedLink.FrameRelayAccess: return FrameRelay(payload, end);
            case CookedLink.Ieee802154 or CookedLink.Ieee802154Monitor: return Ends("802.15.4", payload, end, DecodeStatus.Ieee802154Unread);
            case CookedLink.Gre or CookedLink.Gre6 when protocol > Ethernet.MaxLength: return CookedGre(payload, end, protocol);
            case CookedLink.Tunnel or CookedLink.Tunnel6 or CookedLink.Sit: _state.Packet.Tunnel.Add(TunnelKind.IpInIp, 0); break;
        }

        if (protocol > Ethernet.MaxLength) return EtherType(payload, end, protocol, 0);
        bool bare = payload < end && _frame[payload] >> 4 is 4 or 6 && CookedLink.IsBareIp(device);
        return protocol switch
        {
            CookedLink.Llc or CookedLink.TokenRingLlc => Llc(payload, end),
            CookedLink.Ax25 => Ax25(payload < end && _frame[payload] == 0 ? payload + 1 : payload, end),
            CookedLink.Qmap => Qmap(payload, end),
            CookedLink.WanPpp => Ppp(payload, end, 0),
            CookedLink.Hdlc when device == CookedLink.CiscoHdlc => CiscoHdlc(payload, end),
            0 or CookedLink.Any when bare => Raw(payload, end),
            CookedLink.Any => InnerEthernet(payload, end, 0),
            _ => CookedLink.Named(protocol),
        };
    }

    private static string DeviceText(int device)
    {
        string name = device switch
        {
            1 => "ethernet",
            32 => "infiniband",
            CookedLink.Can => "can",
            CookedLink.Ppp => "ppp",
            CookedLink.CiscoHdlc => "cisco hdlc",
            CookedLink.RawIp => "raw ip",
            CookedLink.Tunnel => "ip-in-ip tunnel",
            CookedLink.Tunnel6 => "ipv6 tunnel",
            CookedLink.FrameRelayAccess => "frame relay",
            772 => "loopback",
            CookedLink.Sit => "6in4 tunnel",
            CookedLink.Gre => "gre tunnel",
            CookedLink.Gre6 => "gre tunnel over ipv6",
            CookedLink.Ieee80211 => "802.11",
            CookedLink.Ieee80211Prism => "802.11 with prism",
            CookedLink.Ieee80211Radiotap => "802.11 with radiotap",
            CookedLink.Ieee802154 or CookedLink.Ieee802154Monitor => "802.15.4",
            CookedLink.Netlink => "netlink",
            825 => "6lowpan",
            CookedLink.VsockMonitor => "vsock",
            CookedLink.None => "none",
            CookedLink.Void => "void",
            _ => "",
        };
        return name.Length == 0 ? Number(device) : $"{Number(device)} {name}";
    }
}
