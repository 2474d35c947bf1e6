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

    /// <summary>Whether <see cref="Open"/> is of use now.</summary>
    bool WantsOpenings { get; }

    /// <summary>A flow begins with this packet, whose payload is not given.</summary>
    void Open(in FlowPayload packet, ref FlowSpeech speech);

    /// <summary>Reads a payload of a flow that has not yet shown all it can. Calls come in the order of the packets of a table.</summary>
    /// <param name="speech">What was known of it; updated.</param>
    /// <returns>Whether more payloads of the flow are of use.</returns>
    bool Read(in FlowPayload payload, ref FlowSpeech speech);
}
