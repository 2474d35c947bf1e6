using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>
/// What servers of SMTP (RFC 5321), FTP (RFC 959, 4217), POP3 (RFC 1939) and IMAP (RFC 9051) say. SMTP and FTP share their codes: a line is
/// sure when it is whole and its words or code belong to one of them; else the server's port breaks the tie, or the application stays unknown.
/// </summary>
internal static class ReplySpeech
{
    private const int MaxLines = 32;

    /// <summary>A payload that begins with a digit: three of them, then a space or a hyphen.</summary>
    public static RecognizedApplication ReadNumbered(ReadOnlySpan<byte> p, ushort source)
    {
        if (Code(p) < 0) return default;
        Application sure = Application.Unknown, likely = Application.Unknown;
        SpeechMarks marks = SpeechMarks.None;
        ReadOnlySpan<byte> rest = p;
        for (int i = 0; i < MaxLines && rest.Length > 0; i++)
        {
            ReadOnlySpan<byte> line = PayloadBytes.Line(rest, out rest, out bool ended);
            if (i == 0 && !PayloadBytes.IsText(line[4..Math.Min(line.Length, 20)])) return default;
            if (PayloadBytes.IsBinary(line))
            {
                if (i == 0) return default;
                break;
            }

            int code = Code(line);
            if (code == 234 || (code == 220 && i > 0 && PayloadBytes.Holds(line, "TLS"u8))) marks |= SpeechMarks.TlsAccepted;
            if (ended && sure == Application.Unknown) sure = Sure(line, code);
            if (likely == Application.Unknown) likely = Likely(line, code);
        }

        if (sure != Application.Unknown) return RecognizedApplication.Sure(sure, SenderRole.Server, marks);
        if (likely != Application.Unknown) return Fits(likely, SenderRole.Server, marks);
        // Any text may begin with a number; these are the codes that both protocols use at the start and for refusals.
        bool isUsual = Code(p) is 200 or 214 or 220 or 221 or 250 or 421 or (>= 450 and <= 452) or (>= 500 and <= 504) or (>= 550 and <= 554);
        return isUsual ? Fits(ByPort(source), SenderRole.Server, marks) : default;
    }

    /// <summary>A payload that begins with + or -.</summary>
    public static RecognizedApplication ReadPop(ReadOnlySpan<byte> p, ushort source)
    {
        bool isYes = p.StartsWith("+OK"u8);
        if (!isYes && !p.StartsWith("-ERR"u8)) return default;
        ReadOnlySpan<byte> line = PayloadBytes.Line(p, out _, out bool ended);
        if (!PayloadBytes.IsText(line) || line.Length > 512) return default;
        // Redis answers with the same words; a name or the time stamp of APOP makes it a mail server.
        bool isMail = isYes && ended && (PayloadBytes.Holds(line, "POP"u8) || (line.IndexOf((byte)'<') >= 0 && line.IndexOf((byte)'@') >= 0 && line.IndexOf((byte)'>') >= 0) || PayloadBytes.Holds(line, "DOVECOT"u8));
        if (isMail) return RecognizedApplication.Sure(Application.Pop3, SenderRole.Server);
        return Fits(source == 110 || line.Length > (isYes ? 4 : 5) ? Application.Pop3 : Application.Unknown, SenderRole.Server);
    }

    /// <summary>A payload that begins with an asterisk: untagged data of IMAP.</summary>
    public static RecognizedApplication ReadImap(ReadOnlySpan<byte> p)
    {
        bool greets = p.StartsWith("* OK "u8) || p.StartsWith("* OK\r"u8) || p.StartsWith("* PREAUTH "u8) || p.StartsWith("* BYE "u8) || p.StartsWith("* CAPABILITY IMAP"u8);
        return greets ? RecognizedApplication.Sure(Application.Imap, SenderRole.Server) : default;
    }

