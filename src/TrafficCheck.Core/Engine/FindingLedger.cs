using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>Groups judged flows by cause. Memory is bounded: beyond a number of causes, further ports share one entry.</summary>
internal sealed class FindingLedger(ProtectedHosts hosts, HostBudget budget) : IJudgedFlowSink
{
    private const int MaxCauses = 200_000;

    private readonly Dictionary<FindingKey, FindingState> _states = [];

    public IReadOnlyDictionary<FindingKey, FindingState> States => _states;

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (!TryKey(in flow, in judgement, out FindingKey key)) return;
        if (!_states.TryGetValue(key, out FindingState? state))
        {
            if (_states.Count >= MaxCauses)
            {
                key = key with { Port = -1, Rows = RowSets.None };
                _states.TryGetValue(key, out state);
            }

            if (state is null) _states[key] = state = new FindingState(budget);
        }

        bool subjectIsHigh = ((hosts.SubjectsOf(flow.Ends.HighAddress) >> judgement.Subject) & 1) != 0;
        state.Add(in flow, in judgement, subjectIsHigh);
    }

    private static bool TryKey(in FlowSummary flow, in Judgement judgement, out FindingKey key)
    {
        key = default;
        switch (judgement.Verdict)
        {
            case Verdict.Unexpected:
                key = new(FindingKind.Unexpected, judgement.Reason, judgement.Subject, judgement.Direction, flow.Protocol, judgement.Port, judgement.Rows, false,
                    judgement.Reason == Reason.Application ? (byte)PayloadReader.Of(in flow).Application : (byte)0);
                return true;
            case Verdict.Undetermined:
                FlowDirection direction = judgement.Reason == Reason.DirectionUnknown ? FlowDirection.None : judgement.Direction;
                key = new(FindingKind.Undetermined, judgement.Reason, judgement.Subject, direction, flow.Protocol, judgement.Port, judgement.Rows, false);
                return true;
            case Verdict.Allowed or Verdict.Related:
                bool unanswered = AnswerDue.IsMissing(in flow, in judgement);
                if (judgement.Square(in flow) != Square.Failing && !unanswered) return false;
                if (judgement.Verdict == Verdict.Related)
                {
                    key = new(FindingKind.Failing, Reason.None, judgement.Subject, judgement.Direction, flow.Protocol, -1, judgement.Rows, false, 0, (RelatedBy)flow.Note.Announcement);
                    return true;
                }

                key = new(FindingKind.Failing, Reason.None, judgement.Subject, judgement.Direction, flow.Protocol, judgement.Port, judgement.Rows, unanswered);
                return true;
            default:
                return false;
        }
    }
}
