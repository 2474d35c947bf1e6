using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>Numbers and addresses as announcements write them. Strict: what is not meant is not guessed.</summary>
internal static class AnnouncedText
{
    private static readonly SearchValues<byte> s_ipv6 = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    /// <summary>Digits at the start of <paramref name="text"/>, which moves behind them.</summary>
    /// <param name="max">At most 65535.</param>
    public static bool TryTakeNumber(ref ReadOnlySpan<byte> text, int max, out int number)
    {
        number = 0;
        int digits = 0;
        while (digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9')
        {
            if (digits == 5) return false;
            number = (number * 10) + text[digits++] - '0';
        }

        text = text[digits..];
        return digits > 0 && number <= max;
    }

    public static bool TryTake(ref ReadOnlySpan<byte> text, byte expected)
    {
        if (text.IsEmpty || text[0] != expected) return false;
        text = text[1..];
        return true;
    }

    /// <summary>Bytes between separators: <c>192.0.2.7</c>, or with commas and the two bytes of a port.</summary>
    public static bool TryTakeBytes(ref ReadOnlySpan<byte> text, byte separator, scoped Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i > 0 && !TryTake(ref text, separator)) return false;
            if (!TryTakeNumber(ref text, 255, out int value)) return false;
            bytes[i] = (byte)value;
        }

        return true;
    }

    public static bool TryReadAddress(ReadOnlySpan<byte> text, bool ipv4, out IpAddress address)
    {
        address = default;
        if (ipv4)
        {
            Span<byte> bytes = stackalloc byte[4];
            if (!TryTakeBytes(ref text, (byte)'.', bytes) || !text.IsEmpty) return false;
            address = V4(bytes);
            return true;
        }

        // No scope, no brackets: the parser would take them.
        if (text.Length is < 2 or > 45 || text.ContainsAnyExcept(s_ipv6)) return false;
        Span<char> chars = stackalloc char[45];
        int length = Encoding.ASCII.GetChars(text, chars);
        if (!text.Contains((byte)':') || !IPAddress.TryParse(chars[..length], out IPAddress? parsed)) return false;
        address = IpAddress.From(parsed);
        return true;
    }

    /// <summary>0.0.0.0 and ::, with which a server means itself.</summary>
    public static bool IsUnspecified(IpAddress address) => address.Value == 0 || (address.IsV4 && address.V4Value == 0);

    public static IpAddress V4(ReadOnlySpan<byte> bytes) => IpAddress.V4(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    public static bool StartsWithWord(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word) =>
        line.Length >= word.Length && Ascii.EqualsIgnoreCase(line[..word.Length], word);
}
