using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>What one packet (or several fragments that waited for their first) adds to its flow: a place in the ring of a table.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FlowPacket<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    public TKey Key;
    public ulong Hash;
    public long TimestampNs;

    /// <summary>Number of the frame in the run, from 1.</summary>
    public long Frame;

    /// <summary>IP bytes.</summary>
    public ulong Bytes;

    public uint Packets;
    public ushort Vlan;
    public ushort Interface;

    /// <summary>Marks for the sending side, already shifted to it, and whole-flow marks.</summary>
    public uint Marks;

    /// <summary>1 when the sender is the high endpoint.</summary>
    public byte FromHigh;

    /// <summary>A flow that this packet opens may be older than the capture.</summary>
    public bool MayPredateCapture;

    /// <summary>TCP: sequence number, and what the segment takes of them (data, SYN, FIN); 0 for segments that take none, and for resets.</summary>
    public uint Sequence, SequenceLength;

    /// <summary>Captured payload of the transport; valid until the table is flushed.</summary>
    public byte* Payload;

    public int PayloadLength;

    public TunnelPath Tunnel;
}
