using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// The sockets of one address family that something is known of: an open-addressed table, 8 bytes a slot for IPv4 and 24 for IPv6. Bounded:
/// what flows with a protected end prove may fill the table, an old ledger half of it, and what passes by a quarter, so that it takes little memory.
/// <para>
/// What is to be noted waits until there is a batch of it, whose slots are then fetched ahead of each other: a table of half a million sockets is
/// larger than the cache, and its memory must not be waited for with every flow.
/// </para>
/// </summary>
/// <param name="most">Sockets that are kept.</param>
/// <param name="details">Whether <see cref="Proven"/> or the frames of proofs are asked for: 32 bytes a slot more.</param>
internal sealed unsafe class SocketTable<TKey>(HashSeed seed, int most, bool details) : IDisposable
    where TKey : unmanaged, ISocketKey<TKey>
{
    private const int Smallest = 64, Batch = 256, Lead = 16;

    private bool _details = details;
    private TKey[] _waiting = new TKey[Batch];
    private byte[] _parts = new byte[Batch];
    private SocketProof[] _waitingProofs = details ? new SocketProof[Batch] : [];
    private ulong[] _hashes = new ulong[Batch];
    private int _entered;
    private long _servers, _alsoClients;

    private PageMemory _memory = PageMemory.Allocate((nuint)(sizeof(TKey) * Smallest));
    private int _size = Smallest, _shift = 64 - 6;
    private Proofs[] _proofs = details ? new Proofs[Smallest] : [];

    private TKey* Slots => (TKey*)_memory.Start;

    public int Count { get; private set; }

    /// <summary>What was to be noted of sockets that found no room; the same socket counts each time.</summary>
    public long NotKept { get; private set; }

    /// <summary>What is known of a socket.</summary>
    /// <param name="frame">First frame of the earliest flow that proved it a server; 0 for none, and without details.</param>
    public SocketFacts Of(in TKey key, out long frame)
    {
        Flush();
        int at = SlotOf(in key, TKey.Hash(in key, in seed));
        frame = _details ? _proofs[at].Frame : 0;
        return Slots[at].Facts;
    }

    /// <param name="socket">With the facts to add.</param>
    /// <param name="part">It finds room while the table is filled to less than this part: 1 for the whole, 2 for a half ...</param>
    /// <param name="proof">What proved it a server.</param>
    public void Note(in TKey socket, byte part, in SocketProof proof)
    {
        _waiting[_entered] = socket;
        _parts[_entered] = part;
        if (_details) _waitingProofs[_entered] = proof;
        if (++_entered == Batch) Flush();
    }

    /// <summary>The sockets with lasting proofs, in no order.</summary>
    public IEnumerable<ProvenServer> Proven()
    {
        Flush();
        for (int i = 0; i < _proofs.Length; i++)
        {
            if (_proofs[i].Count == 0) continue;
            TKey key = Of(i);
            yield return new(key.Address, key.Port, key.Transport, _proofs[i].FirstNs, _proofs[i].LastNs, _proofs[i].Count);
        }
    }

    /// <summary>Sockets that this run proved servers, and those of them that it proved clients, too.</summary>
    public (long Servers, long AlsoClients) Servers
    {
        get
        {
            Flush();
            return (_servers, _alsoClients);
        }
    }

    /// <summary>The same sockets, without the details of their proofs.</summary>
    public SocketTable<TKey> Fork()
    {
        Flush();
        var fork = (SocketTable<TKey>)MemberwiseClone();
        fork._waiting = new TKey[Batch];
        fork._parts = new byte[Batch];
        fork._hashes = new ulong[Batch];
        fork._details = false;
        (fork._waitingProofs, fork._proofs) = ([], []);
        fork._memory = _memory.Copy();
        return fork;
    }

    /// <summary>The sockets that have any of these facts, in the order of their places.</summary>
    public IEnumerable<TKey> With(SocketFacts any)
    {
        Flush();
        for (int i = 0; i < _size; i++)
        {
            TKey key = Of(i);
            if ((key.Facts & any) != 0) yield return key;
        }
    }

    public void Dispose() => _memory.Dispose();

    private void Flush()
    {
        int count = _entered;
        if (count == 0) return;
        _entered = 0;
        for (int i = 0; i < count; i++) _hashes[i] = TKey.Hash(in _waiting[i], in seed);
        for (int i = 0; i < count; i++)
        {
            // SAFETY: the mask keeps the place inside the table; a fetch changes nothing.
            if (i + Lead < count) CacheLine.Fetch(Slots + (int)(_hashes[i + Lead] >> _shift));
            Take(i);
        }
    }

    private void Take(int i)
    {
        TKey socket = _waiting[i];
        int at = SlotOf(in socket, _hashes[i]);
        TKey known = Slots[at];
        if (known.IsNone)
        {
            if (Count >= most / _parts[i])
            {
                NotKept++;
                return;
            }

            if ((Count + 1) * 4L > _size * 3L)
            {
                Grow();
                at = SlotOf(in socket, _hashes[i]);
            }

            Count++;
        }

        SocketFacts before = known.Facts, after = before | socket.Facts;
        if (after != before)
        {
            const SocketFacts Both = SocketFacts.Server | SocketFacts.Client;
            Slots[at] = socket.With(before);
            if ((after & ~before & SocketFacts.Server) != 0) _servers++;
            if ((after & Both) == Both && (before & Both) != Both) _alsoClients++;
        }

        if (_details && _waitingProofs[i].Frame != 0) _proofs[at].Add(in _waitingProofs[i]);
    }

    private TKey Of(int slot) => Slots[slot];

    private int SlotOf(in TKey key, ulong hash)
    {
        // SAFETY: the mask keeps the place inside the table, a quarter of which is free.
        TKey* slots = Slots;
        int mask = _size - 1, at = (int)(hash >> _shift);
        while (!slots[at].IsNone && !TKey.Same(in slots[at], in key)) at = (at + 1) & mask;
        return at;
    }

    /// <summary>
    /// By four, because moving half of a large table, and half of that before, costs more than what it saves of the 8 MB. The upper bits of the hash are
    /// the place, so that both tables are gone through from their beginning to their end.
    /// </summary>
    private void Grow()
    {
        (PageMemory memory, Proofs[] proofs, int size) = (_memory, _proofs, _size);
        var slots = (TKey*)memory.Start;
        _size = size * 4;
        _shift -= 2;
        _memory = PageMemory.Allocate((nuint)(sizeof(TKey) * _size));
        if (_details) _proofs = new Proofs[_size];
        for (int i = 0; i < size; i++)
        {
            if (slots[i].IsNone) continue;
            int at = SlotOf(in slots[i], TKey.Hash(in slots[i], in seed));
            Slots[at] = slots[i];
            if (_details) _proofs[at] = proofs[i];
        }

        memory.Dispose();
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
