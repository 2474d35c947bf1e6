using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>What a flood goes to.</summary>
/// <param name="Port">-1 for one over many ports.</param>
internal readonly record struct FloodTarget(int Subject, byte Protocol, IpAddress Target, int Port) : IComparable<FloodTarget>
{
    public int CompareTo(FloodTarget other) => (Subject, Protocol, Target, Port).CompareTo((other.Subject, other.Protocol, other.Target, other.Port));
}

/// <summary>
/// Finds targets that more hosts tried in vain within a minute than conversations with it began, and sums these tries. Looks at one port
/// after the other first, then at all ports of a host: sources and ports may be drawn by lot.
/// </summary>
internal sealed class FloodLedger(HostBudget budget, Func<int, bool> showsAnswers, int most = FloodLedger.MaxFloods)
{
    /// <summary>Targets; some KB each. A run of weeks may meet more than one of hours.</summary>
    private const int MaxFloods = 8192;

    private readonly Dictionary<FloodTarget, Flood> _floods = [];

    public IReadOnlyDictionary<FloodTarget, Flood> Floods => _floods;

    /// <summary>Times that a flood of a minute was seen whose target found no room: its tries are findings by their cause.</summary>
    public long NotKept { get; private set; }

    /// <summary>Takes a probe of a flood that is known already.</summary>
    public bool TryAdd(in Initiator who, in Probe probe, in ProbeCause cause)
    {
        if (_floods.Count == 0 || !MayFlood(in who)) return false;
        Flood? flood = Of(in who, in probe, in cause, anyPort: false) ?? Of(in who, in probe, in cause, anyPort: true);
        if (flood is null) return false;
        long known = flood.Totals.State.Peers.Count;
        flood.Totals.Add(in probe, in cause);
        if (flood.Totals.State.Peers.Count > known) flood.Count(probe.FirstNs);
        return true;
    }

    public FloodLedger Fork(ForkScope scope, Func<int, bool> answers)
    {
        var fork = new FloodLedger(scope.Budget, answers, most) { NotKept = NotKept };
        foreach (var (target, flood) in _floods) fork._floods.Add(target, flood.Fork(scope));
        return fork;
    }

    /// <summary>Sums the probes of floods, which the ledger is to drop.</summary>
    /// <param name="except">Initiators whose probes are a scan.</param>
    public void Take(ProbeLedger ledger, IReadOnlySet<Initiator> except)
    {
        foreach (bool anyPort in (ReadOnlySpan<bool>)[false, true])
        {
            FindWindows(ledger, except, anyPort);
            if (_floods.Count > 0) Move(ledger, except, anyPort);
        }
    }

    private static bool MayFlood(in Initiator who) =>
        who.Direction == FlowDirection.In && who.Protocol is TransportNames.Tcp or TransportNames.Udp or TransportNames.Icmp or TransportNames.Icmpv6;

    private bool MayFlood(in Initiator who, in ProbeCause cause) =>
        who.Protocol == TransportNames.Tcp || cause.Outcome != Outcome.OneWay || showsAnswers(who.Subject);

