using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// The probes of a host that has made too many to keep each: summed by cause while these are few, so that they are findings like any other
/// should the host turn out to be no scanner, and by kind of cause when they are many. What is kept depends on what was probed only, not on the order.
/// </summary>
internal sealed class BusyInitiator(HostBudget budget)
{
    private HostBudget _budget = budget;

    private const int MaxCauses = 32, MaxSockets = 256;

    private Dictionary<(FindingKey Key, bool IsFinding), ScanTotals> _totals = [];

    /// <summary>What was tried, and whether it never answered; null when it is more than is kept.</summary>
    private Dictionary<(IpAddress Target, int Port), bool>? _sockets = [];

    public bool IsCollapsed { get; private set; }

    public IReadOnlyDictionary<(FindingKey Key, bool IsFinding), ScanTotals> Totals => _totals;

    public void Add(in Probe probe, in ProbeCause cause)
    {
        FindingKey key = IsCollapsed ? Collapsed(cause.Key) : cause.KeyAt(probe.Port);
        if (!_totals.TryGetValue((key, cause.IsFinding), out ScanTotals? totals))
        {
            if (_totals.Count >= MaxCauses && !IsCollapsed)
            {
                Collapse();
                Add(in probe, in cause);
                return;
            }

            _totals[(key, cause.IsFinding)] = totals = new ScanTotals(_budget);
        }

        totals.Add(in probe, in cause);
        if (_sockets is null) return;
        var socket = (probe.Target, probe.Port);
        _sockets[socket] = !cause.Answered && _sockets.GetValueOrDefault(socket, true);
        if (_sockets.Count > MaxSockets) _sockets = null;
    }

    public BusyInitiator Fork(ForkScope scope)
    {
        var fork = (BusyInitiator)MemberwiseClone();
        fork._budget = scope.Budget;
        fork._totals = _totals.ToDictionary(t => t.Key, t => t.Value.Fork(scope));
        fork._sockets = _sockets is null ? null : new(_sockets);
        return fork;
    }

    /// <param name="exempt">Receives the ports on which the host mostly has conversations, or that are blocked for it.</param>
    public bool IsScan(in Initiator who, Conversations conversations, HashSet<int> exempt)
    {
        if (_sockets is not null)
        {
            bool scan = ScanShape.IsScan([.. _sockets.Select(s => (s.Key.Target, s.Key.Port, s.Value))], Needed(), in who, conversations, exempt);
            if (IsCollapsed) exempt.Clear();
            return scan;
        }

        // Many causes and many sockets: a scan whatever its shape, if most of it was in vain.
        if (IsCollapsed) return _totals.Values.Sum(t => t.AnsweredFlows * 2) <= _totals.Values.Sum(t => t.State.Flows);

        // More targets than are kept, on few ports.
        bool swept = false;
        exempt.UnionWith(ScanShape.Blocked(Needed(), in who, conversations));
        var ports = new HashSet<int>();
        foreach (var ((key, _), totals) in _totals)
        {
            long targets = totals.Targets(who.Direction).Count;
            long answered = totals.AnsweredFlows * targets / Math.Max(1, totals.State.Flows);
            if (exempt.Contains(key.Port) || ScanShape.IsExempt(in who, key.Port, targets - answered, answered, conversations)) exempt.Add(key.Port);
            else
            {
                ports.Add(key.Port);
                swept |= targets >= ProbeRules.ScanHosts;
            }
        }

        ports.ExceptWith(exempt);
        return swept || ports.Count >= ProbeRules.ScanPorts;
    }

    /// <summary>Ports on which rows allow all that was tried and could be told.</summary>
    private HashSet<int> Needed()
    {
        if (IsCollapsed) return [];
        HashSet<int> needed = [.. _totals.Keys.Where(k => k.Key.Kind == FindingKind.Failing).Select(k => k.Key.Port)];
        needed.ExceptWith(_totals.Keys.Where(k => k.Key.Kind != FindingKind.Failing).Select(k => k.Key.Port));
        return needed;
    }

    private void Collapse()
    {
        IsCollapsed = true;
        var totals = _totals;
        _totals = [];
        foreach (var ((key, isFinding), of) in totals)
        {
            var at = (Collapsed(key), isFinding);
            if (!_totals.TryGetValue(at, out ScanTotals? sum)) _totals[at] = of;
            else sum.Add(of);
        }
    }

    private static FindingKey Collapsed(in FindingKey key) => key with { Port = -1, Rows = Matrix.RowSets.None, Application = 0 };
}
