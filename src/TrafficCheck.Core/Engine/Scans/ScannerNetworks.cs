using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// Scanners that take another address of their IPv6 subnet for each try (RFC 8981 gives every host as many as it likes): none of the addresses scans, the subnet
/// does. The probes of the outside hosts of a subnet are looked at as if one host had made them, when these are many and talk with nobody on the ports that
/// they try. Done at the end, over the probes that are kept; which they are does not depend on their order.
/// </summary>
internal sealed class ScannerNetworks(ProbeLedger ledger)
{
    /// <summary>A subnet that hosts configure themselves in (RFC 4291 section 2.5.1, RFC 7421).</summary>
    public const int PrefixLength = 64;

    private readonly Dictionary<Initiator, List<Initiator>> _networks = [];
    private readonly HashSet<int> _exempt = [];

    /// <summary>Nothing is blocked for hosts that are not protected.</summary>
    private static readonly HashSet<int> s_blocked = [];

    /// <summary>Each subnet that scanned, with its members; their probes are to be counted nowhere else.</summary>
    public IEnumerable<(Initiator Network, IReadOnlyList<Initiator> Members, ScanTotals Totals)> Find()
    {
        foreach (var (who, place) in ledger.Initiators)
        {
            if (who.Address.IsV4 || who.Direction != FlowDirection.In || place.Busy != 0 || place.First == 0) continue;
            Initiator network = who with { Address = new IpAddress(who.Address.Value & (UInt128.MaxValue << PrefixLength)) };
            if (!_networks.TryGetValue(network, out List<Initiator>? members)) _networks[network] = members = [];
            members.Add(who);
        }

        foreach (var (network, members) in _networks)
        {
            if (members.Count >= ProbeRules.ScanHosts && IsScan(in network, members)) yield return (network, members, Sum(members));
        }
    }

    private bool IsScan(in Initiator network, List<Initiator> members)
    {
        _exempt.Clear();
        bool certain = network.Protocol == Matrix.TransportNames.Tcp || ledger.ShowsAnswers(network.Subject);
        var sockets = new Dictionary<(IpAddress Target, int Port), bool>();
        var talks = new Dictionary<int, long>();
        foreach (Initiator member in members)
        {
            for (int next = ledger.Initiators[member].First; next != 0;)
            {
                ref Probe probe = ref ledger[next - 1];
                next = probe.Next;
                ref readonly ProbeCause cause = ref ledger.CauseOf(in probe);
                certain |= !cause.Key.Unanswered;
                var socket = (probe.Target, probe.Port);
                sockets[socket] = !cause.Answered && sockets.GetValueOrDefault(socket, true);
                talks[probe.Port] = talks.GetValueOrDefault(probe.Port) + ledger.Conversations.Targets(in member, probe.Port);
            }
        }

        // A subnet of clients, of which some do not get through, is none that scans.
        if (!certain || talks.Values.Sum() * ProbeRules.ScanHosts > members.Count) return false;

        // Many sources against one target are a flood.
        if (members.Count >= ProbeRules.FloodSources && sockets.Keys.Select(s => s.Target).Distinct().Count() < ProbeRules.ScanHosts) return false;
        return ScanShape.IsScan([.. sockets.Select(s => (s.Key.Target, s.Key.Port, s.Value))], s_blocked, in network, ledger.Conversations, _exempt) && _exempt.Count == 0;
    }

    private ScanTotals Sum(List<Initiator> members)
    {
        var totals = new ScanTotals(ledger.Budget);
        foreach (Initiator member in members)
        {
            for (int next = ledger.Initiators[member].First; next != 0;)
            {
                ref Probe probe = ref ledger[next - 1];
                next = probe.Next;
                totals.Add(in probe, in ledger.CauseOf(in probe));
            }
        }

        return totals;
    }
}
