using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Explain;

/// <summary>The rungs of <c>explain --flow</c> that other flows and the matrix hold: ledger, matrix, degree.</summary>
public sealed class EvidenceLadderTests
{
    private const long Second = 1_000_000_000;

    private static readonly AllowedMatrix s_matrix = MatrixOf(Allow("R0", 1));

    /// <summary>Makes the capture begin before all else.</summary>
    private static readonly IReadOnlyList<TimedFrame> s_begin = new UdpExchange("203.0.113.1", 1, "203.0.113.2", 1, Second).ClientSends("x").Frames;

    /// <summary>A session in mid-stream in which the peer's socket speaks first.</summary>
    private static IReadOnlyList<TimedFrame> Midstream(ushort hostPort, ushort peerPort, long at) =>
        new TcpConversation(Host, hostPort, Peer, peerPort, at).ServerSends("b").ClientSends("a").Frames;

    private static FlowLife Life(byte protocol, ushort hostPort, ushort peerPort, AllowedMatrix matrix, IReadOnlyList<ProvenServer>? kept, params IEnumerable<TimedFrame>[] parts) =>
        FlowTraceRun.Only(protocol, hostPort, peerPort, TimedFrame.Merge(parts), matrix, kept);

    private static EvidenceRung Rung(FlowLife life, EvidenceMethod method) => life.Ladder.Single(r => r.Method == method);

    private static (RungState, string?, bool, bool) Said(FlowLife life, EvidenceMethod method) =>
        Rung(life, method) is var r ? (r.State, r.Initiator, r.Decides, r.Contradicts) : default;

    [Fact]
    public void The_ledger_names_the_flow_that_proved_the_server()
    {
        IReadOnlyList<TimedFrame> proof = new TcpConversation("10.0.0.9", 41000, Peer, 9999, 5 * Second).Handshake().ServerSends("x").ClientCloses().Frames;
        FlowLife life = Life(Ip.Tcp, 40000, 9999, s_matrix, null, s_begin, proof, Midstream(40000, 9999, 60 * Second));
        Assert.Equal((RungState.Seen, $"{Host}:40000", true, false), Said(life, EvidenceMethod.Ledger));
        Assert.Equal($"{Peer}:9999 was proven a server by flows of this capture; the earliest began in frame 2", Rung(life, EvidenceMethod.Ledger).Detail);
        Assert.Null(Rung(life, EvidenceMethod.Ledger).Frame);

        // Who spoke first is the other one; a rung below has no say.
        Assert.Equal((RungState.Seen, $"{Peer}:9999", false, true), Said(life, EvidenceMethod.FirstSeen));
        Assert.Equal((RungState.NotAsked, null, false, false), Said(life, EvidenceMethod.Degree));
    }

