using System.Runtime.CompilerServices;

namespace TrafficCheck.Core.Flows;

/// <content>How flows begin and end.</content>
public sealed unsafe partial class FlowTable<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint FindOrOpen<TSink>(FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        uint number = Find(in packet->Key, packet->Head.Hash);
        if (number != 0)
        {
            FlowRecord<TKey>* record = _records + number;
            if (packet->Head.TimestampNs - record->State.LastNs > _shortestTimeoutNs) EndIfIdle(record, packet, ref sink);
            return number;
        }

        if (_limits.Live >= _limits.Max) MakeRoom(&packet->Head, ref sink);
        if (_index.IsFull) _index.Grow(new Hashes(_records, _seed));
        number = TakeNumber();
        _index.Add(packet->Head.Hash, number);
        if (++_limits.Live > _limits.Peak) _limits.Peak = _limits.Live;
        Open(_records + number, packet, ref sink);
        return number;
    }

    private uint TakeNumber()
    {
        uint number = _freeList;
        if (number == 0) return _used++;
        _freeList = _records[number].State.MissingBytes;

        // The next flow that opens will need both, and nobody looked at them since they became free.
        CacheLine.Fetch(_records + _freeList);
        CacheLine.Fetch(_origins + _freeList);
        return number;
    }

    private uint Find(in TKey key, ulong hash)
    {
        FlowIndex.Step step = default;
        uint number;
        while ((number = _index.Next(hash, ref step)) != 0 && !TKey.Same(in _records[number].Key, in key))
        {
        }

        return number;
    }

    private void Open<TSink>(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        Opened++;
        record->Key = packet->Key;
        record->State = new FlowState
        {
            LastNs = packet->Head.TimestampNs,
            Marks = (packet->Head.FromHigh != 0 ? FlowMarks.FirstFromHigh : 0) | (packet->Head.MayPredateCapture != 0 ? FlowMarks.MayPredateCapture : 0),
        };
        _origins[(uint)(record - _records)] = new FlowOrigin
        {
            FirstNs = packet->Head.TimestampNs,
            FirstFrame = _run.BaseFrame + packet->Head.Frame,
            Vlan = packet->Head.Vlan,
            Interface = packet->Head.Interface,
            Tunnel = _run.Tunnels[packet->Head.Tunnel],
        };
        if (_queuedFromFrame != long.MaxValue) Enlist((uint)(record - _records));
        if (sink.WantsOpenings) sink.Open(InFlow(record, &packet->Head, [], packet->Head.Marks), ref record->State.Speech);
    }

    /// <summary>A packet met the record of a flow that has been idle too long: the record goes on as a new flow.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndIfIdle<TSink>(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        if (packet->Head.TimestampNs - record->State.LastNs <= _timeouts.Of(record->Key.Protocol, record->State.Marks)) return;
        Close((uint)(record - _records), FlowEnd.Expired, ref sink);
        Open(record, packet, ref sink);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Expire<TSink>(long now, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        // What ending them needs is fetched for all of them before the first ends.
        uint* idle = stackalloc uint[ExpiryBudget];
        int count = 0;
        long looks = Math.Min(ExpiryBudget, ExpiryLook + (ExpiryLookPerOpened * (Opened - _openedBefore)));
        _openedBefore = Opened;
        for (uint budget = (uint)Math.Min(looks, _used - 1); budget > 0; budget--)
        {
            uint number = _expiryCursor;
            if (number >= _used) number = 1;
            _expiryCursor = number + 1;
            FlowRecord<TKey>* record = _records + number;
            if (!IsIdle(record, now) || record->Key.IsNone) continue;
            idle[count++] = number;
            _index.Prefetch(TKey.Hash(in record->Key, in _seed));
            CacheLine.Fetch(_origins + number);
        }

        for (int i = 0; i < count; i++)
        {
            Close(idle[i], FlowEnd.Expired, ref sink);
            Release(idle[i]);
        }
    }

    /// <summary>Ends flows that are idle at a time which no packet told, beginning where the last call stopped.</summary>
    /// <param name="budget">Records that may be looked at; what is left of it is for others.</param>
    /// <returns>Whether all records were looked at for this time.</returns>
    internal bool ExpireUpTo<TSink>(long now, ref int budget, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        if (now != _tickNs) (_tickNs, _tickLeft) = (now, _used - 1);
        if (_shortestTimeoutNs == long.MaxValue) _tickLeft = 0;
        for (; _tickLeft > 0 && budget > 0; _tickLeft--, budget--)
        {
            uint number = _tickCursor >= _used ? 1 : _tickCursor;
            _tickCursor = number + 1;
            FlowRecord<TKey>* record = _records + number;
            if (record->Key.IsNone || !IsIdle(record, now)) continue;
            Close(number, FlowEnd.Expired, ref sink);
            Release(number);
            budget -= TickPerEnded;
        }

        return _tickLeft == 0;
    }

    /// <summary>
    /// Gives back what a flood left behind: the records above the last live one, if these are most of them. Which numbers flows get from now on depends on
    /// it, so that it is no matter of a report that changes nothing.
    /// </summary>
    internal void Trim()
    {
        uint last = _used - 1;
        while (last > 0 && _records[last].Key.IsNone) last--;
        if (last >= _used / 2) return;
        const nuint Page = GiveBackRecords * 64;
        _recordMemory.GiveBack(Whole((nuint)sizeof(FlowRecord<TKey>) * (last + 1)), (nuint)sizeof(FlowRecord<TKey>) * _used);
        _originMemory.GiveBack(Whole((nuint)sizeof(FlowOrigin) * (last + 1)), (nuint)sizeof(FlowOrigin) * _used);
        _used = last + 1;
        _freeList = 0;
        for (uint number = last; number > 0; number--)
        {
            if (!_records[number].Key.IsNone) continue;
            _records[number].State.MissingBytes = _freeList;
            _freeList = number;
        }

        _tickLeft = Math.Min(_tickLeft, last);

        static nuint Whole(nuint offset) => (offset + Page - 1) & ~(Page - 1);
    }

    /// <summary>Whether the flow has been silent at a time for longer than its timeout.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsIdle(FlowRecord<TKey>* record, long now)
    {
        long last = record->State.LastNs;
        if (now <= last) return false;

        // Unsigned, because the times may be at both ends of what 64 bits hold.
        ulong idle = (ulong)(now - last);
        return idle > (ulong)_shortestTimeoutNs && idle > (ulong)_timeouts.Of(record->Key.Protocol, record->State.Marks);
    }

    private void Close<TSink>(uint number, FlowEnd end, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        FlowRecord<TKey>* record = _records + number;
        ref readonly FlowOrigin origin = ref _origins[number];
        FlowCarries carries = default;
        if (_carries.Count > 0) _carries.Remove(number, out carries);
        ref readonly FlowState state = ref record->State;
        switch (end)
        {
            case FlowEnd.Expired: Expired++; break;
            case FlowEnd.Evicted: _evicted[(int)WorthOf(record)]++; break;
            default: Ended++; break;
        }

        sink.Close(SummaryOf(record, in origin, in carries), end);
    }

    /// <summary>Shows all live flows as if they ended now, in the order in which they would at the end of the input. Nothing changes.</summary>
    public void Visit<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        for (uint number = 1; number < _used; number++)
        {
            FlowRecord<TKey>* record = _records + number;
            if (record->Key.IsNone) continue;
            FlowCarries carries = default;
            if (_carries.Count > 0) _carries.TryGetValue(number, out carries);
            sink.Close(SummaryOf(record, in _origins[number], in carries), IsIdle(record, _limits.NowNs) ? FlowEnd.Expired : FlowEnd.InputEnded);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FlowSummary SummaryOf(FlowRecord<TKey>* record, in FlowOrigin origin, in FlowCarries carries)
    {
        ref readonly FlowState state = ref record->State;
        return new FlowSummary
        {
            Protocol = record->Key.Protocol,
            Ends = record->Key.Endpoints,
            FirstNs = Math.Min(origin.FirstNs, state.LastNs), // the clock may have been set back in between
            LastNs = Math.Max(origin.FirstNs, state.LastNs),
            LowPackets = (carries.LowPackets << 32) | state.LowPackets,
            HighPackets = (carries.HighPackets << 32) | state.HighPackets,
            LowBytes = (carries.LowBytes << 32) | state.LowBytes,
            HighBytes = (carries.HighBytes << 32) | state.HighBytes,
            MissingBytes = state.MissingBytes,
            Speech = state.Speech,
            Marks = state.Marks,
            FirstFrame = origin.FirstFrame,
            Vlan = origin.Vlan,
            Interface = origin.Interface,
            Tunnel = origin.Tunnel,
        };
    }

    private void Release(uint number)
    {
        FlowRecord<TKey>* record = _records + number;
        ulong hash = TKey.Hash(in record->Key, in _seed);
        _index.Remove(hash, number);
        ref ulong ended = ref _ended[_endedNext++ & (EndedRemembered - 1)];
        _endedAlike[(ushort)ended]--;
        _endedAlike[(ushort)hash]++;
        ended = hash;
        *record = default;
        record->State.MissingBytes = _freeList;
        _freeList = number;
        _limits.Live--;
    }

    /// <summary>The ring begins with hashes that are all zero.</summary>
    private static ushort[] NoneEnded()
    {
        var alike = new ushort[ushort.MaxValue + 1];
        alike[0] = EndedRemembered;
        return alike;
    }
}
