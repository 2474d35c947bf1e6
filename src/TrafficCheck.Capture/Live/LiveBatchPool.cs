using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// The buffers of a live capture: so many and no more. Made when first needed, so that a quiet interface costs little; what came back last is taken
/// first, because it is still in the caches. One whose frames somebody reads (<see cref="FrameBatch.IsHeld"/>) rests until they are done. Any thread.
/// </summary>
internal sealed class LiveBatchPool : IDisposable
{
    /// <summary>A batch holds the longest frame several times over, and 8192 of the shortest.</summary>
    public const int BatchBytes = 1 << 20, BatchFrames = 1 << 13;

    private readonly List<FrameBatch> _resting = [];
    private readonly int _most;
    private int _made;
    private bool _disposed;

    /// <param name="memory">Bytes of all batches together.</param>
    public LiveBatchPool(long memory) => _most = (int)Math.Clamp(memory / BytesPerBatch, 4, int.MaxValue / 2);

    public static unsafe long BytesPerBatch => BatchBytes + ((long)BatchFrames * sizeof(FrameDescriptor));

    /// <summary>An empty batch, or null when all are in use.</summary>
    public FrameBatch? Take()
    {
        lock (_resting)
        {
            for (int i = _resting.Count - 1; i >= 0; i--)
            {
                FrameBatch batch = _resting[i];
                if (batch.IsHeld) continue;
                _resting.RemoveAt(i);
                batch.Clear();
                return batch;
            }

            if (_made == _most || _disposed) return null;
            _made++;
        }

        return new FrameBatch(BatchBytes, BatchFrames);
    }

    public void Return(FrameBatch batch)
    {
        lock (_resting)
        {
            if (_disposed) batch.Dispose();
            else _resting.Add(batch);
        }
    }

    /// <summary>Frees what rests, as soon as nobody holds it.</summary>
    public void Dispose()
    {
        lock (_resting)
        {
            _disposed = true;
            foreach (FrameBatch batch in _resting) batch.Dispose();
            _resting.Clear();
        }
    }
}
