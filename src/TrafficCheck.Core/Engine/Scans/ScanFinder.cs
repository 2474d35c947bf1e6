using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// The end of the input: which initiators scanned, which targets were flooded, and what is left: tries that failed, which are findings by
/// their cause like all other flows.
/// </summary>
internal sealed class ScanFinder(ProbeLedger ledger)
{
    private readonly List<(Initiator Who, ScanTotals Totals)> _scans = [];
    private readonly HashSet<Initiator> _scanners = [];
    private readonly HashSet<int> _exempt = [];

    /// <param name="toCause">Receives each probe that is neither scan nor flood, or sums of such, with the key of its finding.</param>
    public ScanReading Find(IProbeSink toCause)
    {
        var networks = new ScannerNetworks(ledger).Find().ToList();
        foreach (var (_, members, _) in networks) _scanners.UnionWith(members);
        foreach (var (who, place) in ledger.Initiators)
        {
            if (!_scanners.Contains(who)) FindScan(in who, in place, toCause);
        }

        ledger.Floods.Take(ledger, _scanners);
        foreach (var (who, place) in ledger.Initiators)
        {
            if (!_scanners.Contains(who)) Leave(place.First, toCause);
        }

        var groups = new List<ScanGroup>();
        var talkedOn = ledger.Conversations.PortsOf(_scanners);
        foreach (var (who, totals) in _scans)
        {
            FindingKind kind = ScanShape.KindOf(totals.Ports.Count, totals.Targets(who.Direction).Count);
            groups.Add(new(kind, who, Only(totals.Ports), totals, 0, talkedOn.TryGetValue(who, out SortedSet<int>? ports) ? ports : []));
        }

        foreach (var (network, members, totals) in networks)
        {
            FindingKind kind = ScanShape.KindOf(totals.Ports.Count, totals.Targets(network.Direction).Count);
            SortedSet<int> ports = [.. members.SelectMany(m => talkedOn.TryGetValue(m, out SortedSet<int>? of) ? (IEnumerable<int>)of : [])];
            groups.Add(new(kind, network, Only(totals.Ports), totals, 0, ports, members.Count));
        }

        foreach (var (target, flood) in ledger.Floods.Floods)
        {
            if (flood.Totals.State.Flows == 0) continue;
            FindingKind kind = target.Protocol switch
            {
                TransportNames.Tcp => FindingKind.SynFlood,
                TransportNames.Udp => FindingKind.UdpFlood,
                _ => FindingKind.IcmpFlood,
            };
            var who = new Initiator(target.Target, target.Subject, FlowDirection.In, target.Protocol);
            groups.Add(new(kind, who, Only(flood.Totals.Ports), flood.Totals, flood.Sources.Count == 0 ? 0 : flood.Sources.Values.Max(), []) { FloodPort = target.Port });
        }

        var rows = new Dictionary<int, ProbedRows>();
        foreach (ScanGroup group in groups)
        {
            foreach (var (set, probed) in group.Totals.Rows) ProbedRows.Add(rows, set, probed);
        }

        return new(groups, rows);
    }

    private static int Only(PortSet ports) => ports.Count == 1 ? ports.Lowest(1).First() : -1;

    private void FindScan(in Initiator who, in ProbeLedger.Place place, IProbeSink toCause)
    {
        _exempt.Clear();
        if (place.Busy != 0) FindBusyScan(in who, ledger.Busy[place.Busy - 1], toCause);
        else if (place.Count >= ProbeRules.ScanPorts && IsScan(in who, place.First))
        {
            var totals = new ScanTotals(ledger.Budget);
            for (int next = place.First; next != 0;)
            {
                ref Probe probe = ref ledger[next - 1];
                next = probe.Next;
                ref readonly ProbeCause cause = ref ledger.CauseOf(in probe);
                if (!_exempt.Contains(probe.Port)) totals.Add(in probe, in cause);
                else if (cause.IsFinding) toCause.Add(in probe, in cause);
            }

            _scanners.Add(who);
            _scans.Add((who, totals));
        }
    }

    private bool IsScan(in Initiator who, int first)
    {
        bool certain = who.Protocol == TransportNames.Tcp || ledger.ShowsAnswers(who.Subject);
        var sockets = new Dictionary<(IpAddress Target, int Port), bool>();
        HashSet<int> needed = [], others = [];
        for (int next = first; next != 0;)
        {
            ref Probe probe = ref ledger[next - 1];
            next = probe.Next;
            ref readonly ProbeCause cause = ref ledger.CauseOf(in probe);
            certain |= !cause.Key.Unanswered;
            (cause.Key.Kind == FindingKind.Failing ? needed : others).Add(probe.Port);
            var socket = (probe.Target, probe.Port);
            sockets[socket] = !cause.Answered && sockets.GetValueOrDefault(socket, true);
        }

        needed.ExceptWith(others);
        return certain && sockets.Count >= ProbeRules.ScanPorts && ScanShape.IsScan([.. sockets.Select(s => (s.Key.Target, s.Key.Port, s.Value))], needed, in who, ledger.Conversations, _exempt);
    }

    private void FindBusyScan(in Initiator who, BusyInitiator busy, IProbeSink toCause)
    {
        // Where a capture shows no answers at all, that allowed datagrams have none says nothing.
        bool certain = who.Protocol == TransportNames.Tcp || ledger.ShowsAnswers(who.Subject)
            || (!busy.IsCollapsed && busy.Totals.Keys.Any(k => !k.Key.Unanswered));
        bool isScan = certain && busy.IsScan(in who, ledger.Conversations, _exempt);
        ScanTotals? scan = null;
        foreach (var ((key, isFinding), totals) in busy.Totals)
        {
            if (isScan && !_exempt.Contains(key.Port))
            {
                if (scan is null) scan = totals;
                else scan.Add(totals);
            }
            else if (isFinding) toCause.Add(in key, totals.State);
        }

        if (scan is null) return;
        _scanners.Add(who);
        _scans.Add((who, scan));
    }

    private void Leave(int first, IProbeSink toCause)
    {
        for (int next = first; next != 0;)
        {
            ref Probe probe = ref ledger[next - 1];
            next = probe.Next;
            ref readonly ProbeCause cause = ref ledger.CauseOf(in probe);
            if (cause.IsFinding && !probe.IsTaken) toCause.Add(in probe, in cause);
        }
    }
}
