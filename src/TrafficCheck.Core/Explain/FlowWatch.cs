using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Waits among the judged flows for the one that a frame belongs to: of those with its key, the last that opened with it or before it. One key
/// may have several flows, one after the other.
/// </summary>
internal sealed class FlowWatch(long frame) : IJudgedFlowSink
{
    private readonly List<Judgement> _judgements = [];
    private FlowSummary _flow;

    /// <summary>The key, as soon as it is known; flows that ended before are not looked at again.</summary>
    public FlowIdentity? Wanted
    {
        get;
        set
        {
            if (field != value) _judgements.Clear();
            field = value;
        }
    }

    public bool HasFlow => _judgements.Count > 0;

    public void Add(in FlowSummary flow, in Judgement judgement)
    {
        if (Wanted is not { } wanted || !wanted.IsOf(in flow) || flow.FirstFrame > frame || (HasFlow && flow.FirstFrame < _flow.FirstFrame)) return;
        if (HasFlow && flow.FirstFrame > _flow.FirstFrame) _judgements.Clear();
        _flow = flow;
        _judgements.Add(judgement);
    }

    /// <returns>Null when there is no such flow.</returns>
    public ExplainedFlow? Explain(CheckEngine engine, bool verdicts) => HasFlow ? FlowFacts.Of(in _flow, _judgements, engine, verdicts) : null;
}
