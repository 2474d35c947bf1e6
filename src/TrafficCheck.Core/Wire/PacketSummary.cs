namespace TrafficCheck.Core.Wire;

/// <summary>
/// What decoding found in one frame: the innermost IP packet. Filled by <see cref="FrameDecoder"/>; pointers go into the frame and live as
/// long as its batch. Fields beyond <see cref="Version"/> mean something only for decoded statuses.
/// </summary>
public unsafe struct PacketSummary
{
    /// <summary>Source address in network order, directly followed by the destination address: 2 x 4 or 2 x 16 bytes.</summary>
    public byte* Addresses;

    /// <summary>First byte behind the transport's ports-bearing header (TCP options skipped), or behind the IP header for other protocols.</summary>
    public byte* Payload;

    /// <summary>Captured bytes of the payload, without link-layer padding; 0 when nothing was captured.</summary>
    public int PayloadLength;

    /// <summary>IP bytes on the wire: total length of IPv4, 40 + payload length of IPv6 (jumbo option respected).</summary>
    public uint IpLength;

    /// <summary>Bytes behind the transport's header on the wire, captured or not; TCP, UDP, SCTP and DCCP only.</summary>
    public uint DataLength;

    /// <summary>IPv4 or IPv6 identification of a fragmented packet.</summary>
    public uint FragmentId;

    /// <summary>Bytes from <see cref="Addresses"/> to the transport header, extension headers between them included; 0 when it was not reached.</summary>
    public ushort TransportOffset;

    public ushort SourcePort;

    public ushort DestinationPort;

    /// <summary>VLAN identifier of the outermost 802.1Q tag of the Ethernet frame nearest to the packet that has one, 0 for none.</summary>
    public ushort Vlan;

    public Oddities Oddities;

    /// <summary>
    /// Bytes from the next part of an aggregate, which <see cref="FrameDecoder.DecodePart"/> reads, to the end of the frame; 0 where nothing more
    /// is to be read.
    /// </summary>
    public ushort Rest;

    /// <summary>4 or 6.</summary>
    public byte Version;

    /// <summary>IP protocol number of the transport, extension headers and AH skipped.</summary>
    public byte Protocol;

    /// <summary>TCP flags FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32; 0 when not TCP or not captured.</summary>
    public byte TcpFlags;

    /// <summary>ICMP type and code, for ICMP and ICMPv6 only.</summary>
    public byte IcmpType;

    public byte IcmpCode;

    /// <summary>The packet is a fragment (first or later).</summary>
    public bool IsFragment;

    /// <summary>The frame was sent to the link's broadcast address.</summary>
    public bool LinkBroadcast;

    /// <summary>The transport carries bytes behind its header, captured or not.</summary>
    public readonly bool CarriesData => DataLength != 0;

    /// <summary>What the packet travelled in.</summary>
    public TunnelPath Tunnel;
}
