using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// The sockets of one address family that something is known of: an open-addressed table, 8 bytes a slot for IPv4 and 24 for IPv6. Bounded:
/// half of the room is kept for sockets of flows with a protected end, so that what passes by cannot fill it.
/// <para>
/// What is to be noted waits in a short ring, so that the memory of its slot is fetched behind the flows in between: a table of half a million
/// sockets is larger than the cache.
/// </para>
/// </summary>
/// <param name="most">Sockets that are kept.</param>
/// <param name="details">Whether <see cref="Proven"/> or the frames of proofs are asked for: 32 bytes a slot more.</param>
internal sealed unsafe class SocketTable<TKey>(HashSeed seed, int most, bool details)
    where TKey : unmanaged, ISocketKey<TKey>
{
    private const int Smallest = 64, Ring = 16;

    private readonly Pending[] _ring = new Pending[Ring];

    // Pinned, because only addresses can be fetched.
    private TKey[] _slots = GC.AllocateArray<TKey>(Smallest, pinned: true);
    private Proofs[] _proofs = details ? new Proofs[Smallest] : [];
    private long _entered, _taken;

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
        ulong hash = TKey.Hash(in socket, in seed);
        if (Sse.IsSupported)
        {
            // SAFETY: a slot of the pinned array; a fetch reads nothing that can be seen, and an address that is no longer valid harms nobody.
            Sse.Prefetch0((TKey*)Unsafe.AsPointer(ref _slots[0]) + ((int)hash & (_slots.Length - 1)));
        }

        _ring[_entered & (Ring - 1)] = new() { Socket = socket, Hash = hash, Protects = protects, Proof = proof };
        if (++_entered - _taken == Ring) Take(ref _ring[_taken++ & (Ring - 1)]);
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
        while (_taken < _entered) Take(ref _ring[_taken++ & (Ring - 1)]);
    }

    private void Take(ref Pending pending)
    {
        int at = SlotOf(in pending.Socket, pending.Hash);
        if (_slots[at].IsNone)
        {
            if (Count >= (pending.Protects ? most : most / 2))
            {
                NotKept++;
                return;
            }

            if ((Count + 1) * 4L > _slots.Length * 3L)
            {
                Grow();
                at = SlotOf(in pending.Socket, pending.Hash);
            }

            Count++;
            _slots[at] = pending.Socket;
        }
        else
        {
            TKey known = _slots[at], more = known.With(pending.Socket.Facts);
            if (!more.Equals(known)) _slots[at] = more;
        }

        if (details && pending.Proof.Frame != 0) _proofs[at].Add(in pending.Proof);
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

    private struct Pending
    {
        public TKey Socket;
        public ulong Hash;
        public SocketProof Proof;
        public bool Protects;
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
