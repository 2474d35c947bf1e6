using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>
/// SSH (RFC 4253). The identification line is the same for both sides; who is the client is told by extension markers in the key exchange
/// (RFC 8308: <c>ext-info-c</c>), by its messages, or by software that is only ever a client.
/// </summary>
internal static class SshSpeech
{
    private static readonly byte[][] s_clientsOnly =
    [
        "PuTTY"u8.ToArray(), "WinSCP"u8.ToArray(), "FileZilla"u8.ToArray(), "libssh2"u8.ToArray(), "JSCH"u8.ToArray(), "Renci.SshNet"u8.ToArray(),
        "TTSSH"u8.ToArray(), "SSHJ"u8.ToArray(), "phpseclib"u8.ToArray(), "SecureCRT"u8.ToArray(), "check_ssh"u8.ToArray(),
        "Nmap-SSH"u8.ToArray(), "Granados"u8.ToArray(), "ZGrab"u8.ToArray(), "Cyberduck"u8.ToArray(),
    ];

    /// <summary>A payload that begins with the letter S.</summary>
    public static RecognizedApplication ReadIdentification(ReadOnlySpan<byte> p)
    {
        if (!p.StartsWith("SSH-"u8)) return default;
        int major = PayloadBytes.At(p, 4);
        if (major < 0) return Fits(Application.Ssh, SenderRole.Unknown);
        if (major is not ('1' or '2') || PayloadBytes.At(p, 5) is not ('.' or -1)) return default;
        ReadOnlySpan<byte> line = PayloadBytes.Line(p, out ReadOnlySpan<byte> rest, out _);
        SenderRole sender = ByExchange(rest);
        if (sender == SenderRole.Unknown)
        {
            int dash = line.Length > 5 ? line[5..].IndexOf((byte)'-') : -1;
            ReadOnlySpan<byte> software = dash < 0 ? [] : line[(dash + 6)..];
            foreach (byte[] client in s_clientsOnly)
            {
                if (PayloadBytes.Begins(software, client)) sender = SenderRole.Client;
            }
        }

        return Sure(Application.Ssh, sender);
    }

    /// <summary>A payload that begins with two zero bytes: a packet of the key exchange, before encryption.</summary>
    public static RecognizedApplication ReadPacket(ReadOnlySpan<byte> p)
    {
        if (!IsPacket(p)) return default;
        if (p[5] == 20)
        {
            // Behind the cookie lie name lists of printable words.
            long first = PayloadBytes.U32(p, 22);
            if (first is < 4 or > 4096 || p.Length < 34 || !PayloadBytes.IsText(p[26..34])) return default;
            return Sure(Application.Ssh, ByExchange(p));
        }

        return Fits(Application.Ssh, SenderRole.Unknown);
    }

    private static bool IsPacket(ReadOnlySpan<byte> p)
    {
        long length = PayloadBytes.U32(p, 0);
        return p.Length >= 6 && length is >= 12 and <= 35000 && (length + 4) % 8 == 0 && p[4] >= 4 && p[4] < length && p[5] is 20 or 30 or 31 or 34;
    }

    /// <summary>The list of key exchange methods, which comes first, holds a marker of one side.</summary>
    private static SenderRole ByExchange(ReadOnlySpan<byte> p)
    {
        if (!IsPacket(p) || p[5] != 20) return SenderRole.Unknown;
        long length = PayloadBytes.U32(p, 22);
        if (length is < 0 or > 4096) return SenderRole.Unknown;
        ReadOnlySpan<byte> methods = p[26..Math.Min(p.Length, 26 + (int)length)];
        bool client = methods.IndexOf("ext-info-c"u8) >= 0 || methods.IndexOf("kex-strict-c"u8) >= 0;
        bool server = methods.IndexOf("ext-info-s"u8) >= 0 || methods.IndexOf("kex-strict-s"u8) >= 0;
        return client == server ? SenderRole.Unknown : client ? SenderRole.Client : SenderRole.Server;
    }
}
