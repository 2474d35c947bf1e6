namespace TrafficCheck.Capture.Feeds;

/// <summary>Why a feed ended early.</summary>
internal sealed record FeedFault(string Code, string Message);

/// <summary>
/// A sequence of bytes that is read once, from a file, a stream or a decompressor. It never throws for what it reads: it ends, and
/// <see cref="Fault"/> says why when that was not the end of the data.
/// </summary>
internal abstract class ByteFeed : IDisposable
{
    private byte[] _unread = [];
    private int _unreadAt;

    public FeedFault? Fault { get; protected set; }

    /// <summary>Bytes taken from the file on disk.</summary>
    public abstract long Consumed { get; }

    /// <summary>Size of the file on disk, or null for streams.</summary>
    public abstract long? Total { get; }

    /// <summary>What the format word ends with: empty, <c>+gz</c>, <c>+zst</c>.</summary>
    public virtual string Suffix => "";

    /// <summary>Fills up to the whole span; 0 at the end.</summary>
    public int Read(Span<byte> into)
    {
        if (_unreadAt == _unread.Length) return Fault is null ? ReadCore(into) : 0;
        int count = Math.Min(into.Length, _unread.Length - _unreadAt);
        _unread.AsSpan(_unreadAt, count).CopyTo(into);
        _unreadAt += count;
        return count;
    }

    /// <summary>Reads until the span is full or the feed ends.</summary>
    public int ReadFully(Span<byte> into)
    {
        int total = 0;
        for (int got; total < into.Length && (got = Read(into[total..])) > 0;) total += got;
        return total;
    }

    /// <summary>Gives bytes back that were read last.</summary>
    public void Unread(ReadOnlySpan<byte> bytes)
    {
        _unread = [.. bytes, .. _unread.AsSpan(_unreadAt)];
        _unreadAt = 0;
    }

    /// <summary>Passes over bytes, by seeking where that is possible, else by reading them into <paramref name="scratch"/>.</summary>
    /// <returns>Bytes passed; fewer than asked when the feed ends before.</returns>
    public long Skip(long count, Span<byte> scratch)
    {
        long left = count;
        while (left > 0)
        {
            long passed = _unreadAt == _unread.Length ? SkipCore(left) : 0;
            if (passed == 0) passed = Read(scratch[..(int)Math.Min(left, scratch.Length)]);
            if (passed == 0) break;
            left -= passed;
        }

        return count - left;
    }

    /// <summary>Starts over at the first byte; false where that is not possible.</summary>
    public bool TryRewind()
    {
        if (!RewindCore()) return false;
        _unread = [];
        _unreadAt = 0;
        return true;
    }

    public abstract void Dispose();

    protected abstract int ReadCore(Span<byte> into);

    protected virtual long SkipCore(long count) => 0;

    protected virtual bool RewindCore() => false;
}
