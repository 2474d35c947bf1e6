using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>A flow that ended, as values of either family.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowSummary
{
    public required byte Protocol { get; init; }

    public required FlowEndpoints Ends { get; init; }

    public required long FirstNs { get; init; }

    public required long LastNs { get; init; }

    public required long LowPackets { get; init; }

    public required long HighPackets { get; init; }

    /// <summary>IP bytes.</summary>
    public required long LowBytes { get; init; }

    public required long HighBytes { get; init; }

    /// <summary>See <see cref="FlowMarks"/>.</summary>
    public required uint Marks { get; init; }

    /// <summary>Number of the frame that opened the flow, from 1.</summary>
    public required long FirstFrame { get; init; }

    public ushort Vlan { get; init; }

    public ushort Interface { get; init; }

    /// <summary>TCP bytes that both ends must have exchanged and that were not captured, as gaps in the sequence numbers show; saturates.</summary>
    public uint MissingBytes { get; init; }

    /// <summary>What its payloads showed.</summary>
    public FlowSpeech Speech { get; init; }

    /// <summary>Names and relations; the sink of the table sets it.</summary>
    public FlowNote Note { get; init; }

    /// <summary>Tunnels of the packet that opened the flow.</summary>
    public TunnelPath Tunnel { get; init; }
}
