using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>Items in the order in which they came: the last ones in memory, the others in a temporary file.</summary>
/// <param name="inMemory">Items kept in memory; it is taken from the system as it is needed.</param>
internal sealed unsafe class SpillingList<T>(int inMemory) : IDisposable
    where T : unmanaged
{
    private PageMemory? _memory;
    private FileStream? _spill;
    private bool _spillFails;
    private int _filled;

    public long Count { get; private set; }

    /// <summary>SAFETY: room for <c>inMemory</c> items, of which <c>_filled</c> are set.</summary>
    private T* Items => (T*)_memory!.Start;

    /// <returns>False when memory is full and no file can be written; the list stays as it is.</returns>
    public bool TryAdd(in T item)
    {
        if (_filled == inMemory && !TrySpill()) return false;
        _memory ??= PageMemory.Allocate((nuint)(sizeof(T) * (long)inMemory));
        Items[_filled++] = item;
        Count++;
        return true;
    }

    /// <summary>Hands over all items, with their index. None may be added meanwhile.</summary>
    /// <exception cref="IOException">The temporary file cannot be read any more.</exception>
    public void ForEach(Action<long, T> take)
    {
        long at = 0, spilled = Count - _filled;
        if (_spill is not null)
        {
            var block = new T[Math.Min(inMemory, 1024)];
            _spill.Position = 0;
            while (at < spilled)
            {
                Span<T> read = block.AsSpan(0, (int)Math.Min(spilled - at, block.Length));
                _spill.ReadExactly(MemoryMarshal.AsBytes(read));
                foreach (T item in read) take(at++, item);
            }
        }

        for (int i = 0; i < _filled; i++) take(at++, Items[i]);
    }

    public void Dispose()
    {
        _spill?.Dispose();
        _memory?.Dispose();
    }

    private bool TrySpill()
    {
        if (_spillFails) return false;
        try
        {
            _spill ??= new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose);
            _spill.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(Items, _filled)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _spillFails = true;
            return false;
        }

        _filled = 0;
        return true;
    }
}
