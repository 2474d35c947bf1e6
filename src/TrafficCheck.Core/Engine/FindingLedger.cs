using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Groups judged flows by cause; what may be part of a scan or flood waits for the end of the input. Memory is bounded: causes that differ in port and
/// rows alone are one cause, once there are very many. Whether they are depends on how many there are in the end, not on the order of flows.
/// </summary>
internal sealed class FindingLedger(ProtectedHosts hosts, HostBudget budget, Func<int, bool> showsAnswers, int maxProbes = ProbeLedger.MaxProbes)
    : IJudgedFlowSink, IProbeSink
{
    /// <summary>Ports of one cause that are told apart, of all causes together, and of one cause when those are more. About 3 KB each until the report is written.</summary>
    private const int MaxPorts = 4096, MaxCauses = 16_384, FewPorts = 16;

    private HostBudget _budget = budget;
    private Dictionary<FindingKey, FindingState> _states = [];

    /// <summary>By their key without port and rows.</summary>
    private Dictionary<FindingKey, Alike> _alike = [];

    private ScanReading? _scans;
    private FindingKey _lastKey;
    private FindingState? _last;
    private FindingKey _lastShared;
    private FindingState? _lastSum;
    private int _mostPorts = MaxPorts;
    private long _causes;

    public IReadOnlyDictionary<FindingKey, FindingState> States => _states;

    public ProbeLedger Probes { get; private set; } = new(budget, showsAnswers, maxProbes);

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        ProbeClass kind = ProbeRules.Of(in flow, in judgement);
        bool isFinding = TryKey(in flow, in judgement, out FindingKey key);
        if (kind != ProbeClass.None && Probes.TryAdd(in flow, in judgement, in key, isFinding, kind)) return;
        if (!isFinding) return;
        bool subjectIsHigh = ((hosts.SubjectsOf(flow.Ends.HighAddress) >> judgement.Subject) & 1) != 0;
        At(key).Add(in flow, in judgement, subjectIsHigh);
    }

    /// <param name="showsAnswers">That of the ledger of coverage that goes with the fork.</param>
    public FindingLedger Fork(ForkScope scope, Func<int, bool> showsAnswers)
    {
        var fork = (FindingLedger)MemberwiseClone();
        fork._budget = scope.Budget;
        fork.Probes = Probes.Fork(scope, showsAnswers);
        fork._states = new(_states.Count);
        foreach (var (key, state) in _states) fork._states.Add(key, state.Fork(scope));
        fork._alike = new(_alike.Count);
        foreach (var (shared, alike) in _alike)
            fork._alike.Add(shared, new Alike { Keys = [.. alike.Keys], Sum = alike.Sum is null ? null : fork._states[shared] });
        (fork._last, fork._lastSum) = (null, null);
        return fork;
    }

    /// <summary>The input is over: tells scans and floods from failed tries, which join their causes. To be called once all flows were judged.</summary>
    public ScanReading Scans() => _scans ??= new ScanFinder(Probes).Find(this);

    /// <summary>Unexpected flows of all causes, scans and floods.</summary>
    public long Unexpected
    {
        get
        {
            long probed = Scans().Groups.Sum(g => g.Totals.Unexpected.Sum()); // first, because it fills the states
            return probed + _states.Where(s => s.Key.Kind == FindingKind.Unexpected).Sum(s => s.Value.Flows);
        }
    }

    /// <summary>Flows of causes that are not told apart by port, because there are too many.</summary>
    public long PortsNotToldApart
    {
        get
        {
            Scans();
            return _alike.Values.Sum(a => a.Sum?.Flows ?? 0);
        }
    }

    void IProbeSink.Add(in Probe probe, in ProbeCause cause) => At(cause.KeyAt(probe.Port)).Add(in probe, in cause);

    void IProbeSink.Add(in FindingKey key, FindingState sum) => At(key).Add(sum);

    private FindingState At(in FindingKey key)
    {
        // Flows of one cause often end one after the other, and a key is long to hash.
        if (_last is not null && _lastKey == key) return _last;
        if (_lastSum is not null && _lastShared == Shared(in key))
        {
            if (key.Port >= 0) _lastSum.Ports!.Add(key.Port);
            return _lastSum;
        }

        _lastKey = key;
        return _last = _states.TryGetValue(key, out FindingState? state) ? state : Begin(in key);
    }

    private FindingState Begin(in FindingKey key)
    {
        FindingKey shared = Shared(in key);
        ref Alike? alike = ref CollectionsMarshal.GetValueRefOrAddDefault(_alike, shared, out _);
        alike ??= new();
        if (alike.Sum is null && alike.Keys.Count < _mostPorts)
        {
            // Those that were summed count as well: in any order the number comes out the same.
            alike.Keys.Add(key);
            _causes++;
            FindingState state = _states[key] = new FindingState(_budget);
            if (_causes > MaxCauses && _mostPorts > FewPorts) TellFewerApart();
            return alike.Sum ?? state;
        }

        if (alike.Sum is null) Join(in shared, alike);
        if (key.Port >= 0) alike.Sum!.Ports!.Add(key.Port);
        (_lastShared, _lastSum) = (shared, alike.Sum);
        return alike.Sum!;
    }

    private void TellFewerApart()
    {
        _mostPorts = FewPorts;
        foreach (var (shared, alike) in _alike)
        {
            if (alike.Sum is null && alike.Keys.Count > _mostPorts) Join(in shared, alike);
        }
    }

    private void Join(in FindingKey shared, Alike alike)
    {
        alike.Sum = new FindingState(_budget) { Ports = new() };
        foreach (FindingKey key in alike.Keys)
        {
            _states.Remove(key, out FindingState? state);
            alike.Sum.Add(state!);
            if (key.Port >= 0) alike.Sum.Ports.Add(key.Port);
        }

        alike.Keys = [];
        _states[shared] = alike.Sum;
    }

    private static FindingKey Shared(in FindingKey key) => key with { Port = -1, Rows = RowSets.None };

    /// <summary>Causes that differ in port and rows alone.</summary>
    private sealed class Alike
    {
        /// <summary>Those told apart; none once they are summed.</summary>
        public List<FindingKey> Keys { get; set; } = new(1);

        /// <summary>All of them, once they are too many.</summary>
        public FindingState? Sum { get; set; }
    }

    /// <returns>Whether the flow is part of a finding. The key tells subject, direction, transport, port and rows in any case.</returns>
    private static bool TryKey(in FlowSummary flow, in Judgement judgement, out FindingKey key)
    {
        key = new(FindingKind.Failing, Reason.None, judgement.Subject, judgement.Direction, flow.Protocol, judgement.Port, judgement.Rows, false);
        switch (judgement.Verdict)
        {
            case Verdict.Unexpected:
                key = key with
                {
                    Kind = FindingKind.Unexpected,
                    Reason = judgement.Reason,
                    Application = judgement.Reason == Reason.Application ? (byte)PayloadReader.Of(in flow).Application : (byte)0,
                };
                return true;
            case Verdict.Undetermined:
                // Clients of active FTP take any port: it says nothing.
                bool control = judgement.Reason == Reason.ControlConnectionUnseen;
                FlowDirection direction = control || judgement.Reason == Reason.DirectionUnknown ? FlowDirection.None : judgement.Direction;
                key = key with { Kind = FindingKind.Undetermined, Reason = judgement.Reason, Direction = direction, Port = control ? -1 : key.Port };
                return true;
            case Verdict.Allowed or Verdict.Related:
                bool unanswered = AnswerDue.IsMissing(in flow, in judgement);
                if (judgement.Square(in flow) != Square.Failing && !unanswered) return false;
                key = judgement.Verdict == Verdict.Related
                    ? key with { Port = -1, Related = (RelatedBy)flow.Note.Announcement }
                    : key with { Unanswered = unanswered };
                return true;
            default:
                return false;
        }
    }
}
