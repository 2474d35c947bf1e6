using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>An ended flow as most are: IPv4, in no tunnel, without a note, with counts that fit into 32 bits. 80 bytes, a third of the whole.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PackedFlow
{
    private PackedFacts _facts;
    private uint _lowAddress, _highAddress;

    /// <returns>False when the flow does not fit.</returns>
    public static bool TryPack(in FlowSummary flow, out PackedFlow packed)
    {
        packed = default;
        if (!flow.Ends.LowAddress.IsV4 || !PackedFacts.TryPack(in flow, out packed._facts)) return false;
        packed._lowAddress = flow.Ends.LowAddress.V4Value;
        packed._highAddress = flow.Ends.HighAddress.V4Value;
        return true;
    }

    public readonly FlowSummary Unpack() => _facts.Unpack(IpAddress.V4(_lowAddress), IpAddress.V4(_highAddress));
}
