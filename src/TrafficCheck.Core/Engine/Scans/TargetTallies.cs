using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    private readonly (ulong Key, byte Bit)[] _waiting = new (ulong, byte)[Batch];
    private int _entered;
    private int _count;
    private long _notKept;

    // Pinned, because only addresses can be fetched.
    private Tally[] _slots = GC.AllocateArray<Tally>(Smallest, pinned: true);

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
        return _slots[SlotOf(key)].Targets;
    }

    /// <summary>All keys, in no order.</summary>
    public IEnumerable<ulong> Keys
    {
        get
        {
            Flush();
            foreach (Tally slot in _slots)
            {
                if (slot.Key != 0) yield return slot.Key;
            }
        }
    }

    private void Flush()
    {
        int count = _entered;
        _entered = 0;
        for (int i = 0; i < count; i++)
        {
            // SAFETY: a slot of the pinned array, which stays alive as a field; a fetch changes nothing.
            if (i + Lead < count)
                CacheLine.Fetch((Tally*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_slots)) + HomeOf(_waiting[i + Lead].Key));
            Take(_waiting[i].Key, _waiting[i].Bit);
        }
    }

    private void Take(ulong key, byte bit)
    {
        int at = SlotOf(key);
        if (_slots[at].Key == 0)
        {
            if (_count >= most)
            {
                _notKept++;
                return;
            }

            if ((_count + 1) * 4L > _slots.Length * 3L)
            {
                Grow();
                at = SlotOf(key);
            }

            _count++;
            _slots[at].Key = key;
        }

        ref Tally tally = ref _slots[at];
        if (tally.Times != uint.MaxValue) tally.Times++;
        tally.Seen |= 1u << bit;
    }

    /// <summary>The ports of an initiator differ in the lowest bits alone.</summary>
    private int HomeOf(ulong key) => (int)((key * 0x9e3779b97f4a7c15) >> 32) & (_slots.Length - 1);

    private int SlotOf(ulong key)
    {
        int at = HomeOf(key);
        while (_slots[at].Key != 0 && _slots[at].Key != key) at = (at + 1) & (_slots.Length - 1);
        return at;
    }

    private void Grow()
    {
        Tally[] old = _slots;
        _slots = GC.AllocateArray<Tally>(old.Length * 2, pinned: true);
        foreach (Tally tally in old)
        {
            if (tally.Key != 0) _slots[SlotOf(tally.Key)] = tally;
        }
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
