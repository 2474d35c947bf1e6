using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// Recognises packets that a mirror delivered more than once, in constant memory: sets of two entries in one cache line, the older of which
/// gives way. A retransmission is no copy: it has another identification, or comes later than the window. What carries no identification
/// (IPv6, and IPv4 with 0) can be told from a repetition by time alone, so that its window is short, and shorter still when nothing at all
/// shows a second point of mirroring.
/// </summary>
public sealed unsafe class CopyFilter : IDisposable
{
    /// <summary>Mirrors deliver within this, across a firewall or two taps too; TCP repeats nothing before 200 ms (RFC 6298 and its practice).</summary>
    public const long WindowNs = 100_000_000;

    /// <summary>For packets without identification that differ in TTL, VLAN, interface or hardware address.</summary>
    public const long UnidentifiedWindowNs = 5_000_000;

    /// <summary>For packets without identification that differ in nothing: repeated messages look like this as well.</summary>
    public const long IdenticalWindowNs = 1_000_000;

    private const int SetBits = 15;
    private const int MaxPairs = 4096;

    private readonly ulong _seed;
    private readonly ushort _vlanMask;
    private readonly long[] _byKind = new long[(int)CopyKind.Count];
    private readonly Dictionary<(CopyKind Kind, ushort First, ushort Second), long> _pairs = [];
    private readonly PageMemory _memory;
    private readonly Set* _sets;

    /// <param name="vlanMask">Bits of the VLAN identifier that tell flows apart: packets that differ in them are no copies.</param>
    public CopyFilter(HashSeed seed, ushort vlanMask = 0)
    {
        _vlanMask = vlanMask;
        _seed = seed.Mix(0x636f7079, 0x66696c74);

        // 2 MB, one huge page: each packet looks at another line of it.
        _memory = PageMemory.Allocate((nuint)sizeof(Set) << SetBits);
        _sets = (Set*)_memory.Start;
    }

    public long Copies { get; private set; }

    public ReadOnlySpan<long> ByKind => _byKind;

    /// <summary>Copies by the VLANs or interfaces of the first and the further packet; those of more pairs than are kept are under (0, 0).</summary>
    public IReadOnlyDictionary<(CopyKind Kind, ushort First, ushort Second), long> Pairs => _pairs;

    /// <summary>What the hash of a packet of this VLAN begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong SeedOf(ushort vlan) => _seed ^ (ulong)(vlan & _vlanMask);

    /// <summary>The packet's hash; fetches the line in which it will be looked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Prepare(in PacketSummary packet)
    {
        ulong hash = CopyHash.Of(in packet, SeedOf(packet.Vlan));
        Fetch(hash);
        return hash;
    }

    /// <summary>Fetches the line in which a packet with this hash will be looked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(ulong hash) => CacheLine.Fetch(_sets + (hash >> (64 - SetBits)));

    /// <summary>Whether the packet was seen before, as another point of the mirror delivered it; if not, it is remembered.</summary>
    /// <param name="hash">From <see cref="Prepare"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsCopy(ulong hash, long timestampNs, CopyTrait trait)
    {
        Set* set = _sets + (hash >> (64 - SetBits));
        Entry* entry = &set->First;
        if (entry->Hash != hash)
        {
            entry = &set->Second;
            if (entry->Hash != hash)
            {
                // The older one, found without a branch that nothing predicts.
                entry = &set->First + (set->First.TimestampNs > set->Second.TimestampNs ? 1 : 0);
                *entry = new Entry { Hash = hash, TimestampNs = timestampNs, Trait = trait };
                return false;
            }
        }

        return Compare(entry, timestampNs, trait);
    }

    public void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Compare(Entry* entry, long timestampNs, CopyTrait trait)
    {
        CopyTrait known = entry->Trait;
        CopyKind kind = known.HopLimit != trait.HopLimit ? CopyKind.Routed
            : known.Vlan != trait.Vlan ? CopyKind.Vlan
            : known.Interface != trait.Interface ? CopyKind.Interface
            : known.Macs != trait.Macs ? CopyKind.HardwareAddress
            : CopyKind.Identical;
        long window = trait.IsIdentified ? WindowNs : kind == CopyKind.Identical ? IdenticalWindowNs : UnidentifiedWindowNs;
        if (TimeDistance.Of(timestampNs, entry->TimestampNs) > (ulong)window)
        {
            entry->TimestampNs = timestampNs;
            entry->Trait = trait;
            return false;
        }

        Copies++;
        _byKind[(int)kind]++;
        var pair = kind switch
        {
            CopyKind.Vlan => (kind, known.Vlan, trait.Vlan),
            CopyKind.Interface => (kind, known.Interface, trait.Interface),
            _ => (kind, trait.Vlan, trait.Vlan),
        };
        if (_pairs.Count >= MaxPairs && !_pairs.ContainsKey(pair)) pair = (kind, 0, 0);
        CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _)++;
        return true;
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Set
    {
        public Entry First, Second;
    }

    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Entry
    {
        public ulong Hash;
        public long TimestampNs;
        public CopyTrait Trait;
    }
}
