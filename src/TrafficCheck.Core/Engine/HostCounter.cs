using TrafficCheck.Core.Engine.Reports;
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

    private readonly List<(long Ns, IpAddress Host)> _sample = [];
    private readonly HostTable<uint> _v4 = new();
    private readonly HostTable<UInt128> _v6 = new();
    private bool _unspecified;
    private bool _exhausted;
    private HostEstimate? _estimate;

    public long Count
    {
        get
        {
            AddWaiting();
            return Math.Max(_v4.Count + _v6.Count + (_unspecified ? 1 : 0), _estimate?.Count ?? 0);
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

        _v4.Reserve(other._v4.Count);
        _v6.Reserve(other._v6.Count);
        foreach (uint host in other._v4.Slots)
        {
            if (host != 0) AddV4(host);
        }

        foreach (UInt128 host in other._v6.Slots)
        {
            if (host != 0) AddV6(host);
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
        foreach (uint host in _v4.Slots)
        {
            if (host != 0) _estimate.Add(IpAddress.V4(host).Value);
        }

        foreach (UInt128 host in _v6.Slots)
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
        if (host.IsV4 && host.V4Value != 0)
        {
            if (!_v4.IsLarge) AddV4(host.V4Value);
            else if (_v4.Wait(host.V4Value)) AddWaiting();
        }
        else if (host.Value == 0) _unspecified = true;
        else if (!_v6.IsLarge) AddV6(host.Value);
        else if (_v6.Wait(host.Value)) AddWaiting();
    }

    private void AddWaiting()
    {
        foreach (uint host in _v4.Waiting) AddV4(host);
        _v4.ClearWaiting();
        foreach (UInt128 host in _v6.Waiting) AddV6(host);
        _v6.ClearWaiting();
    }

    private void AddV4(uint host)
    {
        if (_v4.Has(host, out int slot)) return;
        if (budget.Take()) _v4.Set(slot, host);
        else Beyond(IpAddress.V4(host).Value);
    }

    private void AddV6(UInt128 host)
    {
        if (_v6.Has(host, out int slot)) return;
        if (budget.Take()) _v6.Set(slot, host);
        else Beyond(host);
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
