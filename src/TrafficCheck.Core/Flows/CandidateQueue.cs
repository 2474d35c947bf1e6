namespace TrafficCheck.Core.Flows;

/// <summary>
/// Flows in the order of their beginnings, as their record and the lower half of their first frame's number, by which a record that another
/// flow has taken over is told. Eight bytes each.
/// </summary>
internal sealed class CandidateQueue
{
    private ulong[] _items = new ulong[64];
    private int _head;

    public int Count { get; private set; }

    public void Add(uint number, uint frame)
    {
        if (Count == _items.Length)
        {
            var larger = new ulong[_items.Length * 2];
            for (int i = 0; i < Count; i++) larger[i] = _items[(_head + i) & (_items.Length - 1)];
            _items = larger;
            _head = 0;
        }

        _items[(_head + Count++) & (_items.Length - 1)] = ((ulong)frame << 32) | number;
    }

    /// <summary>The oldest; it stays.</summary>
    public (uint Number, uint Frame) First => Of(_items[_head]);

    /// <summary>The youngest; it stays.</summary>
    public (uint Number, uint Frame) Last => Of(_items[(_head + Count - 1) & (_items.Length - 1)]);

    public void DropFirst()
    {
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
    }

    public void DropLast() => Count--;

    public void Clear() => Count = 0;

    private static (uint Number, uint Frame) Of(ulong item) => ((uint)item, (uint)(item >> 32));
}
