using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>Items in the order in which they came: the last ones in memory, the others in a temporary file.</summary>
/// <param name="inMemory">Items kept in memory; it is taken from the system as it is needed.</param>
internal sealed unsafe class SpillingList<T>(int inMemory) : IDisposable
    where T : unmanaged
{
    /// <summary>Items of another list that come before the own: nothing that it adds touches them.</summary>
    private readonly Shared<PageMemory>? _firstMemory;
    private readonly Shared<FileStream>? _firstSpill;
    private readonly int _firstFilled;
    private readonly long _firstSpilled;

    private Shared<PageMemory>? _memory;
    private Shared<FileStream>? _spill;
    private bool _spillFails;
    private long _spilled;
    private int _filled;

    private SpillingList(SpillingList<T> first, int inMemory)
        : this(inMemory)
    {
        _firstMemory = first._memory?.Share();
        _firstSpill = first._spill?.Share();
        (_firstFilled, _firstSpilled) = (first._filled, first._spilled);
        Count = first.Count;
    }

    public long Count { get; private set; }

    /// <summary>SAFETY: room for <c>inMemory</c> items, of which <c>_filled</c> are set.</summary>
    private T* Items => (T*)_memory!.Value.Start;

    /// <summary>
    /// A list that begins with what this one has now, and goes on by itself. The items are shared, in memory and in the file: this list only adds behind
    /// them, and takes another block once the first has gone to the file.
    /// </summary>
    /// <param name="more">Items that it will be asked to add, as far as is known: it takes memory for no more.</param>
    public SpillingList<T> Fork(long more)
    {
        if (_firstMemory is not null || _firstSpill is not null) throw new InvalidOperationException("A fork is not forked again.");
        return new(this, (int)Math.Clamp(more, 1, inMemory));
    }

    /// <returns>False when memory is full and no file can be written; the list stays as it is.</returns>
    public bool TryAdd(in T item)
    {
        if (_filled == inMemory && !TrySpill()) return false;
        _memory ??= new(PageMemory.Allocate((nuint)(sizeof(T) * (long)inMemory)));
        Items[_filled++] = item;
        Count++;
        return true;
    }

    /// <summary>Hands over all items, with their index. None may be added meanwhile.</summary>
    /// <exception cref="IOException">The temporary file cannot be read any more.</exception>
    public void ForEach(Action<long, T> take)
    {
        long at = 0;
        Read(_firstSpill, _firstSpilled, take, ref at);
        Read(_firstMemory, _firstFilled, take, ref at);
        Read(_spill, _spilled, take, ref at);
        Read(_memory, _filled, take, ref at);
    }

    public void Dispose()
    {
        _firstSpill?.Release();
        _firstMemory?.Release();
        _spill?.Release();
        _memory?.Release();
    }

    private static void Read(Shared<PageMemory>? memory, int count, Action<long, T> take, ref long at)
    {
        if (memory is null) return;
        var items = (T*)memory.Value.Start;
        for (int i = 0; i < count; i++) take(at++, items[i]);
    }

    /// <summary>By offset, because two lists may read the file while the first one writes on.</summary>
    private static void Read(Shared<FileStream>? file, long count, Action<long, T> take, ref long at)
    {
        if (file is null || count == 0) return;
        var block = new T[1024];
        for (long done = 0; done < count;)
        {
            Span<T> items = block.AsSpan(0, (int)Math.Min(count - done, block.Length));
            Span<byte> bytes = MemoryMarshal.AsBytes(items);
            long offset = done * sizeof(T);
            while (bytes.Length > 0)
            {
                int read = RandomAccess.Read(file.Value.SafeFileHandle, bytes, offset);
                if (read == 0) throw new EndOfStreamException("A temporary file is shorter than what was written to it.");
                bytes = bytes[read..];
                offset += read;
            }

            foreach (T item in items) take(at++, item);
            done += items.Length;
        }
    }

    private bool TrySpill()
    {
        if (_spillFails) return false;
        try
        {
            _spill ??= new(new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose));
            RandomAccess.Write(_spill.Value.SafeFileHandle, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(Items, _filled)), _spilled * sizeof(T));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _spillFails = true;
            return false;
        }

        _spilled += _filled;
        _filled = 0;
        if (!_memory!.IsShared) return true;
        _memory.Release();
        _memory = null;
        return true;
    }
}

/// <summary>What a list and its forks, perhaps on other threads, have in common; disposed of by the last of them.</summary>
internal sealed class Shared<TValue>(TValue value)
    where TValue : class, IDisposable
{
    private int _owners = 1;

    public TValue Value => value;

    /// <summary>Nobody but the owner that asks may make it shared again.</summary>
    public bool IsShared => Volatile.Read(ref _owners) > 1;

    public Shared<TValue> Share()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0) value.Dispose();
    }
}
