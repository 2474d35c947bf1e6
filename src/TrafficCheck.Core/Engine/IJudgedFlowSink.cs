using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>Receives every judged flow, once for each subject concerned, in the order in which flows end.</summary>
public interface IJudgedFlowSink
{
    void Add(in FlowSummary flow, in Judgement judgement);
}
