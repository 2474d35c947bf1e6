using ZstdSharp;

namespace TrafficCheck.Capture.Feeds;

/// <summary>Zstandard frames one behind the other, skippable frames included (RFC 8878). The window is limited to 128 MiB by the library.</summary>
internal sealed class ZstdDecoder(ByteFeed feed) : IDecoder
{
    private readonly DecompressionStream _stream = new(new FeedStream(feed), 1 << 16, checkEndOfStream: true, leaveOpen: true);

    public bool TrailingData => false;

    public int Read(Span<byte> into) => _stream.Read(into);

    public void Dispose() => _stream.Dispose();
}
