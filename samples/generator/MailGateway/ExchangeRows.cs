using TrafficCheck.SampleGenerator.Payloads;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Rows R38 to R40, the table of the Exchange server. Its frames carry a VLAN tag.</summary>
internal sealed class ExchangeRows(Scenario scenario, Site site)
{
    public void Add()
    {
        scenario.Add("R38 Out", "the Exchange server calls the gateway; for the gateway that is In, and its table has no such row",
            Tls.Over(site.Tcp(910, Exchange, 46443, Gateway, 10443).Handshake(), "gateway.example.com").ClientCloses().Frames);
        scenario.Add("R39 Out", "the agent calls an agent elsewhere, 198.51.100.71",
            Tls.Over(site.Tcp(930, Exchange, 46953, "198.51.100.71", 23953).Handshake(), null).ClientCloses().Frames);
        scenario.Add("R39 In", "and is called by 198.51.100.72",
            Tls.Over(site.Tcp(945, "198.51.100.72", 36953, Exchange, 23953).Handshake(), null).ClientCloses().Frames);
        scenario.Add("R40 Out", "settings by LDAP on a port of their own",
            Ldap.Over(site.Tcp(960, Exchange, 46955, "198.51.100.71", 23955).Handshake(), "ou=agents").ClientCloses().Frames);
        scenario.Add("R40 In", "and the other way",
            Ldap.Over(site.Tcp(975, "198.51.100.72", 36955, Exchange, 23955).Handshake(), "ou=agents").ClientCloses().Frames);
    }
}
