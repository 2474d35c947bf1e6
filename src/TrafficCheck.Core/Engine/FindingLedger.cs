using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Groups judged flows by cause; what may be part of a scan or flood waits for the end of the input. Memory is bounded: beyond a number of
/// causes, further ports share one entry.
/// </summary>
internal sealed class FindingLedger(ProtectedHosts hosts, HostBudget budget, Func<int, bool> showsAnswers, int maxProbes = ProbeLedger.MaxProbes)
    : IJudgedFlowSink, IProbeSink
{
    private const int MaxCauses = 100_000;

    private readonly Dictionary<FindingKey, FindingState> _states = [];

    private ScanReading? _scans;

    public IReadOnlyDictionary<FindingKey, FindingState> States => _states;

    public ProbeLedger Probes { get; } = new(budget, showsAnswers, maxProbes);

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        ProbeClass kind = ProbeRules.Of(in flow, in judgement);
        bool isFinding = TryKey(in flow, in judgement, out FindingKey key);
        if (kind != ProbeClass.None && Probes.TryAdd(in flow, in judgement, in key, isFinding, kind)) return;
        if (!isFinding) return;
        bool subjectIsHigh = ((hosts.SubjectsOf(flow.Ends.HighAddress) >> judgement.Subject) & 1) != 0;
        At(key).Add(in flow, in judgement, subjectIsHigh);
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

    void IProbeSink.Add(in Probe probe, in ProbeCause cause) => At(cause.KeyAt(probe.Port)).Add(in probe, in cause);

    void IProbeSink.Add(in FindingKey key, FindingState sum) => At(key).Add(sum);

    private FindingState At(FindingKey key)
    {
        if (_states.TryGetValue(key, out FindingState? state)) return state;
        if (_states.Count >= MaxCauses)
        {
            key = key with { Port = -1, Rows = RowSets.None };
            if (_states.TryGetValue(key, out state)) return state;
        }

        return _states[key] = new FindingState(budget);
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
