using System.Runtime.InteropServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <summary>Identity of a datagram whose fragments belong together (RFC 791, RFC 8200).</summary>
public readonly record struct DatagramKey(IpAddress Source, IpAddress Destination, uint Id, ushort Vlan, byte Protocol);

/// <summary>What the first fragment of a datagram said.</summary>
/// <param name="CarriesTunnel">A packet inside it was counted with its whole length: later fragments have nothing to add.</param>
/// <param name="IsErrorOfFlow">It is an ICMP error about a flow, or may be one: what it is holds for later fragments as well.</param>
public readonly record struct FirstFragment(byte Protocol, ushort SourcePort, ushort DestinationPort, bool CarriesTunnel = false, bool IsErrorOfFlow = false);

/// <summary>Fragments that came before the first of their datagram.</summary>
public readonly record struct WaitingFragments(uint Packets, uint Bytes, long FirstNs, long LastNs, long FirstFrame);

/// <summary>
/// Brings later fragments to the flow of their first, in constant memory: sets of four entries each, the oldest of a set gives way. Fragments
/// that come before their first wait as sums, not as packets. What never finds its first is counted in <see cref="Orphans"/>.
/// </summary>
public sealed unsafe class FragmentTable : IDisposable
{
    private const int Ways = 4;
    private const int SetBits = 12;

    /// <summary>RFC 1122 section 3.3.2 and RFC 8200 section 4.5: reassembly is given up after 60 seconds.</summary>
    private const ulong LifetimeNs = 60_000_000_000;

    /// <summary>Fragments of one datagram that may wait; each has at most 64 KB (IPv6 without jumbograms, which cannot be fragments: RFC 2675).</summary>
    private const uint MostWaiting = 65_000;

    /// <summary>
    /// Frames that may come before the first fragment, when others wait for it: what goes to flows counts frames in 32 bits. So many come within the lifetime only
    /// where times stand still.
    /// </summary>
    internal const long MostFramesBetween = 1L << 30;

    private readonly HashSeed _seed;
    private Entry* _entries = (Entry*)NativeMemory.AllocZeroed((nuint)(Ways << SetBits), (nuint)sizeof(Entry));

    public FragmentTable(HashSeed seed) => _seed = seed;

    ~FragmentTable() => Free();

    /// <summary>Packets that waited in vain: their first fragment was not captured in time.</summary>
    public long Orphans { get; private set; }

    /// <summary>Packets that wait now.</summary>
    public long Waiting { get; private set; }

    /// <summary>Notes the ports of a first fragment.</summary>
    /// <param name="frame">Its number; what waited for longer than <see cref="MostFramesBetween"/> frames has waited in vain.</param>
    /// <returns>What has waited for it; zero packets when nothing has.</returns>
    public WaitingFragments First(in DatagramKey key, FirstFragment first, long timestampNs, long frame = 0)
    {
        Entry* entry = FindOrTake(in key, timestampNs);
        if (frame - entry->FirstFrame > MostFramesBetween && entry->Packets > 0) entry = Take(entry, in key, timestampNs);
        var waited = new WaitingFragments(entry->Packets, entry->Bytes, entry->FirstNs, entry->LastNs, entry->FirstFrame);
        Waiting -= entry->Packets;
        entry->Packets = 0;
        entry->Bytes = 0;
        entry->Known = true;
        entry->Ports = first;
        return waited;
    }

    /// <summary>A later fragment.</summary>
    /// <returns>Whether its first is known; if not, the fragment waits.</returns>
    public bool Later(in DatagramKey key, uint bytes, long timestampNs, long frame, out FirstFragment first)
    {
        Entry* entry = FindOrTake(in key, timestampNs);
        first = entry->Ports;
        if (entry->Known) return true;

        // More than a datagram can have, by far: sums stay within their 32 bits.
        if (entry->Packets == MostWaiting) entry = Take(entry, in key, timestampNs);
        if (entry->Packets == 0)
        {
            entry->FirstNs = timestampNs;
            entry->LastNs = timestampNs;
            entry->FirstFrame = frame;
        }

        entry->FirstNs = Math.Min(entry->FirstNs, timestampNs);
        entry->LastNs = Math.Max(entry->LastNs, timestampNs);
        entry->Packets++;
        entry->Bytes += bytes;
        Waiting++;
        return false;
    }

    /// <summary>The input is over: what waits has waited in vain.</summary>
    public void End()
    {
        Orphans += Waiting;
        Waiting = 0;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private Entry* FindOrTake(in DatagramKey key, long timestampNs)
    {
        ulong hash = _seed.Mix(
            _seed.Mix((ulong)(key.Source.Value >> 64), (ulong)key.Source.Value),
            _seed.Mix((ulong)(key.Destination.Value >> 64) ^ key.Id, (ulong)key.Destination.Value ^ ((ulong)key.Protocol << 56) ^ ((ulong)key.Vlan << 40)));
        Entry* set = _entries + (nint)(hash >> (64 - SetBits)) * Ways;
        Entry* oldest = set;
        for (int way = 0; way < Ways; way++)
        {
            Entry* entry = set + way;
            if (entry->Used && entry->Key == key)
            {
                // The identification is taken again for another datagram after a while.
                if (TimeDistance.Of(timestampNs, entry->SeenNs) > LifetimeNs) return Take(entry, in key, timestampNs);
                entry->SeenNs = timestampNs;
                return entry;
            }

            if (oldest->Used && (!entry->Used || entry->SeenNs < oldest->SeenNs)) oldest = entry;
        }

        return Take(oldest, in key, timestampNs);
    }

    private Entry* Take(Entry* entry, in DatagramKey key, long timestampNs)
    {
        Orphans += entry->Packets;
        Waiting -= entry->Packets;
        *entry = default;
        entry->Used = true;
        entry->Key = key;
        entry->SeenNs = timestampNs;
        return entry;
    }

    private void Free()
    {
        // SAFETY: null after the first call; the table is not used after Dispose.
        NativeMemory.Free(_entries);
        _entries = null;
    }

    private struct Entry
    {
        public DatagramKey Key;
        public FirstFragment Ports;
        public bool Used, Known;
        public uint Packets;
        public uint Bytes;
        public long SeenNs, FirstNs, LastNs, FirstFrame;
    }
}
