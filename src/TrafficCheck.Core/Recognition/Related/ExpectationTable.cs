using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Recognition.Related;

/// <summary>
/// Expectations that wait for their flows, in memory of fixed size. The oldest gives way when it is full; what gives way and what waits in
/// vain is counted. Nothing is allocated after construction. Depends on the order of calls only, so call it in the order of the frames; one
/// thread at a time.
/// </summary>
public sealed class ExpectationTable
{
    private const int None = -1;

    /// <summary>Entries looked at for expiry with each new one: twice as many as come, so that the dead never fill the table.</summary>
    private const int SweepBudget = 2;

    private readonly KeyedHash _hash;
    private readonly Entry[] _entries;
    private readonly int[] _buckets;
    private int _free, _oldest = None, _newest = None, _sweep;

    /// <param name="seed">Secret of the hash, random when null; it decides nothing that is answered.</param>
    public ExpectationTable(int capacity = 16384, ulong? seed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 24);
        _hash = KeyedHash.Create(seed);
        _entries = new Entry[capacity];
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];
        Array.Fill(_buckets, None);
        for (int i = 0; i < capacity; i++) _entries[i].Next = i + 1 < capacity ? i + 1 : None;
    }

    /// <summary>Expectations that wait now, some perhaps in vain already.</summary>
    public int Count { get; private set; }

    /// <summary>Expectations ever taken in: those of <see cref="Count"/>, <see cref="Expired"/> and <see cref="Evicted"/>.</summary>
    public long Added { get; private set; }

    /// <summary>Announced again while they waited.</summary>
    public long Renewed { get; private set; }

    public long Expired { get; private set; }

    /// <summary>Gave way to others before their time.</summary>
    public long Evicted { get; private set; }

    /// <summary>Flows that were expected. An expectation stays: a flow may come twice, and its packets may be seen twice.</summary>
    public long Matched { get; private set; }

    /// <summary>Those that wait, in no order.</summary>
    internal IEnumerable<Expectation> All => _entries.Where(e => e.Used).Select(e => e.Value);

    public void Expect(in Expectation expectation, long timeNs)
    {
        Sweep(timeNs);
        int bucket = BucketOf(expectation.Transport, expectation.InitiatorAddress, expectation.ResponderAddress, expectation.ResponderPort);
        int index = Find(bucket, expectation.Transport, expectation.InitiatorAddress, expectation.ResponderAddress, expectation.ResponderPort);
        if (index != None)
        {
            ref Entry known = ref _entries[index];
            if (known.Value.ExpiresNs >= timeNs)
            {
                Renewed++;

                // A guess does not take the place of what was said plainly.
                if (expectation.OtherAddress && !known.Value.OtherAddress) return;
                known.Value = expectation;
                UnlinkAge(index);
                LinkAge(index);
                return;
            }

            Remove(index);
            Expired++;
        }

        if (_free == None)
        {
            if (_entries[_oldest].Value.ExpiresNs < timeNs) Expired++;
            else Evicted++;
            Remove(_oldest);
        }

        index = _free;
        ref Entry entry = ref _entries[index];
        _free = entry.Next;
        entry.Value = expectation;
        entry.Bucket = bucket;
        entry.Used = true;
        entry.Next = _buckets[bucket];
        _buckets[bucket] = index;
        LinkAge(index);
        Count++;
        Added++;
    }

    /// <summary>Whether the flow was announced: for its two hosts, or for its responder and anybody.</summary>
    public bool TryMatch(
        byte protocol, IpAddress initiator, ushort initiatorPort, IpAddress responder, ushort responderPort, long timeNs, out Expectation expectation)
    {
        if (TryMatch(protocol, (IpAddress?)initiator, initiatorPort, responder, responderPort, timeNs, out expectation)
            || TryMatch(protocol, null, initiatorPort, responder, responderPort, timeNs, out expectation))
        {
            Matched++;
            return true;
        }

        return false;
    }

    private bool TryMatch(
        byte protocol, IpAddress? initiator, ushort initiatorPort, IpAddress responder, ushort responderPort, long timeNs, out Expectation expectation)
    {
        expectation = default;
        if (Count == 0) return false;
        int index = Find(BucketOf(protocol, initiator, responder, responderPort), protocol, initiator, responder, responderPort);
        if (index == None) return false;
        ref Entry entry = ref _entries[index];
        if (entry.Value.ExpiresNs < timeNs)
        {
            Expired++;
            Remove(index);
            return false;
        }

        if (entry.Value.InitiatorPort != 0 && entry.Value.InitiatorPort != initiatorPort) return false;
        expectation = entry.Value;
        return true;
    }

    private void Sweep(long timeNs)
    {
        for (int i = 0; i < SweepBudget; i++)
        {
            _sweep = _sweep + 1 < _entries.Length ? _sweep + 1 : 0;
            if (!_entries[_sweep].Used || _entries[_sweep].Value.ExpiresNs >= timeNs) continue;
            Expired++;
            Remove(_sweep);
        }
    }

    private int Find(int bucket, byte transport, IpAddress? initiator, IpAddress responder, ushort responderPort)
    {
        int index = _buckets[bucket];
        while (index != None)
        {
            ref readonly Expectation value = ref _entries[index].Value;
            bool same = value.ResponderPort == responderPort && value.Transport == transport && value.ResponderAddress == responder;
            if (same && value.InitiatorAddress == initiator) break;
            index = _entries[index].Next;
        }

        return index;
    }

    private int BucketOf(byte transport, IpAddress? initiator, IpAddress responder, ushort responderPort)
    {
        ulong ports = ((ulong)transport << 32) | responderPort;
        ulong hash = initiator is { } from ? _hash.Mix(from, _hash.Mix(responder, ports | (1UL << 40))) : _hash.Mix(responder, ports);
        return (int)(hash & (uint)(_buckets.Length - 1));
    }

    private void Remove(int index)
    {
        ref Entry entry = ref _entries[index];
        if (_buckets[entry.Bucket] == index)
        {
            _buckets[entry.Bucket] = entry.Next;
        }
        else
        {
            int before = _buckets[entry.Bucket];
            while (_entries[before].Next != index) before = _entries[before].Next;
            _entries[before].Next = entry.Next;
        }

        UnlinkAge(index);
        entry = default;
        entry.Next = _free;
        _free = index;
        Count--;
    }

    private void LinkAge(int index)
    {
        _entries[index].Older = _newest;
        _entries[index].Newer = None;
        if (_newest == None) _oldest = index;
        else _entries[_newest].Newer = index;
        _newest = index;
    }

    private void UnlinkAge(int index)
    {
        ref Entry entry = ref _entries[index];
        if (entry.Older == None) _oldest = entry.Newer;
        else _entries[entry.Older].Newer = entry.Newer;
        if (entry.Newer == None) _newest = entry.Older;
        else _entries[entry.Newer].Older = entry.Older;
    }

    private struct Entry
    {
        public Expectation Value;
        public int Bucket, Next, Older, Newer;
        public bool Used;
    }
}