    private static int Code(ReadOnlySpan<byte> line)
    {
        if (line.Length < 4 || line[0] is < (byte)'1' or > (byte)'6' || line[1] is < (byte)'0' or > (byte)'5' || !PayloadBytes.IsDigit(line[2]) || line[3] is not ((byte)' ' or (byte)'-')) return -1;
        return ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + line[2] - '0';
    }

    private static Application Sure(ReadOnlySpan<byte> line, int code)
    {
        switch (code)
        {
            case 220 or 221 or 421 or 554:
                ReadOnlySpan<byte> text = line[4..];
                // The first word may be the host's name, which may hold anything.
                bool smtp = PayloadBytes.Holds(text, "SMTP"u8) || PayloadBytes.Holds(text, "LMTP"u8) || Status(text, (byte)line[0]);
                int space = text.IndexOf((byte)' ');
                ReadOnlySpan<byte> words = space < 0 || text.IndexOf((byte)'.') < 0 || text.IndexOf((byte)'.') > space ? text : text[space..];
                bool ftp = PayloadBytes.Holds(words, "FTP"u8) || PayloadBytes.Holds(words, "FILEZILLA"u8);
                return smtp ? Application.Smtp : ftp ? Application.Ftp : Application.Unknown;
            case 227 when PayloadBytes.Holds(line, "PASSIVE"u8) || line.IndexOf((byte)',') > 0:
            case 229 when line.IndexOf("|||"u8) > 0:
            case 234 when PayloadBytes.Holds(line, "TLS"u8) || PayloadBytes.Holds(line, "SSL"u8):
            case 331 when PayloadBytes.Holds(line, "PASSWORD"u8) || PayloadBytes.Holds(line, "USER"u8):
                return Application.Ftp;
            case 250 when IsExtension(line[4..]) || Status(line[4..], (byte)'2'):
            case 235 when Status(line[4..], (byte)'2'):
            case 354 when PayloadBytes.Holds(line, "CRLF"u8) || PayloadBytes.Holds(line, "END"u8):
            case >= 400 when Status(line[4..], line[0]):
                return Application.Smtp;
            default:
                return Application.Unknown;
        }
    }

    private static Application Likely(ReadOnlySpan<byte> line, int code) => code switch
    {
        125 or 150 or 202 or 212 or 213 or 215 or 225 or 226 or 227 or 229 or 230 or 234 or 257 or 331 or 332 or 350 or 425 or 426 or 530 or 532 => Application.Ftp,
        235 or 251 or 252 or 354 or 454 or 455 or 555 => Application.Smtp,
        220 when PayloadBytes.Holds(line, "SMTP"u8) => Application.Smtp,
        220 when PayloadBytes.Holds(line, "FTP"u8) => Application.Ftp,
        _ => Application.Unknown,
    };

    private static Application ByPort(ushort source) => source switch
    {
        21 => Application.Ftp,
        25 or 465 or 587 or 2525 => Application.Smtp,
        _ => Application.Unknown,
    };

    /// <summary>An enhanced status code (RFC 3463) such as 2.1.0, which FTP does not have.</summary>
    private static bool Status(ReadOnlySpan<byte> text, byte kind) =>
        text.Length >= 5 && text[0] == kind && text[1] == '.' && PayloadBytes.IsDigit(text[2]) && (text[3] == '.' || (PayloadBytes.IsDigit(text[3]) && text[4] == '.'));

    private static bool IsExtension(ReadOnlySpan<byte> text) =>
        PayloadBytes.Begins(text, "SIZE"u8) || PayloadBytes.Begins(text, "PIPELINING"u8) || PayloadBytes.Begins(text, "8BITMIME"u8) || PayloadBytes.Begins(text, "STARTTLS"u8)
        || PayloadBytes.Begins(text, "ENHANCEDSTATUSCODES"u8) || PayloadBytes.Begins(text, "DSN"u8) || PayloadBytes.Begins(text, "AUTH "u8) || PayloadBytes.Begins(text, "AUTH="u8)
        || PayloadBytes.Begins(text, "CHUNKING"u8) || PayloadBytes.Begins(text, "SMTPUTF8"u8);
}
