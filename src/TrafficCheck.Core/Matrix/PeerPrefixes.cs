using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// The networks that rows name, asked for the longest that holds an address. As prefixes lie inside each other or apart, that one names all
/// that hold it: those around it (<see cref="Parent"/>). Each family by itself: ::/0 holds no IPv4 address.
/// </summary>
internal sealed class PeerPrefixes
{
    /// <summary>No network holds the address.</summary>
    public const int NoPrefix = 0;

    private readonly PrefixTable<uint> _v4;
    private readonly PrefixTable<UInt128> _v6;
    private readonly int[] _parents;
    private readonly uint[] _ranks;

    /// <param name="prefixes">Each once.</param>
    /// <param name="seed">Of the hashes; the results do not depend on it.</param>
    /// <exception cref="MatrixTooLargeException">There are too many.</exception>
    public PeerPrefixes(IReadOnlyCollection<AddressPrefix> prefixes, ulong seed)
    {
        if (prefixes.Count >= PrefixTable<uint>.MaxIds)
            throw new MatrixTooLargeException($"The rows name {prefixes.Count} networks; at most {PrefixTable<uint>.MaxIds - 1} can be looked up.");
        AddressPrefix[] sorted = [.. prefixes];
        Array.Sort(sorted, Compare);
        _parents = new int[sorted.Length + 1];
        _ranks = new uint[sorted.Length + 1];
        var lengths = new byte[sorted.Length + 1]; // as written, 0 to 32 for IPv4
        var v4 = new List<(uint, int, int)>();
        var v6 = new List<(UInt128, int, int)>();
        Ids = new(sorted.Length);
        for (int id = 1; id <= sorted.Length; id++)
        {
            AddressPrefix prefix = sorted[id - 1];
            Ids.Add(prefix, id);
            _ranks[id] = Specificity.OfPrefix(prefix.Length);
            lengths[id] = (byte)(prefix.IsV4 ? prefix.Length - AddressPrefix.MappedLength : prefix.Length);
            if (prefix.IsV4) v4.Add((prefix.First.V4Value, lengths[id], id));
            else v6.Add((prefix.First.Value, lengths[id], id));

            // Sorted like this, a prefix comes right after those around it and what else these hold.
            int parent = id - 1;
            while (parent != NoPrefix && !Encloses(sorted[parent - 1], prefix)) parent = _parents[parent];
            _parents[id] = parent;
        }

        _v4 = new PrefixTable<uint>(v4, _parents, lengths, seed);
        _v6 = new PrefixTable<UInt128>(v6, _parents, lengths, seed);
    }

    /// <summary>From 1 on; a prefix has a smaller number than those inside it.</summary>
    public Dictionary<AddressPrefix, int> Ids { get; }

    public int Count => _parents.Length - 1;

    /// <summary>The longest prefix around this one, or <see cref="NoPrefix"/>.</summary>
    public int Parent(int prefix) => _parents[prefix];

    /// <summary>What naming a host by this prefix counts among the criteria of a row.</summary>
    public uint Rank(int prefix) => _ranks[prefix];

    /// <summary>The longest prefix that holds the address, or <see cref="NoPrefix"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(IpAddress address) => address.IsV4 ? _v4.Find(address.V4Value) : _v6.Find(address.Value);

    private static bool Encloses(AddressPrefix outer, AddressPrefix inner) =>
        outer.IsV4 == inner.IsV4 && outer.Length <= inner.Length && inner.First >= outer.First && inner.Last <= outer.Last;

    private static int Compare(AddressPrefix x, AddressPrefix y)
    {
        if (x.IsV4 != y.IsV4) return x.IsV4 ? 1 : -1;
        int byFirst = x.First.CompareTo(y.First);
        return byFirst != 0 ? byFirst : x.Length - y.Length;
    }
}
