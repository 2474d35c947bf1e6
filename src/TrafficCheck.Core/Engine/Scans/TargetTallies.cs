using System.Numerics;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// For each of many keys about how many targets it had: an open-addressed table of 16 bytes a slot. What is added waits until there is a batch of
/// it, whose slots are fetched ahead of each other: with a million keys each is a line of memory that no cache holds.
/// </summary>
/// <param name="most">Keys that are kept.</param>
internal sealed unsafe class TargetTallies(int most)
{
    private const int Smallest = 64, Batch = 64, Lead = 16;

    private (ulong Key, byte Bit)[] _waiting = new (ulong, byte)[Batch];
    private int _entered;
    private int _count;
    private long _notKept;

    // Outside the managed heap, which would keep what a table that grew left behind.
    private PageMemory _memory = PageMemory.Allocate((nuint)(sizeof(Tally) * Smallest));
    private int _size = Smallest, _shift = 64 - 6;

    // SAFETY: room for as many tallies as the size says, which places stay below.
    private Tally* Slots => (Tally*)_memory.Start;

    /// <summary>Additions to keys that found no room.</summary>
    public long NotKept
    {
        get
        {
            Flush();
            return _notKept;
        }
    }

    /// <param name="key">With random upper bits; not 0.</param>
    /// <param name="targetHash">The same for the same target.</param>
    public void Add(ulong key, ulong targetHash)
    {
        _waiting[_entered] = (key, (byte)(targetHash >> 59));
        if (++_entered == Batch) Flush();
    }

    /// <summary>
    /// Distinct targets of a key, within a few of a hundred; beyond about eighty the number of additions, which is no less. 0 for a key that is
    /// not there.
    /// </summary>
    public long Targets(ulong key)
    {
        Flush();
        return Slots[SlotOf(key)].Targets;
    }

    /// <summary>All keys, in no order.</summary>
    public IEnumerable<ulong> Keys
    {
        get
        {
            Flush();
            for (int i = 0; i < _size; i++)
            {
                ulong key = KeyAt(i);
                if (key != 0) yield return key;
            }
        }
    }

    public TargetTallies Fork(ForkScope scope)
    {
        var fork = (TargetTallies)MemberwiseClone();
        fork._waiting = ((ulong, byte)[])_waiting.Clone();
        fork._memory = _memory.Copy();
        scope.Own(fork._memory);
        return fork;
    }

    private void Flush()
    {
        int count = _entered;
        _entered = 0;
        for (int i = 0; i < count; i++)
        {
            if (i + Lead < count) CacheLine.Fetch(Slots + HomeOf(_waiting[i + Lead].Key));
            Take(_waiting[i].Key, _waiting[i].Bit);
        }
    }

    private void Take(ulong key, byte bit)
    {
        int at = SlotOf(key);
        if (Slots[at].Key == 0)
        {
            if (_count >= most)
            {
                _notKept++;
                return;
            }

            if ((_count + 1) * 4L > _size * 3L)
            {
                Grow();
                at = SlotOf(key);
            }

            _count++;
            Slots[at].Key = key;
        }

        ref Tally tally = ref Slots[at];
        if (tally.Times != uint.MaxValue) tally.Times++;
        tally.Seen |= 1u << bit;
    }

    /// <summary>
    /// The ports of an initiator differ in the lowest bits alone. The upper bits are the place, so that a table that grows is read and written from its
    /// beginning to its end.
    /// </summary>
    private int HomeOf(ulong key) => (int)((key * 0x9e3779b97f4a7c15) >> _shift);

    private ulong KeyAt(int slot) => Slots[slot].Key;

    private int SlotOf(ulong key)
    {
        Tally* slots = Slots;
        int at = HomeOf(key);
        while (slots[at].Key != 0 && slots[at].Key != key) at = (at + 1) & (_size - 1);
        return at;
    }

    private void Grow()
    {
        (PageMemory memory, int size) = (_memory, _size);
        _size = size * 2;
        _shift--;
        _memory = PageMemory.Allocate((nuint)(sizeof(Tally) * _size));
        var old = (Tally*)memory.Start;
        for (int i = 0; i < size; i++)
        {
            if (old[i].Key != 0) Slots[SlotOf(old[i].Key)] = old[i];
        }

        memory.Dispose();
    }

    private struct Tally
    {
        public ulong Key;

        /// <summary>A bit for each thirty-second of the targets: linear counting (Whang and others, 1990).</summary>
        public uint Seen;

        public uint Times;

        public readonly long Targets
        {
            get
            {
                int empty = 32 - BitOperations.PopCount(Seen);
                return empty <= 2 ? Times : Math.Min(Times, (long)Math.Round(32 * Math.Log(32.0 / empty)));
            }
        }
    }
}
