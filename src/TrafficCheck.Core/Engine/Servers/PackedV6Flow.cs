using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>An ended IPv6 flow as most are: what <see cref="PackedFlow"/> is for IPv4. 104 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PackedV6Flow
{
    private PackedFacts _facts;
    private ulong _lowUpper, _lowLower, _highUpper, _highLower;

    /// <returns>False when the flow does not fit.</returns>
    public static bool TryPack(in FlowSummary flow, out PackedV6Flow packed)
    {
        packed = default;
        FlowEndpoints ends = flow.Ends;
        if (ends.LowAddress.IsV4 || !PackedFacts.TryPack(in flow, out packed._facts)) return false;
        packed._lowUpper = (ulong)(ends.LowAddress.Value >> 64);
        packed._lowLower = (ulong)ends.LowAddress.Value;
        packed._highUpper = (ulong)(ends.HighAddress.Value >> 64);
        packed._highLower = (ulong)ends.HighAddress.Value;
        return true;
    }

    public readonly FlowSummary Unpack() => _facts.Unpack(IpAddress.V6(_lowUpper, _lowLower), IpAddress.V6(_highUpper, _highLower));
}
