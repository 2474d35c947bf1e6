using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// The frames of a <see cref="CaptureSet"/> in the order of their times, each with the number of its place in the merged input. Repairing holds
/// frames back, as copies, until nothing within <see cref="PacketTime.ReorderWindowNs"/> can come before them. Nearly all captures need none
/// of it, so it can be left away: then runs go through untouched, and who sees disorder in them reads the inputs again. Inputs that can be
/// read only once are repaired from the start. What is later than the window stays where it is. One thread at a time.
/// </summary>
public sealed class OrderedCapture : IDisposable
{
    /// <summary>Bytes and frames that are held at most: a tenth of a second at 5 Gbit/s.</summary>
    public const int MaxHeldBytes = 1 << 26, MaxHeldFrames = 1 << 20;

    /// <summary>What is handed on at a time.</summary>
    private const int BatchBytes = 1 << 18, BatchFrames = 4096;

    private readonly CaptureSet _set;
    private readonly long _maxHeldBytes;
    private readonly HeldFrames _held = new();
    private readonly FrameBatchPool _pool = new(() => new FrameBatch(BatchBytes, BatchFrames));
    private FrameBatch _batch;
    private readonly List<long> _numbers = [];
    private bool _repairs, _began, _ended;
    private long _number;
    private long _latestNs = long.MinValue;
    private (int Epoch, long TimeNs) _lastGone = (int.MinValue, long.MinValue);
    private int _epoch, _next;

    /// <param name="set">Read and disposed by this object.</param>
    /// <param name="repairs">Whether frames are put in order; inputs that can be read only once are in any case.</param>
    public OrderedCapture(CaptureSet set, bool repairs, long maxHeldBytes = MaxHeldBytes)
    {
        ArgumentNullException.ThrowIfNull(set);
        _set = set;
        _batch = _pool.Take();
        _repairs = repairs;
        _maxHeldBytes = maxHeldBytes;
    }

    /// <summary>Whether frames are put in order. Settled with the first run.</summary>
    public bool Repairs => _repairs;

    /// <summary>Frames that came after one with a later time and were put in their place.</summary>
    public long Reordered { get; private set; }

    /// <summary>Frames whose place was gone when they came, because too much was held to wait for the whole window.</summary>
    public long NotHeld { get; private set; }

    /// <summary>As <see cref="CaptureSet.ReadRun"/>; the frames of a run have numbers that follow each other.</summary>
    /// <param name="firstNumber">Number of the first frame of the run.</param>
    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, out long firstNumber)
    {
        if (_repairs) return ReadRepaired(out batch, out start, out count, out firstNumber);
        if (!_set.ReadRun(out batch, out start, out count))
        {
            firstNumber = 0;
            return false;
        }

        if (!_began)
        {
            _began = true;
            if (!_set.CanReadAgain)
            {
                _repairs = true;
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) Hold(batch, in frame);
                return ReadRepaired(out batch, out start, out count, out firstNumber);
            }
        }

        firstNumber = _number + 1;
        _number += count;
        return true;
    }

    /// <inheritdoc cref="CaptureSet.TryReadAhead"/>
    public bool TryReadAhead() => _set.TryReadAhead();

    public void Dispose()
    {
        _set.Dispose();
        _batch.Dispose();
        _pool.Dispose();
    }

    private bool ReadRepaired(out FrameBatch? batch, out int start, out int count, out long firstNumber)
    {
        if (_next == _batch.Count) Fill();
        batch = _batch;
        start = _next;
        count = 0;
        firstNumber = 0;
        if (start == _batch.Count) return false;
        firstNumber = _numbers[start];
        while (_next < _batch.Count && _numbers[_next] == firstNumber + count)
        {
            _next++;
            count++;
        }

        return true;
    }

    /// <summary>Fills the batch with frames that nothing can come before any more; leaves it empty at the end of the input.</summary>
    private void Fill()
    {
        _batch = _pool.Renew(_batch);
        _batch.Clear();
        _numbers.Clear();
        _next = 0;
        int used = 0;
        while (true)
        {
            while (_batch.Count < BatchFrames && used < BatchBytes && _held.Count > 0 && MayGo())
            {
                HeldFrames.Frame frame = _held.Take();
                _lastGone = (frame.Epoch, frame.TimeNs);
                ReadOnlySpan<byte> bytes = frame.Bytes;
                _batch.Grow(used + bytes.Length, used);
                bytes.CopyTo(_batch.Block[used..]);
                _batch.Reserve(1)[0] = frame.Descriptor with { Offset = used };
                _batch.Commit(1);
                _numbers.Add(frame.Number);
                used += bytes.Length;
                _held.Release(in frame);
            }

            if (_batch.Count > 0 || (_ended && _held.Count == 0)) return;
            if (_set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) Hold(batch, in frame);
            }
            else
            {
                _ended = true;
            }
        }
    }

    private bool MayGo()
    {
        if (_ended) return true;
        var (epoch, timeNs) = _held.First;
        if (epoch < _epoch || Distance(_latestNs, timeNs) >= PacketTime.ReorderWindowNs) return true;
        return _held.Bytes > _maxHeldBytes || _held.Count > MaxHeldFrames;
    }

    /// <summary>Finds the frame's place: by its time when that is plausible, else behind all that came before it.</summary>
    private void Hold(FrameBatch batch, in FrameDescriptor frame)
    {
        long time = frame.TimestampNs;
        if (_number++ == 0)
        {
            _latestNs = time;
        }
        else if (PacketTime.IsMissing(time, _latestNs))
        {
            time = _latestNs;
        }
        else if (time >= _latestNs)
        {
            if (Distance(time, _latestNs) > PacketTime.ClockStepNs) _epoch++;
            _latestNs = time;
        }
        else if (Distance(_latestNs, time) > PacketTime.ClockStepNs)
        {
            _epoch++;
            _latestNs = time;
        }
        else if (Distance(_latestNs, time) > PacketTime.ReorderWindowNs)
        {
            time = _latestNs;
        }
        else if ((_epoch, time).CompareTo(_lastGone) < 0)
        {
            NotHeld++;
        }
        else
        {
            Reordered++;
        }

        _held.Add(_epoch, time, _number, in frame, batch.Block.Slice(frame.Offset, frame.CapturedLength));
    }

    /// <summary>Of two times in order, which may be at both ends of what 64 bits hold.</summary>
    private static ulong Distance(long later, long earlier) => (ulong)(later - earlier);
}
