using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>A packet with a payload that port 53 sent; its payload lives as long as its batch.</summary>
internal struct DnsAnswer
{
    /// <summary>Packets of each family that come before it, and its own place among all.</summary>
    public int V4Before, V6Before, Place;

    public PacketSummary Packet;
    public IpAddress Client;
    public Arrival Arrival;
}
