using TrafficCheck.Core.Flows;

namespace TrafficCheck.Benchmarks;

/// <summary>Takes flows and does nothing with them.</summary>
internal readonly struct FlowTally : IFlowSink
{
    public void Close(in FlowSummary flow, FlowEnd end)
    {
    }
}
