namespace TrafficCheck.Core.Wire;

/// <summary>
/// Numbers of Linux cooked captures: device types (<c>ARPHRD_</c> of linux/if_arp.h), and what stands in the protocol field where no EtherType does
/// (<c>ETH_P_</c> of linux/if_ether.h). What they mean together is said by the tcpdump group's page of LINKTYPE_LINUX_SLL.
/// </summary>
internal static class CookedLink
{
    public const int Slip = 256, CompressedSlip = 257, Slip6 = 258, CompressedSlip6 = 259, Can = 280, Mctp = 290, Ppp = 512, CiscoHdlc = 513, RawIp = 519, Tunnel = 768, Tunnel6 = 769,
        FrameRelayAccess = 770, Sit = 776, Gre = 778, MulticastRegister = 779, Ieee80211 = 801, Ieee80211Prism = 802, Ieee80211Radiotap = 803, Ieee802154 = 804,
        Ieee802154Monitor = 805, PhonetPipe = 821, Gre6 = 823, Netlink = 824, VsockMonitor = 826, None = 0xfffe, Void = 0xffff;

    public const int NovellRaw = 0x01, Ax25 = 0x02, Any = 0x03, Llc = 0x04, WanPpp = 0x07, LocalTalk = 0x09, CanFrame = 0x0c, CanFdFrame = 0x0d, CanXlFrame = 0x0e, PppTalk = 0x10, TokenRingLlc = 0x11,
        Irda = 0x17, Econet = 0x18, Hdlc = 0x19, Phonet = 0xf5, Ieee802154Frame = 0xf6, Qmap = 0xf9, MctpPacket = 0xfa;

    /// <summary>Devices that carry IP packets and nothing before them, whatever the protocol field says.</summary>
    public static bool IsBareIp(int device) => device is Slip or CompressedSlip or Slip6 or CompressedSlip6 or RawIp or Tunnel or Tunnel6 or Sit or MulticastRegister or PhonetPipe or None;

    /// <summary>Kinds that are named without a look into them; <see cref="DecodeStatus.CookedKindUnknown"/> for those that may hold IP.</summary>
    public static DecodeStatus Named(int protocol) => protocol switch
    {
        NovellRaw => DecodeStatus.Ipx,
        LocalTalk or PppTalk => DecodeStatus.AppleTalk,
        CanFrame or CanFdFrame or CanXlFrame => DecodeStatus.CanBus,
        Irda => DecodeStatus.Irda,
        Econet => DecodeStatus.SllOther,
        Phonet => DecodeStatus.Phonet,
        MctpPacket => DecodeStatus.Mctp,
        Ieee802154Frame => DecodeStatus.Ieee802154Unread,
        _ => DecodeStatus.CookedKindUnknown,
    };
}
