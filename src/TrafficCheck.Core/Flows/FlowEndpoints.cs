using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Both ends of a flow. IPv4 addresses are in the IPv4-mapped range (::ffff:0:0/96).</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowEndpoints(IpAddress LowAddress, ushort LowPort, IpAddress HighAddress, ushort HighPort)
{
    /// <summary>An order of no meaning, for what needs one that is total.</summary>
    public int CompareTo(FlowEndpoints other)
    {
        int order = LowAddress.CompareTo(other.LowAddress);
        if (order == 0) order = HighAddress.CompareTo(other.HighAddress);
        if (order == 0) order = LowPort.CompareTo(other.LowPort);
        return order != 0 ? order : HighPort.CompareTo(other.HighPort);
    }

    public IpAddress Address(bool high) => high ? HighAddress : LowAddress;

    public ushort Port(bool high) => high ? HighPort : LowPort;
}
