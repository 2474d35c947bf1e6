using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// The sockets of one address family that something is known of: an open-addressed table, 8 bytes a slot for IPv4 and 24 for IPv6. Bounded:
/// half of the room is kept for sockets of flows with a protected end, so that what passes by cannot fill it.
/// <para>
/// What is to be noted waits until there is a batch of it, whose slots are then fetched ahead of each other: a table of half a million sockets is
/// larger than the cache, and its memory must not be waited for with every flow.
/// </para>
/// </summary>
/// <param name="most">Sockets that are kept.</param>
/// <param name="details">Whether <see cref="Proven"/> or the frames of proofs are asked for: 32 bytes a slot more.</param>
internal sealed unsafe class SocketTable<TKey>(HashSeed seed, int most, bool details)
    where TKey : unmanaged, ISocketKey<TKey>
{
    private const int Smallest = 64, Batch = 256, Lead = 16;

    private readonly TKey[] _waiting = new TKey[Batch];
    private readonly bool[] _protects = new bool[Batch];
    private readonly SocketProof[] _waitingProofs = details ? new SocketProof[Batch] : [];
    private readonly ulong[] _hashes = new ulong[Batch];
    private int _entered;

    // Pinned, because only addresses can be fetched.
    private TKey[] _slots = GC.AllocateArray<TKey>(Smallest, pinned: true);
    private Proofs[] _proofs = details ? new Proofs[Smallest] : [];

    public int Count { get; private set; }

    /// <summary>What was to be noted of sockets that found no room; the same socket counts each time.</summary>
    public long NotKept { get; private set; }

    /// <summary>What is known of a socket.</summary>
    /// <param name="frame">First frame of the earliest flow that proved it a server; 0 for none, and without details.</param>
    public SocketFacts Of(in TKey key, out long frame)
    {
        Flush();
        int at = SlotOf(in key, TKey.Hash(in key, in seed));
        frame = details ? _proofs[at].Frame : 0;
        return _slots[at].Facts;
    }

    /// <param name="socket">With the facts to add.</param>
    /// <param name="protects">The flow has a protected end.</param>
    /// <param name="proof">What proved it a server.</param>
    public void Note(in TKey socket, bool protects, in SocketProof proof)
    {
        _waiting[_entered] = socket;
        _protects[_entered] = protects;
        if (details) _waitingProofs[_entered] = proof;
        if (++_entered == Batch) Flush();
    }

    /// <summary>The sockets with lasting proofs, in no order.</summary>
    public IEnumerable<ProvenServer> Proven()
    {
        Flush();
        for (int i = 0; i < _proofs.Length; i++)
        {
            if (_proofs[i].Count == 0) continue;
            TKey key = _slots[i];
            yield return new(key.Address, key.Port, key.Transport, _proofs[i].FirstNs, _proofs[i].LastNs, _proofs[i].Count);
        }
    }

    public long CountOf(Func<SocketFacts, bool> which)
    {
        Flush();
        long count = 0;
        foreach (TKey slot in _slots)
        {
            if (!slot.IsNone && which(slot.Facts)) count++;
        }

        return count;
    }

    private void Flush()
    {
        int count = _entered;
        if (count == 0) return;
        _entered = 0;
        for (int i = 0; i < count; i++) _hashes[i] = TKey.Hash(in _waiting[i], in seed);
        for (int i = 0; i < count; i++)
        {
            // SAFETY: a slot of the pinned array, which stays alive as a field; a fetch changes nothing.
            if (Sse.IsSupported && i + Lead < count)
                Sse.Prefetch0((TKey*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_slots)) + ((int)_hashes[i + Lead] & (_slots.Length - 1)));
            Take(i);
        }
    }

    private void Take(int i)
    {
        TKey socket = _waiting[i];
        int at = SlotOf(in socket, _hashes[i]);
        TKey known = _slots[at];
        if (known.IsNone)
        {
            if (Count >= (_protects[i] ? most : most / 2))
            {
                NotKept++;
                return;
            }

            if ((Count + 1) * 4L > _slots.Length * 3L)
            {
                Grow();
                at = SlotOf(in socket, _hashes[i]);
            }

            Count++;
            _slots[at] = socket;
        }
        else if ((socket.Facts & ~known.Facts) != 0) _slots[at] = known.With(socket.Facts);

        if (details && _waitingProofs[i].Frame != 0) _proofs[at].Add(in _waitingProofs[i]);
    }

    private int SlotOf(in TKey key, ulong hash)
    {
        TKey[] slots = _slots;
        int mask = slots.Length - 1, at = (int)hash & mask;
        while (!slots[at].IsNone && !TKey.Same(in slots[at], in key)) at = (at + 1) & mask;
        return at;
    }

    private void Grow()
    {
        (TKey[] slots, Proofs[] proofs) = (_slots, _proofs);
        _slots = GC.AllocateArray<TKey>(slots.Length * 2, pinned: true);
        if (details) _proofs = new Proofs[_slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i].IsNone) continue;
            int at = SlotOf(in slots[i], TKey.Hash(in slots[i], in seed));
            _slots[at] = slots[i];
            if (details) _proofs[at] = proofs[i];
        }
    }

    private struct Proofs
    {
        public long Frame, FirstNs, LastNs, Count;

        public void Add(in SocketProof proof)
        {
            if (Frame == 0 || proof.Frame < Frame) Frame = proof.Frame;
            if (!proof.Lasts) return;
            FirstNs = Count == 0 ? proof.FirstNs : Math.Min(FirstNs, proof.FirstNs);
            LastNs = Count == 0 ? proof.LastNs : Math.Max(LastNs, proof.LastNs);
            Count++;
        }
    }
}

/// <summary>A flow that proved a server.</summary>
/// <param name="Frame">Its first frame; 0 for no proof.</param>
/// <param name="Lasts">It says something of later runs, too.</param>
internal readonly record struct SocketProof(long Frame, long FirstNs, long LastNs, bool Lasts);
