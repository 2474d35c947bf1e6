namespace TrafficCheck.Core.Engine;

/// <summary>
/// A few of many things that frames showed, each key once: those seen first, by time, and of equal times by frame. What is kept depends on these
/// only, never on the order in which things come.
/// </summary>
internal sealed class EarliestSample<TKey, TValue>(int most)
    where TKey : struct, IEquatable<TKey>
{
    private List<Item> _items = new(0);

    /// <summary>The earliest first.</summary>
    public IReadOnlyList<Item> Items => _items;

    /// <summary>There were more keys than are kept.</summary>
    public bool HasMore { get; private set; }

    public void Add(long timeNs, long frame, TKey key, TValue value)
    {
        var item = new Item(timeNs, frame, key, value);
        if (_items.Count == most && item.CompareTo(_items[^1]) >= 0)
        {
            HasMore = HasMore || IndexOf(key) < 0;
            return;
        }

        int known = IndexOf(key);
        if (known >= 0)
        {
            if (_items[known].CompareTo(item) <= 0) return;
            _items.RemoveAt(known);
        }
        else if (_items.Count == most)
        {
            HasMore = true;
            _items.RemoveAt(most - 1);
        }

        int at = 0;
        while (at < _items.Count && _items[at].CompareTo(item) <= 0) at++;
        _items.Insert(at, item);
    }

    public void Add(EarliestSample<TKey, TValue> other)
    {
        HasMore |= other.HasMore;
        foreach (Item item in other._items) Add(item.TimeNs, item.Frame, item.Key, item.Value);
    }

    public EarliestSample<TKey, TValue> Fork()
    {
        var fork = (EarliestSample<TKey, TValue>)MemberwiseClone();
        fork._items = [.. _items];
        return fork;
    }

    public readonly record struct Item(long TimeNs, long Frame, TKey Key, TValue Value)
    {
        public int CompareTo(Item other) => (TimeNs, Frame).CompareTo((other.TimeNs, other.Frame));
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
