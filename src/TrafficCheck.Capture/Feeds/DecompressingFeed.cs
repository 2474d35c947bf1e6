using ZstdSharp;

namespace TrafficCheck.Capture.Feeds;

internal enum Compression : byte { None, Gzip, Zstd }

/// <summary>
/// The content of a compressed feed. Every byte that can be decompressed before damage is delivered when the feed can start over;
/// from a stream the last <see cref="Step"/> bytes before damage inside the data are lost, because the decompressors do not say how
/// much of a failed step they had written.
/// </summary>
internal sealed class DecompressingFeed : ByteFeed
{
    /// <summary>Bytes asked of the decompressor at a time.</summary>
    public const int Step = 4096;

    private readonly ByteFeed _inner;
    private readonly Compression _kind;
    private IDecoder _decoder;
    private long _produced;
    private int _step = Step;
    private bool _ended;

    public DecompressingFeed(ByteFeed inner, Compression kind)
    {
        _inner = inner;
        _kind = kind;
        _decoder = Decoder();
    }

    public override long Consumed => _inner.Consumed;

    public override long? Total => _inner.Total;

    public override string Suffix => (_kind == Compression.Gzip ? "+gz" : "+zst") + _inner.Suffix;

    public override void Dispose()
    {
        _decoder.Dispose();
        _inner.Dispose();
    }

    protected override int ReadCore(Span<byte> into)
    {
        int total = 0;
        while (total < into.Length && !_ended)
        {
            int got = TryStep(into.Slice(total, Math.Min(_step, into.Length - total)));
            total += got;
            _produced += got;
        }

        return total;
    }

    private IDecoder Decoder() => _kind == Compression.Gzip ? new GzipDecoder(_inner) : new ZstdDecoder(_inner);

    private int TryStep(Span<byte> into)
    {
        try
        {
            int got = _decoder.Read(into);
            if (got == 0) End(_decoder.TrailingData ? Trailing() : null);
            return got;
        }
        catch (EndOfStreamException)
        {
            End(Truncated());
        }
        catch (GzipException e)
        {
            // The framing is wrong; the data before it is out already.
            End(Corrupt(e));
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException)
        {
            // One byte at a time up to the damage; the second time it is met, nothing is lost before it.
            if (_step == 1 || !TryResume()) End(Corrupt(e));
            else _step = 1;
        }

        return 0;
    }

    private void End(FeedFault? fault)
    {
        Fault = _inner.Fault ?? fault;
        _ended = true;
    }

    private bool TryResume()
    {
        if (!_inner.TryRewind()) return false;
        _decoder.Dispose();
        _decoder = Decoder();
        byte[] scratch = new byte[Step];
        try
        {
            for (long left = _produced; left > 0;)
            {
                int got = _decoder.Read(scratch.AsSpan(0, (int)Math.Min(Step, left)));
                if (got == 0) return false;
                left -= got;
            }

            return true;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ZstdException)
        {
            // The file changed while it was read: what is behind the bytes delivered so far is another content.
            return false;
        }
    }

    private FeedFault Truncated() => _kind == Compression.Gzip
        ? new(ProblemCodes.TruncatedGzip, "The gzip data ends before its end mark: the file was cut; copy it again.")
        : new(ProblemCodes.TruncatedZstd, "The zstd data ends before its end mark: the file was cut; copy it again.");

    private FeedFault Corrupt(Exception e) => _kind == Compression.Gzip
        ? new(ProblemCodes.CorruptGzip, "The gzip data is damaged (" + (e is GzipException ? e.Message : "invalid deflate data") + "); copy the file again.")
        : new(ProblemCodes.CorruptZstd, "The zstd data is damaged or needs more than 128 MiB of window (" + e.Message + "); copy the file again, or decompress it first.");

    private static FeedFault Trailing() =>
        new(ProblemCodes.TrailingData, "Behind the end of the gzip data stand further bytes that are not gzip; they were not read.");
}
