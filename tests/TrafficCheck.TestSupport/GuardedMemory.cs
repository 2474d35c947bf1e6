using System.Runtime.InteropServices;

namespace TrafficCheck.TestSupport;

/// <summary>
/// Memory between two pages that nobody may touch: who reads one byte before or behind what lies there ends the process. Elsewhere than on
/// Linux the bytes around are there, with a pattern of their own.
/// </summary>
public sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Page = 4096, None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly byte* _whole;
    private readonly nuint _size;

    /// <param name="capacity">Bytes that fit; rounded up to whole pages.</param>
    public GuardedMemory(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = (capacity + Page - 1) / Page * Page;
        _size = (nuint)Capacity + (2 * Page);
        if (!OperatingSystem.IsLinux())
        {
            _whole = (byte*)NativeMemory.AlignedAlloc(_size, Page);
            new Span<byte>(_whole, (int)_size).Fill(0xfd);
            return;
        }

        nint mapped = Map(0, _size, None, PrivateAnonymous, -1, 0);
        if (mapped == -1) throw new InsufficientMemoryException("The system gives no pages.");
        _whole = (byte*)mapped;
        if (Protect(mapped + Page, (nuint)Capacity, ReadWrite) != 0) throw new InsufficientMemoryException("The system does not open the pages.");
    }

    public int Capacity { get; }

    /// <summary>Copies bytes to where the page behind them begins.</summary>
    public byte* PutLast(ReadOnlySpan<byte> bytes) => Put(bytes, Capacity - bytes.Length);

    /// <summary>Copies bytes to where the page before them ends.</summary>
    public byte* PutFirst(ReadOnlySpan<byte> bytes) => Put(bytes, 0);

    public void Dispose()
    {
        // SAFETY: _whole was allocated by the constructor in the same way and is freed once; nobody uses a disposed object.
        if (OperatingSystem.IsLinux()) _ = Unmap((nint)_whole, _size);
        else NativeMemory.AlignedFree(_whole);
    }

    private byte* Put(ReadOnlySpan<byte> bytes, int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Capacity);
        byte* at = _whole + Page + offset;
        bytes.CopyTo(new Span<byte>(at, bytes.Length));
        return at;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
