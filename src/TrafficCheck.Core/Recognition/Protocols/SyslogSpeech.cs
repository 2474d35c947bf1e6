using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Syslog: RFC 5424 and RFC 3164 messages over UDP, and over TCP with either framing of RFC 6587.</summary>
internal static class SyslogSpeech
{
    private static ReadOnlySpan<byte> Months => "JanFebMarAprMayJunJulAugSepOctNovDec"u8;

    /// <summary>A payload that begins with &lt;.</summary>
    public static RecognizedApplication Read(ReadOnlySpan<byte> p)
    {
        int value = 0, at = 1;
        for (; at <= 3 && PayloadBytes.IsDigit(PayloadBytes.At(p, at)); at++) value = (value * 10) + p[at] - '0';
        if (at == 1 || value > 191 || PayloadBytes.At(p, at) != '>' || (at > 2 && p[1] == '0')) return default;
        ReadOnlySpan<byte> text = p[(at + 1)..];
        if (text.Length == 0) return Fits(Application.Syslog, SenderRole.Client, SpeechMarks.Notification);
        if (IsStamped(text)) return Sure(Application.Syslog, SenderRole.Client, SpeechMarks.Notification);
        // Many devices write what they like behind the priority; markup such as <1>...</1> is not told apart from that.
        return PayloadBytes.IsText(text[..Math.Min(text.Length, 16)].TrimEnd("\0\r\n"u8)) ? Fits(Application.Syslog, SenderRole.Client, SpeechMarks.Notification) : default;
    }

    /// <summary>A payload that begins with a digit: the count of bytes of a message and a space stand before it.</summary>
    public static RecognizedApplication ReadCounted(ReadOnlySpan<byte> p)
    {
        int at = 0;
        while (at < 5 && PayloadBytes.IsDigit(PayloadBytes.At(p, at))) at++;
        return at > 0 && p[0] != '0' && PayloadBytes.At(p, at) == ' ' && PayloadBytes.At(p, at + 1) == '<' ? Read(p[(at + 1)..]) : default;
    }

    /// <summary>The version and a time of RFC 5424 (or -), or the time of RFC 3164.</summary>
    private static bool IsStamped(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("1 "u8)) return PayloadBytes.At(text, 2) == '-' || (text.Length >= 7 && PayloadBytes.IsDigit(text[2]) && PayloadBytes.IsDigit(text[5]) && text[6] == '-');
        if (text.Length < 15 || text[3] != ' ' || text[6] != ' ' || text[9] != ':' || text[12] != ':') return false;
        for (int at = 0; at < Months.Length; at += 3)
        {
            if (text.StartsWith(Months.Slice(at, 3))) return true;
        }

        return false;
    }
}
