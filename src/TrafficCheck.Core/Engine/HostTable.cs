using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Distinct hosts, open-addressed; the zero value is none. The upper bits of the hash are the place, so that a table that grows is read and
/// written from its beginning to its end, and waits for no line of memory. A large one lies outside the managed heap, which would keep what it left behind.
/// </summary>
internal sealed unsafe class HostTable<T>
    where T : unmanaged, IEquatable<T>
{
    private const int Smallest = 4, LargeBytes = 1 << 15, MostWaiting = 16;

    private static readonly ulong s_secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private T[] _few = [];
    private PageMemory? _many;
    private T[]? _waiting;
    private int _size, _waitingCount, _shift = 64;

    public int Count { get; private set; }

    /// <summary>The hosts may lie beyond the nearest caches: they wait for their slots together.</summary>
    public bool IsLarge => _many is not null;

    /// <summary>Hosts that wait for their slots; to be added one by one, and then to be cleared.</summary>
    public ReadOnlySpan<T> Waiting => _waiting.AsSpan(0, _waitingCount);

    /// <summary>All slots, in the order of their hashes; those without a host are zero.</summary>
    public ReadOnlySpan<T> Slots => _size == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref First, _size);

    // SAFETY: the block is alive while the field is, and holds as many.
    private ref T First => ref _many is null ? ref MemoryMarshal.GetArrayDataReference(_few) : ref Unsafe.AsRef<T>(_many.Start);

    /// <returns>Whether the waiting ones are to be added now.</returns>
    public bool Wait(T host)
    {
        _waiting ??= new T[MostWaiting];
        _waiting[_waitingCount++] = host;
        CacheLine.Fetch((T*)_many!.Start + HomeOf(host));
        return _waitingCount == MostWaiting;
    }

    public void ClearWaiting() => _waitingCount = 0;

    public long Bytes => (long)_size * sizeof(T);

    public long BytesWhenGrown => (long)SizeWhenGrown * sizeof(T);

    private int SizeWhenGrown => Math.Max(Smallest, _size * 2);

    /// <summary>Whether so many more fit without growing; a quarter of the slots stays free.</summary>
    public bool HasRoom(int more) => (Count + (long)more) * 4 <= _size * 3L;

    /// <returns>The slot of a host that is there, or else the place for <see cref="Set"/>, as long as there is room.</returns>
    public bool Has(T host, out int slot)
    {
        slot = 0;
        if (_size == 0) return false;
        slot = SlotOf(host);
        return Unsafe.Add(ref First, slot).Equals(host);
    }

    public void Set(int slot, T host)
    {
        Unsafe.Add(ref First, slot) = host;
        Count++;
    }

    /// <summary>Forgets the hosts that have slots, and gives the memory back.</summary>
    public void Clear()
    {
        _many?.Dispose();
        (_few, _many, _size, _shift, Count) = ([], null, 0, 64, 0);
    }

    public HostTable<T> Fork(ForkScope scope)
    {
        var fork = (HostTable<T>)MemberwiseClone();
        if (_few.Length > 0) fork._few = (T[])_few.Clone();
        fork._waiting = (T[]?)_waiting?.Clone();
        if (_many is null) return fork;
        fork._many = _many.Copy();
        scope.Own(fork._many);
        return fork;
    }

    public void Grow()
    {
        (T[] few, PageMemory? many, int size) = (_few, _many, _size);
        ReadOnlySpan<T> old = Slots;
        _size = SizeWhenGrown;
        _shift = 64 - BitOperations.Log2((uint)_size);
        long bytes = (long)_size * sizeof(T);
        if (bytes >= LargeBytes) (_few, _many) = ([], PageMemory.Allocate((nuint)bytes));
        else _few = new T[_size];
        foreach (T host in old)
        {
            if (!host.Equals(default)) Unsafe.Add(ref First, SlotOf(host)) = host;
        }

        GC.KeepAlive(few);
        many?.Dispose();
    }

    private int SlotOf(T host)
    {
        // SAFETY: the mask keeps the place inside the table, a quarter of which is free.
        ref T first = ref First;
        int mask = _size - 1, at = HomeOf(host);
        while (true)
        {
            T there = Unsafe.Add(ref first, at);
            if (there.Equals(host) || there.Equals(default)) return at;
            at = (at + 1) & mask;
        }
    }

    private int HomeOf(T host) => (int)(Hash(host) >> _shift);

    /// <summary>SplitMix64's finaliser over a secret: hosts are chosen by others, and neighbours are common. The secret shows in no result.</summary>
    private static ulong Hash(T host)
    {
        if (sizeof(T) == sizeof(uint)) return Mix(Unsafe.BitCast<T, uint>(host));
        UInt128 wide = Unsafe.BitCast<T, UInt128>(host);
        return Mix((ulong)wide ^ Mix((ulong)(wide >> 64)));
    }

    private static ulong Mix(ulong host)
    {
        ulong x = (host ^ s_secret) * 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        return x ^ (x >> 27);
    }
}
