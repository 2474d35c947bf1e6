using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>What stays on the segment or only passes by: out of scope, but counted.</summary>
internal sealed class SegmentTraffic(Scenario scenario, Site site)
{
    private const string Switch = "02:00:00:00:01:00";
    private const string SwitchPort = "02:00:00:00:01:01";
    private const string NoMac = "00:00:00:00:00:00";

    public void Add()
    {
        SwitchProtocols();
        AddressResolution();
        Announcements();

        scenario.Add("transit", "a workstation on the segment talks to a web site; no protected host takes part",
            Tls.Over(site.Tcp(540, Workstation, 52100, "198.51.100.99", 443).Handshake(), "www.example.org").ClientCloses().Frames);
    }

    private void SwitchProtocols()
    {
        var spanningTree = new List<TimedFrame>();
        var neighbours = new List<TimedFrame>();
        for (int i = 0; i <= 8; i++)
        {
            double at = i * 299.99;
            spanningTree.Add(FrameBuilder.Ethernet(SwitchPort, "01:80:c2:00:00:00").Stp(Switch).PadTo().At(scenario.At(at)));
            if (i % 2 == 0)
                neighbours.Add(FrameBuilder.Ethernet(SwitchPort, "01:80:c2:00:00:0e")
                    .Lldp(Switch, "ge-0/0/7", 120, "access-switch-1.example.com").At(scenario.At(at + 0.05)));
        }
        scenario.Add("no IP", "spanning tree", spanningTree);
        scenario.Add("no IP", "LLDP", neighbours);
    }

    private void AddressResolution()
    {
        string gatewayMac = site.MacOf(Gateway);
        var frames = new List<TimedFrame>();
        for (int i = 0; i < 4; i++)
        {
            double at = 0.1 + (i * 601);
            frames.Add(FrameBuilder.Ethernet(gatewayMac, FrameBuilder.BroadcastMac).Arp(1, gatewayMac, Gateway, NoMac, Router).PadTo()
                .At(scenario.At(at)));
            frames.Add(FrameBuilder.Ethernet(Site.RouterMac, gatewayMac).Arp(2, Site.RouterMac, Router, gatewayMac, Gateway).PadTo()
                .At(scenario.At(at + 0.0003)));
        }
        scenario.Add("no IP", "ARP", frames);

        const string target = "2001:db8:10::1";
        byte[] wanted = System.Net.IPAddress.Parse(target).GetAddressBytes();
        scenario.Add("link-scope", "IPv6 neighbour discovery",
        [
            FrameBuilder.Ethernet(gatewayMac, "33:33:ff:00:00:01").IPv6("fe80::5", "ff02::1:ff00:1", hopLimit: 255)
                .Icmp6(135).Payload([.. wanted, 1, 1, .. FrameBuilder.Mac(gatewayMac)]).At(scenario.At(229.9)),
            FrameBuilder.Ethernet(Site.RouterMac, gatewayMac).IPv6("fe80::1", "fe80::5", hopLimit: 255)
                .Icmp6(136, rest: 0x60000000).Payload([.. wanted, 2, 1, .. FrameBuilder.Mac(Site.RouterMac)]).At(scenario.At(229.901)),
        ]);
    }

    private void Announcements()
    {
        string mac = site.MacOf(Workstation);
        scenario.Add("link-scope", "DHCP", [Discover(mac).At(scenario.At(525))]);
        scenario.Add("link-scope", "multicast DNS",
        [
            FrameBuilder.Ethernet(mac, "01:00:5e:00:00:fb").IPv4(Workstation, "224.0.0.251", ttl: 255).Udp(5353, 5353)
                .Payload(Dns.Query(0, "printer.local")).At(scenario.At(530)),
        ]);
        scenario.Add("link-scope", "NetBIOS name queries of the gateway to the segment's broadcast address",
        [
            FrameBuilder.Ethernet(site.MacOf(Gateway), FrameBuilder.BroadcastMac).IPv4(Gateway, "10.0.0.255").Udp(137, 137)
                .Payload(WindowsPayloads.NameQuery(0x2202, "DC1", true)).At(scenario.At(788)),
        ]);
        scenario.Add("link-scope", "an IGMP report",
        [
            FrameBuilder.Ethernet(mac, "01:00:5e:00:00:fb").IPv4(Workstation, "224.0.0.251", ttl: 1, options: [0x94, 4, 0, 0])
                .Protocol(2, [0x16, 0, 0x09, 0x04, 224, 0, 0, 251]).PadTo().At(scenario.At(531)),
        ]);
    }

    private static FrameBuilder Discover(string mac)
    {
        byte[] message = new ByteText().U8(1, 1, 6, 0).U32(0x3903f326).Zeros(20).U8(FrameBuilder.Mac(mac)).Zeros(10 + 64 + 128)
            .U32(0x63825363).U8(53, 1, 1, 255).Zeros(56).ToArray();
        return FrameBuilder.Ethernet(mac, FrameBuilder.BroadcastMac).IPv4("0.0.0.0", "255.255.255.255").Udp(68, 67).Payload(message);
    }
}
