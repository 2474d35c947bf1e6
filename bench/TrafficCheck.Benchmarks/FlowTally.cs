using TrafficCheck.Core.Flows;

namespace TrafficCheck.Benchmarks;

/// <summary>Takes flows and does nothing with them.</summary>
internal readonly struct FlowTally : IFlowSink
{
    public bool WantsOpenings => false;

    public void Open(in FlowPayload packet, ref FlowSpeech speech)
    {
    }

    public bool Read(in FlowPayload payload, ref FlowSpeech speech) => false;

    public void Close(in FlowSummary flow, FlowEnd end)
    {
    }
}
