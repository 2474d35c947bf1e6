using System.Diagnostics.CodeAnalysis;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Types of long header packets; their numbers differ between versions.</summary>
internal enum QuicPacketKind : byte { Unknown, Initial, EarlyData, Handshake, Retry }

/// <summary>A long header of QUIC: RFC 8999 section 5.1, and for known versions RFC 9000 section 17.2.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "a view is not compared")]
internal readonly ref struct QuicHeader
{
    public ReadOnlySpan<byte> DestinationId { get; private init; }

    public QuicPacketKind Kind { get; private init; }

    public uint Version { get; private init; }

    /// <summary>Offset behind both connection identifiers.</summary>
    public int AfterIds { get; private init; }

    /// <summary>Bytes of the token of an Initial packet, 0 for other kinds.</summary>
    public int TokenLength { get; private init; }

    /// <summary>Of an Initial packet the offset of the packet number, and the bytes from there to the end of the packet; else 0.</summary>
    public int NumberOffset { get; private init; }

    public int Length { get; private init; }

    /// <summary>RFC 9000, RFC 9369, or a draft of the former that was in wide use (29 to 34).</summary>
    public static bool IsKnown(uint version) => version is 1 or 0x6b3343cf or (>= 0xff00001d and <= 0xff000022);

    public static bool TryRead(ReadOnlySpan<byte> p, out QuicHeader header)
    {
        header = default;
        if (p.Length < 7 || (p[0] & 0x80) == 0) return false;
        uint version = (uint)PayloadBytes.U32(p, 1);
        int destination = p[5];
        if (destination > 20) return false;
        int source = PayloadBytes.At(p, 6 + destination), at = 7 + destination + source;
        if (source is < 0 or > 20 || at > p.Length) return false;
        QuicPacketKind kind = IsKnown(version) ? KindOf((p[0] >> 4) & 3, version) : QuicPacketKind.Unknown;
        int after = at, token = 0, number = 0, length = 0;
        if (kind == QuicPacketKind.Initial)
        {
            if (!TryNumber(p, ref at, out long tokenLength) || tokenLength > p.Length - at) return false;
            token = (int)tokenLength;
            at += token;
            if (!TryNumber(p, ref at, out long rest) || rest is < 20 or > 65535) return false;
            number = at;
            length = (int)rest;
        }

        header = new() { DestinationId = p.Slice(6, destination), Kind = kind, Version = version, AfterIds = after, TokenLength = token, NumberOffset = number, Length = length };
        return true;
    }

    /// <summary>A number of 1, 2, 4 or 8 bytes (RFC 9000 section 16).</summary>
    public static bool TryNumber(ReadOnlySpan<byte> p, ref int at, out long value)
    {
        value = PayloadBytes.At(p, at);
        if (value < 0) return false;
        int size = 1 << (int)(value >> 6);
        if (size > p.Length - at) return false;
        value &= 0x3f;
        for (int i = 1; i < size; i++) value = (value << 8) | p[at + i];
        at += size;
        return true;
    }

    private static QuicPacketKind KindOf(int type, uint version)
    {
        if (version == 0x6b3343cf) type = (type + 3) & 3;
        return (QuicPacketKind)(type + 1);
    }
}
