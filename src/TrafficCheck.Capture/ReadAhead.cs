using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// A source whose next batches may be read by whoever has nothing else to do, before they are asked for. What comes out is what the source alone would
/// give: its reads follow each other, whichever thread makes them. One thread takes; any may read ahead.
/// </summary>
internal sealed class ReadAhead(IFrameSource source, FrameBatchPool pool) : IDisposable
{
    /// <summary>Batches that wait at most.</summary>
    private const int Depth = 3;

    private readonly Lock _reading = new();
    private readonly Queue<Block> _ready = new();
    private bool _ended;

    public IFrameSource Source => source;

    /// <summary>The next frames, in a batch that is the caller's until it goes back to the pool.</summary>
    /// <param name="used">The batch before, which goes back now.</param>
    /// <param name="consumed">Bytes of the file that were taken up to these frames.</param>
    /// <returns>An empty batch at the end.</returns>
    public FrameBatch Next(FrameBatch used, out long consumed)
    {
        lock (_reading)
        {
            if (!_ready.TryDequeue(out Block block))
            {
                used = pool.Renew(used);
                if (_ended) used.Clear();
                else _ended = !source.Read(used);
                consumed = source.BytesConsumed;
                return used;
            }

            pool.Return(used);
            consumed = block.Consumed;
            return block.Batch;
        }
    }

    /// <summary>Reads a batch unless somebody reads now, enough wait already, or the input is at its end.</summary>
    public bool TryRead()
    {
        if (!_reading.TryEnter()) return false;
        try
        {
            if (_ended || _ready.Count == Depth) return false;
            FrameBatch batch = pool.Take();
            _ended = !source.Read(batch);
            if (!_ended) _ready.Enqueue(new(batch, source.BytesConsumed));
            else pool.Return(batch);
            return !_ended;
        }
        finally
        {
            _reading.Exit();
        }
    }

    public void Dispose()
    {
        lock (_reading)
        {
            _ended = true;
            while (_ready.TryDequeue(out Block block)) pool.Return(block.Batch);
            source.Dispose();
        }
    }

    private readonly record struct Block(FrameBatch Batch, long Consumed);
}
