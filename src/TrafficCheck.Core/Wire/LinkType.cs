namespace TrafficCheck.Core.Wire;

/// <summary>
/// Link-layer header types, numbered as in the tcpdump group's LINKTYPE registry (the numbers stored in capture files).
/// Values that differ between systems in old files (DLT_RAW 12 and 14) are mapped to <see cref="RawIp"/> by the reader.
/// </summary>
public enum LinkType : ushort
{
    BsdNull = 0,
    Ethernet = 1,
    Ppp = 9,
    RawIp = 101,
    CiscoHdlc = 104,
    Ieee80211 = 105,
    BsdLoop = 108,
    LinuxSll = 113,
    Ieee80211Radiotap = 127,
    Ipv4 = 228,
    Ipv6 = 229,
    LinuxSll2 = 276,
}
