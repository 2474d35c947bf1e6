using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>Whether what a host tried in vain has the shape of a scan, and which.</summary>
internal static class ScanShape
{
    /// <summary>
    /// A host that talks with more than this many on a port, and with one for every four that do not answer, is no scanner of that port: scanners have
    /// success with one target in five or fewer, others with four (Jung and others, Fast Portscan Detection, 2004).
    /// </summary>
    private const int FewConversations = 4, TriesPerConversation = 4;

    /// <param name="sockets">What was tried, each once with whether it never answered; gets sorted.</param>
    /// <param name="needed">Ports on which rows allow all that was tried.</param>
    /// <param name="exempt">Receives the ports on which the host mostly has conversations, or that are blocked for it: what did not work there is no scan.</param>
    public static bool IsScan(List<(IpAddress Target, int Port, bool InVain)> sockets, IReadOnlySet<int> needed, in Initiator who, Conversations conversations, HashSet<int> exempt)
    {
        bool scan = false;
        exempt.UnionWith(Blocked(needed, in who, conversations));
        sockets.Sort(static (a, b) => (a.Port, a.Target).CompareTo((b.Port, b.Target)));
        for (int i = 0, from = 0; i <= sockets.Count; i++)
        {
            if (i < sockets.Count && sockets[i].Port == sockets[from].Port) continue;
            if (i == 0) break;
            int port = sockets[from].Port, tried = 0;
            for (int at = from; at < i; at++) tried += sockets[at].InVain ? 1 : 0;
            if (exempt.Contains(port) || IsExempt(in who, port, tried, i - from - tried, conversations)) exempt.Add(port);
            else scan |= tried >= ProbeRules.ScanHosts;
            from = i;
        }

        if (scan) return true;
        sockets.Sort(static (a, b) => (a.Target, a.Port).CompareTo((b.Target, b.Port)));
        int ports = 0;
        for (int i = 0; i < sockets.Count && ports < ProbeRules.ScanPorts; i++)
        {
            if (i > 0 && sockets[i].Target != sockets[i - 1].Target) ports = 0;
            if (sockets[i].InVain && !exempt.Contains(sockets[i].Port)) ports++;
        }

        return ports >= ProbeRules.ScanPorts;
    }

    /// <summary>
    /// Ports that rows allow a protected host to call, and on which it had no conversation at all: a service that the boundary blocks, such as mail
    /// to the exchangers of many sites, has the shape of a sweep, and is one that fails. Many such ports are a scan after all.
    /// </summary>
    public static IEnumerable<int> Blocked(IReadOnlySet<int> needed, in Initiator who, Conversations conversations)
    {
        if (who.Direction != FlowDirection.Out || needed.Count == 0) return [];
        var blocked = new List<int>();
        foreach (int port in needed)
        {
            if (conversations.Targets(in who, port) == 0) blocked.Add(port);
        }

        return blocked.Count < ProbeRules.ScanPorts ? blocked : [];
    }

    /// <param name="tried">Distinct targets that were tried on the port in vain.</param>
    /// <param name="answered">Distinct targets that answered a datagram on it; a half-open handshake that was answered is what a scanner does.</param>
    public static bool IsExempt(in Initiator who, int port, long tried, long answered, Conversations conversations)
    {
        long talks = conversations.Targets(in who, port);

        // A browser tries QUIC beside TLS, a resolver UDP before TCP: the same service, whatever becomes of the datagrams.
        if (who.Protocol == TransportNames.Udp) talks += conversations.Targets(who with { Protocol = TransportNames.Tcp }, port);
        return talks > Math.Max(tried / TriesPerConversation, FewConversations) || (who.Protocol != TransportNames.Tcp && answered > tried);
    }

    /// <summary>Vertical, horizontal, or both (Staniford, Hoagland and McAlerney, 2002, call the last a block scan).</summary>
    public static FindingKind KindOf(long ports, long targets) =>
        ports >= ProbeRules.ScanPorts
            ? targets >= ProbeRules.ScanHosts ? FindingKind.BlockScan : FindingKind.PortScan
            : targets >= ProbeRules.ScanHosts || targets > ports ? FindingKind.HostSweep : FindingKind.PortScan;
}
