using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Open-addressed index from hashes to record numbers: chunks of one cache line with twelve one-byte tags, compared at once, and twelve
/// 32-bit numbers. A chunk that had to send an entry on to a later chunk counts it, so that a search ends at the first chunk without such
/// entries and removal leaves no tombstones (the layout of Folly's F14). Costs 6 to 13 bytes an entry.
/// </summary>
internal sealed unsafe class FlowIndex : IDisposable
{
    public const int SlotsPerChunk = 12;
    private const uint SlotMask = (1 << SlotsPerChunk) - 1;
    private const int InitialBits = 12;
    private const byte Saturated = byte.MaxValue;

    /// <summary>Record numbers have 30 bits (<see cref="FlowLimits.HighestMax"/>); the two above them hold more of the hash beside the tag.</summary>
    private const int NumberBits = 30;
    private const uint NumberMask = (1u << NumberBits) - 1;

    /// <summary>Chunks by which the records of an index that grows are fetched before they are read.</summary>
    private const uint GrowthLead = 4;

    private PageMemory _memory;
    private Chunk* _chunks;
    private int _bits = InitialBits;
    private uint _limit;

    public FlowIndex()
    {
        _memory = Allocate(_bits);
        _chunks = (Chunk*)_memory.Start;
        _limit = LimitOf(_bits);
    }

    public uint Count { get; private set; }

    /// <summary>For a loop over several hashes during which nothing is added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Reader Open() => new(_chunks, _bits);

    /// <summary>Bytes of address space in use.</summary>
    public nuint Bytes => _memory.Bytes;

