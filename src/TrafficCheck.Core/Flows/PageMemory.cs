using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// A block of zeroed memory outside the managed heap whose pages are taken from the system when first touched. On Linux it is mapped without
/// reservation and advised for huge pages, which is worth a factor of two or more for a table that does not fit the cache.
/// </summary>
internal sealed unsafe partial class PageMemory : IDisposable
{
    private const int HugePage = 2 << 20;
    private readonly void* _mapping;
    private readonly nuint _mappedBytes;
    private readonly bool _mapped;

    private PageMemory(void* mapping, nuint mappedBytes, bool mapped, byte* start, nuint bytes)
    {
        _mapping = mapping;
        _mappedBytes = mappedBytes;
        _mapped = mapped;
        Start = start;
        Bytes = bytes;
    }

    ~PageMemory() => Free();

    /// <summary>Start of the block, aligned to a cache line at least, to a huge page where mapped.</summary>
    public byte* Start { get; private set; }

    public nuint Bytes { get; }

    /// <exception cref="InsufficientMemoryException">The system refuses the address space.</exception>
    public static PageMemory Allocate(nuint bytes)
    {
        if (OperatingSystem.IsLinux() && bytes >= HugePage)
        {
            nuint mapped = bytes + HugePage;
            void* mapping = Mmap(null, mapped, ProtRead | ProtWrite, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
            if ((nint)mapping == -1) throw new InsufficientMemoryException($"The system refuses {bytes >> 20} MiB of address space.");
            var start = (byte*)(((nuint)mapping + HugePage - 1) & ~(nuint)(HugePage - 1));

            // Advice only: where the system has no huge pages the table works all the same.
            _ = Madvise(start, bytes, MadvHugePage);
            return new(mapping, mapped, true, start, bytes);
        }

        const nuint Line = 64;
        byte* block = (byte*)NativeMemory.AllocZeroed(bytes + Line);
        return new(block, bytes, false, (byte*)(((nuint)block + Line - 1) & ~(Line - 1)), bytes);
    }

    /// <summary>Another block with the same bytes.</summary>
    public PageMemory Copy()
    {
        PageMemory copy = Allocate(Bytes);

        // SAFETY: both blocks have as many bytes.
        Buffer.MemoryCopy(Start, copy.Start, Bytes, Bytes);
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>
    /// Gives the whole huge pages between two offsets back to the system, where it took them from it; they read as zero again. What is needed next finds
    /// memory that the system, or a host below it, need not provide anew.
    /// </summary>
    /// <returns>The offset up to which pages were given back: <paramref name="from"/> for the next call.</returns>
    public nuint GiveBack(nuint from, nuint until)
    {
        until &= ~(nuint)(HugePage - 1);
        if (!_mapped || until <= from) return from;

        // SAFETY: inside the mapping, of whole pages, and what they held is not needed any more (the caller's word).
        _ = Madvise(Start + from, until - from, MadvDontNeed);
        return until;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        // SAFETY: Start turns null with the first call, so nothing is freed twice; the owner reads no freed block.
        if (Start == null) return;
        Start = null;
        if (_mapped) _ = Munmap(_mapping, _mappedBytes);
        else NativeMemory.Free(_mapping);
    }

    // Values of Linux on all its 64-bit architectures.
    private const int ProtRead = 1, ProtWrite = 2, MapPrivate = 2, MapAnonymous = 0x20, MapNoReserve = 0x4000, MadvDontNeed = 4, MadvHugePage = 14;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* address, nuint length, int advice);
}
