using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Kinds of traffic that cannot cross a boundary, because it does not leave its link.</summary>
public enum LinkScopeKind : byte { None, Broadcast, Dhcp, Igmp, LinkLocal, Mld, Multicast, NeighbourDiscovery }

public static class LinkScope
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "", "link-scope-broadcast", "link-scope-dhcp", "link-scope-igmp", "link-scope-link-local", "link-scope-mld", "link-scope-multicast",
        "link-scope-neighbour-discovery",
    ];

    public static LinkScopeKind KindOf(in FlowSummary flow)
    {
        FlowEndpoints ends = flow.Ends;
        if (flow.Protocol == TransportNames.Igmp) return LinkScopeKind.Igmp;
        if (flow.Protocol == TransportNames.Udp && IsDhcp(ends.LowPort) && IsDhcp(ends.HighPort)) return LinkScopeKind.Dhcp;
        if (flow.Protocol == TransportNames.Icmpv6)
        {
            int type = ends.LowPort >> 8;
            if (type is 130 or 131 or 132 or 143) return LinkScopeKind.Mld;
            if (type is >= 133 and <= 137) return LinkScopeKind.NeighbourDiscovery;
        }

        if (IsDirectedBroadcast(in flow) || AddressKind.IsLimitedBroadcast(ends.LowAddress) || AddressKind.IsLimitedBroadcast(ends.HighAddress))
            return LinkScopeKind.Broadcast;
        if (AddressKind.IsLocalMulticast(ends.LowAddress) || AddressKind.IsLocalMulticast(ends.HighAddress)) return LinkScopeKind.Multicast;
        if (AddressKind.IsLinkLocal(ends.LowAddress) || AddressKind.IsLinkLocal(ends.HighAddress)) return LinkScopeKind.LinkLocal;
        return LinkScopeKind.None;
    }

    /// <summary>
    /// Sent to the link's broadcast address and answered by nobody, to an address that ends as broadcast addresses of any subnet do. One such
    /// frame among others must not take a conversation out of sight.
    /// </summary>
    private static bool IsDirectedBroadcast(in FlowSummary flow)
    {
        if ((flow.Marks & FlowMarks.LinkBroadcast) == 0 || flow.Protocol == TransportNames.Tcp || (flow.LowPackets > 0 && flow.HighPackets > 0)) return false;
        IpAddress destination = flow.LowPackets > 0 ? flow.Ends.HighAddress : flow.Ends.LowAddress;
        return destination.IsV4 && (destination.V4Value & 3) == 3;
    }

    private static bool IsDhcp(ushort port) => port is 67 or 68 or 546 or 547;
}