    [Fact]
    public void A_server_of_earlier_runs_is_told_as_such()
    {
        ProvenServer[] kept = [new(IpAddress.From(System.Net.IPAddress.Parse(Peer)), 9999, Ip.Tcp, 0, Second, 3)];
        FlowLife life = Life(Ip.Tcp, 40000, 9999, s_matrix, kept, s_begin, Midstream(40000, 9999, 60 * Second));
        Assert.Equal((RungState.Seen, $"{Host}:40000", true, false), Said(life, EvidenceMethod.Ledger));
        Assert.StartsWith($"{Peer}:9999 is a server in the ledger of earlier runs", Rung(life, EvidenceMethod.Ledger).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_proven_servers_contradict_each_other()
    {
        IReadOnlyList<TimedFrame> one = new TcpConversation("10.0.0.9", 41000, Peer, 9999, 5 * Second).Handshake().ServerSends("x").ClientCloses().Frames;
        IReadOnlyList<TimedFrame> other = new TcpConversation("192.0.2.99", 41000, Host, 8888, 6 * Second).Handshake().ServerSends("x").ClientCloses().Frames;
        FlowLife life = Life(Ip.Tcp, 8888, 9999, s_matrix, null, s_begin, one, other, Midstream(8888, 9999, 60 * Second));
        EvidenceRung rung = Rung(life, EvidenceMethod.Ledger);
        Assert.Equal((RungState.Contradictory, (string?)null, false, true), (rung.State, rung.Initiator, rung.Decides, rung.Contradicts));
        Assert.Contains($"{Peer}:9999", rung.Detail, StringComparison.Ordinal);
        Assert.Contains($"{Host}:8888", rung.Detail, StringComparison.Ordinal);
        Assert.EndsWith(": it says nothing", rung.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nobody_proved_is_not_seen_and_what_has_no_ports_is_not_asked()
    {
        FlowLife life = Life(Ip.Tcp, 40000, 9999, s_matrix, null, s_begin, Midstream(40000, 9999, 60 * Second));
        Assert.Equal((RungState.NotSeen, null, false, false), Said(life, EvidenceMethod.Ledger));
        Assert.Equal("no other flow proved either socket a server", Rung(life, EvidenceMethod.Ledger).Detail);
        Assert.Equal((RungState.NotSeen, null, false, false), Said(life, EvidenceMethod.Degree));
        Assert.Equal("neither socket talks with at least 10 high ports of 3 hosts or more", Rung(life, EvidenceMethod.Degree).Detail);

        FlowLife ping = FlowTraceRun.Only(Ip.Icmp, 8 << 8, 8 << 8, [FrameBuilder.Ethernet().IPv4(Host, Peer).IcmpEcho(true, 1, 1).At(Second)], s_matrix, null);
        foreach (EvidenceMethod method in new[] { EvidenceMethod.Ledger, EvidenceMethod.Matrix, EvidenceMethod.Degree })
            Assert.Equal((RungState.NotAsked, "icmp has no ports"), (Rung(ping, method).State, Rung(ping, method).Detail));
    }

    [Fact]
    public void The_matrix_says_which_ports_are_its_own()
    {
        FlowLife life = Life(Ip.Tcp, 40000, 9999, MatrixOf(Allow("R1", 9999)), null, s_begin, Midstream(40000, 9999, 60 * Second));
        Assert.Equal((RungState.Seen, $"{Host}:40000", true, false), Said(life, EvidenceMethod.Matrix));
        Assert.Equal($"40000 at {Host} is not a service port of the rows, 9999 at {Peer} is", Rung(life, EvidenceMethod.Matrix).Detail);
        FlowLife both = Life(Ip.Tcp, 40000, 9999, MatrixOf(Allow("R1", 9999), Allow("R2", 40000)), null, s_begin, Midstream(40000, 9999, 60 * Second));
        Assert.Equal((RungState.NotSeen, null, false, false), Said(both, EvidenceMethod.Matrix));
    }

    /// <summary>Conversations of the host's port 9999 with many clients, that are seen in mid-stream.</summary>
    private static IEnumerable<TimedFrame> Clients(int count, string host = Host, ushort port = 9999) => Enumerable.Range(0, count)
        .SelectMany(i => new UdpExchange($"192.0.2.{10 + (i % 7)}", (ushort)(41_000 + (i * 13)), host, port, (5 * Second) + (i * 10_000_000L)).ServerSends("b").ClientSends("a").Frames);

    private static IReadOnlyList<TimedFrame> One(ushort hostPort, ushort peerPort) => new UdpExchange(Peer, peerPort, Host, hostPort, 20 * Second).ServerSends("b").ClientSends("a").Frames;

    [Fact]
    public void Degree_names_the_socket_with_many_peers()
    {
        FlowLife life = Life(Ip.Udp, 9999, 40000, s_matrix, null, s_begin, Clients(12), One(9999, 40000));
        Assert.Equal((RungState.Seen, $"{Peer}:40000", true, false), Said(life, EvidenceMethod.Degree));
        Assert.Equal($"{Host}:9999 talks with at least 10 high ports of 3 hosts or more", Rung(life, EvidenceMethod.Degree).Detail);
        Assert.Equal((RungState.Seen, $"{Host}:9999", false, true), Said(life, EvidenceMethod.FirstSeen));

        // Fewer peers tell nothing.
        Assert.Equal(RungState.NotSeen, Rung(Life(Ip.Udp, 9999, 40000, s_matrix, null, s_begin, Clients(5), One(9999, 40000)), EvidenceMethod.Degree).State);
    }

    [Fact]
    public void Degree_is_not_asked_where_something_above_tells()
    {
        FlowLife life = Life(Ip.Udp, 9999, 40000, MatrixOf(Allow("R1", 9999, RowDirection.In, [TransportNames.Udp])), null, s_begin, Clients(12), One(9999, 40000));
        Assert.Equal((RungState.NotAsked, "peers are counted for flows that nothing above tells"), (Rung(life, EvidenceMethod.Degree).State, Rung(life, EvidenceMethod.Degree).Detail));
        Assert.True(Rung(life, EvidenceMethod.Matrix).Decides);
    }
}
