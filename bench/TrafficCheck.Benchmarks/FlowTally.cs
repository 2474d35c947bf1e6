using TrafficCheck.Core.Flows;

namespace TrafficCheck.Benchmarks;

/// <summary>Takes flows and does nothing with them.</summary>
internal readonly struct FlowTally : IFlowSink
{
    public bool Read(ReadOnlySpan<byte> payload, byte protocol, ushort sourcePort, ushort destinationPort, bool fromHigh, ref FlowSpeech speech) => false;

    public void Close(in FlowSummary flow, FlowEnd end)
    {
    }
}
