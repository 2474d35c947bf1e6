using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Packets that lie one behind the other in memory, in the order of their frames.</summary>
/// <param name="start">Lives until the table has taken the packets.</param>
/// <param name="baseFrame">What <see cref="PacketHead.Frame"/> counts from.</param>
/// <param name="tunnels">What <see cref="PacketHead.Tunnel"/> is a place in; the first of them is none.</param>
public readonly unsafe struct PacketRun<TKey>(FlowPacket<TKey>* start, int count, long baseFrame, TunnelPath* tunnels)
    where TKey : unmanaged, IFlowKey<TKey>
{
    public FlowPacket<TKey>* Start => start;

    public int Count => count;

    public long BaseFrame => baseFrame;

    public TunnelPath* Tunnels => tunnels;
}
