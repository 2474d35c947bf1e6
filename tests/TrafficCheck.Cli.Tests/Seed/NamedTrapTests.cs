using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.SampleGenerator.Payloads;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Seed.SeedTable;
using static TrafficCheck.Cli.Tests.Seed.SeedTraffic;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>
/// Traps of names and of related flows, against the vendor's table. The rules in detail: <c>NamedPeerTests</c>, <c>NameBookTests</c>,
/// <c>RelatedFtpTests</c> beside the engine.
/// </summary>
public sealed class NamedTrapTests
{
    private const string Vendor = "198.51.100.80", Third = "198.51.100.99";

    private static readonly SeedTable s_table = OfSample();

    private static Judged Judge(params IEnumerable<TimedFrame>[] parts) => Judged.Of(s_table.Matrix, parts);

    /// <summary>A request that does not say whom it means, so that only DNS tells.</summary>
    private static IReadOnlyList<TimedFrame> Nameless(double at, string server = Vendor, ushort from = 44011) => Http(Tcp(Gateway, from, server, 80, at), null).Frames;

    [Fact]
    public void A_client_that_keeps_an_address_past_its_ttl_still_talks_to_the_name()
    {
        // The answer is good for 300 seconds; the client uses it for a day.
        string name = s_table.Name("R11");
        IEnumerable<TimedFrame> uses = Enumerable.Range(0, 48).SelectMany(i => Nameless(1 + (i * 1800), from: (ushort)(44_000 + i)));
        Judged judged = Judge(Lookup(name, Vendor), uses);
        Assert.All(judged.Flows.Skip(1), f => Assert.Equal("out 80 allowed R11 by syn proven", f));
        Assert.All(judged.Rows.Skip(1), r => Assert.Equal((name, "dns"), (r.PeerName, r.PeerNameProof)));

        // Another client's answer names the address, too, where the gateway's own was before the capture.
        IReadOnlyList<TimedFrame> toAnother = Udp("10.0.0.20", 43001, Resolver, 53, 0.5).ServerSends(Dns.Answer(4001, name, Dns.A, Vendor)).Frames;
        Assert.Equal("out 80 allowed R11 by syn proven", Judge(toAnother, Nameless(7200))[1]);
    }

    [Fact]
    public void An_alias_in_a_content_network_is_the_name_that_was_asked_for()
    {
        string name = s_table.Name("R12", 1);
        Judged judged = Judge(Lookup(name, "repo.cdn.example.org", "edge7.cdn.example.org", Vendor), Nameless(1));
        Assert.Equal("out 80 allowed R12 by syn proven", judged[1]);
        Assert.Equal([name, "repo.cdn.example.org", "edge7.cdn.example.org"], judged.Rows[1].PeerNameChain!.Select(s => s.Name));

        // Over the same address under the network's own name it is nobody that a row names.
        Assert.Equal("out 80 allowed R13;R14;R15;R19 by syn proven", Judge(Lookup("edge7.cdn.example.org", Vendor), Nameless(1))[1]);
    }

    [Fact]
    public void A_capture_of_dns_responses_only_gives_the_names_all_the_same()
    {
        string name = s_table.Name("R18");
        UdpExchange responses = new UdpExchange(Gateway, 43001, Resolver, 53, At(0.5)) { Captured = CapturedSides.ServerOnly }
            .ClientSends(Dns.Query(4001, name)).ServerSends(Dns.Answer(4001, name, Dns.A, Vendor));
        Judged judged = Judge(responses.Frames, Nameless(1));
        Assert.Equal(["out 53 allowed R9 by application proven", "out 80 allowed R18 by syn proven"], judged.Flows);
        Assert.Equal((Resolver, Outcome.OneWay), (judged.Rows[0].Responder.ToString(), judged.Rows[0].Outcome));
        Assert.DoesNotContain(judged.Report.Findings, f => f.Kind == FindingKind.Failing);
    }

    [Fact]
    public void A_port_announced_for_a_third_host_opens_nothing()
    {
        // The bounce: the client names 198.51.100.99 in PORT, and the server goes there; or that host comes to the port that was announced.
        IReadOnlyList<TimedFrame> control = FtpControl(Tcp(Peer, 41020, Gateway, 21), $"PORT {Third.Replace('.', ',')},195,89").Frames;
        Judged judged = Judge(control, Transfer(Tcp(Gateway, 45020, Third, 50009, 2), true).Frames);
        Assert.Equal(["in 21 allowed R2 by syn proven", "out 50009 unexpected port by syn proven"], judged.Flows);
        Assert.Empty(judged.Report.Related);

        // From port 20 neither: a control connection with this host is what the row asks for.
        judged = Judge(control, Transfer(Tcp(Gateway, 20, Third, 50009, 2), true).Frames);
        Assert.Equal("out 50009 unexpected port by syn proven", judged[1]);
        Assert.Equal(CoverageState.NotSeen, judged.Coverage("R1").State);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(45020)]
    public void Another_host_that_comes_to_the_announced_port_is_not_related(int fromPort)
    {
        var from = (ushort)fromPort;
        IReadOnlyList<TimedFrame> control = FtpControl(Tcp(Gateway, 41020, Peer, 21), "PORT 10,0,0,5,195,89").Frames;
        Judged judged = Judge(control, Transfer(Tcp(Third, from, Gateway, 50009, 2), true).Frames);
        Assert.Equal(["out 21 allowed R2 by syn proven", "in 50009 unexpected port by syn proven"], judged.Flows);

        // The server itself may, and once it has, another host still may not.
        judged = Judge(control, Transfer(Tcp(Peer, from, Gateway, 50009, 2), true).Frames, Transfer(Tcp(Third, from, Gateway, 50009, 3), true).Frames);
        Assert.Equal([from == 20 ? "in 50009 allowed R1 by syn proven" : "in 50009 related R2 by syn proven", "in 50009 unexpected port by syn proven"], judged.Flows.Skip(1));
    }

    [Fact]
    public void A_passive_port_is_for_the_client_that_asked()
    {
        TcpConversation control = Tcp(Gateway, 41020, Peer, 21).Handshake().ServerSends("220 FTP ready\r\n").ClientSends("USER backup\r\n").ServerSends("331 Password please\r\n")
            .ClientSends("PASV\r\n").ServerSends($"227 Entering Passive Mode ({Peer.Replace('.', ',')},195,89)\r\n").Wait(TimeSpan.FromSeconds(5)).ClientSends("QUIT\r\n");
        Judged judged = Judge(
            control.Frames, Transfer(Tcp(Gateway, 41021, Peer, 50009, 2), true).Frames, Transfer(Tcp(Gateway, 41022, Third, 50009, 2.1), true).Frames, Transfer(Tcp(Gateway, 41023, Peer, 50010, 2.2), true).Frames);
        Assert.Equal(["out 50009 related R2 by syn proven", "out 50009 unexpected port by syn proven", "out 50010 unexpected port by syn proven"], judged.Flows.Skip(1));
    }
}
