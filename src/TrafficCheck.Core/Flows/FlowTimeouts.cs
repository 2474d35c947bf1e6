using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Idle times after which a flow ends, in nanoseconds of packet time. The defaults do not split an idle mail or LDAP session. A closed flow
/// lingers, so that late FINs open no new one.
/// </summary>
public readonly record struct FlowTimeouts(long TcpEstablishedNs, long TcpHalfOpenNs, long TcpClosedNs, long UdpNs, long OtherNs)
{
    private const long Second = 1_000_000_000;

    public static FlowTimeouts Default { get; } = new(3600 * Second, 120 * Second, 120 * Second, 180 * Second, 60 * Second);

    /// <summary>Flows end with the input only.</summary>
    public static FlowTimeouts None { get; } = new(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue);

    /// <summary>Below this idle time no flow has ended.</summary>
    public long ShortestNs => Math.Min(Math.Min(TcpEstablishedNs, TcpHalfOpenNs), Math.Min(Math.Min(TcpClosedNs, UdpNs), OtherNs));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public long Of(byte protocol, uint marks) => protocol switch
    {
        Ip.Tcp when IsClosed(marks) => TcpClosedNs,
        Ip.Tcp when IsHalfOpen(marks) => TcpHalfOpenNs,
        Ip.Tcp => TcpEstablishedNs,
        Ip.Udp or Ip.UdpLite => UdpNs,
        _ => OtherNs,
    };

    /// <summary>A reset by either side, or a FIN from both.</summary>
    public static bool IsClosed(uint marks)
    {
        uint both = marks | (marks >> FlowMarks.SideBits), each = marks & (marks >> FlowMarks.SideBits);
        return (both & FlowMarks.Rst) != 0 || (each & FlowMarks.Fin) != 0;
    }

    /// <summary>Nothing but SYNs and SYN-ACKs so far.</summary>
    public static bool IsHalfOpen(uint marks)
    {
        uint both = marks | (marks >> FlowMarks.SideBits);
        return (both & (FlowMarks.Syn | FlowMarks.SynAck)) != 0 && (both & (FlowMarks.Ack | FlowMarks.Fin)) == 0;
    }
}
