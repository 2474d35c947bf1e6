using System.Buffers.Binary;
using System.Net;

namespace TrafficCheck.TestSupport.Frames.Layers;

/// <summary>IPv6 (RFC 8200). Null overrides give the right value.</summary>
internal sealed record IPv6Layer(IPAddress Source, IPAddress Destination) : NetworkLayer(Source, Destination)
{
    public byte HopLimit { get; init; }

    public byte TrafficClass { get; init; }

    public uint FlowLabel { get; init; }

    public byte? NextHeader { get; init; }

    public ushort? PayloadLength { get; init; }

    public byte Version { get; init; } = 6;

    public override int Length => 40;

    public override ushort? EtherType => 0x86dd;

    public override byte? IpProtocol => 41;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, ((uint)Version << 28) | ((uint)TrafficClass << 20) | (FlowLabel & 0xfffff));
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], PayloadLength ?? (ushort)(whole.Length - Length));
        header[6] = NextHeader ?? inner?.IpProtocol ?? 59; // 59: no next header
        header[7] = HopLimit;
        Source.TryWriteBytes(header[8..], out _);
        Destination.TryWriteBytes(header[24..], out _);
    }
}

/// <summary>
/// An extension header: next header, <see cref="LengthByte"/>, body. Its length in bytes is what the body makes it, whatever the length
/// byte claims.
/// </summary>
internal sealed record IPv6ExtensionLayer(byte Number, byte LengthByte, byte[] Body, byte? NextHeader) : FrameLayer
{
    public override int Length => 2 + Body.Length;

    public override byte? IpProtocol => Number;

    public override void Write(Span<byte> header, ReadOnlySpan<byte> whole, FrameLayer? inner, NetworkLayer? network)
    {
        header[0] = NextHeader ?? inner?.IpProtocol ?? 59;
        header[1] = LengthByte;
        Body.CopyTo(header[2..]);
    }
}
