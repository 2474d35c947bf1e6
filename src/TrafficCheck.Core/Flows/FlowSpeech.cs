namespace TrafficCheck.Core.Flows;

/// <summary>
/// What the first payloads of a flow showed. The numbers are those of whoever reads payloads (the sink of the table): this layer only keeps
/// them with the flow.
/// </summary>
public struct FlowSpeech
{
    /// <summary>Number of the application, 0 while not known, and how far it can be trusted.</summary>
    public byte Application, Confidence;

    /// <summary>What else was said, one bit each, of both sides.</summary>
    public byte Marks;

    /// <summary>Payloads of each side that were looked at.</summary>
    public byte LowRead, HighRead;

    /// <summary>1: payload shows that the low endpoint is the client; 2: the high one; 3: payloads contradict each other.</summary>
    public byte Clients;
}
