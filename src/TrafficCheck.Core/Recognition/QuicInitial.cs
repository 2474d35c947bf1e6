using System.Security.Cryptography;
using TrafficCheck.Core.Recognition.Protocols;

namespace TrafficCheck.Core.Recognition;

/// <summary>
/// Opens the first packet of a QUIC client with the keys that everybody can derive from it (RFC 9001 section 5.2, RFC 9369 section 3.3), to
/// read the client hello inside. Cryptography allocates: call it once a flow, where the name is wanted. Success proves that the sender is
/// the client, because the packet is authenticated.
/// </summary>
public static class QuicInitial
{
    private const int MaxPacket = 2048, KeySize = 16, NonceSize = 12, TagSize = 16, MaxFrames = 512;

    private static ReadOnlySpan<byte> Salt1 => [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a];

    private static ReadOnlySpan<byte> Salt2 => [0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9];

    private static ReadOnlySpan<byte> SaltDraft29 => [0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99];

    /// <summary>
    /// Reads the client hello of a datagram. A hello larger than one packet, or whose pieces lie in several datagrams, is read as far as it
    /// is there (<see cref="TlsHello.IsComplete"/>).
    /// </summary>
    /// <param name="datagram">The UDP payload; the packet must be captured whole.</param>
    /// <param name="serverName">Receives the name; at least <see cref="TlsHelloReader.MaxNameLength"/> bytes.</param>
    /// <param name="protocol">Receives the protocol; at least <see cref="TlsHelloReader.MaxNameLength"/> bytes.</param>
    /// <param name="hello">What was read.</param>
    /// <returns>False when it is no Initial of a known version, is cut, larger than 2 KiB, or not a client's.</returns>
    public static bool TryReadClientHello(ReadOnlySpan<byte> datagram, Span<byte> serverName, Span<byte> protocol, out TlsHello hello)
    {
        hello = default;
        if (!QuicHeader.TryRead(datagram, out QuicHeader header) || header.Kind != QuicPacketKind.Initial || !AesGcm.IsSupported) return false;
        if (header.Length > MaxPacket || header.Length > datagram.Length - header.NumberOffset || header.NumberOffset > MaxPacket) return false;
        Span<byte> plain = stackalloc byte[MaxPacket];
        int size = Open(datagram, header, plain);
        if (size < 0) return false;
        Span<byte> crypto = stackalloc byte[MaxPacket];
        int joined = Join(plain[..size], crypto);
        return TlsHelloReader.TryReadMessage(crypto[..joined], serverName, protocol, out hello) && hello.IsClient;
    }

    /// <summary>Removes the protection (RFC 9001 section 5.4); gives the bytes of the frames, or -1.</summary>
    private static int Open(ReadOnlySpan<byte> datagram, in QuicHeader header, Span<byte> plain)
    {
        bool isVersion2 = header.Version == 0x6b3343cf;
        ReadOnlySpan<byte> salt = isVersion2 ? Salt2 : header.Version is >= 0xff00001d and <= 0xff000020 ? SaltDraft29 : Salt1;
        Span<byte> initial = stackalloc byte[32], secret = stackalloc byte[32], key = stackalloc byte[KeySize], nonce = stackalloc byte[NonceSize], mask = stackalloc byte[KeySize];
        HKDF.Extract(HashAlgorithmName.SHA256, header.DestinationId, salt, initial);
        Expand(initial, "client in"u8, secret);
        Expand(secret, isVersion2 ? "quicv2 hp"u8 : "quic hp"u8, key);
        int number = header.NumberOffset;
        using (var aes = Aes.Create())
        {
            aes.SetKey(key);
            aes.EncryptEcb(datagram.Slice(number + 4, KeySize), mask, PaddingMode.None);
        }

        Span<byte> head = stackalloc byte[MaxPacket + 4];
        datagram[..(number + 4)].CopyTo(head);
        head[0] ^= (byte)(mask[0] & 0x0f);
        int numberSize = (head[0] & 3) + 1;
        Expand(secret, isVersion2 ? "quicv2 key"u8 : "quic key"u8, key);
        Expand(secret, isVersion2 ? "quicv2 iv"u8 : "quic iv"u8, nonce);
        for (int i = 0; i < numberSize; i++)
        {
            head[number + i] ^= mask[i + 1];
            nonce[NonceSize - numberSize + i] ^= head[number + i];
        }

        int size = header.Length - numberSize - TagSize;
        if (size <= 0) return -1;
        ReadOnlySpan<byte> sealedBytes = datagram.Slice(number + numberSize, size + TagSize);
        using var gcm = new AesGcm(key, TagSize);
        try
        {
            gcm.Decrypt(nonce, sealedBytes[..size], sealedBytes[size..], plain[..size], head[..(number + numberSize)]);
        }
        catch (AuthenticationTagMismatchException)
        {
            // A server's packet, a later packet of the client, or noise: the library has no other way to say so.
            return -1;
        }

        return size;
    }

    /// <summary>HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1) without context.</summary>
    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> output)
    {
        ReadOnlySpan<byte> prefix = "tls13 "u8;
        Span<byte> info = stackalloc byte[32];
        info[0] = 0;
        info[1] = (byte)output.Length;
        info[2] = (byte)(prefix.Length + label.Length);
        prefix.CopyTo(info[3..]);
        label.CopyTo(info[(3 + prefix.Length)..]);
        int size = 3 + prefix.Length + label.Length;
        info[size] = 0;
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, info[..(size + 1)]);
    }

    /// <summary>Puts the CRYPTO frames, which some clients shuffle, in their order; gives how many bytes from the start are there.</summary>
    private static int Join(ReadOnlySpan<byte> frames, Span<byte> crypto)
    {
        Span<bool> present = stackalloc bool[MaxPacket];
        int at = 0;
        for (int i = 0; i < MaxFrames && at < frames.Length; i++)
        {
            int padding = frames[at..].IndexOfAnyExcept((byte)0);
            if (padding < 0) break;
            at += padding;
            int type = frames[at++];
            if (type == 1) continue;
            if (type is 2 or 3)
            {
                if (!SkipAck(frames, ref at, type == 3)) break;
                continue;
            }

            if (type != 6 || !QuicHeader.TryNumber(frames, ref at, out long offset) || !QuicHeader.TryNumber(frames, ref at, out long length) || length > frames.Length - at) break;
            ReadOnlySpan<byte> data = frames.Slice(at, (int)length);
            at += data.Length;
            if (offset > crypto.Length - data.Length) continue;
            data.CopyTo(crypto[(int)offset..]);
            present.Slice((int)offset, data.Length).Fill(true);
        }

        int gap = present.IndexOf(false);
        return gap < 0 ? present.Length : gap;
    }

    private static bool SkipAck(ReadOnlySpan<byte> frames, ref int at, bool hasCounts)
    {
        if (!QuicHeader.TryNumber(frames, ref at, out _) || !QuicHeader.TryNumber(frames, ref at, out _) || !QuicHeader.TryNumber(frames, ref at, out long ranges) || ranges > 256) return false;
        for (long left = 1 + (ranges * 2) + (hasCounts ? 3 : 0); left > 0; left--)
        {
            if (!QuicHeader.TryNumber(frames, ref at, out _)) return false;
        }

        return true;
    }
}
