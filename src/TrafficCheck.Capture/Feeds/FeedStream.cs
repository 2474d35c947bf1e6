namespace TrafficCheck.Capture.Feeds;

/// <summary>Shows a feed to a library that wants a stream. Disposing it leaves the feed open.</summary>
internal sealed class FeedStream(ByteFeed feed) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => feed.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => feed.Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
