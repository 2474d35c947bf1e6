namespace TrafficCheck.Capture.Formats;

/// <summary>
/// Walks the options of a pcapng block: each step moves on by at least four bytes and stays inside the given length, so the walk is
/// linear in the bytes that are really there.
/// </summary>
internal unsafe ref struct PcapngOptions<TOrder>
    where TOrder : struct, IByteOrder
{
    private readonly byte* _end;
    private byte* _next;

    /// <summary>SAFETY: the caller owns <paramref name="length"/> bytes at <paramref name="at"/> while the walk lasts.</summary>
    public PcapngOptions(byte* at, int length)
    {
        _next = at;
        _end = at + length;
    }

    public ushort Code { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The bytes of the value, for numbers in the byte order of the section.</summary>
    public byte* At { get; private set; }

    /// <summary>An option says it is longer than what is left of its block; the walk ended before it.</summary>
    public bool Overrun { get; private set; }

    public bool MoveNext()
    {
        // SAFETY: the four bytes of an option header, and then its value, are compared with the end before they are read.
        if (_end - _next < 4) return false;
        Code = TOrder.U16(_next);
        int length = TOrder.U16(_next + 2);
        if (Code == 0) return false;
        if (length > _end - _next - 4)
        {
            Overrun = true;
            return false;
        }

        At = _next + 4;
        Value = new ReadOnlySpan<byte>(At, length);
        _next += Math.Min(4 + ((length + 3) & ~3), _end - _next);
        return true;
    }
}
