using System.Globalization;
using System.Numerics;

namespace TrafficCheck.Reporting;

/// <summary>Times as RFC 3339 in UTC with nanoseconds: <c>2024-05-01T09:14:02.000000001Z</c>.</summary>
public static class Rfc3339
{
    /// <summary>Characters (and bytes: all are ASCII) of a time.</summary>
    public const int Length = 30;

    private const long NsPerSecond = 1_000_000_000;

    /// <param name="ns">Nanoseconds since 1970-01-01 UTC; any value has a four-digit year.</param>
    public static string Text(long ns) => string.Create(Length, ns, static (text, value) => Write(value, text));

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public static void WriteUtf8(long ns, Span<byte> utf8) => Write(ns, utf8);

    /// <summary>Reads a time as <see cref="Text"/> writes it, and no other form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long ns)
    {
        ns = 0;
        if (text.Length != Length || text[19] != '.' || text[^1] != 'Z') return false;
        if (!DateTime.TryParseExact(
            text[..19], "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time)) return false;
        if (!uint.TryParse(text.Slice(20, 9), NumberStyles.None, CultureInfo.InvariantCulture, out uint fraction)) return false;
        Int128 whole = ((Int128)((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond) * NsPerSecond) + fraction;
        if (whole < long.MinValue || whole > long.MaxValue) return false;
        ns = (long)whole;
        return true;
    }

    private static void Write<T>(long ns, Span<T> text)
        where T : unmanaged, IBinaryInteger<T>
    {
        (long seconds, long fraction) = Math.DivRem(ns, NsPerSecond);
        if (fraction < 0)
        {
            fraction += NsPerSecond;
            seconds--;
        }

        var time = DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond);
        Digits(text[..4], time.Year);
        text[4] = T.CreateTruncating('-');
        Digits(text.Slice(5, 2), time.Month);
        text[7] = T.CreateTruncating('-');
        Digits(text.Slice(8, 2), time.Day);
        text[10] = T.CreateTruncating('T');
        Digits(text.Slice(11, 2), time.Hour);
        text[13] = T.CreateTruncating(':');
        Digits(text.Slice(14, 2), time.Minute);
        text[16] = T.CreateTruncating(':');
        Digits(text.Slice(17, 2), time.Second);
        text[19] = T.CreateTruncating('.');
        Digits(text.Slice(20, 9), (int)fraction);
        text[29] = T.CreateTruncating('Z');
    }

    private static void Digits<T>(Span<T> text, int value)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = text.Length - 1; i >= 0; i--)
        {
            (value, int digit) = Math.DivRem(value, 10);
            text[i] = T.CreateTruncating('0' + digit);
        }
    }
}
