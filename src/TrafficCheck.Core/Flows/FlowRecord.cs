using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Counters and marks of a flow, 48 bytes, so that an IPv4 record is one cache line of 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowState
{
    /// <summary>Smallest and largest packet time.</summary>
    public long FirstNs, LastNs;

    /// <summary>IP bytes sent by the low and by the high endpoint modulo 2^32; the table keeps the carries of the flows that need them.</summary>
    public uint LowBytes, HighBytes;

    /// <summary>The TCP sequence number that each endpoint will use next; 0 when not known.</summary>
    public uint LowNext, HighNext;

    /// <summary>Packets of each endpoint modulo 2^32, with carries as above.</summary>
    public uint LowPackets, HighPackets;

    /// <summary>Lower 32 of the 40 bits of the first frame's number.</summary>
    public uint FirstFrameLower;

    /// <summary><see cref="FlowMarks"/> in the lower 24 bits, the upper 8 of the first frame's number above them.</summary>
    public uint MarksAndFrame;

    public readonly uint Marks => MarksAndFrame & ((1u << FlowMarks.Bits) - 1);

    /// <summary>Number of the frame that opened the flow, from 1; exact up to 2^40.</summary>
    public readonly long FirstFrame => ((long)(MarksAndFrame >> FlowMarks.Bits) << 32) | FirstFrameLower;
}

/// <summary>A flow in the table. A free record has a zero key.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowRecord<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    public TKey Key;
    public FlowState State;
}

/// <summary>What a flow's first packet had around it; beside the record because only opening and closing a flow touch it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowTags
{
    /// <summary>Outermost VLAN identifier, 0 for none.</summary>
    public ushort Vlan;

    /// <summary>Index into the run's interfaces.</summary>
    public ushort Interface;

    /// <summary>Carries of the packet and byte counters out of 32 bits.</summary>
    public ushort LowCarry, HighCarry, LowByteCarry, HighByteCarry;

    public FlowSpeech Speech;

    public TunnelPath Tunnel;
}
