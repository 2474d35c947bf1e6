using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// The live flows of one address family. Packets wait in a ring, because the table is larger than the cache and the wait for memory is its
/// cost: a packet that enters fetches the index line of its hash, some packets later its record is fetched, and again some later it is
/// updated, so that the fetches go on behind the decoding of the packets in between. A record is 64 bytes for IPv4. Records keep their number
/// for life, numbers are given out in packet order, and so everything that walks the records (expiry, eviction, the end of the input) does so
/// in an order that the hash seed has no part in.
/// </summary>
public sealed unsafe class FlowTable<TKey> : IDisposable
    where TKey : unmanaged, IFlowKey<TKey>
{
    /// <summary>Packets that go a stage on together.</summary>
    public const int Group = 8;

    /// <summary>Packets that enter between the fetch of a packet's index line and that of its record, and between the entry and the update.</summary>
    private const int RecordLead = 16, UpdateLead = 48;

    /// <summary>Room for the packets that wait, a power of two: few enough for the first-level cache.</summary>
    private const int Ring = 64;

    /// <summary>Packets between two looks for idle flows, and records looked at: a table of a million is swept every four million packets.</summary>
    private const int ExpiryPackets = 64, ExpiryBudget = 16;

    private const int EvictionSample = 32;

    private readonly HashSeed _seed;
    private readonly FlowTimeouts _timeouts;
    private readonly long _shortestTimeoutNs;
    private readonly FlowLimits _limits;
    private readonly FlowIndex _index = new();
    private readonly PageMemory _recordMemory, _tagMemory, _missingMemory;
    private readonly FlowRecord<TKey>* _records; // number 0 stays free, so that 0 means none
    private readonly FlowTags* _tags;

    /// <summary>
    /// TCP bytes that were skipped over in the sequence numbers of each flow and did not come later. By themselves, because a mirror that loses much
    /// touches them with every packet: four bytes of many flows stay in the cache, whole tags do not.
    /// </summary>
    private readonly uint* _missing;
    private readonly FlowPacket<TKey>* _ring;
    private readonly uint* _guesses;
    private readonly uint _capacity;

    // Packets that entered, whose index line and record was fetched, and that were taken into their flows.
    private long _entered, _hashed, _fetched, _taken;
    private uint _used = 1;
    private uint _freeList;
    private uint _expiryCursor = 1;
    private uint _evictionCursor = 1;

    /// <exception cref="InsufficientMemoryException">The system refuses the address space that <see cref="FlowLimits.Max"/> needs.</exception>
    public FlowTable(HashSeed seed, FlowTimeouts timeouts, FlowLimits limits)
    {
        _seed = seed;
        _timeouts = timeouts;
        _shortestTimeoutNs = timeouts.ShortestNs;
        _limits = limits;
        _capacity = (uint)limits.Max + 1;
        _recordMemory = PageMemory.Allocate((nuint)sizeof(FlowRecord<TKey>) * _capacity);
        _tagMemory = PageMemory.Allocate((nuint)sizeof(FlowTags) * _capacity);
        _records = (FlowRecord<TKey>*)_recordMemory.Start;
        _tags = (FlowTags*)_tagMemory.Start;
        _missingMemory = PageMemory.Allocate(sizeof(uint) * (nuint)_capacity);
        _missing = (uint*)_missingMemory.Start;
        _ring = (FlowPacket<TKey>*)NativeMemory.AlignedAlloc((nuint)(sizeof(FlowPacket<TKey>) * Ring), 64);
        _guesses = (uint*)NativeMemory.AlignedAlloc(sizeof(uint) * Ring, 64);
    }

    ~FlowTable() => Free();

    /// <summary>Packets waiting in the ring.</summary>
    public int Waiting => (int)(_entered - _taken);

    public long Opened { get; private set; }

    public long Expired { get; private set; }

    public long Evicted { get; private set; }

    public long Ended { get; private set; }

    public long Live => Opened - Expired - Evicted - Ended;

    /// <summary>Packets accounted to flows.</summary>
    public long Packets { get; private set; }

    /// <summary>
    /// The next free place of the ring. The caller sets all its fields but <see cref="FlowPacket{TKey}.Hash"/>, calls
    /// <see cref="Commit"/>, and <see cref="Advance"/> when that says so.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FlowPacket<TKey>* Next() => _ring + (_entered & (Ring - 1));

    /// <returns>Whether a group is complete: <see cref="Advance"/> must be called before the next packet.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Commit() => (++_entered & (Group - 1)) == 0;

    /// <summary>Moves the packets in the ring a group on.</summary>
    public void Advance<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        FetchIndex();
        FetchRecords(_entered - RecordLead);
        Take(_entered - UpdateLead, ref sink);
    }

    /// <summary>Takes all packets that wait into their flows.</summary>
    public void Flush<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        FetchIndex();
        FetchRecords(_entered);
        Take(_entered, ref sink);
    }

    /// <summary>The marks of a live flow, for packets that speak of another flow (ICMP errors). Flushes first.</summary>
    /// <returns>Whether the flow is live.</returns>
    public bool TryMark<TSink>(in TKey key, uint marks, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        Flush(ref sink);
        uint number = Find(in key, TKey.Hash(in key, in _seed));
        if (number == 0) return false;
        _records[number].State.MarksAndFrame |= marks;
        return true;
    }

    /// <summary>Ends all flows: the input is over.</summary>
    public void End<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        Flush(ref sink);
        for (uint number = 1; number < _used; number++)
        {
            FlowRecord<TKey>* record = _records + number;
            if (record->Key.IsNone) continue;

            // Whether the sweep for idle flows had come by already must not show in the counts.
            Close(number, IsIdle(record, _limits.NowNs) ? FlowEnd.Expired : FlowEnd.InputEnded, ref sink);

            // All end at once: taking each out of the index would cost a search and serve nobody.
            *record = default;
            _limits.Live--;
        }

        _index.Clear();
        _used = 1;
        _freeList = 0;
        _expiryCursor = _evictionCursor = 1;
    }

    public void Dispose()
    {
        Free();
        _index.Dispose();
        _recordMemory.Dispose();
        _tagMemory.Dispose();
        _missingMemory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>In a loop of its own, so that the processor works on the hashes of several packets at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchIndex()
    {
        HashSeed seed = _seed;
        long until = _entered;
        for (long next = _hashed; next < until; next++)
        {
            FlowPacket<TKey>* packet = _ring + (next & (Ring - 1));
            ulong hash = TKey.Hash(in packet->Key, in seed);
            packet->Hash = hash;
            _index.Prefetch(hash);
        }

        _hashed = until;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchRecords(long until)
    {
        long next = _fetched;
        for (; next < until; next++)
        {
            long at = next & (Ring - 1);
            uint guess = _index.Guess(_ring[at].Hash);
            _guesses[at] = guess;
            var record = (byte*)(_records + guess);
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(record);
                Sse.Prefetch0(_missing + guess);
                if (sizeof(FlowRecord<TKey>) > 64) Sse.Prefetch0(record + 64);
            }
        }

        _fetched = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take<TSink>(long until, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        long next = _taken;
        while (next < until)
        {
            long at = next & (Ring - 1);
            FlowPacket<TKey>* packet = _ring + at;
            FlowRecord<TKey>* record = _records + _guesses[at];
            if (!TKey.Same(in record->Key, in packet->Key)) record = _records + FindOrOpen(packet, ref sink);
            else if (packet->TimestampNs - record->State.LastNs > _shortestTimeoutNs) EndIfIdle(record, packet, ref sink);
            Update(record, packet);
            if (packet->PayloadLength != 0 && (record->State.MarksAndFrame & FlowMarks.SpeechKnown) == 0) ReadPayload(record, packet, ref sink);

            // Not by the time of the packets that wait behind this one: they may be of the flows that would be ended.
            if ((++next & (ExpiryPackets - 1)) == 0 && _shortestTimeoutNs != long.MaxValue)
                Expire(Math.Min(_limits.NowNs, packet->TimestampNs), ref sink);
        }

        _taken = next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Update(FlowRecord<TKey>* record, FlowPacket<TKey>* packet)
    {
        ref FlowState state = ref record->State;
        long time = packet->TimestampNs;
        if (time > state.LastNs) state.LastNs = time;
        else if (time != state.LastNs) Earlier(record, packet);
        uint packets = packet->Packets;
        Packets += packets;

        // SAFETY: the fields of the low and of the high endpoint are neighbours in a sequential layout (asserted by a test).
        uint side = packet->FromHigh, added = (uint)packet->Bytes;
        ref uint bytes = ref Unsafe.Add(ref state.LowBytes, side);
        bytes += added;
        if (bytes < added || packet->Bytes > uint.MaxValue) CarryBytes(record, side, packet->Bytes, bytes < added);
        ref uint counter = ref Unsafe.Add(ref state.LowPackets, side);
        counter += packets;
        if (counter < packets) Carry(record, side);
        if (packet->SequenceLength != 0)
        {
            ref uint next = ref Unsafe.Add(ref state.LowNext, side);
            if (next == packet->Sequence) next += packet->SequenceLength;
            else OutOfSequence(record, packet, ref next);
        }

        if ((packet->Marks & (FlowMarks.Syn << FlowMarks.SideBits)) != 0 && (state.MarksAndFrame & FlowMarks.Syn) == 0)
            state.MarksAndFrame |= FlowMarks.FirstSynFromHigh;
        state.MarksAndFrame |= packet->Marks;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReadPayload<TSink>(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        // SAFETY: the payload lies in the captured bytes, which stay until the table was flushed.
        var payload = new ReadOnlySpan<byte>(packet->Payload, packet->PayloadLength);
        if (!sink.Read(InFlow(record, packet, payload, record->State.Marks), ref _tags[(uint)(record - _records)].Speech))
            record->State.MarksAndFrame |= FlowMarks.SpeechKnown;
    }

    private static FlowPayload InFlow(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ReadOnlySpan<byte> payload, uint marks) => new()
    {
        Bytes = payload,
        Protocol = record->Key.Protocol,
        Ends = record->Key.Endpoints,
        FromHigh = packet->FromHigh != 0,
        Marks = marks,
        TimestampNs = packet->TimestampNs,
        Frame = packet->Frame,
        Sequence = packet->Sequence,
    };

    /// <summary>A packet that is older than the last one: files and interfaces are merged a little out of order, and clocks are set back.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Earlier(FlowRecord<TKey>* record, FlowPacket<TKey>* packet)
    {
        ref FlowState state = ref record->State;
        long time = packet->TimestampNs;
        if (time < state.FirstNs && (ulong)(state.FirstNs - time) < (ulong)FlowLimits.ClockStepNs)
        {
            // Who sent the first packet is a matter of time, not of the order in which packets were stored.
            state.FirstNs = time;
            state.MarksAndFrame = (state.MarksAndFrame & ~FlowMarks.FirstFromHigh) | (packet->FromHigh != 0 ? FlowMarks.FirstFromHigh : 0);
        }

        // After a step of the clock the flow goes on at the new time; the old one would keep it for good.
        if ((ulong)(state.LastNs - time) >= (ulong)FlowLimits.ClockStepNs) state.LastNs = time;
    }

    /// <summary>
    /// A TCP segment that does not begin where the last one of its side ended. Beyond it, bytes are missing; before it, it may be what was
    /// missing, or a repetition. A SYN begins anew.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OutOfSequence(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ref uint next)
    {
        // Jumps beyond what is in flight on any path are no loss but another connection, or nonsense; they cost no look at what is missing.
        const int Plausible = 1 << 26;
        uint end = packet->Sequence + packet->SequenceLength;
        int ahead = (int)(packet->Sequence - next);
        bool begins = ((packet->Marks | (packet->Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) != 0;
        if (next == 0 || begins || ahead >= Plausible || ahead <= -Plausible)
        {
            next = end;
            return;
        }

        if (ahead > 0)
        {
            ref uint missing = ref _missing[(uint)(record - _records)];
            missing = (uint)Math.Min(uint.MaxValue, (ulong)missing + (uint)ahead);
            record->State.MarksAndFrame |= FlowMarks.Gap;
            next = end;
            return;
        }

        if ((int)(end - next) > 0) next = end;
        if ((record->State.MarksAndFrame & FlowMarks.Gap) == 0) return; // a repetition
        ref uint lacking = ref _missing[(uint)(record - _records)];
        lacking -= Math.Min(lacking, packet->SequenceLength);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CarryBytes(FlowRecord<TKey>* record, uint side, ulong bytes, bool wrapped)
    {
        ref FlowTags tags = ref _tags[(uint)(record - _records)];
        var carry = (ushort)((bytes >> 32) + (wrapped ? 1u : 0u));
        if (side == 0) tags.LowByteCarry += carry;
        else tags.HighByteCarry += carry;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Carry(FlowRecord<TKey>* record, uint side)
    {
        ref FlowTags tags = ref _tags[(uint)(record - _records)];
        if (side == 0) tags.LowCarry++;
        else tags.HighCarry++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint FindOrOpen<TSink>(FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        uint number = Find(in packet->Key, packet->Hash);
        if (number != 0)
        {
            FlowRecord<TKey>* record = _records + number;
            if (packet->TimestampNs - record->State.LastNs > _shortestTimeoutNs) EndIfIdle(record, packet, ref sink);
            return number;
        }

        if (_limits.Live >= _limits.Max) MakeRoom(ref sink);
        if (_index.IsFull) _index.Grow(new Hashes(_records, _seed));
        number = _freeList;
        if (number != 0) _freeList = _records[number].State.FirstFrameLower;
        else number = _used++;
        _index.Add(packet->Hash, number);
        if (++_limits.Live > _limits.Peak) _limits.Peak = _limits.Live;
        Open(_records + number, packet);
        if (sink.WantsOpenings) sink.Open(InFlow(_records + number, packet, [], packet->Marks), ref _tags[number].Speech);
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

    private void Open(FlowRecord<TKey>* record, FlowPacket<TKey>* packet)
    {
        Opened++;
        record->Key = packet->Key;
        record->State = new FlowState
        {
            FirstNs = packet->TimestampNs,
            LastNs = packet->TimestampNs,
            FirstFrameLower = (uint)packet->Frame,
            MarksAndFrame = ((uint)(packet->Frame >> 32) << FlowMarks.Bits)
                | (packet->FromHigh != 0 ? FlowMarks.FirstFromHigh : 0)
                | (packet->MayPredateCapture ? FlowMarks.MayPredateCapture : 0),
        };
        _missing[(uint)(record - _records)] = 0;
        _tags[(uint)(record - _records)] = new FlowTags { Vlan = packet->Vlan, Interface = packet->Interface, Tunnel = packet->Tunnel };
    }

    /// <summary>A packet met the record of a flow that has been idle too long: the record goes on as a new flow.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndIfIdle<TSink>(FlowRecord<TKey>* record, FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        if (packet->TimestampNs - record->State.LastNs <= _timeouts.Of(record->Key.Protocol, record->State.Marks)) return;
        Close((uint)(record - _records), FlowEnd.Expired, ref sink);
        Open(record, packet);
        if (sink.WantsOpenings) sink.Open(InFlow(record, packet, [], packet->Marks), ref _tags[(uint)(record - _records)].Speech);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Expire<TSink>(long now, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        for (int budget = ExpiryBudget; budget > 0 && _used > 1; budget--)
        {
            uint number = _expiryCursor;
            if (number >= _used) number = 1;
            _expiryCursor = number + 1;
            FlowRecord<TKey>* record = _records + number;
            if (!IsIdle(record, now) || record->Key.IsNone) continue;
            Close(number, FlowEnd.Expired, ref sink);
            Release(number);
        }
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

    /// <summary>
    /// Ends one flow early: of the next records the one that is worth least, which is a closed one before a half-open one before others, and
    /// the longest idle among equals. Looks at records in the order of their numbers, so that the choice repeats.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        uint worst = 0;
        int worstRank = -1;
        int looked = 0;
        for (uint step = 0; step < _used && looked < EvictionSample; step++)
        {
            uint number = _evictionCursor >= _used ? 1 : _evictionCursor;
            _evictionCursor = number + 1;
            FlowRecord<TKey>* record = _records + number;
            if (record->Key.IsNone) continue;
            looked++;
            uint marks = record->State.Marks;
            int rank = FlowTimeouts.IsClosed(marks) ? 2 : FlowTimeouts.IsHalfOpen(marks) ? 1 : 0;
            if (rank < worstRank || (rank == worstRank && record->State.LastNs >= _records[worst].State.LastNs)) continue;
            worst = number;
            worstRank = rank;
        }

        // All live flows may be in the other family's table: the limit then is exceeded by the few that this table opens.
        if (worst == 0) return;
        Close(worst, FlowEnd.Evicted, ref sink);
        Release(worst);
    }

    private void Close<TSink>(uint number, FlowEnd end, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        FlowRecord<TKey>* record = _records + number;
        FlowTags tags = _tags[number];
        ref readonly FlowState state = ref record->State;
        switch (end)
        {
            case FlowEnd.Expired: Expired++; break;
            case FlowEnd.Evicted: Evicted++; break;
            default: Ended++; break;
        }

        var summary = new FlowSummary
        {
            Protocol = record->Key.Protocol,
            Ends = record->Key.Endpoints,
            FirstNs = Math.Min(state.FirstNs, state.LastNs), // the clock may have been set back in between
            LastNs = Math.Max(state.FirstNs, state.LastNs),
            LowPackets = ((long)tags.LowCarry << 32) | state.LowPackets,
            HighPackets = ((long)tags.HighCarry << 32) | state.HighPackets,
            LowBytes = ((long)tags.LowByteCarry << 32) | state.LowBytes,
            HighBytes = ((long)tags.HighByteCarry << 32) | state.HighBytes,
            MissingBytes = _missing[number],
            Speech = tags.Speech,
            Marks = state.Marks,
            FirstFrame = state.FirstFrame,
            Vlan = tags.Vlan,
            Interface = tags.Interface,
            Tunnel = tags.Tunnel,
        };
        sink.Close(in summary, end);
    }

    private void Release(uint number)
    {
        FlowRecord<TKey>* record = _records + number;
        _index.Remove(TKey.Hash(in record->Key, in _seed), number);
        *record = default;
        record->State.FirstFrameLower = _freeList;
        _freeList = number;
        _limits.Live--;
    }

    private void Free()
    {
        // SAFETY: freed once: Dispose suppresses the finalizer, and FlowTable is not used after Dispose.
        NativeMemory.AlignedFree(_ring);
        NativeMemory.AlignedFree(_guesses);
    }

    private readonly struct Hashes(FlowRecord<TKey>* records, HashSeed seed) : FlowIndex.IHashSource
    {
        public ulong HashOf(uint number) => TKey.Hash(in records[number].Key, in seed);

        public void Fetch(uint number)
        {
            if (Sse.IsSupported) Sse.Prefetch0(records + number);
        }
    }
}
