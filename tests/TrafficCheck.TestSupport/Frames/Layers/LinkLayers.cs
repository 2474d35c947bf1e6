using System.Buffers.Binary;

namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>Ethernet II, or 802.3 with a length field when LLC follows.</summary>
internal sealed record EthernetLayer(byte[] Source, byte[] Destination, ushort? TypeOverride) : FrameLayer
{
    public override int Length => 14;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        Destination.CopyTo(header);
        Source.CopyTo(header[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[12..], TypeOverride ?? TypeOf(inner, whole.Length - Length));
    }

    /// <summary>The type field before <paramref name="inner"/>: an EtherType, or the length of what follows (IEEE 802.3 clause 3.2.6).</summary>
    public static ushort TypeOf(FrameLayer? inner, int following) => inner?.EtherType ?? (ushort)following;
}

/// <summary>An 802.1Q or 802.1ad tag.</summary>
internal sealed record VlanLayer(ushort Id, byte Priority, bool DropEligible, ushort Tpid, ushort? TypeOverride) : FrameLayer
{
    public override int Length => 4;

    public override ushort? EtherType => Tpid;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)((Priority << 13) | (DropEligible ? 0x1000 : 0) | (Id & 0xfff)));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], TypeOverride ?? EthernetLayer.TypeOf(inner, whole.Length - Length));
    }
}

/// <summary>Linux cooked capture, LINKTYPE_LINUX_SLL.</summary>
internal sealed record Cooked1Layer(ushort PacketType, ushort ArpHardware, byte[] Source, ushort? TypeOverride) : FrameLayer
{
    public override int Length => 16;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, PacketType);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], ArpHardware);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)Source.Length);
        Source.CopyTo(header[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[14..], TypeOverride ?? inner?.EtherType ?? 0);
    }
}

/// <summary>Linux cooked capture version 2, LINKTYPE_LINUX_SLL2.</summary>
internal sealed record Cooked2Layer(uint InterfaceIndex, byte PacketType, ushort ArpHardware, byte[] Source, ushort? TypeOverride) : FrameLayer
{
    public override int Length => 20;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, TypeOverride ?? inner?.EtherType ?? 0);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], InterfaceIndex);
        BinaryPrimitives.WriteUInt16BigEndian(header[8..], ArpHardware);
        header[10] = PacketType;
        header[11] = (byte)Source.Length;
        Source.CopyTo(header[12..]);
    }
}

/// <summary>BSD loopback: the address family in the capturing host's byte order (NULL) or in network order (LOOP).</summary>
internal sealed record LoopbackLayer(bool BigEndian, uint? FamilyOverride) : FrameLayer
{
    public override int Length => 4;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        // 30 is AF_INET6 on Darwin; FreeBSD says 28 and the BSDs 24, which tests ask for by the override.
        uint family = FamilyOverride ?? (inner is IPv6Layer ? 30u : 2u);
        if (BigEndian) BinaryPrimitives.WriteUInt32BigEndian(header, family);
        else BinaryPrimitives.WriteUInt32LittleEndian(header, family);
    }
}

/// <summary>Bytes that an EtherType announces: ARP, LLDP, anything else.</summary>
internal sealed record LinkPayloadLayer(ushort? Type, byte[] Bytes) : FrameLayer
{
    public override int Length => Bytes.Length;

    public override ushort? EtherType => Type;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network) =>
        Bytes.CopyTo(header);
}
