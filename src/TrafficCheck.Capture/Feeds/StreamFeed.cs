namespace TrafficCheck.Capture.Feeds;

/// <summary>A stream that is read once: standard input.</summary>
internal sealed class StreamFeed(Stream stream) : ByteFeed
{
    private long _consumed;

    public override long Consumed => Volatile.Read(ref _consumed);

    public override long? Total => null;

    public override void Dispose() => stream.Dispose();

    protected override int ReadCore(Span<byte> into)
    {
        try
        {
            int got = stream.Read(into);
            Volatile.Write(ref _consumed, _consumed + got);
            return got;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Fault = new FeedFault(ProblemCodes.ReadError, "The system could not read on: " + e.Message);
            return 0;
        }
    }
}
