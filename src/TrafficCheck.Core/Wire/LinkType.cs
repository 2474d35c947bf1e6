namespace TrafficCheck.Core.Wire;

/// <summary>
/// Link-layer header types, numbered as in the tcpdump group's LINKTYPE registry (the numbers stored in capture files).
/// Values that differ between systems in old files (DLT_RAW 12 and 14) are mapped to <see cref="RawIp"/> by the reader.
/// </summary>
public enum LinkType : ushort
{
    BsdNull = 0,
    Ethernet = 1,
    Ax25 = 3,
    TokenRing = 6,
    Ppp = 9,
    Fddi = 10,
    PppHdlc = 50,
    PppEther = 51,
    AtmRfc1483 = 100,
    RawIp = 101,
    CiscoHdlc = 104,
    Ieee80211 = 105,
    FrameRelay = 107,
    BsdLoop = 108,
    LinuxSll = 113,
    Ieee80211Prism = 119,
    Ieee80211Radiotap = 127,
    Ieee80211Avs = 163,
    PppPppd = 166,
    Ppi = 192,
    Ieee802154 = 195,
    Ax25Kiss = 202,
    Ipv4 = 228,
    Ipv6 = 229,
    Ieee802154NoFcs = 230,
    Nflog = 239,
    PktAp = 258,
    LinuxSll2 = 276,
    DsaTagBroadcom = 281,
    DsaTagBroadcomPrepended = 282,
    Ieee802154Tap = 283,
    DsaTag = 284,
    DsaTagWithEtherType = 285,
}
