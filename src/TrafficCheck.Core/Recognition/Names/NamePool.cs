using System.Numerics;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>
/// Names by text, without duplicates; forgets a name with its last holder. What it held the name in is used again: where each answer brings a new
/// name, the collector would find as much garbage in its oldest generation as there are names.
/// </summary>
internal sealed class NamePool
{
    private const int SmallestText = 16;

    private readonly NameText?[] _free = new NameText?[BitOperations.Log2(DnsName.MaxText - 1) + 2];
    private NameText?[] _buckets = new NameText?[16];
    private long _nextId;

    /// <summary>What names take that are held.</summary>
    public long Bytes { get; private set; }

    /// <summary>What waits for further names.</summary>
    public long FreeBytes { get; private set; }

    public int Count { get; private set; }

    public NameText? Find(ReadOnlySpan<char> text) => Find(text, string.GetHashCode(text));

    public NameText Hold(ReadOnlySpan<char> text)
    {
        int hash = string.GetHashCode(text);
        NameText? name = Find(text, hash);
        if (name is null)
        {
            if (Count == _buckets.Length) Grow();
            name = Take(Math.Max(SmallestText, (int)BitOperations.RoundUpToPowerOf2((uint)text.Length)));
            name.Set(text, hash, _nextId++);
            Put(name);
            Count++;
            Bytes += name.Bytes;
        }

        name.Holders++;
        return name;
    }

    public void Release(NameText name)
    {
        if (--name.Holders > 0) return;
        ref NameText? at = ref Bucket(name.Hash);
        if (at == name)
        {
            at = name.Next;
        }
        else
        {
            NameText before = at!;
            while (before.Next != name) before = before.Next!;
            before.Next = name.Next;
        }

        Count--;
        Bytes -= name.Bytes;
        ref NameText? free = ref _free[BitOperations.Log2((uint)name.Capacity)];
        name.Next = free;
        free = name;
        FreeBytes += name.Bytes;
    }

    /// <summary>Leaves what waits to the collector.</summary>
    public void Forget()
    {
        Array.Clear(_free);
        FreeBytes = 0;
    }

    private NameText? Find(ReadOnlySpan<char> text, int hash)
    {
        NameText? name = Bucket(hash);
        while (name is not null && !name.Is(text, hash)) name = name.Next;
        return name;
    }

    private NameText Take(int capacity)
    {
        ref NameText? free = ref _free[BitOperations.Log2((uint)capacity)];
        if (free is not { } name) return new(capacity);
        free = name.Next;
        FreeBytes -= name.Bytes;
        return name;
    }

    private void Put(NameText name)
    {
        ref NameText? bucket = ref Bucket(name.Hash);
        name.Next = bucket;
        bucket = name;
    }

    /// <summary>The hash has a secret of the process.</summary>
    private ref NameText? Bucket(int hash) => ref _buckets[hash & (_buckets.Length - 1)];

    private void Grow()
    {
        NameText?[] old = _buckets;
        _buckets = new NameText?[old.Length * 2];
        foreach (NameText? first in old)
        {
            for (NameText? name = first, next; name is not null; name = next)
            {
                next = name.Next;
                Put(name);
            }
        }
    }
}
