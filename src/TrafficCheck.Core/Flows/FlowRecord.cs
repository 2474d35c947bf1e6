using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>What packets change in a flow, 48 bytes, so that an IPv4 record is one cache line of 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowState
{
    /// <summary>Largest packet time.</summary>
    public long LastNs;

    /// <summary>IP bytes sent by the low and by the high endpoint modulo 2^32; the table keeps the carries of the flows that need them.</summary>
    public uint LowBytes, HighBytes;

    /// <summary>The TCP sequence number that each endpoint will use next; 0 when not known.</summary>
    public uint LowNext, HighNext;

    /// <summary>Packets of each endpoint modulo 2^32, with carries as above.</summary>
    public uint LowPackets, HighPackets;

    /// <summary>TCP bytes that were skipped over in the sequence numbers and did not come later. In a free record, the next free one.</summary>
    public uint MissingBytes;

    /// <summary><see cref="FlowMarks"/>.</summary>
    public uint Marks;

    /// <summary>Of the payloads.</summary>
    public FlowSpeech Speech;
}

/// <summary>A flow in the table. A free record has a zero key.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowRecord<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    public TKey Key;
    public FlowState State;
}

/// <summary>How a flow began, 32 bytes; beside the record because only opening and closing a flow touch it.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowOrigin
{
    /// <summary>Smallest packet time.</summary>
    public long FirstNs;

    private uint _firstFrameLower;

    /// <summary>What its first packet had around it.</summary>
    public TunnelPath Tunnel;

    private ushort _firstFrameUpper;

    /// <summary>Outermost VLAN identifier, 0 for none.</summary>
    public ushort Vlan;

    /// <summary>Index into the run's interfaces.</summary>
    public ushort Interface;

    /// <summary>Number of the frame that opened the flow, from 1; exact up to 2^48.</summary>
    public long FirstFrame
    {
        readonly get => ((long)_firstFrameUpper << 32) | _firstFrameLower;
        set
        {
            _firstFrameLower = (uint)value;
            _firstFrameUpper = (ushort)(value >> 32);
        }
    }
}

/// <summary>What the 32-bit counters of a <see cref="FlowState"/> carried over, in units of 2^32.</summary>
internal record struct FlowCarries(long LowPackets, long HighPackets, long LowBytes, long HighBytes);
