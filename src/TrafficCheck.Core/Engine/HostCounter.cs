using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>How many more hosts all counters of a run may remember; bounds the memory that a flood of addresses can claim.</summary>
internal sealed class HostBudget(long hosts = HostBudget.Default)
{
    /// <summary>At most 16 bytes for an IPv4 host and 64 for an IPv6 host, half of it on average.</summary>
    public const long Default = 16_000_000;

    /// <summary>Counters that go on with an estimate, at 4 KB each, once the hosts are spent.</summary>
    private const int Estimates = 256;

    private long _left = hosts;
    private int _estimatesLeft = Estimates;

    public bool Take() => _left > 0 && _left-- > 0;

    public HostEstimate? TakeEstimate() => _estimatesLeft-- > 0 ? new HostEstimate() : null;
}

/// <summary>
/// Counts distinct hosts exactly, as long as the budget of the run lasts, then by an estimate, or when there are too many of these as a lower bound;
/// and keeps those seen first in packet time, so that neither the count nor the sample depends on the order in which flows end.
/// </summary>
internal sealed class HostCounter(HostBudget budget)
{
    public const int SampleSize = 5;

    private static readonly ulong s_secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>Slots from which on a table no longer lies in the nearest cache, and hosts that then wait for their slots together.</summary>
    private const int LargeTable = 4096, MostWaiting = 16;

    private readonly List<(long Ns, IpAddress Host)> _sample = [];
    private uint[]? _waiting;
    private int _waitingCount;
    private uint[] _v4 = [];
    private int _v4Count;
    private UInt128[] _v6 = [];
    private int _v6Count;
    private bool _unspecified;
    private bool _exhausted;
    private HostEstimate? _estimate;

    public long Count
    {
        get
        {
            AddWaiting();
            return Math.Max(_v4Count + _v6Count + (_unspecified ? 1 : 0), _estimate?.Count ?? 0);
        }
    }

    public IEnumerable<IpAddress> Sample => _sample.Select(s => s.Host);

    public void Add(IpAddress host, long firstNs)
    {
        AddToSet(host);

        // Most flows come later than those of the sample.
        if (_sample.Count < SampleSize || firstNs <= _sample[^1].Ns) Offer(host, firstNs);
    }

    public void AddAll(HostCounter other)
    {
        other.AddWaiting();
        AddWaiting();

        // Room for all before the first: the other table gives its hosts in the order of their hashes, and a table that grows meanwhile would
        // have them all in one long run.
        while ((_v4Count + other._v4Count + 1) * 4L > _v4.Length * 3L) GrowV4();
        while ((_v6Count + other._v6Count + 1) * 4L > _v6.Length * 3L) GrowV6();
        foreach (uint host in other._v4)
        {
            if (host != 0) AddToSet(IpAddress.V4(host));
        }

        foreach (UInt128 host in other._v6)
        {
            if (host != 0) AddToSet(new IpAddress(host));
        }

        _unspecified |= other._unspecified;
        foreach (var (ns, host) in other._sample) Offer(host, ns);
        if (!other._exhausted) return;
        if (!_exhausted) Exhaust();
        if (other._estimate is null) _estimate = null;
        else _estimate?.Add(other._estimate);
    }

    public HostSet ToHostSet() =>
        new(Count, _exhausted && _estimate is null, [.. _sample.Select(s => s.Host.ToString())]) { Error = _estimate is null ? null : HostEstimate.Error };

    /// <summary>The budget is spent: from here on the estimate counts, which begins with the hosts that are known.</summary>
    private void Exhaust()
    {
        _exhausted = true;
        _estimate = budget.TakeEstimate();
        if (_estimate is null) return;
        foreach (uint host in _v4)
        {
            if (host != 0) _estimate.Add(IpAddress.V4(host).Value);
        }

        foreach (UInt128 host in _v6)
        {
            if (host != 0) _estimate.Add(host);
        }
    }

