namespace TrafficCheck.Core.Flows;

public enum FlowEnd : byte
{
    /// <summary>Idle longer than its timeout, in packet time.</summary>
    Expired,

    /// <summary>Ended early to make room: <c>--max-flows</c> was reached.</summary>
    Evicted,

    /// <summary>Live when the input ended.</summary>
    InputEnded,
}

/// <summary>Receives each flow when it ends. A struct type parameter of the table, so the call is direct.</summary>
public interface IFlowSink
{
    void Close(in FlowSummary flow, FlowEnd end);

    /// <summary>Reads a payload of a flow that has not yet shown all it can.</summary>
    /// <param name="speech">What was known of it; updated.</param>
    /// <returns>Whether more payloads of the flow are of use.</returns>
    bool Read(ReadOnlySpan<byte> payload, byte protocol, ushort sourcePort, ushort destinationPort, bool fromHigh, ref FlowSpeech speech);
}
