using System.Buffers.Binary;
using System.Text;

namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Reads of hostile bytes: what lies beyond the end reads as -1, so that a comparison with a constant fails by itself.</summary>
internal static class PayloadBytes
{
    public const byte Tcp = 6, Udp = 17;

    /// <summary>The byte at an offset, or -1.</summary>
    public static int At(ReadOnlySpan<byte> bytes, int offset) => (uint)offset < (uint)bytes.Length ? bytes[offset] : -1;

    /// <summary>Two bytes in network order, or -1.</summary>
    public static int U16(ReadOnlySpan<byte> bytes, int offset) =>
        offset >= 0 && offset <= bytes.Length - 2 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]) : -1;

    /// <summary>Four bytes in network order, or -1.</summary>
    public static long U32(ReadOnlySpan<byte> bytes, int offset) =>
        offset >= 0 && offset <= bytes.Length - 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]) : -1;

    /// <summary>Whether the bytes begin with a word, ASCII letters in either case.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> word) =>
        bytes.Length >= word.Length && Ascii.EqualsIgnoreCase(bytes[..word.Length], word);

    /// <summary>Whether a word occurs, ASCII letters in either case; looks at no more than 160 bytes.</summary>
    public static bool Holds(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> upperCaseWord)
    {
        byte first = upperCaseWord[0], folded = (byte)(first | 0x20);
        int last = Math.Min(bytes.Length, 160) - upperCaseWord.Length;
        for (int at = 0; at <= last; at++)
        {
            int next = bytes[at..(last + 1)].IndexOfAny(first, folded);
            if (next < 0) return false;
            at += next;
            if (Ascii.EqualsIgnoreCase(bytes.Slice(at, upperCaseWord.Length), upperCaseWord)) return true;
        }

        return false;
    }

    /// <summary>The line at the start, without its end, and whether the end is there; <paramref name="rest"/> is what follows.</summary>
    public static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest, out bool ended)
    {
        int end = bytes.IndexOf((byte)'\n');
        ended = end >= 0;
        rest = ended ? bytes[(end + 1)..] : [];
        ReadOnlySpan<byte> line = ended ? bytes[..end] : bytes;
        return line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
    }

    /// <summary>Whether a line holds bytes that no text has: what follows is not the conversation that went before.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> line) => line.IndexOfAnyInRange<byte>(0, 8) >= 0;

    /// <summary>Whether all bytes are printable ASCII or a tab; true for none.</summary>
    public static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            if (b is not (>= 0x20 and < 0x7f or (byte)'\t')) return false;
        }

        return true;
    }

    public static bool IsDigit(int value) => value is >= '0' and <= '9';

    public static bool IsLetter(int value) => (value | 0x20) is >= 'a' and <= 'z';
}