    private void FindWindows(ProbeLedger ledger, IReadOnlySet<Initiator> except, bool anyPort)
    {
        var sources = new Dictionary<Conversations.Minute, int>();
        var answered = new Dictionary<Conversations.Minute, int>();
        var own = new HashSet<Conversations.Minute>();
        foreach (var (target, flood) in _floods)
        {
            if (target.Port < 0 != anyPort) continue;
            foreach (var (minute, count) in flood.Sources) sources[new(target.Target, target.Subject, target.Port, target.Protocol, minute)] = count;
        }

        foreach (var (who, place) in ledger.Initiators)
        {
            if (place.First == 0 || !MayFlood(in who) || except.Contains(who)) continue;
            own.Clear();
            for (int next = place.First; next != 0;)
            {
                ref Probe probe = ref ledger[next - 1];
                next = probe.Next;
                if (probe.IsTaken || !MayFlood(in who, in ledger.CauseOf(in probe))) continue;
                var minute = Conversations.Minute.Of(who.Subject, who.Protocol, probe.Target, anyPort ? -1 : probe.Port, probe.FirstNs);
                bool isAnswered = who.Protocol != TransportNames.Tcp && ledger.CauseOf(in probe).Outcome == Outcome.Answered;
                if (isAnswered) CollectionsMarshal.GetValueRefOrAddDefault(answered, minute, out _)++;
                else if (place.Count == 1 || own.Add(minute)) CollectionsMarshal.GetValueRefOrAddDefault(sources, minute, out _)++;
            }
        }

        var began = anyPort ? OfAllPorts(ledger.Conversations.ByMinute) : ledger.Conversations.ByMinute;
        foreach (var (minute, count) in sources)
        {
            // A datagram that was answered is a conversation, however short; a SYN-ACK that nobody went on with is none.
            if (count < ProbeRules.FloodSources || count <= began.GetValueOrDefault(minute) + answered.GetValueOrDefault(minute)) continue;
            var target = new FloodTarget(minute.Subject, minute.Protocol, minute.Target, minute.Port);
            if (!_floods.TryGetValue(target, out Flood? flood))
            {
                if (_floods.Count >= most)
                {
                    NotKept++;
                    continue;
                }

                _floods[target] = flood = new Flood(budget);
            }

            flood.Extend(minute.Number);
        }
    }

    private static Dictionary<Conversations.Minute, int> OfAllPorts(IReadOnlyDictionary<Conversations.Minute, int> byPort)
    {
        var sum = new Dictionary<Conversations.Minute, int>();
        foreach (var (minute, count) in byPort) CollectionsMarshal.GetValueRefOrAddDefault(sum, minute with { Port = -1 }, out _) += count;
        return sum;
    }

    private void Move(ProbeLedger ledger, IReadOnlySet<Initiator> except, bool anyPort)
    {
        var own = new HashSet<(Flood, long)>();
        foreach (var (who, place) in ledger.Initiators)
        {
            if (place.First == 0 || !MayFlood(in who) || except.Contains(who)) continue;
            own.Clear();
            for (int next = place.First; next != 0;)
            {
                ref Probe probe = ref ledger[next - 1];
                next = probe.Next;
                if (probe.IsTaken || Of(in who, in probe, in ledger.CauseOf(in probe), anyPort) is not { } flood) continue;
                flood.Totals.Add(in probe, in ledger.CauseOf(in probe));
                if (place.Count == 1 || own.Add((flood, Conversations.Minute.NumberOf(probe.FirstNs)))) flood.Count(probe.FirstNs);
                probe.IsTaken = true;
            }
        }
    }

    private Flood? Of(in Initiator who, in Probe probe, in ProbeCause cause, bool anyPort)
    {
        if (!MayFlood(in who, in cause)) return null;
        var target = new FloodTarget(who.Subject, who.Protocol, probe.Target, anyPort ? -1 : probe.Port);
        return _floods.TryGetValue(target, out Flood? flood) && flood.Covers(probe.FirstNs) ? flood : null;
    }

    internal sealed class Flood(HostBudget budget)
    {
        private Dictionary<long, int> _sources = [];
        private long _firstMinute = long.MaxValue, _lastMinute = long.MinValue;

        public ScanTotals Totals { get; private set; } = new(budget);

        /// <summary>By minute, hosts that tried in vain.</summary>
        public IReadOnlyDictionary<long, int> Sources => _sources;

        /// <summary>Before its first full minute and after its last one there is a part of it.</summary>
        public bool Covers(long ns) => Conversations.Minute.NumberOf(ns) is var minute && minute >= _firstMinute - 1 && minute <= _lastMinute + 1;

        public void Count(long ns)
        {
            long minute = Conversations.Minute.NumberOf(ns);
            ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(_sources, minute, out _);
            if (++count >= ProbeRules.FloodSources) Extend(minute);
        }

        public Flood Fork(ForkScope scope)
        {
            var fork = (Flood)MemberwiseClone();
            fork._sources = new(_sources);
            fork.Totals = Totals.Fork(scope);
            return fork;
        }

        public void Extend(long minute)
        {
            _firstMinute = Math.Min(_firstMinute, minute);
            _lastMinute = Math.Max(_lastMinute, minute);
        }
    }
}
