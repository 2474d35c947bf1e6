using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Longest prefix of an address, by binary search over the lengths that occur (Waldvogel, Varghese, Turner and Plattner, "Scalable High Speed IP
/// Routing Lookups", 1997): one probe of a hash table a step, so that a search costs the logarithm of the number of different lengths (one probe for one
/// length, three for seven, eight for all 129) and nothing for the number of prefixes. A probe that has to lead on to longer prefixes finds a
/// marker, which knows the longest prefix up to there. A probe is one cache line of eight words, compared at once, and no step branches on what it found:
/// addresses come in an order that no processor guesses. 16 to 32 bytes a marker (of which a prefix has at most the steps of its search), for IPv6 32 more.
/// </summary>
/// <typeparam name="TKey"><see cref="uint"/> for IPv4, <see cref="UInt128"/> for IPv6.</typeparam>
internal sealed class PrefixTable<TKey>
    where TKey : unmanaged, IBinaryInteger<TKey>
{
    /// <summary>Numbers are below.</summary>
    public const int MaxIds = 1 << IdBits;

    private const int IdBits = 24, Line = 8, MeanLoad = 4;

    // The lengths as a complete search tree in an array, children of i at 2i and 2i + 1; places beyond the longest are never found.
    private readonly int _steps;
    private readonly int[] _tags;
    private readonly TKey[] _masks;

    // Words of 40 bits that tell a marker (IPv4: all there is to it, IPv6: of its hash) and 24 bits that number its prefix (IPv6: its entry).
    private readonly ulong[] _words;
    private readonly int _first, _mask;
    private readonly Entry[] _entries;
    private readonly ulong _seed;

    /// <param name="prefixes">First address, length, and the number by which it is known, above 0.</param>
    /// <param name="parents">By number: the longest prefix around it, or 0.</param>
    /// <param name="lengthOf">By number.</param>
    /// <exception cref="MatrixTooLargeException">There are too many.</exception>
    public PrefixTable(IReadOnlyList<(TKey First, int Length, int Id)> prefixes, int[] parents, byte[] lengthOf, ulong seed)
    {
        int[] lengths = [.. prefixes.Select(p => p.Length).Distinct().Order()];
        _steps = BitOperations.Log2((uint)lengths.Length) + (lengths.Length == 0 ? 0 : 1);
        _tags = new int[1 << _steps];
        _masks = new TKey[1 << _steps];
        _tags.AsSpan().Fill(byte.MaxValue);
        int next = 0;
        Lay(1, lengths, ref next);
        var markers = new Dictionary<(TKey First, int Tag), int>(prefixes.Count * 2);
        foreach (var (first, length, id) in prefixes)
        {
            // What the search for an address of the prefix has to find on its way.
            for (int node = 1, best; node < _tags.Length; node = (2 * node) + (_tags[node] <= length + 1 ? 1 : 0))
            {
                if (_tags[node] > length + 1) continue;
                for (best = id; best != PeerPrefixes.NoPrefix && lengthOf[best] + 1 > _tags[node];) best = parents[best];
                markers[(first & _masks[node], _tags[node])] = best;
                if (_tags[node] == length + 1) break;
            }
        }

        if (!IsV4 && markers.Count >= MaxIds)
            throw new MatrixTooLargeException($"The rows name {prefixes.Count} IPv6 networks of {lengths.Length} lengths, too many to be looked up; name shorter prefixes.");
        int lines = (int)BitOperations.RoundUpToPowerOf2((uint)((markers.Count / MeanLoad) + 1));
        _mask = lines - 1;
        _words = GC.AllocateArray<ulong>((lines + 1) * Line, pinned: true); // pinned: a line of eight words stays one of the cache
        _first = (int)((-Marshal.UnsafeAddrOfPinnedArrayElement(_words, 0) & 63) / sizeof(ulong));
        _entries = IsV4 ? [] : new Entry[markers.Count + 1];
        while (!Fill(markers, seed | 1)) seed = FoldedProduct.Of(seed, 0x9e3779b97f4a7c15) + 2;
        _seed = seed | 1;
    }

    private static bool IsV4 => typeof(TKey) == typeof(uint);

    /// <summary>The longest prefix that holds the address, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(TKey address)
    {
        int node = 1, best = PeerPrefixes.NoPrefix;
        for (int step = 0; step < _steps; step++)
        {
            int found = Probe(address & _masks[node], _tags[node], out int prefix);
            best += (prefix - best) & -found;
            node = (2 * node) + found;
        }

        return best;
    }

    /// <returns>1 when there is such a marker, else 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Probe(TKey value, int tag, out int prefix)
    {
        ulong hash = HashOf(value, tag, _seed), word = WordOf(value, tag, hash);
        ref ulong words = ref MemoryMarshal.GetArrayDataReference(_words);
        for (int at = (int)hash & _mask; ; at = (at + 1) & _mask)
        {
            // SAFETY: the array has room for a line more than the mask counts, which the offset of the first takes a part of.
            ref ulong line = ref Unsafe.Add(ref words, _first + (at * Line));
            var sought = Vector256.Create(word);
            Vector256<ulong> lower = Vector256.ShiftRightLogical(Vector256.LoadUnsafe(ref line) ^ sought, IdBits);
            Vector256<ulong> upper = Vector256.ShiftRightLogical(Vector256.LoadUnsafe(ref line, 4) ^ sought, IdBits);
            uint equal = Vector256.Equals(lower, Vector256<ulong>.Zero).ExtractMostSignificantBits()
                | (Vector256.Equals(upper, Vector256<ulong>.Zero).ExtractMostSignificantBits() << 4);
            int found = equal != 0 ? 1 : 0;
            prefix = (int)Unsafe.Add(ref line, BitOperations.TrailingZeroCount(equal) & (Line - 1)) & (MaxIds - 1);
            if (!IsV4)
            {
                ref readonly Entry entry = ref _entries[prefix & -found]; // the first has no tag
                prefix = entry.Best;
                found &= entry.Value == value ? 1 : 0;
            }

            // Few lines are full, so that this is no guess.
            if ((equal != 0) | (Unsafe.Add(ref line, Line - 1) == 0)) return found;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashOf(TKey value, int tag, ulong seed)
    {
        ulong lower = ulong.CreateTruncating(value), upper = IsV4 ? 0 : ulong.CreateTruncating(value >> 64);
        return FoldedProduct.Of(lower ^ seed, upper ^ ((ulong)tag * 0x9e3779b97f4a7c15));
    }

    /// <returns>40 bits above <see cref="IdBits"/>; not 0, because no tag is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong WordOf(TKey value, int tag, ulong hash) =>
        (IsV4 ? ulong.CreateTruncating(value) << 32 : hash & 0xffff_ffff_0000_0000) | ((ulong)tag << IdBits);

    private void Lay(int node, int[] lengths, ref int next)
    {
        if (node >= _tags.Length) return;
        Lay(2 * node, lengths, ref next);
        if (next < lengths.Length)
        {
            _tags[node] = lengths[next] + 1;
            _masks[node] = lengths[next] == 0 ? TKey.Zero : TKey.AllBitsSet << ((Unsafe.SizeOf<TKey>() * 8) - lengths[next]);
            next++;
        }

        Lay((2 * node) + 1, lengths, ref next);
    }

    /// <returns>Whether all markers have words of their own with this seed; the chance against it is 1 in 2^32 for a pair in a line.</returns>
    private bool Fill(Dictionary<(TKey First, int Tag), int> markers, ulong seed)
    {
        Array.Clear(_words);
        int entries = 0;
        foreach (var ((first, tag), best) in markers)
        {
            ulong hash = HashOf(first, tag, seed), word = WordOf(first, tag, hash);
            if (!IsV4) _entries[++entries] = new Entry(first, best);
            int line = (int)hash & _mask, at = 0;
            Span<ulong> words = _words.AsSpan(_first + (line * Line), Line);
            while (words[at] != 0)
            {
                if (words[at] >> IdBits == word >> IdBits) return false;
                if (++at < Line) continue;
                (line, at) = ((line + 1) & _mask, 0);
                words = _words.AsSpan(_first + (line * Line), Line);
            }

            words[at] = word | (uint)(IsV4 ? best : entries);
        }

        return true;
    }

    private readonly record struct Entry(TKey Value, int Best);
}
