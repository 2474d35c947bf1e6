using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Both ends of a flow. IPv4 addresses are in the IPv4-mapped range (::ffff:0:0/96).</summary>
public readonly record struct FlowEndpoints(IpAddress LowAddress, ushort LowPort, IpAddress HighAddress, ushort HighPort)
{
    public IpAddress Address(bool high) => high ? HighAddress : LowAddress;

    public ushort Port(bool high) => high ? HighPort : LowPort;
}
