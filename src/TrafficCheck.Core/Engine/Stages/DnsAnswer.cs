using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>A packet with a payload that port 53 sent; its payload lives as long as its batch.</summary>
internal struct DnsAnswer
{
    public PacketSummary Packet;
    public IpAddress Client;
    public Arrival Arrival;
}
