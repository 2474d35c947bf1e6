using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine.Reports;

/// <summary>Conversations of many kinds between a few hosts, drawn by lot: no two share a flow, and each is over before the next begins.</summary>
internal static class RandomRuns
{
    public const long Spacing = 20_000_000_000;

    /// <summary>Two subjects, rows in both directions, over several transports, with peers, applications and overlaps.</summary>
    public static AllowedMatrix Matrix => EngineRun.MatrixOf(
        EngineRun.Allow("R1", 25, RowDirection.In),
        EngineRun.Allow("R2", 25) with { Application = "smtp" },
        EngineRun.Allow("R3", 443, peers: ["192.0.2.0/24"]),
        EngineRun.Allow("R4", 443, RowDirection.InOut, last: 444),
        EngineRun.Allow("Zeile 5", 53, transports: [TransportNames.Udp]),
        EngineRun.Allow("R6", 80, peers: ["repo.example.net"]),
        EngineRun.Allow("R7", 514, RowDirection.In, transports: [TransportNames.Udp]),
        EngineRun.Allow("R8", 22, RowDirection.In, subject: 1),
        EngineRun.Allow("r8", 22, RowDirection.Out, subject: 1, last: 30),
        EngineRun.Allow("R10", 123, RowDirection.InOut, transports: [TransportNames.Udp]),
        EngineRun.Allow("R11", 9999, RowDirection.In, need: RowNeed.Optional),
        EngineRun.Allow("R12", 443, peers: ["192.0.2.7"]));

    public static string[] Protect => ["10.0.0.5 10.0.0.6", "10.0.1.9"];

    private static readonly string[] s_hosts = ["10.0.0.5", "10.0.0.6", "10.0.1.9"];
    private static readonly string[] s_peers = ["192.0.2.7", "192.0.2.8", "198.51.100.9", "203.0.113.4", "10.0.0.5", "172.16.0.1"];
    private static readonly ushort[] s_ports = [25, 443, 444, 80, 22, 27, 3389, 9999, 514, 5000];
    private static readonly ushort[] s_udpPorts = [53, 514, 123, 161, 443, 5353, 9999];

    /// <param name="first">Number of the first conversation: its time, and the ports that keep flows apart.</param>
    /// <param name="proven">Only connections that show who began them, so that no conversation tells anything of another.</param>
    public static List<IReadOnlyList<TimedFrame>> Conversations(Random random, int count, int first = 0, bool proven = false)
    {
        var all = new List<IReadOnlyList<TimedFrame>>();
        for (int i = first; i < first + count; i++) all.Add(One(random, 1_000_000_000 + (i * Spacing), (ushort)(20_000 + i), proven));
        return all;
    }

    private static IReadOnlyList<TimedFrame> One(Random random, long at, ushort port, bool proven)
    {
        string host = Pick(random, s_hosts), peer = Pick(random, s_peers);
        if (host == peer) peer = "192.0.2.7";
        if (random.Next(2) == 0) (host, peer) = (peer, host);
        ushort service = Pick(random, s_ports), datagram = Pick(random, s_udpPorts);
        int kind = random.Next(10);
        return (proven && (kind is 4 or 6 or 7 or 8) ? 9 : kind) switch
        {
            0 or 1 => new TcpConversation(host, port, peer, service, at).Handshake().ClientSends("abc").ServerSends("defg").ClientCloses().Frames,
            2 => new TcpConversation(host, port, peer, service, at).Refused().Frames,
            3 => new TcpConversation(host, port, peer, service, at).Unanswered(2).Frames,
            4 => new TcpConversation(host, port, peer, service, at).ClientSends("a").ServerSends("b").Frames,
            5 => new TcpConversation(host, port, peer, 25, at).Handshake().ServerSends("220 mail ESMTP\r\n").ClientSends("EHLO x\r\n").ServerSends("250 ok\r\n").ClientCloses().Frames,
            6 or 7 => new UdpExchange(host, port, peer, datagram, at).ClientSends("question").ServerSends("answer").Frames,
            8 => new UdpExchange(host, port, peer, datagram, at).ClientSends("question").Frames,
            _ => new TcpConversation(host, port, peer, service, at).Handshake().ClientSends("SSH-2.0-x\r\n").ServerSends("SSH-2.0-y\r\n").ClientCloses().Frames,
        };
    }

    public static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
