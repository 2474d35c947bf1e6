using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>One socket with many peers' ports is likely a server; what only looks like one is none.</summary>
public sealed class DegreeEvidenceTests
{
    private const long Second = 1_000_000_000, Hour = 3600 * Second;

    private static readonly AllowedMatrix s_matrix = MatrixOf(Allow("R0", 1));

    /// <summary>A flow of others, which makes the capture begin at 0.</summary>
    private static readonly IReadOnlyList<TimedFrame> s_begin = new UdpExchange("203.0.113.1", 1, "203.0.113.2", 1, 0).ClientSends("x").Frames;

    /// <summary>Conversations of one socket of the protected host with ports of others, in which the others answer.</summary>
    private static EngineRun Run(int count, Func<int, (string Peer, ushort Port)> peers, bool hostFirst, bool answered = true, long at = 5 * Second, string host = Host) =>
        Of(TimedFrame.Merge([s_begin, .. Enumerable.Range(0, count).Select(i =>
        {
            var (peer, port) = peers(i);
            UdpExchange script = new(peer, port, host, 9999, at + (i * 10_000_000L));
            script = hostFirst ? script.ServerSends("b") : script.ClientSends("a");
            return (!answered ? script : hostFirst ? script.ClientSends("a") : script.ServerSends("b")).Frames;
        })]), s_matrix, [host]);

    private static (string Peer, ushort Port) Client(int i) => ($"192.0.2.{10 + (i % 7)}", (ushort)(40_000 + (i * 13)));

    private static IEnumerable<EvidenceMethod> Methods(EngineRun run) => run.Rows.Where(r => r.Subject.Length > 0).Select(r => r.Evidence).Distinct();

    [Fact]
    public void Many_peers_ports_make_a_server()
    {
        EngineRun run = Run(10, Client, hostFirst: true);
        Assert.Equal([EvidenceMethod.Degree], Methods(run));
        Assert.All(run.Rows.Where(r => r.Subject.Length > 0), r => Assert.Equal(((ushort?)9999, Confidence.Likely, FlowDirection.In), (r.ResponderPort, r.Confidence, r.Direction)));
        Assert.Equal(1, run.Report.Evidence.ServersByDegree);
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(9, Client, hostFirst: true)));
        Assert.Equal([EvidenceMethod.Degree], Methods(Run(12, i => ($"2001:db8::{10 + (i % 7)}", (ushort)(40_000 + i)), hostFirst: true, host: "2001:db8:10::5")));
    }

    [Fact]
    public void A_scan_is_no_server()
    {
        // The same port everywhere; many ports of one host; answers that are none.
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(200, i => ($"192.0.2.{i}", 9), hostFirst: true)));
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(200, i => ($"192.0.2.{i}", 5353), hostFirst: true)));
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(200, i => (Peer, (ushort)(30_000 + i)), hostFirst: true)));
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(200, i => ($"192.0.2.{i}", (ushort)(30_000 + i)), hostFirst: true, answered: false)));
    }

    [Fact]
    public void Resets_are_no_clients()
    {
        List<TimedFrame> frames = [.. s_begin];
        for (int i = 0; i < 50; i++)
        {
            var (peer, port) = Client(i);
            frames.Add(FrameBuilder.Ethernet().IPv4(Host, peer).Tcp(9999, port, TcpFlags.Ack, 1, 1).At((5 * Second) + (i * 1000)));
            frames.Add(FrameBuilder.Ethernet().IPv4(peer, Host).Tcp(port, 9999, TcpFlags.Rst, 1).At((5 * Second) + (i * 1000) + 500));
        }

        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Of(frames, s_matrix)));
    }

    [Fact]
    public void Who_opens_most_of_its_conversations_itself_is_none()
    {
        // Well after the capture began, who sends first counts.
        Assert.Equal([EvidenceMethod.FirstPacket], Methods(Run(40, Client, hostFirst: true, at: Hour)));
        Assert.Equal([EvidenceMethod.Degree], Methods(Run(40, Client, hostFirst: false, at: Hour)));
    }

    [Fact]
    public void A_client_that_keeps_its_port_is_none()
    {
        // Low ports, and ten high ones beside many others.
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(40, i => ($"192.0.2.{i}", (ushort)(100 + i)), hostFirst: true)));
        Assert.Equal([EvidenceMethod.FirstSeen], Methods(Run(40, i => ($"192.0.2.{i}", (ushort)(i < 10 ? 30_000 + i : 53)), hostFirst: true)));
    }

    [Fact]
    public void Two_such_sockets_contradict_each_other()
    {
        EngineRun run = Of(
            TimedFrame.Merge([
                s_begin,
                .. Enumerable.Range(0, 12).Select(i => new UdpExchange(Client(i).Peer, Client(i).Port, Host, 9999, (5 * Second) + i).ServerSends("b").ClientSends("a").Frames),
                .. Enumerable.Range(0, 12).Select(i => new UdpExchange($"10.0.0.{16 + i}", Client(i).Port, Peer, 8888, (6 * Second) + i).ServerSends("b").ClientSends("a").Frames),
                new UdpExchange(Peer, 8888, Host, 9999, 7 * Second).ServerSends("b").ClientSends("a").Frames,
            ]),
            s_matrix, ["10.0.0.0/27"]);
        FlowRow between = run.Rows.Single(r => r.FirstNs == 7 * Second);
        Assert.Equal((EvidenceMethod.FirstSeen, EvidenceConflicts.BothDegree), (between.Evidence, between.Conflicts));
    }

    [Fact]
    public void Proof_and_the_matrix_count_for_more()
    {
        List<TimedFrame> frames = [.. TimedFrame.Merge([s_begin, .. Enumerable.Range(0, 20).Select(i => new UdpExchange(Client(i).Peer, Client(i).Port, Host, 9999, (5 * Second) + i).ServerSends("b").ClientSends("a").Frames)])];
        Assert.Equal([EvidenceMethod.Matrix], Methods(Of(frames, MatrixOf(Allow("R1", 9999, RowDirection.In, [TransportNames.Udp])))));
    }
}
