using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// Waits among the judged flows for the one that a frame belongs to: of those with its key, the last that opened with it or before it. One key
/// may have several flows, one after the other.
/// </summary>
internal sealed class FlowWatch(ExplainedFrame frame) : IJudgedFlowSink
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
        if (Wanted is not { } wanted || !wanted.IsOf(in flow) || !HadOpened(in flow) || (HasFlow && flow.FirstFrame < _flow.FirstFrame)) return;
        if (HasFlow && flow.FirstFrame > _flow.FirstFrame) _judgements.Clear();
        _flow = flow;
        _judgements.Add(judgement);
    }

    /// <summary>Frames that are put in order have numbers that are not: then times decide.</summary>
    private bool HadOpened(in FlowSummary flow) => flow.FirstFrame <= frame.Number
        || (flow.FirstNs <= frame.Descriptor.TimestampNs && (ulong)(frame.Descriptor.TimestampNs - flow.FirstNs) <= PacketTime.ReorderWindowNs);

    /// <returns>Null when there is no such flow.</returns>
    public ExplainedFlow? Explain(CheckEngine engine, bool verdicts) => HasFlow ? FlowFacts.Of(in _flow, _judgements, engine, verdicts) : null;
}
