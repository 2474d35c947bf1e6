using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// Copies of frames, given out by epoch, time and number. Those that come in order wait in a queue, the others in a heap, so that order costs
/// nothing beyond the copy.
/// </summary>
internal sealed class HeldFrames
{
    private const int ChunkBytes = 1 << 20;

    private readonly Queue<Frame> _inOrder = new();
    private readonly PriorityQueue<Frame, (int Epoch, long TimeNs, long Number)> _late = new();
    private readonly Stack<Chunk> _spare = new();
    private Chunk _filling = new(ChunkBytes);
    private (int Epoch, long TimeNs) _lastInOrder = (int.MinValue, long.MinValue);

    public int Count => _inOrder.Count + _late.Count;

    /// <summary>Memory of the chunks that are full: those count whole as long as one frame in them is held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Epoch and time of the frame that <see cref="Take"/> would give.</summary>
    public (int Epoch, long TimeNs) First
    {
        get
        {
            Frame first = LateGoesFirst() ? _late.Peek() : _inOrder.Peek();
            return (first.Epoch, first.TimeNs);
        }
    }

    public void Add(int epoch, long timeNs, long number, in FrameDescriptor descriptor, ReadOnlySpan<byte> bytes)
    {
        if (_filling.Room < bytes.Length)
        {
            // What is still held of the full chunk brings it back when it goes.
            Bytes += _filling.Size;
            if (_filling.Live == 0) Spare(_filling);
            _filling = bytes.Length <= ChunkBytes && _spare.TryPop(out Chunk? chunk) ? chunk : new Chunk(Math.Max(ChunkBytes, bytes.Length));
        }

        var frame = new Frame(epoch, timeNs, number, descriptor, _filling, _filling.Add(bytes));
        if ((epoch, timeNs).CompareTo(_lastInOrder) >= 0)
        {
            _lastInOrder = (epoch, timeNs);
            _inOrder.Enqueue(frame);
        }
        else
        {
            _late.Enqueue(frame, (epoch, timeNs, number));
        }
    }

    /// <summary>The first frame; its bytes stay until <see cref="Release"/>.</summary>
    public Frame Take() => LateGoesFirst() ? _late.Dequeue() : _inOrder.Dequeue();

    public void Release(in Frame frame)
    {
        if (--frame.Chunk.Live > 0) return;
        if (frame.Chunk == _filling) _filling.Clear();
        else Spare(frame.Chunk);
    }

    private bool LateGoesFirst() => _late.TryPeek(out _, out var late)
        && (!_inOrder.TryPeek(out Frame first) || late.CompareTo((first.Epoch, first.TimeNs, first.Number)) < 0);

    /// <summary>Chunks of single large frames are not kept.</summary>
    private void Spare(Chunk chunk)
    {
        Bytes -= chunk.Size;
        if (chunk.Size > ChunkBytes || _spare.Count >= OrderedCapture.MaxHeldBytes / ChunkBytes) return;
        chunk.Clear();
        _spare.Push(chunk);
    }

    /// <param name="Offset">Of its first byte in the chunk.</param>
    internal readonly record struct Frame(int Epoch, long TimeNs, long Number, FrameDescriptor Descriptor, Chunk Chunk, int Offset)
    {
        public ReadOnlySpan<byte> Bytes => Chunk.Read(Offset, Descriptor.CapturedLength);
    }

    internal sealed class Chunk(int size)
    {
        private readonly byte[] _bytes = new byte[size];
        private int _used;

        public int Size => _bytes.Length;

        public int Room => _bytes.Length - _used;

        /// <summary>Frames in it that are held.</summary>
        public int Live { get; set; }

        public int Add(ReadOnlySpan<byte> bytes)
        {
            int offset = _used;
            bytes.CopyTo(_bytes.AsSpan(offset));
            _used += bytes.Length;
            Live++;
            return offset;
        }

        public ReadOnlySpan<byte> Read(int offset, int length) => _bytes.AsSpan(offset, length);

        public void Clear() => _used = 0;
    }
}
