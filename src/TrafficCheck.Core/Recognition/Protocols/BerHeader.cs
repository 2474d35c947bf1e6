namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Tag and length of ASN.1 BER, as far as LDAP, SNMP and Kerberos use them: one-byte tags, definite lengths of at most four bytes.</summary>
internal static class BerHeader
{
    /// <summary>
    /// Reads a header at <paramref name="at"/> and moves behind it. False when it is cut, indefinite, or says more than 16 MiB: no message
    /// of these protocols that a capture shows the start of does.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out int tag, out int length)
    {
        tag = PayloadBytes.At(bytes, at);
        length = PayloadBytes.At(bytes, at + 1);
        if (length < 0) return false;
        int next = at + 2;
        if (length >= 0x80)
        {
            int count = length & 0x7f;
            if (count is 0 or > 4) return false;
            length = 0;
            for (; count > 0; count--)
            {
                int b = PayloadBytes.At(bytes, next++);
                if (b < 0 || length > 0xffff) return false;
                length = (length << 8) | b;
            }
        }

        at = next;
        return true;
    }

    /// <summary>Reads a header of the given tag and moves behind it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, int tag, out int length) =>
        TryRead(bytes, ref at, out int found, out length) && found == tag;

    /// <summary>Reads a non-negative INTEGER of at most four bytes and moves behind it.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        if (!TryRead(bytes, ref at, 0x02, out int length) || length is 0 or > 4 || at > bytes.Length - length) return false;
        for (int end = at + length; at < end; at++) value = (value << 8) | bytes[at];
        return true;
    }
}
