namespace TrafficCheck.Core.Engine;

/// <summary>
/// A few of many things that frames showed, each key once: those seen first. What is kept depends on frame numbers only, never on the order in
/// which things come.
/// </summary>
internal sealed class EarliestSample<TKey, TValue>(int most)
    where TKey : struct, IEquatable<TKey>
{
    private readonly List<(long Frame, TKey Key, TValue Value)> _items = new(0);

    /// <summary>In the order of their frames.</summary>
    public IReadOnlyList<(long Frame, TKey Key, TValue Value)> Items => _items;

    /// <summary>There were more keys than are kept.</summary>
    public bool HasMore { get; private set; }

    public void Add(long frame, TKey key, TValue value)
    {
        if (_items.Count == most && frame >= _items[^1].Frame)
        {
            HasMore = HasMore || IndexOf(key) < 0;
            return;
        }

        int known = IndexOf(key);
        if (known >= 0)
        {
            if (_items[known].Frame <= frame) return;
            _items.RemoveAt(known);
        }
        else if (_items.Count == most)
        {
            HasMore = true;
            _items.RemoveAt(most - 1);
        }

        int at = 0;
        while (at < _items.Count && _items[at].Frame <= frame) at++;
        _items.Insert(at, (frame, key, value));
    }

    public void Add(EarliestSample<TKey, TValue> other)
    {
        HasMore |= other.HasMore;
        foreach (var (frame, key, value) in other._items) Add(frame, key, value);
    }

    private int IndexOf(TKey key)
    {
        for (int i = 0; i < _items.Count; i++)
        {
            if (_items[i].Key.Equals(key)) return i;
        }

        return -1;
    }
}
