using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>TLS 1.0 to 1.3 and SSL 3.0 over TCP (RFC 8446 section 5.1), also mid-stream where a segment begins with a record; SSL 2.0 hellos.</summary>
internal static class TlsSpeech
{
    private const int MaxRecord = 16384 + 2048;

    public static bool IsRecord(ReadOnlySpan<byte> p) =>
        p.Length >= 5 && p[0] is >= 0x14 and <= 0x17 && p[1] == 3 && p[2] <= 4 && PayloadBytes.U16(p, 3) is > 0 and <= MaxRecord;

    /// <summary>A payload whose first byte is 0x14 to 0x17.</summary>
    public static RecognizedApplication Read(ReadOnlySpan<byte> p)
    {
        if (!IsRecord(p)) return p.Length is 3 or 4 && p[1] == 3 && p[2] <= 4 ? Fits(Application.Tls, SenderRole.Unknown) : default;
        int length = PayloadBytes.U16(p, 3);
        return p[0] switch
        {
            0x14 => length == 1 && PayloadBytes.At(p, 5) is 1 or -1 ? Sure(Application.Tls, SenderRole.Unknown) : default,
            // Two bytes in the clear, a cipher's block or two when encrypted.
            0x15 => length == 2 ? (PayloadBytes.At(p, 5) is 1 or 2 or -1 ? Sure(Application.Tls, SenderRole.Unknown) : default)
                : length is >= 16 and <= 96 ? Sure(Application.Tls, SenderRole.Unknown) : default,
            0x16 => Handshake(p),
            _ => Sure(Application.Tls, SenderRole.Unknown),
        };
    }

    /// <summary>
    /// SSL 2.0 framing of a client hello (RFC 5246 appendix E.2): a length with its top bit set, message 1, a version, three lengths that
    /// must add up.
    /// </summary>
    public static RecognizedApplication ReadSsl2(ReadOnlySpan<byte> p)
    {
        if (p.Length < 11 || p[2] != 1 || PayloadBytes.U16(p, 3) is not (0x0002 or >= 0x0300 and <= 0x0304)) return default;
        int length = PayloadBytes.U16(p, 0) & 0x7fff, ciphers = PayloadBytes.U16(p, 5), session = PayloadBytes.U16(p, 7), challenge = PayloadBytes.U16(p, 9);
        bool sound = ciphers > 0 && ciphers % 3 == 0 && session is 0 or 16 && challenge is >= 16 and <= 32 && length == 9 + ciphers + session + challenge;
        return sound ? Sure(Application.Tls, SenderRole.Client) : default;
    }

    private static RecognizedApplication Handshake(ReadOnlySpan<byte> p)
    {
        int type = PayloadBytes.At(p, 5);
        if (type is 1 or 2)
        {
            // A hello is below 64 KiB, and the version of its body begins with 3 since SSL 3.0.
            if (PayloadBytes.At(p, 6) is 0 or -1 && PayloadBytes.At(p, 9) is 3 or -1)
                return Sure(Application.Tls, p.Length < 10 ? SenderRole.Unknown : type == 1 ? SenderRole.Client : SenderRole.Server, p.Length < 10 ? SpeechMarks.None : SpeechMarks.TlsHello);
            return Sure(Application.Tls, SenderRole.Unknown);
        }

        // Encrypted messages begin with any byte, so the other types tell the sender only when the length of the message agrees.
        int record = PayloadBytes.U16(p, 3), message = (int)(PayloadBytes.U32(p, 5) & 0xffffff);
        if (p.Length < 9 || message + 4 > record) return Sure(Application.Tls, SenderRole.Unknown);
        return Sure(Application.Tls, type switch
        {
            0 when message == 0 && record == 4 => SenderRole.Server,
            4 or 12 or 22 when record - message < 1024 => SenderRole.Server,
            14 when message == 0 && record == 4 => SenderRole.Server,
            16 when message + 4 == record => SenderRole.Client,
            _ => SenderRole.Unknown,
        });
    }
}
