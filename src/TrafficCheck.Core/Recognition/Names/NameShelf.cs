using System.Numerics;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Pages and chains, made once and used again: what a full book gives up for each answer is what the answer needs. Left to the collector it would
/// lie in the oldest generation, several times what the book may take.
/// </summary>
internal sealed class NameShelf
{
    private const int Sizes = 32;

    private readonly NamePage?[] _pages = new NamePage?[Sizes];
    private readonly NameChain?[] _chains = new NameChain?[Sizes];

    /// <summary>What waits to be used again.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>A page with room for one entry, which belongs to nothing.</summary>
    public NamePage TakePage()
    {
        if (_pages[0] is not { } page) return new() { Entries = new NameEntry[1] };
        _pages[0] = page.Next;
        FreeBytes -= page.Bytes;
        return page;
    }

    /// <summary>Gives a full page room for twice as many: a page that waits and has the room gives it in exchange.</summary>
    public void Enlarge(NamePage page)
    {
        int size = page.Entries.Length * 2;
        ref NamePage? larger = ref _pages[BitOperations.Log2((uint)size)];
        NamePage? other = larger;
        NameEntry[] old = page.Entries;
        if (other is null)
        {
            other = new();
            page.Entries = new NameEntry[size];
        }
        else
        {
            larger = other.Next;
            FreeBytes -= other.Bytes;
            page.Entries = other.Entries;
        }

        old.CopyTo(page.Entries, 0);
        other.Entries = old;
        other.Count = old.Length;
        Give(other);
    }

    public void Give(NamePage page)
    {
        page.Used.Clear();
        page.Count = 0;
        page.Older = page.Newer = null;
        ref NamePage? free = ref _pages[BitOperations.Log2((uint)page.Entries.Length)];
        page.Next = free;
        free = page;
        FreeBytes += page.Bytes;
    }

    /// <summary>A chain for so many names, held once.</summary>
    public NameChain TakeChain(int length, long frame)
    {
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)length);
        ref NameChain? free = ref _chains[BitOperations.Log2((uint)capacity)];
        NameChain chain = free ?? new(capacity);
        if (free is not null)
        {
            free = chain.Next;
            FreeBytes -= chain.Bytes;
        }

        chain.Begin(length, frame);
        return chain;
    }

    public void Give(NameChain chain)
    {
        chain.Names.Clear();
        ref NameChain? free = ref _chains[BitOperations.Log2((uint)chain.Capacity)];
        chain.Next = free;
        free = chain;
        FreeBytes += chain.Bytes;
    }

    /// <summary>Leaves what waits to the collector.</summary>
    public void Forget()
    {
        Array.Clear(_pages);
        Array.Clear(_chains);
        FreeBytes = 0;
    }
}
