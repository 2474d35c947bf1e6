namespace TrafficCheck.Core.Recognition.Related;

/// <summary>Lines of a text protocol, ended by LF or CR LF.</summary>
internal ref struct TextLines(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text;

    /// <summary>Without its end.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The end of the line was there.</summary>
    public bool Ended { get; private set; }

    /// <summary>What follows the current line.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        int end = _rest.IndexOf((byte)'\n');
        Ended = end >= 0;
        Current = Ended ? _rest[..end] : _rest;
        _rest = Ended ? _rest[(end + 1)..] : default;
        if (Current.EndsWith("\r"u8)) Current = Current[..^1];
        return true;
    }
}
