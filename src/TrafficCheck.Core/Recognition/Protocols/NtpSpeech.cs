using static TrafficCheck.Core.Recognition.RecognizedApplication;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>NTP and SNTP version 1 to 4 (RFC 5905), control messages (RFC 9327) and the older private mode 7.</summary>
internal static class NtpSpeech
{
    public const ushort Port = 123;

    public static RecognizedApplication Read(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        if (p.Length < 12) return default;
        int mode = p[0] & 7, version = (p[0] >> 3) & 7;
        if (version is 0 or > 4) return default;
        return mode switch
        {
            6 => Control(p, source, destination),
            7 => Private(p, source, destination),
            0 => default,
            _ => Time(p, mode),
        };
    }

    private static RecognizedApplication Time(ReadOnlySpan<byte> p, int mode)
    {
        // Behind the 48 bytes come extensions and a key identifier with a digest, all in words of four bytes.
        if (p.Length < 48 || p.Length > 1024 || p.Length % 4 != 0) return default;
        int stratum = p[1];
        sbyte poll = (sbyte)p[2], precision = (sbyte)p[3];
        // Root delay and dispersion are seconds in 16.16: a minute is absurd, and -1 occurs for a negative delay.
        if (stratum > 16 || poll is < -6 or > 17 || precision is > 0 or < -40) return default;
        if (PayloadBytes.U16(p, 4) is > 60 and not 0xffff || PayloadBytes.U16(p, 8) > 60) return default;
        bool isTransmitZero = p.Slice(40, 8).IndexOfAnyExcept((byte)0) < 0;
        if (isTransmitZero && mode is not (1 or 2 or 3)) return default;
        return mode switch
        {
            // Symmetric peers are each client and server of the other.
            1 or 2 => Sure(Application.Ntp, SenderRole.Unknown),
            3 => Sure(Application.Ntp, SenderRole.Client),
            4 => Sure(Application.Ntp, SenderRole.Server),
            _ => Sure(Application.Ntp, SenderRole.Server, SpeechMarks.Notification),
        };
    }

    /// <summary>RFC 9327: the count of data bytes at 10 must agree with the length.</summary>
    private static RecognizedApplication Control(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        int count = PayloadBytes.U16(p, 10), padded = (count + 3) & ~3;
        if (count > 468 || (p[1] & 0x1f) > 12 && (p[1] & 0x1f) != 31) return default;
        bool response = (p[1] & 0x80) != 0;
        if (!response && (p[1] & 0x60) != 0) return default;
        if (p.Length != 12 + count && p.Length < 12 + padded) return default;
        return On123(source, destination, Application.Ntp, response);
    }

    private static RecognizedApplication Private(ReadOnlySpan<byte> p, ushort source, ushort destination)
    {
        // Implementation 0, 2 or 3 of ntpd; the size of items is below the 500 bytes of a message.
        if (p[2] is not (0 or 2 or 3) || (PayloadBytes.U16(p, 4) & 0xfff) > 500 || (PayloadBytes.U16(p, 6) & 0xfff) > 500 || p[3] > 45) return default;
        return On123(source, destination, Application.Ntp, (p[0] & 0x80) != 0);
    }

    /// <summary>Little structure: it is believed only where NTP is at home.</summary>
    private static RecognizedApplication On123(ushort source, ushort destination, Application application, bool response) =>
        source == Port || destination == Port ? Fits(application, response ? SenderRole.Server : SenderRole.Client) : default;
}
