namespace TrafficCheck.Capture.Feeds;

/// <summary>A decompressor over a feed.</summary>
internal interface IDecoder : IDisposable
{
    /// <summary>Set at the end when the feed goes on with something that is not compressed data of this kind.</summary>
    bool TrailingData { get; }

    /// <summary>Next bytes, 0 at the end of the compressed data.</summary>
    /// <exception cref="EndOfStreamException">The feed ended inside the compressed data.</exception>
    /// <exception cref="InvalidDataException">The data is damaged (gzip).</exception>
    /// <exception cref="ZstdSharp.ZstdException">The data is damaged (zstd).</exception>
    int Read(Span<byte> into);
}
