namespace TrafficCheck.Core.Flows;

/// <summary>A packet of a flow as readers of payloads need it.</summary>
public readonly ref struct FlowPayload
{
    /// <summary>Captured payload of the transport; empty where none is meant.</summary>
    public required ReadOnlySpan<byte> Bytes { get; init; }

    public required byte Protocol { get; init; }

    public required FlowEndpoints Ends { get; init; }

    /// <summary>The high endpoint sent it.</summary>
    public required bool FromHigh { get; init; }

    /// <summary>See <see cref="FlowMarks"/>: of the flow with this packet; for the packet that opens a flow its own.</summary>
    public required uint Marks { get; init; }

    public required long TimestampNs { get; init; }

    /// <summary>Number of the frame in the run, from 1.</summary>
    public required long Frame { get; init; }

    /// <summary>TCP: sequence number of the first byte.</summary>
    public uint Sequence { get; init; }

    public ushort SourcePort => Ends.Port(FromHigh);

    public ushort DestinationPort => Ends.Port(!FromHigh);

    public bool HasSyn => ((Marks | (Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) != 0;
}
