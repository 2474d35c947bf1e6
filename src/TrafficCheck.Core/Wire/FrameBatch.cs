using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Wire;

/// <summary>
/// A block of bytes outside the managed heap and the frames found in it: the unit handed from a frame source to the engine.
/// The batch owns its memory and is reused; a descriptor is valid until the batch is filled again.
/// </summary>
public sealed unsafe class FrameBatch : IDisposable
{
    /// <summary>
    /// Bytes that may be read behind the last frame of a batch without leaving its memory, so that decoders may load whole
    /// vectors at the end of a frame. Their content is undefined.
    /// </summary>
    public const int Slack = 64;

    private FrameDescriptor[] _frames;

    /// <summary>Readers of its bytes, and its owner until it disposes of it.</summary>
    private int _holds = 1;
    private bool _disposed;

    /// <param name="capacity">Initial size of the block in bytes.</param>
    /// <param name="frames">Initial room for descriptors.</param>
    public FrameBatch(int capacity = 1 << 20, int frames = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frames);
        _frames = new FrameDescriptor[frames];
        Buffer = (byte*)NativeMemory.AlignedAlloc((nuint)capacity + Slack, 4096);
        Capacity = capacity;
    }

    ~FrameBatch() => Free();

    public byte* Buffer { get; private set; }

    /// <summary>Usable bytes at <see cref="Buffer"/>, without <see cref="Slack"/>.</summary>
    public int Capacity { get; private set; }

    /// <summary>Frames in the batch.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<FrameDescriptor> Frames => _frames.AsSpan(0, Count);

    public Span<byte> Block => new(Buffer, Capacity);

    /// <summary>Whether somebody still reads its bytes: it must not be filled again.</summary>
    public bool IsHeld => Volatile.Read(ref _holds) > 1;

    public void Clear() => Count = 0;

    /// <summary>The bytes of its frames are still needed, until <see cref="Release"/>. Each by any thread.</summary>
    public void Hold() => Interlocked.Increment(ref _holds);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0) Free();
    }

    /// <summary>Room for at least <paramref name="more"/> further descriptors; commit them with <see cref="Commit"/>.</summary>
    public Span<FrameDescriptor> Reserve(int more)
    {
        if (_frames.Length - Count < more) Array.Resize(ref _frames, Math.Max(_frames.Length * 2, Count + more));
        return _frames.AsSpan(Count);
    }

    public void Commit(int added)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(added, _frames.Length - Count);
        Count += added;
    }

    /// <summary>Makes the block at least <paramref name="capacity"/> bytes large and keeps its first <paramref name="keep"/> bytes.</summary>
    public void Grow(int capacity, int keep)
    {
        if (capacity <= Capacity) return;
        var larger = (byte*)NativeMemory.AlignedAlloc((nuint)capacity + Slack, 4096);
        System.Buffer.MemoryCopy(Buffer, larger, capacity, keep);
        NativeMemory.AlignedFree(Buffer);
        Buffer = larger;
        Capacity = capacity;
    }

    /// <summary>The owner is done with it: its memory goes with the last who holds it.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Release();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        // SAFETY: Buffer is null or was allocated by AlignedAlloc and not freed; nobody reads a disposed batch.
        NativeMemory.AlignedFree(Buffer);
        Buffer = null;
        Count = 0;
    }
}
