using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Names;

/// <summary>Pages by key, linked through themselves: a dictionary would copy each key, and leave its tables behind when it grows.</summary>
internal sealed class PageIndex(KeyedHash hash)
{
    private NamePage?[] _buckets = new NamePage?[16];
    private int _count;

    public NamePage? Find(in PageKey key)
    {
        NamePage? page = Bucket(key);
        while (page is not null && page.Key != key) page = page.Next;
        return page;
    }

    /// <summary>Adds a page whose key is not there yet.</summary>
    public void Add(NamePage page)
    {
        if (_count++ == _buckets.Length) Grow();
        Put(page);
    }

    public void Remove(NamePage page)
    {
        ref NamePage? at = ref Bucket(page.Key);
        if (at == page)
        {
            at = page.Next;
        }
        else
        {
            NamePage before = at!;
            while (before.Next != page) before = before.Next!;
            before.Next = page.Next;
        }

        _count--;
    }

    private void Put(NamePage page)
    {
        ref NamePage? bucket = ref Bucket(page.Key);
        page.Next = bucket;
        bucket = page;
    }

    private ref NamePage? Bucket(in PageKey key) =>
        ref _buckets[(int)hash.Mix(new IpAddress(key.Address), hash.Mix(key.Client, (ulong)key.Kind)) & (_buckets.Length - 1)];

    private void Grow()
    {
        NamePage?[] old = _buckets;
        _buckets = new NamePage?[old.Length * 2];
        foreach (NamePage? first in old)
        {
            for (NamePage? page = first, next; page is not null; page = next)
            {
                next = page.Next;
                Put(page);
            }
        }
    }
}
