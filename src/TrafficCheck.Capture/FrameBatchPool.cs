using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// Batches that are filled in turn. One whose frames somebody still reads (<see cref="FrameBatch.IsHeld"/>) rests until they are done, and another takes
/// its place; there are as many as readers hold, and those being filled or waiting. Any thread.
/// </summary>
internal sealed class FrameBatchPool(Func<FrameBatch> make) : IDisposable
{
    private readonly List<FrameBatch> _resting = [];

    /// <summary>A batch that may be filled; the one rested longest, so that what is held is looked at once.</summary>
    public FrameBatch Take()
    {
        lock (_resting)
        {
            for (int i = 0; i < _resting.Count; i++)
            {
                FrameBatch batch = _resting[i];
                if (batch.IsHeld) continue;
                _resting.RemoveAt(i);
                batch.Clear();
                return batch;
            }

            return make();
        }
    }

    public void Return(FrameBatch batch)
    {
        lock (_resting) _resting.Add(batch);
    }

    /// <summary>The batch itself where nobody reads it any more, else another.</summary>
    public FrameBatch Renew(FrameBatch batch)
    {
        if (!batch.IsHeld) return batch;
        Return(batch);
        return Take();
    }

    /// <summary>Frees what rests, as soon as nobody holds it.</summary>
    public void Dispose()
    {
        lock (_resting)
        {
            foreach (FrameBatch batch in _resting) batch.Dispose();
            _resting.Clear();
        }
    }
}
