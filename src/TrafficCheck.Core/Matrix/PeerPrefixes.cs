using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The networks that rows name, asked for the longest that holds an address. As prefixes lie inside each other or apart, that one names all
/// that hold it: its enclosing ones (<see cref="Parent"/>). Binary search over the lengths that occur (Waldvogel, Varghese, Turner and Plattner,
/// "Scalable High Speed IP Routing Lookups", 1997): one probe of a hash table a step, so that a search costs the logarithm of the number of
/// different lengths (one probe for one length, three for seven, eight for all 129) and nothing for the number of networks. Each probe that
/// has to lead on to longer prefixes finds a marker, which knows the longest prefix up to there.
/// </summary>
internal sealed class PeerPrefixes
{
    /// <summary>No network holds the address.</summary>
    public const int NoPrefix = 0;

    private readonly Family _v4, _v6;
    private readonly Slot[] _slots; // a power of two of them, at most half taken; linear probing
    private readonly int _mask;
    private readonly ulong _seed;
    private readonly int[] _parents;
    private readonly uint[] _ranks;

    /// <param name="prefixes">Each once.</param>
    /// <param name="seed">Of the hash; the results do not depend on it.</param>
    public PeerPrefixes(IReadOnlyCollection<AddressPrefix> prefixes, ulong seed)
    {
        _seed = seed | 1;
        AddressPrefix[] sorted = [.. prefixes];
        Array.Sort(sorted, Compare);
        _parents = new int[sorted.Length + 1];
        _ranks = new uint[sorted.Length + 1];
        Ids = new(sorted.Length);
        for (int id = 1; id <= sorted.Length; id++)
        {
            AddressPrefix prefix = sorted[id - 1];
            Ids.Add(prefix, id);
            _ranks[id] = Specificity.OfPrefix(prefix.Length);

            // Sorted like this, a prefix comes right after those that enclose it and what else these enclose.
            int parent = id - 1;
            while (parent != NoPrefix && !Encloses(sorted[parent - 1], prefix)) parent = _parents[parent];
            _parents[id] = parent;
        }

        _v4 = new Family(sorted.Where(p => p.IsV4));
        _v6 = new Family(sorted.Where(p => !p.IsV4));
        var markers = new Dictionary<AddressPrefix, int>(sorted.Length * 2);
        for (int id = 1; id <= sorted.Length; id++) Mark(sorted, id, markers);
        _mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, markers.Count * 2)) - 1;
        _slots = new Slot[_mask + 1];
        foreach (var (marker, best) in markers) Put(new Slot(marker.First.Value, marker.Length + 1, best));
    }

    /// <summary>From 1 on; an enclosing prefix has a smaller number than those inside it.</summary>
    public Dictionary<AddressPrefix, int> Ids { get; }

    public int Count => _parents.Length - 1;

    /// <summary>The longest prefix that encloses this one, or <see cref="NoPrefix"/>.</summary>
    public int Parent(int prefix) => _parents[prefix];

    /// <summary>What naming a host by this prefix counts among the criteria of a row.</summary>
    public uint Rank(int prefix) => _ranks[prefix];

    /// <summary>The longest prefix that holds the address, or <see cref="NoPrefix"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(IpAddress address)
    {
        Family family = address.IsV4 ? _v4 : _v6;
        int[] lengths = family.Lengths;
        int from = 0, to = lengths.Length - 1, best = NoPrefix;
        while (from <= to)
        {
            int middle = (from + to) >>> 1;
            int found = Probe(address.Value & family.Masks[middle], lengths[middle] + 1);
            if (found >= 0)
            {
                best = found;
                from = middle + 1;
            }
            else
            {
                to = middle - 1;
            }
        }

        return best;
    }

    private int Probe(UInt128 value, int tag)
    {
        ref Slot first = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_slots);
        for (int at = Home(value, tag); ; at = (at + 1) & _mask)
        {
            ref readonly Slot slot = ref Unsafe.Add(ref first, at); // SAFETY: at is never above the mask, which is the last index.
            if (slot.Tag == tag && slot.Value == value) return slot.Best;
            if (slot.Tag == 0) return -1;
        }
    }

    private int Home(UInt128 value, int tag) => (int)FoldedProduct.Of((ulong)value ^ _seed, (ulong)(value >> 64) ^ ((ulong)tag * 0x9e3779b97f4a7c15)) & _mask;

    private void Put(Slot slot)
    {
        int at = Home(slot.Value, slot.Tag);
        while (_slots[at].Tag != 0) at = (at + 1) & _mask;
        _slots[at] = slot;
    }

    /// <summary>Sets the prefix and the markers on the way of the search to it.</summary>
    private void Mark(AddressPrefix[] sorted, int id, Dictionary<AddressPrefix, int> markers)
    {
        AddressPrefix prefix = sorted[id - 1];
        Family family = prefix.IsV4 ? _v4 : _v6;
        int from = 0, to = family.Lengths.Length - 1;
        while (true)
        {
            int middle = (from + to) >>> 1, length = family.Lengths[middle];
            if (length <= prefix.Length)
            {
                int best = id;
                while (best != NoPrefix && sorted[best - 1].Length > length) best = _parents[best];
                markers[new AddressPrefix(new IpAddress(prefix.First.Value & family.Masks[middle]), length)] = best;
                if (length == prefix.Length) return;
                from = middle + 1;
            }
            else
            {
                to = middle - 1;
            }
        }
    }

    private static int Compare(AddressPrefix x, AddressPrefix y)
    {
        if (x.IsV4 != y.IsV4) return x.IsV4 ? 1 : -1;
        int byFirst = x.First.CompareTo(y.First);
        return byFirst != 0 ? byFirst : x.Length - y.Length;
    }

    /// <summary>Prefixes of one family only: ::/0 holds no IPv4 address.</summary>
    private static bool Encloses(AddressPrefix outer, AddressPrefix inner) =>
        outer.IsV4 == inner.IsV4 && outer.Length <= inner.Length && inner.First >= outer.First && inner.Last <= outer.Last;

    /// <param name="Tag">One more than the length; 0 for a free slot.</param>
    /// <param name="Best">The longest prefix that holds all addresses of the slot's.</param>
    private readonly record struct Slot(UInt128 Value, int Tag, int Best);

    private sealed class Family
    {
        public Family(IEnumerable<AddressPrefix> prefixes)
        {
            Lengths = [.. prefixes.Select(p => p.Length).Distinct().Order()];
            Masks = [.. Lengths.Select(AddressPrefix.MaskOf)];
        }

        public int[] Lengths { get; }

        public UInt128[] Masks { get; }
    }
}
