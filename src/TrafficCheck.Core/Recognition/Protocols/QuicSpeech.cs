using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>
/// QUIC long headers (RFC 8999, 9000, 9369) and Google's older form. An Initial packet looks alike from both sides; the client is told by a
/// token or by decryption (<see cref="QuicInitial"/>).
/// </summary>
internal static class QuicSpeech
{
    /// <summary>A datagram whose first byte has its top bit set.</summary>
    public static RecognizedApplication Read(ReadOnlySpan<byte> p)
    {
        long version = PayloadBytes.U32(p, 1);
        // Q046: the byte behind the version holds the lengths of both identifiers.
        if (version == 0x51303436 && (p[0] & 0xc0) == 0xc0) return Sure(Application.Quic, SenderRole.Unknown);
        if (p.Length < 8 || !QuicHeader.TryRead(p, out QuicHeader header)) return default;
        if (version == 0 && !IsNegotiation(p, header.AfterIds)) return default;

        // As short as this it may still go on as DNS.
        if (version == 0) return p.Length > 14 ? Sure(Application.Quic, SenderRole.Server) : Fits(Application.Quic, SenderRole.Server);
        // The second bit is set unless both sides agreed to vary it (RFC 9287); a known version makes up for it.
        if (header.Kind == QuicPacketKind.Unknown)
            return (p[0] & 0x40) == 0 ? default : (version & 0x0f0f0f0f) == 0x0a0a0a0a || (version & 0xffffff00) == 0x51303500 ? Fits(Application.Quic, SenderRole.Unknown) : default;
        return Sure(Application.Quic, header.Kind switch
        {
            QuicPacketKind.Retry => SenderRole.Server,
            QuicPacketKind.EarlyData => SenderRole.Client,
            // RFC 9000 section 17.2.2: a server's Initial has no token. A client's names the server, by at least 8 bytes when it is the first.
            QuicPacketKind.Initial => header.TokenLength > 0 ? SenderRole.Client : header.DestinationId.Length == 0 ? SenderRole.Server : SenderRole.Unknown,
            _ => SenderRole.Unknown,
        });
    }

    /// <summary>Google QUIC before version 46: flags with the version bit, a connection identifier of eight bytes, Q0xx. Only clients send it.</summary>
    public static RecognizedApplication ReadGoogle(ReadOnlySpan<byte> p)
    {
        if (p.Length < 14 || (p[0] & 0x89) != 0x09 || p[9] != 'Q' || p[10] != '0' || !PayloadBytes.IsDigit(p[11]) || !PayloadBytes.IsDigit(p[12])) return default;
        return Sure(Application.Quic, SenderRole.Client);
    }

    /// <summary>A list of versions, each known or reserved (RFC 9000 section 15) or of a known shape.</summary>
    private static bool IsNegotiation(ReadOnlySpan<byte> p, int at)
    {
        if (at + 4 > p.Length || (p.Length - at) % 4 != 0 || p.Length - at > 128) return false;
        for (; at < p.Length; at += 4)
        {
            long version = PayloadBytes.U32(p, at);
            bool known = version is 1 or 0x6b3343cf || (version & 0xffffff00) is 0xff000000 or 0x51303400 or 0x51303500 or 0xfaceb000 || (version & 0x0f0f0f0f) == 0x0a0a0a0a;
            if (!known) return false;
        }

        return true;
    }
}
