namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Names as labels on the wire (RFC 1035 sections 3.1 and 4.1.4) to text: lower-case ASCII without the last dot, the root as the empty text.
/// Every byte that is no letter, digit, hyphen or underscore is written <c>\ddd</c>, so that two names never give one text, no name holds a
/// control character, and none is taken for a pattern such as <c>*.example.net</c>.
/// </summary>
internal static class DnsName
{
    /// <summary>RFC 1035 section 2.3.4: 255 bytes on the wire, of which 253 are text and dots; each byte may need four characters.</summary>
    public const int MaxText = 253 * 4;

    public const int MaxWire = 255;

    /// <summary>A name has at most 127 labels, and a writer has no reason to point more often than once a label.</summary>
    private const int MaxJumps = 127;

    private const int Pointer = 0xc0;

    /// <summary>Reads the name at <paramref name="offset"/>, pointers followed. Pointers may only go back, so that none can form a loop.</summary>
    /// <param name="text">At least <see cref="MaxText"/> characters.</param>
    public static DnsStatus Read(ReadOnlySpan<byte> message, int offset, Span<char> text, out int written)
    {
        written = 0;
        int at = offset, runStart = offset, wire = 1, jumps = 0;
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return DnsStatus.Cut;
            int length = message[at];
            if (length == 0) return DnsStatus.Whole;
            if (length >= Pointer)
            {
                if (at + 1 >= message.Length) return DnsStatus.Cut;
                int target = ((length & 0x3f) << 8) | message[at + 1];
                if (target >= runStart || target < DnsMessage.HeaderLength || ++jumps > MaxJumps) return DnsStatus.Invalid;
                at = runStart = target;
                continue;
            }

            if (length > 63) return DnsStatus.Invalid;
            wire += length + 1;
            if (wire > MaxWire) return DnsStatus.Invalid;
            if (length >= message.Length - at) return DnsStatus.Cut;
            if (written > 0) text[written++] = '.';
            foreach (byte value in message.Slice(at + 1, length)) written += Append(value, text[written..]);
            at += length + 1;
        }
    }

    /// <summary>Finds the end of the name at <paramref name="offset"/> without following its pointer.</summary>
    public static DnsStatus Skip(ReadOnlySpan<byte> message, int offset, out int next)
    {
        next = offset;
        int at = offset;
        while (true)
        {
            if ((uint)at >= (uint)message.Length) return DnsStatus.Cut;
            int length = message[at];
            if (length is > 63 and < Pointer || at - offset > MaxWire) return DnsStatus.Invalid;
            at += length >= Pointer ? 2 : length + 1;
            if (length is not 0 and < Pointer) continue;
            if (at > message.Length) return DnsStatus.Cut;
            next = at;
            return DnsStatus.Whole;
        }
    }

    /// <summary>
    /// A host name as another protocol writes it (SNI, Host without its port) to the same text. A name in absolute form loses its last dot.
    /// </summary>
    /// <param name="text">At least <see cref="MaxText"/> characters.</param>
    /// <returns>False for what is no host name: empty, too long, an empty label, an IPv4 or IPv6 address.</returns>
    public static bool TryFromText(ReadOnlySpan<byte> name, Span<char> text, out int written)
    {
        written = 0;
        if (name.EndsWith("."u8)) name = name[..^1];
        if (name.IsEmpty || name.Length > MaxWire - 2) return false;
        int label = 0;
        bool digitsOnly = true;
        foreach (byte value in name)
        {
            if (value == '.')
            {
                if (label == 0) return false;
                label = 0;
                digitsOnly = true;
                text[written++] = '.';
                continue;
            }

            // A colon stands in IPv6 addresses and before ports, never in a host name.
            if (++label > 63 || value == ':') return false;
            digitsOnly &= char.IsAsciiDigit((char)value);
            written += Append(value, text[written..]);
        }

        // RFC 1123 section 2.1: the last label of a host name is not all digits, that of an address is.
        return label > 0 && !digitsOnly;
    }

    private static int Append(byte value, Span<char> text)
    {
        char c = (char)value;
        if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        {
            text[0] = char.ToLowerInvariant(c);
            return 1;
        }

        text[0] = '\\';
        text[1] = (char)('0' + (value / 100));
        text[2] = (char)('0' + (value / 10 % 10));
        text[3] = (char)('0' + (value % 10));
        return 4;
    }
}
