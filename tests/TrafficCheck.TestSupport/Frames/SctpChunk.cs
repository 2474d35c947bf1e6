using System.Buffers.Binary;

namespace TrafficCheck.TestSupport.Frames;

/// <summary>Chunks of an SCTP packet (RFC 9260 section 3), padded to a multiple of four.</summary>
public static class SctpChunk
{
    public static byte[] Data(ReadOnlySpan<byte> payload, uint tsn = 1, ushort stream = 0, ushort sequence = 0, uint payloadProtocol = 0)
    {
        var value = new byte[12 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(4), stream);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(6), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(8), payloadProtocol);
        payload.CopyTo(value.AsSpan(12));
        return Of(0, 3, value);
    }

    public static byte[] Init(uint tag, uint tsn = 1) => Of(1, 0, Start(tag, tsn));

    /// <summary>INIT ACK with a state cookie parameter (type 7) of eight bytes.</summary>
    public static byte[] InitAck(uint tag, uint tsn = 1) => Of(2, 0, [.. Start(tag, tsn), 0, 7, 0, 12, 1, 2, 3, 4, 5, 6, 7, 8]);

    public static byte[] CookieEcho() => Of(10, 0, [1, 2, 3, 4, 5, 6, 7, 8]);

    public static byte[] CookieAck() => Of(11, 0, []);

    public static byte[] Abort() => Of(6, 0, []);

    /// <summary>Any chunk: type, flags, length with its four header bytes, value, padding.</summary>
    public static byte[] Of(byte type, byte flags, ReadOnlySpan<byte> value)
    {
        var chunk = new byte[(4 + value.Length + 3) & ~3];
        chunk[0] = type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)(4 + value.Length));
        value.CopyTo(chunk.AsSpan(4));
        return chunk;
    }

    private static byte[] Start(uint tag, uint tsn)
    {
        var value = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(value, tag);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(4), 65536);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(8), 10);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(10), 10);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(12), tsn);
        return value;
    }
}
