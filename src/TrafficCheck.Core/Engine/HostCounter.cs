using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Counts distinct hosts exactly, as long as a table and the budget of the run have room, then by an estimate, or when there are too many of these as a
/// lower bound; and keeps those seen first in packet time, so that neither the count nor the sample depends on the order in which flows end.
/// </summary>
internal sealed class HostCounter(HostBudget budget)
{
    public const int SampleSize = 5;

    private HostBudget _budget = budget;
    private List<(long Ns, IpAddress Host)> _sample = [];
    private HostTable<uint> _v4 = new();
    private HostTable<UInt128> _v6 = new();
    private bool _unspecified;
    private bool _exhausted, _isLowerBound;
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

        Reserve(_v4, other._v4.Count);
        Reserve(_v6, other._v6.Count);
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
        if (other._estimate is not null) _estimate?.Add(other._estimate);
        _isLowerBound |= other._isLowerBound || (_estimate is null && other._estimate is not null);
    }

    public HostCounter Fork(ForkScope scope)
    {
        var fork = (HostCounter)MemberwiseClone();
        fork._budget = scope.Budget;
        fork._sample = [.. _sample];
        fork._v4 = _v4.Fork(scope);
        fork._v6 = _v6.Fork(scope);
        fork._estimate = _estimate?.Fork();
        return fork;
    }

    public HostSet ToHostSet() =>
        new(Count, _isLowerBound, [.. _sample.Select(s => s.Host.ToString())])
        {
            Error = _estimate is null || _isLowerBound ? null : HostEstimate.Error,
            Sketch = ToSketch(),
        };

    /// <summary>Null when hosts are missing in it.</summary>
    private HostSketch? ToSketch()
    {
        if (_estimate is not null) return HostSketch.OfEstimate(_estimate.Ranks);
        if (_isLowerBound) return null;
        var hosts = new List<UInt128>(_v4.Count + _v6.Count + 1);
        foreach (uint host in _v4.Slots)
        {
            if (host != 0) hosts.Add(IpAddress.V4(host).Value);
        }

        foreach (UInt128 host in _v6.Slots)
        {
            if (host != 0) hosts.Add(host);
        }

        if (_unspecified) hosts.Add(0);
        return HostSketch.Of(hosts);
    }

    /// <summary>There is no more room: from here on the estimate counts, which begins with the hosts that are known, and needs no table.</summary>
    private void Exhaust()
    {
        _exhausted = true;
        _estimate = _budget.TakeEstimate();
        _isLowerBound |= _estimate is null;
        if (_estimate is null) return;
        foreach (uint host in _v4.Slots)
        {
            if (host != 0) _estimate.Add(IpAddress.V4(host).Value);
        }

        foreach (UInt128 host in _v6.Slots)
        {
            if (host != 0) _estimate.Add(host);
        }

        if (_unspecified) _estimate.Add(0);
        _budget.Give(_v4.Bytes + _v6.Bytes);
        _v4.Clear();
        _v6.Clear();
    }

    private void Beyond(UInt128 host)
    {
        if (!_exhausted) Exhaust();
        _estimate?.Add(host);
    }

    private void AddToSet(IpAddress host)
    {
        if (_estimate is not null) _estimate.Add(host.Value);
        else if (host.IsV4 && host.V4Value != 0)
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
        if (_estimate is not null) _estimate.Add(IpAddress.V4(host).Value);
        else if (!TryAdd(_v4, host)) Beyond(IpAddress.V4(host).Value);
    }

    private void AddV6(UInt128 host)
    {
        if (_estimate is not null) _estimate.Add(host);
        else if (!TryAdd(_v6, host)) Beyond(host);
    }

    /// <returns>False when the host is new and there is no room for it.</returns>
    private bool TryAdd<T>(HostTable<T> table, T host)
        where T : unmanaged, IEquatable<T>
    {
        if (table.Has(host, out int slot)) return true;
        if (!table.HasRoom(1))
        {
            if (!TryGrow(table)) return false;
            table.Has(host, out slot);
        }

        table.Set(slot, host);
        return true;
    }

    /// <summary>Room for so many more, so that hosts that come in the order of their hashes make no long run.</summary>
    private void Reserve<T>(HostTable<T> table, int more)
        where T : unmanaged, IEquatable<T>
    {
        while (_estimate is null && !table.HasRoom(more) && TryGrow(table)) continue;
    }

    private bool TryGrow<T>(HostTable<T> table)
        where T : unmanaged, IEquatable<T>
    {
        if (!_budget.TryGrow(table.Bytes, table.BytesWhenGrown)) return false;
        table.Grow();
        return true;
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
