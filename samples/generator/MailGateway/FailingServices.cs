using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.SampleGenerator.MailGateway.Hosts;

namespace TrafficCheck.SampleGenerator.MailGateway;

/// <summary>Allowed services that do not work: no answer, refused by an ICMP error.</summary>
internal sealed class FailingServices(Scenario scenario, Site site)
{
    public void Add()
    {
        var tries = new List<TimedFrame>();
        for (ushort i = 0; i < 6; i++)
            tries.AddRange(site.Tcp(1000 + (i * 60), Gateway, (ushort)(47514 + i), DeadCollector, 514).Unanswered().Frames);
        scenario.Add("R32 Out, failing", "a second log collector, 192.0.2.115, never answers", tries);

        scenario.Add("R36 Out, unreachable", "the router says that 10.1.0.12 cannot be reached (ICMP 3/1)",
            HostUnreachable(1020, 47268, "10.1.0.12", 3268));

        var query = site.Udp(1040, Gateway, 47053, DeadResolver, 53).ClientSends(Dns.Query(0x0901, "www.example.com"));
        byte[] asked = query.Frames[0].Bytes[14..];
        scenario.Add("R9 Out, unreachable", "192.0.2.54 runs no name server and says so (ICMP 3/3)",
            query.Frames,
            [site.Packet(DeadResolver, Gateway, 4054).IcmpError(3, 3, asked, 28 + 33).At(scenario.At(1040.012))]);
    }

    private IReadOnlyList<TimedFrame> HostUnreachable(double at, ushort port, string server, ushort serverPort)
    {
        var attempt = site.Tcp(at, Gateway, port, server, serverPort).Syn();
        byte[] syn = attempt.Frames[0].Bytes[14..];
        return [.. attempt.Frames, site.Packet(Router, Gateway, 4055).IcmpError(3, 1, syn).At(scenario.At(at + 3.05))];
    }
}
