using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Short conversations between <see cref="EngineRun.Host"/> and a peer, at times of their own unless given.</summary>
internal static class Traffic
{
    private const long Second = 1_000_000_000;

    public static IReadOnlyList<TimedFrame> In(ushort port, long at = Second, string peer = EngineRun.Peer, string host = EngineRun.Host, ushort from = 40000) =>
        new TcpConversation(peer, from, host, port, at).Handshake().Frames;

    public static IReadOnlyList<TimedFrame> Out(ushort port, long at = 2 * Second, string peer = EngineRun.Peer, string host = EngineRun.Host, ushort from = 40000) =>
        new TcpConversation(host, from, peer, port, at).Handshake().Frames;

    public static IReadOnlyList<TimedFrame> RefusedOut(ushort port, long at = 3 * Second, string peer = EngineRun.Peer) =>
        new TcpConversation(EngineRun.Host, 40001, peer, port, at).Refused().Frames;

    public static IReadOnlyList<TimedFrame> RefusedIn(ushort port, long at = 4 * Second, string peer = EngineRun.Peer) =>
        new TcpConversation(peer, 40001, EngineRun.Host, port, at).Refused().Frames;

    /// <summary>Datagrams out, of which the first may be answered.</summary>
    public static IReadOnlyList<TimedFrame> UdpOut(ushort port, bool answered, long at = 5 * Second, string peer = EngineRun.Peer)
    {
        UdpExchange exchange = new UdpExchange(EngineRun.Host, 40002, peer, port, at).ClientSends("q");
        return (answered ? exchange.ServerSends("a") : exchange).Frames;
    }

    /// <summary>Bytes both ways of a session that began before the capture.</summary>
    public static IReadOnlyList<TimedFrame> Midstream(ushort hostPort, ushort peerPort, long at = 6 * Second) =>
        new TcpConversation(EngineRun.Peer, peerPort, EngineRun.Host, hostPort, at).ClientSends("a").ServerSends("b").Frames;
}
