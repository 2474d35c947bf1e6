using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Flows;

/// <summary>What one packet (or several fragments that waited for their first) adds to its flow, whatever its address family; 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PacketHead
{
    /// <summary>Of the key; set by the table.</summary>
    public ulong Hash;

    public long TimestampNs;

    /// <summary>Captured payload of the transport; valid until the table has taken the packet.</summary>
    public byte* Payload;

    public int PayloadLength;

    /// <summary>IP bytes.</summary>
    public uint Bytes;

    /// <summary>Marks for the sending side, already shifted to it, and whole-flow marks.</summary>
    public uint Marks;

    /// <summary>TCP: sequence number, and what the segment takes of them (data, SYN, FIN); 0 for segments that take none, and for resets.</summary>
    public uint Sequence, SequenceLength;

    /// <summary>Number of the frame in the run, from the base of its batch.</summary>
    public int Frame;

    public uint Packets;

    /// <summary>Place in the batch's list of what packets had around them; 0 for nothing.</summary>
    public ushort Tunnel;

    public ushort Interface;

    public ushort Vlan;

    /// <summary>1 when the sender is the high endpoint.</summary>
    public byte FromHigh;

    /// <summary>1: a flow that this packet opens may be older than the capture.</summary>
    public byte MayPredateCapture;

    /// <summary>Place among all packets of its batch, whatever their family.</summary>
    public ushort Place;

    /// <summary>1: the clock jumped to its time, and nothing bears that out yet; it ends no flow but its own.</summary>
    public byte IsTimeInDoubt;
}

/// <summary>A packet on its way to the table of its family.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FlowPacket<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    public PacketHead Head;
    public TKey Key;
}
