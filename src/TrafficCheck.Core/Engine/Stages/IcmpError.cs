using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// An ICMP error that quotes a packet, or a later fragment of one. Only the stage that keeps the flows knows whether the quoted packet is of a flow; if
/// not, the error is a packet of a flow of its own, which is here as well.
/// </summary>
internal struct IcmpError
{
    /// <summary>Packets of each family that come before it, and its own place among all.</summary>
    public int V4Before, V6Before, Place;

    /// <summary>4 or 6.</summary>
    public byte Version;

    /// <summary>It is a later fragment: what was found for the first one holds for it.</summary>
    public bool IsLater;

    /// <summary>It is the first fragment of <see cref="Datagram"/>, or a later one.</summary>
    public bool IsFragment;

    /// <summary>Something waited for it: later fragments that came before.</summary>
    public bool HasWaited;

    /// <summary>What it says of the quoted flow, see <see cref="FlowMarks"/>.</summary>
    public uint Marks;

    public long TimestampNs;

    /// <summary>Place among the parts of its frame, or -1 when nobody wants to know what became of them.</summary>
    public int Part;

    /// <summary>The flow of the packet it quotes, in its family.</summary>
    public Ipv4Key QuotedV4;

    public Ipv6Key QuotedV6;

    public DatagramKey Datagram;

    /// <summary>Itself, and what waited for it, in its family.</summary>
    public FlowPacket<Ipv4Key> V4, WaitedV4;

    public FlowPacket<Ipv6Key> V6, WaitedV6;
}
