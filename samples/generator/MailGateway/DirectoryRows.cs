using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Rows R21 to R23, R25, R26, R31, R33, R36 and R37: Windows authentication and directories.</summary>
internal sealed class DirectoryRows(Scenario scenario, Site site)
{
    public void Add()
    {
        scenario.Add("R21 Out", "a bind to the endpoint mapper of 10.1.0.10",
            site.Tcp(780, Gateway, 45135, DomainController, 135).Handshake()
                .ClientSends(WindowsPayloads.RpcBind).ServerSends(WindowsPayloads.RpcBindAccepted).ClientCloses().Frames);
        scenario.Add("R22 Out", "a name query to 10.1.0.10, from port 137 to port 137",
            site.Udp(790, Gateway, 137, DomainController, 137).ClientSends(WindowsPayloads.NameQuery(0x2201, "DC1", false))
                .ServerSends(WindowsPayloads.NameAnswer(0x2201, "DC1", [10, 1, 0, 10])).Frames);
        scenario.Add("R23 Out", "a NetBIOS session",
            site.Tcp(800, Gateway, 45139, DomainController, 139).Handshake()
                .ClientSends(WindowsPayloads.SessionRequest("DC1", "GATEWAY")).ServerSends(WindowsPayloads.SessionAccepted).ClientCloses().Frames);
        scenario.Add("R31 Out", "SMB to 10.1.0.10",
            site.Tcp(810, Gateway, 45445, DomainController, 445).Handshake()
                .ClientSends(WindowsPayloads.SmbNegotiate).ServerSends(WindowsPayloads.SmbNegotiated).ClientCloses().Frames);

        scenario.Add("R25, R26 Out", "LDAP to 10.1.0.10; two rows say the same, so they share it",
            Ldap.Over(site.Tcp(830, Gateway, 45389, DomainController, 389).Handshake()).ClientCloses().Frames);
        scenario.Add("R25, R26 In", "LDAP from 198.51.100.62",
            Ldap.Over(site.Tcp(840, "198.51.100.62", 36389, Gateway, 389).Handshake()).ClientCloses().Frames);
        scenario.Add("R33 Out", "LDAP over TLS to 10.1.0.10", Secure(850, Gateway, 45636, DomainController, 636));
        scenario.Add("R33 In", "LDAP over TLS from 198.51.100.62", Secure(860, "198.51.100.62", 36636, Gateway, 636));
        scenario.Add("R36 Out", "the global catalogue",
            Ldap.Over(site.Tcp(870, Gateway, 45268, DomainController, 3268).Handshake(), "").ClientCloses().Frames);
        scenario.Add("R37 Out", "the global catalogue over TLS", Secure(880, Gateway, 45269, DomainController, 3269));
    }

    private IReadOnlyList<TimedFrame> Secure(
        double at, string client, ushort clientPort, string server, ushort serverPort) =>
        Tls.Over(site.Tcp(at, client, clientPort, server, serverPort).Handshake(), "dc1.corp.example.com").ClientCloses().Frames;
}
