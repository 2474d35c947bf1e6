namespace TrafficCheck.Core.Recognition.Protocols;

/// <summary>Walks handshake bytes and steps over the headers of the records they lie in. Once it ran out of bytes it is broken for good, and reads -1.</summary>
internal ref struct HandshakeCursor(ReadOnlySpan<byte> bytes, bool inRecords)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly bool _inRecords = inRecords;
    private int _at;
    private int _recordLeft = inRecords ? 0 : int.MaxValue;

    /// <summary>Handshake bytes read or skipped so far.</summary>
    public int Position { get; private set; }

    public bool IsBroken { get; private set; }

    public int Byte()
    {
        if (!HasMore()) return -1;
        _recordLeft--;
        Position++;
        return _bytes[_at++];
    }

    /// <summary>A number of 2 or 3 bytes in network order.</summary>
    public int Number(int size)
    {
        int value = 0;
        for (; size > 0; size--) value = (value << 8) | Byte();
        return IsBroken ? -1 : value;
    }

    public void Skip(int count)
    {
        if (count < 0) IsBroken = true;
        while (count > 0 && HasMore())
        {
            int step = Math.Min(count, Math.Min(_recordLeft, _bytes.Length - _at));
            _at += step;
            _recordLeft -= step;
            Position += step;
            count -= step;
        }
    }

    private bool HasMore()
    {
        if (_recordLeft == 0 && _inRecords && !IsBroken)
        {
            if (_at + 5 <= _bytes.Length && _bytes[_at] == 0x16 && TlsSpeech.IsRecord(_bytes[_at..]))
            {
                _recordLeft = PayloadBytes.U16(_bytes, _at + 3);
                _at += 5;
            }
            else
            {
                IsBroken = true;
            }
        }

        if (_at >= _bytes.Length) IsBroken = true;
        return !IsBroken;
    }
}
