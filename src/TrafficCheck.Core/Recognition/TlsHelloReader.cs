using TrafficCheck.Core.Recognition.Protocols;

namespace TrafficCheck.Core.Recognition;

/// <summary>
/// Reads hellos of TLS (RFC 8446 section 4.1) that may be cut and may be split over records. Feed it the bytes of one direction from the
/// start, joined over segments; ask again with more bytes while <see cref="TlsHello.IsComplete"/> is false. Never throws, allocates nothing,
/// looks at each byte once.
/// </summary>
public static class TlsHelloReader
{
    /// <summary>A DNS name is no longer (RFC 1035); a protocol name is no longer than its length byte allows.</summary>
    public const int MaxNameLength = 255;

    private const int ServerName = 0, Protocols = 16, SupportedVersions = 43, EncryptedHello = 0xfe0d, EncryptedServerName = 0xffce;

    /// <summary>Reads a hello in records of TLS.</summary>
    /// <param name="stream">The first bytes of a direction.</param>
    /// <param name="serverName">Receives the name; at least <see cref="MaxNameLength"/> bytes.</param>
    /// <param name="protocol">Receives the protocol; at least <see cref="MaxNameLength"/> bytes.</param>
    /// <param name="hello">What was read; <see cref="TlsHello.IsComplete"/> tells whether that was all.</param>
    /// <returns>False when the bytes do not begin with a hello, or too few are there to see it.</returns>
    public static bool TryReadRecords(ReadOnlySpan<byte> stream, Span<byte> serverName, Span<byte> protocol, out TlsHello hello) =>
        TryRead(new HandshakeCursor(stream, inRecords: true), serverName, protocol, out hello);

    /// <summary>Reads a bare handshake message, as QUIC carries it.</summary>
    /// <inheritdoc cref="TryReadRecords"/>
    public static bool TryReadMessage(ReadOnlySpan<byte> stream, Span<byte> serverName, Span<byte> protocol, out TlsHello hello) =>
        TryRead(new HandshakeCursor(stream, inRecords: false), serverName, protocol, out hello);

    private static bool TryRead(HandshakeCursor cursor, Span<byte> serverName, Span<byte> protocol, out TlsHello hello)
    {
        hello = default;
        int type = cursor.Byte();
        if (type is not (1 or 2) || cursor.Number(3) is < 38 or > 65535) return false;
        int version = cursor.Number(2);
        if (version is < 0x0300 or > 0x0304) return false;
        var reading = new Reading { IsClient = type == 1, Version = version };
        cursor.Skip(32);
        cursor.Skip(cursor.Byte());
        if (reading.IsClient)
        {
            cursor.Skip(cursor.Number(2));
            cursor.Skip(cursor.Byte());
        }
        else
        {
            cursor.Skip(3);
        }

        Extensions(ref cursor, ref reading, serverName, protocol);
        hello = new(reading.IsClient, (ushort)reading.Version, reading.NameLength, reading.ProtocolLength, reading.IsWeak, reading.IsComplete);
        return true;
    }

    private static void Extensions(ref HandshakeCursor cursor, ref Reading reading, Span<byte> serverName, Span<byte> protocol)
    {
        if (cursor.IsBroken) return;
        int left = cursor.Number(2);
        // Before TLS 1.3 a hello may end without extensions; then there is nothing more of the message.
        if (left < 0) reading.IsComplete = false;
        while (left >= 4)
        {
            int type = cursor.Number(2), length = cursor.Number(2);
            left -= 4 + length;
            if (length < 0 || left < 0) return;
            int end = cursor.Position + length;
            switch (type)
            {
                case ServerName when reading.IsClient && reading.NameLength == 0 && length > 5:
                    cursor.Skip(2);
                    if (cursor.Byte() == 0) reading.NameLength = Copy(ref cursor, cursor.Number(2), end, serverName);
                    break;
                case Protocols when reading.ProtocolLength == 0 && length > 3:
                    cursor.Skip(2);
                    reading.ProtocolLength = Copy(ref cursor, cursor.Byte(), end, protocol);
                    break;
                case SupportedVersions:
                    Versions(ref cursor, ref reading, length);
                    break;
                case EncryptedHello or EncryptedServerName:
                    reading.IsWeak |= reading.IsClient;
                    break;
            }

            cursor.Skip(end - cursor.Position);
            if (cursor.IsBroken) return;
        }

        reading.IsComplete = left == 0;
    }

    /// <summary>The versions a client offers (those reserved by RFC 8701 left out), or the one a server chose.</summary>
    private static void Versions(ref HandshakeCursor cursor, ref Reading reading, int length)
    {
        int count = reading.IsClient ? Math.Min(cursor.Byte(), length - 1) / 2 : length / 2;
        for (int i = 0; i < count; i++)
        {
            int version = cursor.Number(2);
            if (version is >= 0x0300 and <= 0x0304 && (version > reading.Version || !reading.IsClient)) reading.Version = version;
        }
    }

    private static int Copy(ref HandshakeCursor cursor, int length, int end, Span<byte> target)
    {
        if (length <= 0 || length > MaxNameLength || length > target.Length || cursor.Position + length > end) return 0;
        for (int i = 0; i < length; i++) target[i] = (byte)cursor.Byte();
        return cursor.IsBroken ? 0 : length;
    }

    private struct Reading
    {
        public bool IsClient, IsWeak, IsComplete;
        public int Version, NameLength, ProtocolLength;
    }
}