    /// <summary>One more entry would make the index too full: call <see cref="Grow"/>.</summary>
    public bool IsFull => Count >= _limit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash) => CacheLine.Fetch(_chunks + Home(hash));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint GuessIn(Chunk* chunk, ulong hash)
    {
        for (uint matches = Matches(chunk, Tag(hash)); matches != 0; matches &= matches - 1)
        {
            uint number = chunk->Numbers[BitOperations.TrailingZeroCount(matches)] ^ MoreOf(hash);
            if (number <= NumberMask) return number;
        }

        return 0;
    }

    /// <summary>Steps through all numbers that may have this hash. <paramref name="step"/> starts at default.</summary>
    /// <returns>The next candidate, or 0 when there is no more.</returns>
    public uint Next(ulong hash, ref Step step)
    {
        uint mask = (1u << _bits) - 1;
        byte tag = Tag(hash);
        while (true)
        {
            Chunk* chunk = _chunks + ((Home(hash) + step.Distance) & mask);
            if (!step.Started)
            {
                step.Started = true;
                step.Matches = Matches(chunk, tag);
            }

            if (step.Matches != 0)
            {
                int slot = BitOperations.TrailingZeroCount(step.Matches);
                step.Matches &= step.Matches - 1;
                uint number = chunk->Numbers[slot] ^ MoreOf(hash);
                if (number <= NumberMask) return number;
                continue;
            }

            if (chunk->SentOn == 0 || step.Distance == mask) return 0;
            step.Distance++;
            step.Started = false;
        }
    }

    /// <summary>Adds a number that is not there yet. There must be room: see <see cref="IsFull"/>.</summary>
    public void Add(ulong hash, uint number)
    {
        Insert(_chunks, _bits, hash, number);
        Count++;
    }

    /// <returns>False when the number is not there, which is a defect of the caller.</returns>
    public bool Remove(ulong hash, uint number)
    {
        uint mask = (1u << _bits) - 1, home = Home(hash);
        for (uint distance = 0; distance <= mask; distance++)
        {
            Chunk* chunk = _chunks + ((home + distance) & mask);
            for (uint matches = Matches(chunk, Tag(hash)); matches != 0; matches &= matches - 1)
            {
                int slot = BitOperations.TrailingZeroCount(matches);
                if ((chunk->Numbers[slot] & NumberMask) != number) continue;
                chunk->Tags[slot] = 0;
                for (uint d = 0; d < distance; d++)
                {
                    // A saturated count no longer knows how many; it stays until the next growth.
                    Chunk* passed = _chunks + ((home + d) & mask);
                    if (passed->SentOn != Saturated) passed->SentOn--;
                }

                Count--;
                return true;
            }

            if (chunk->SentOn == 0) return false;
        }

        return false;
    }

    /// <summary>Doubles the index; <typeparamref name="THashes"/> tells the hash of each number.</summary>
    public void Grow<THashes>(in THashes hashes)
        where THashes : struct, IHashSource, allows ref struct
    {
        int bits = _bits + 1;
        PageMemory memory = Allocate(bits);
        var chunks = (Chunk*)memory.Start;
        for (uint c = 0; c < 1u << _bits; c++)
        {
            if (c + GrowthLead < 1u << _bits) FetchAll(_chunks + c + GrowthLead, in hashes);
            Chunk* chunk = _chunks + c;
            for (int slot = 0; slot < SlotsPerChunk; slot++)
            {
                if (chunk->Tags[slot] == 0) continue;
                uint number = chunk->Numbers[slot] & NumberMask;
                Insert(chunks, bits, hashes.HashOf(number), number);
            }
        }

        _memory.Dispose();
        _memory = memory;
        _chunks = chunks;
        _bits = bits;
        _limit = LimitOf(bits);
    }

    /// <summary>Takes all entries out; the room stays.</summary>
    public void Clear()
    {
        nuint bytes = (nuint)sizeof(Chunk) << _bits, given = _memory.GiveBack(0, bytes);
        if (Count > 0) NativeMemory.Clear((byte*)_chunks + given, bytes - given);
        Count = 0;
    }

    public void Dispose() => _memory.Dispose();

    private static void FetchAll<THashes>(Chunk* chunk, in THashes hashes)
        where THashes : struct, IHashSource, allows ref struct
    {
        for (int slot = 0; slot < SlotsPerChunk; slot++)
        {
            if (chunk->Tags[slot] != 0) hashes.Fetch(chunk->Numbers[slot] & NumberMask);
        }
    }

    private static void Insert(Chunk* chunks, int bits, ulong hash, uint number)
    {
        uint mask = (1u << bits) - 1;
        for (uint at = (uint)(hash >> (64 - bits)); ; at++)
        {
            Chunk* chunk = chunks + (at & mask);
            uint free = Matches(chunk, 0);
            if (free != 0)
            {
                int slot = BitOperations.TrailingZeroCount(free);
                chunk->Tags[slot] = Tag(hash);
                chunk->Numbers[slot] = number | MoreOf(hash);
                return;
            }

            if (chunk->SentOn != Saturated) chunk->SentOn++;
        }
    }

    // Filled to 5/6: measured in bench/README.md, one search in fifty looks at a second chunk.
    private static uint LimitOf(int bits) => (uint)(((ulong)SlotsPerChunk << bits) * 5 / 6);

    private static PageMemory Allocate(int bits) => PageMemory.Allocate((nuint)sizeof(Chunk) << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Home(ulong hash) => (uint)(hash >> (64 - _bits));

    /// <summary>The tag comes from the bits that the home does not use; 0 means a free slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Tag(ulong hash)
    {
        uint tag = (byte)hash;
        return (byte)(tag + ((tag - 1) >> 31));
    }

    /// <summary>Two bits that neither the home nor the tag uses, above a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MoreOf(ulong hash) => (uint)hash >> 8 << NumberBits;

    // SAFETY: a chunk is 64 bytes, so 16 bytes from its start are inside; the four bytes behind the tags are masked out.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matches(Chunk* chunk, byte tag) =>
        Vector128.Equals(Vector128.Load((byte*)chunk), Vector128.Create(tag)).ExtractMostSignificantBits() & SlotMask;

    /// <summary>The index in registers: its fields would be loaded anew for each hash, because what a loop writes may lie anywhere.</summary>
    public readonly ref struct Reader
    {
        private readonly Chunk* _chunks;
        private readonly int _shift;

        internal Reader(Chunk* chunks, int bits)
        {
            _chunks = chunks;
            _shift = 64 - bits;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Prefetch(ulong hash) => CacheLine.Fetch(_chunks + (uint)(hash >> _shift));

        /// <summary>
        /// The first number whose tag fits in the home chunk or, when that sent entries on, in the next; 0 for none. Right for nearly all hits, to be
        /// confirmed by the key.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public uint Guess(ulong hash)
        {
            var home = (uint)(hash >> _shift);
            Chunk* chunk = _chunks + home;
            uint number = GuessIn(chunk, hash);
            return number != 0 || chunk->SentOn == 0 ? number : GuessIn(_chunks + ((home + 1) & (uint)(ulong.MaxValue >> _shift)), hash);
        }
    }

    /// <summary>Where a search stands.</summary>
    public struct Step
    {
        internal uint Distance, Matches;
        internal bool Started;
    }

    public interface IHashSource
    {
        ulong HashOf(uint number);

        /// <summary>The hash of this number will be asked for soon.</summary>
        void Fetch(uint number);
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Chunk
    {
        public fixed byte Tags[SlotsPerChunk];
        public byte SentOn;
        private fixed byte _unused[3];
        public fixed uint Numbers[SlotsPerChunk];
    }
}
