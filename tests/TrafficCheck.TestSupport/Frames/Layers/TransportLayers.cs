using System.Buffers.Binary;

namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>TCP (RFC 9293). Null overrides give the right value.</summary>
internal sealed record TcpLayer(ushort SourcePort, ushort DestinationPort, TcpFlags Flags) : FrameLayer
{
    public uint Sequence { get; init; }

    public uint Acknowledgement { get; init; }

    public ushort Window { get; init; }

    public ushort UrgentPointer { get; init; }

    public byte[] Options { get; init; } = [];

    public byte? DataOffsetWords { get; init; }

    public ushort? Checksum { get; init; }

    public override int Length => 20 + ((Options.Length + 3) & ~3);

    public override byte? IpProtocol => 6;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], Acknowledgement);
        header[12] = (byte)((DataOffsetWords ?? Length / 4) << 4);
        header[13] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(header[14..], Window);
        BinaryPrimitives.WriteUInt16BigEndian(header[18..], UrgentPointer);
        Options.CopyTo(header[20..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[16..], Checksum ?? TransportChecksum.Of(network, 6, whole));
    }
}

/// <summary>UDP (RFC 768). Null overrides give the right value.</summary>
internal sealed record UdpLayer(ushort SourcePort, ushort DestinationPort, ushort? LengthOverride, ushort? Checksum) : FrameLayer
{
    public override int Length => 8;

    public override byte? IpProtocol => 17;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], LengthOverride ?? (ushort)whole.Length);
        ushort computed = TransportChecksum.Of(network, 17, whole);
        // RFC 768: a computed zero is sent as all ones, since zero says that there is no checksum.
        BinaryPrimitives.WriteUInt16BigEndian(header[6..], Checksum ?? (computed == 0 ? (ushort)0xffff : computed));
    }
}

/// <summary>SCTP common header (RFC 9260); chunks follow as payload.</summary>
internal sealed record SctpLayer(ushort SourcePort, ushort DestinationPort, uint VerificationTag, uint? Checksum) : FrameLayer
{
    public override int Length => 12;

    public override byte? IpProtocol => 132;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], VerificationTag);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], Checksum ?? InternetChecksum.Crc32C(whole));
    }
}

/// <summary>ICMP (RFC 792) or ICMPv6 (RFC 4443): type, code, checksum, four bytes whose meaning depends on the type.</summary>
internal sealed record IcmpLayer(bool Version6, byte Type, byte Code, uint Rest, ushort? Checksum) : FrameLayer
{
    public override int Length => 8;

    public override byte? IpProtocol => Version6 ? (byte)58 : (byte)1;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        header[0] = Type;
        header[1] = Code;
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], Rest);
        ushort computed = Version6 ? TransportChecksum.Of(network, 58, whole) : InternetChecksum.Of(whole);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], Checksum ?? computed);
    }
}

/// <summary>Plain bytes; with a number, they are what that IP protocol carries.</summary>
internal sealed record PayloadLayer(byte? Protocol, byte[] Bytes) : FrameLayer
{
    public override int Length => Bytes.Length;

    public override byte? IpProtocol => Protocol;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network) =>
        Bytes.CopyTo(header);
}

internal static class TransportChecksum
{
    /// <summary>Over the enclosing IP layer's pseudo-header; zero for a transport header without IP around it.</summary>
    public static ushort Of(NetworkLayer? network, byte protocol, ReadOnlySpan<byte> whole) =>
        network is null ? (ushort)0 : InternetChecksum.OfTransport(network.Source, network.Destination, protocol, whole);
}
