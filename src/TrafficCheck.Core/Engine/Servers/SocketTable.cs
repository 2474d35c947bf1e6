using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>What is known of a socket. Bits only ever get set, so that the order of flows has no part in it.</summary>
[Flags]
internal enum SocketFacts : byte
{
    None = 0,

    /// <summary>A flow of this run proved it a server.</summary>
    Server = 1,

    /// <summary>A flow of this run proved it a client.</summary>
    Client = 2,

    /// <summary>The ledger of earlier runs has it as a server.</summary>
    Kept = 4,
}

/// <summary>
/// The sockets of one address family that something is known of: an open-addressed table, 16 bytes a slot for IPv4 and 32 for IPv6. Bounded:
/// half of the room is kept for sockets of flows with a protected end, so that what passes by cannot fill it.
/// </summary>
/// <param name="most">Sockets that are kept.</param>
/// <param name="times">Whether times and counts of proofs are asked for: 24 bytes a slot more.</param>
internal sealed class SocketTable<TKey>(HashSeed seed, int most, bool times)
    where TKey : unmanaged, ISocketKey<TKey>
{
    private const int Smallest = 64, FactBits = 8;

    private Slot[] _slots = new Slot[Smallest];
    private ProofTimes[] _times = times ? new ProofTimes[Smallest] : [];

    public int Count { get; private set; }

    /// <summary>What was to be noted of sockets that found no room; the same socket counts each time.</summary>
    public long NotKept { get; private set; }

    public SocketFacts Of(in TKey key, out long frame)
    {
        ref readonly Slot slot = ref _slots[SlotOf(in key)];
        frame = (long)(slot.Word >> FactBits);
        return (SocketFacts)(byte)slot.Word;
    }

    /// <param name="frame">First frame of the flow that proved a server; 0 for none.</param>
    /// <param name="protects">The flow has a protected end.</param>
    /// <returns>The slot, for <see cref="Time"/>, or -1 when there is no room.</returns>
    public int Note(in TKey key, SocketFacts facts, long frame, bool protects)
    {
        int at = SlotOf(in key);
        ref Slot slot = ref _slots[at];
        if (slot.Word == 0)
        {
            if (Count >= (protects ? most : most / 2))
            {
                NotKept++;
                return -1;
            }

            if ((Count + 1) * 4L > _slots.Length * 3L)
            {
                Grow();
                at = SlotOf(in key);
                slot = ref _slots[at];
            }

            Count++;
            slot.Key = key;
        }

        ulong known = slot.Word, first = known >> FactBits;
        if (frame != 0 && (first == 0 || (ulong)frame < first)) first = (ulong)frame;
        ulong word = (first << FactBits) | (byte)known | (byte)facts;
        if (word != known) slot.Word = word;
        return at;
    }

    /// <summary>Sums up another proof of a socket that was just noted.</summary>
    public void Time(int slot, long firstNs, long lastNs)
    {
        ref ProofTimes sum = ref _times[slot];
        sum.FirstNs = sum.Proofs == 0 ? firstNs : Math.Min(sum.FirstNs, firstNs);
        sum.LastNs = sum.Proofs == 0 ? lastNs : Math.Max(sum.LastNs, lastNs);
        sum.Proofs++;
    }

    /// <summary>The sockets of which proofs were summed, in no order.</summary>
    public IEnumerable<ProvenServer> Proven()
    {
        for (int i = 0; i < _times.Length; i++)
        {
            if (_times[i].Proofs == 0) continue;
            TKey key = _slots[i].Key;
            yield return new(key.Address, key.Port, key.Transport, _times[i].FirstNs, _times[i].LastNs, _times[i].Proofs);
        }
    }

    public long CountOf(Func<SocketFacts, bool> which)
    {
        long count = 0;
        foreach (Slot slot in _slots)
        {
            if (slot.Word != 0 && which((SocketFacts)(byte)slot.Word)) count++;
        }

        return count;
    }

    private int SlotOf(in TKey key)
    {
        int mask = _slots.Length - 1, at = (int)TKey.Hash(in key, in seed) & mask;
        while (_slots[at].Word != 0 && !_slots[at].Key.Equals(key)) at = (at + 1) & mask;
        return at;
    }

    private void Grow()
    {
        (Slot[] slots, ProofTimes[] old) = (_slots, _times);
        _slots = new Slot[slots.Length * 2];
        if (times) _times = new ProofTimes[_slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i].Word == 0) continue;
            int at = SlotOf(in slots[i].Key);
            _slots[at] = slots[i];
            if (times) _times[at] = old[i];
        }
    }

    /// <summary>A free slot has the word 0: what is known of a socket is never nothing.</summary>
    private struct Slot
    {
        public TKey Key;

        /// <summary><see cref="SocketFacts"/> in the lowest bits, the first frame of the earliest flow that proved a server above.</summary>
        public ulong Word;
    }

    private struct ProofTimes
    {
        public long FirstNs, LastNs, Proofs;
    }
}