    private void Beyond(UInt128 host)
    {
        if (!_exhausted) Exhaust();
        _estimate?.Add(host);
    }

    private void AddToSet(IpAddress host)
    {
        if (!host.IsV4 || host.V4Value == 0) AddV6(host.Value);
        else if (_v4.Length < LargeTable) AddV4(host.V4Value);
        else Wait(host.V4Value);
    }

    /// <summary>The slot is fetched while other hosts come in: each is a line of memory that no cache holds.</summary>
    private unsafe void Wait(uint host)
    {
        _waiting ??= new uint[MostWaiting];
        _waiting[_waitingCount++] = host;
        CacheLine.Fetch(Unsafe.AsPointer(ref _v4[HomeOf(_v4, host)]));
        if (_waitingCount == MostWaiting) AddWaiting();
    }

    private void AddWaiting()
    {
        for (int i = 0; i < _waitingCount; i++) AddV4(_waiting![i]);
        _waitingCount = 0;
    }

    private void AddV4(uint host)
    {
        if ((_v4Count + 1) * 4L > _v4.Length * 3L) GrowV4();
        int at = SlotOf(_v4, host);
        if (_v4[at] == host) return;
        if (!budget.Take())
        {
            Beyond(IpAddress.V4(host).Value);
            return;
        }

        _v4[at] = host;
        _v4Count++;
    }

    private void AddV6(UInt128 host)
    {
        if (host == 0)
        {
            _unspecified = true;
            return;
        }

        if ((_v6Count + 1) * 4L > _v6.Length * 3L) GrowV6();
        int at = SlotOf(_v6, host);
        if (_v6[at] == host) return;
        if (!budget.Take())
        {
            Beyond(host);
            return;
        }

        _v6[at] = host;
        _v6Count++;
    }

    private void GrowV6()
    {
        UInt128[] old = _v6;
        _v6 = new UInt128[Math.Max(4, old.Length * 2)];
        foreach (UInt128 host in old)
        {
            if (host != 0) _v6[SlotOf(_v6, host)] = host;
        }
    }

    private void GrowV4()
    {
        uint[] old = _v4;
        _v4 = new uint[Math.Max(8, old.Length * 2)];
        foreach (uint host in old)
        {
            if (host != 0) _v4[SlotOf(_v4, host)] = host;
        }
    }

    private static int HomeOf(uint[] table, uint host) => (int)(Mix(host) & (ulong)(table.Length - 1));

    private static int SlotOf(uint[] table, uint host)
    {
        int at = HomeOf(table, host);
        while (table[at] != 0 && table[at] != host) at = (at + 1) & (table.Length - 1);
        return at;
    }

    private static int SlotOf(UInt128[] table, UInt128 host)
    {
        int at = (int)(Mix((ulong)host ^ Mix((ulong)(host >> 64))) & (ulong)(table.Length - 1));
        while (table[at] != 0 && table[at] != host) at = (at + 1) & (table.Length - 1);
        return at;
    }

    /// <summary>32 bits of SplitMix64's finaliser over a secret: hosts are chosen by others, and neighbours are common. The secret shows in no result.</summary>
    private static ulong Mix(ulong host)
    {
        ulong x = (host ^ s_secret) * 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        return x >> 32;
    }

    /// <summary>Keeps the earliest hosts, each once with its earliest time; ties go to the lower address.</summary>
    private void Offer(IpAddress host, long ns)
    {
        for (int i = 0; i < _sample.Count; i++)
        {
            if (_sample[i].Host != host) continue;
            if (ns >= _sample[i].Ns) return;
            _sample.RemoveAt(i);
            break;
        }

        int at = 0;
        while (at < _sample.Count && _sample[at].CompareTo((ns, host)) < 0) at++;
        _sample.Insert(at, (ns, host));
        if (_sample.Count > SampleSize) _sample.RemoveAt(SampleSize);
    }
}
