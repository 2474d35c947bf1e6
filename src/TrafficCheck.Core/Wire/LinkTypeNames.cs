using System.Globalization;

namespace TrafficCheck.Core.Wire;

/// <summary>Names of link types for reports, as in the tcpdump group's registry without the prefix, lower case.</summary>
public static class LinkTypeNames
{
    /// <summary>Whether links of this type carry no IP packets: USB, Bluetooth, CAN, D-Bus, Netlink and the like.</summary>
    public static bool CarriesNoIp(LinkType type) => (int)type is 140 or 165 or 187 or 189 or 195 or 201 or 203 or 209 or 220 or 224 or 227 or 231
        or 249 or 251 or 253 or 254 or 288;

    public static string Of(LinkType type) => (int)type switch
    {
        0 => "null",
        1 => "ethernet",
        3 => "ax25",
        6 => "ieee802-5",
        7 => "arcnet",
        8 => "slip",
        9 => "ppp",
        10 => "fddi",
        50 => "ppp-hdlc",
        51 => "ppp-ether",
        99 => "symantec-firewall",
        100 => "atm-rfc1483",
        101 => "raw",
        104 => "c-hdlc",
        105 => "ieee802-11",
        107 => "frelay",
        108 => "loop",
        113 => "linux-sll",
        114 => "ltalk",
        117 => "pflog",
        119 => "ieee802-11-prism",
        122 => "ip-over-fc",
        123 => "sunatm",
        127 => "ieee802-11-radiotap",
        129 => "arcnet-linux",
        138 => "apple-ip-over-ieee1394",
        140 => "mtp2",
        143 => "docsis",
        147 => "user0",
        149 => "user2",
        162 => "user15",
        163 => "ieee802-11-avs",
        165 => "bacnet-ms-tp",
        166 => "ppp-pppd",
        187 => "bluetooth-hci-h4",
        189 => "usb-linux",
        192 => "ppi",
        195 => "ieee802-15-4",
        201 => "bluetooth-hci-h4-with-phdr",
        203 => "lapd",
        209 => "ipmb-linux",
        220 => "usb-linux-mmapped",
        224 => "fc-2",
        226 => "ipnet",
        227 => "can-socketcan",
        228 => "ipv4",
        229 => "ipv6",
        231 => "dbus",
        239 => "nflog",
        240 => "netanalyzer",
        247 => "infiniband",
        249 => "usbpcap",
        251 => "bluetooth-le-ll",
        253 => "netlink",
        254 => "bluetooth-linux-monitor",
        258 => "pktap",
        259 => "epon",
        274 => "ethernet-mpacket",
        276 => "linux-sll2",
        288 => "usb-2-0",
        _ => "linktype-" + ((int)type).ToString(CultureInfo.InvariantCulture),
    };
}
