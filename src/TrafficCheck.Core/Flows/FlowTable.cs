using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TrafficCheck.Core.Flows;

/// <summary>
/// The live flows of one address family. Packets come in runs; because the table is larger than the cache and the wait for memory is its cost, a run is
/// walked with three cursors: the first computes the hash of a packet and fetches its index line, the second, some packets behind, fetches its record,
/// the last takes it into its flow. A record is 64 bytes for IPv4. Records keep their number for life, numbers are given out in packet order, and so
/// everything that walks the records (expiry, eviction, the end of the input) does so in an order that the hash seed has no part in.
/// </summary>
public sealed unsafe partial class FlowTable<TKey> : IDisposable
    where TKey : unmanaged, IFlowKey<TKey>
{
    /// <summary>Packets that go a stage on together.</summary>
    public const int Group = 8;

    /// <summary>How far the fetch of records is behind that of index lines, and the last cursor behind the first.</summary>
    private const int RecordLead = 16, UpdateLead = 48;

    /// <summary>Room for the numbers of records that were fetched, a power of two.</summary>
    private const int Ring = 64;

    /// <summary>
    /// Packets between two looks for idle flows. A look takes a few records in any case, so that a table of a million is swept every sixteen million
    /// packets, and two more for each flow that opened, so that a flood meets a sweep that keeps up with it.
    /// </summary>
    private const int ExpiryPackets = 64, ExpiryLook = 4, ExpiryLookPerOpened = 2, ExpiryBudget = ExpiryLook + (ExpiryLookPerOpened * ExpiryPackets);

    /// <summary>Records that a tick may look at less for each flow that it ends, which is judged.</summary>
    private const int TickPerEnded = 15;

    /// <summary>Flows remembered after their end, a power of two: those of some seconds, which is how late errors come, also while a flood ends.</summary>
    private const int EndedRemembered = 8192;

    /// <summary>Records that end before memory is given back, at the end of the input: 2 MB of them.</summary>
    private const uint GiveBackRecords = 1 << 15;

    private readonly HashSeed _seed;
    private readonly FlowTimeouts _timeouts;
    private readonly long _shortestTimeoutNs;
    private readonly FlowLimits _limits;
    private readonly FlowIndex _index = new();
    private readonly PageMemory _recordMemory, _originMemory;
    private readonly FlowRecord<TKey>* _records; // number 0 stays free, so that 0 means none
    private readonly FlowOrigin* _origins;

    /// <summary>Carries of the few flows whose counters ran over, by number.</summary>
    private readonly Dictionary<uint, FlowCarries> _carries = [];
    private readonly uint* _guesses;
    private readonly uint _capacity;

    /// <summary>Hashes of the flows that ended last, in a ring; looked through for ICMP errors only.</summary>
    private readonly ulong[] _ended = new ulong[EndedRemembered];

    /// <summary>How many of them share the lower bits: most errors are about flows of which none does.</summary>
    private readonly ushort[] _endedAlike = NoneEnded();
    private uint _endedNext;

    private PacketRun<TKey> _run;

    // Packets of the run whose index line and record was fetched, and that were taken into their flows.
    private int _hashed, _fetched, _taken;

    /// <summary>Packets until the next look for idle flows.</summary>
    private int _untilLook = ExpiryPackets;
    private uint _used = 1;
    private uint _freeList;
    private uint _expiryCursor = 1;

    /// <summary><see cref="Opened"/> at the last look.</summary>
    private long _openedBefore;
    private uint _evictionCursor = 1;

    // The time of the last tick, what is left to look at for it, and where that begins.
    private long _tickNs = long.MinValue;
    private uint _tickLeft, _tickCursor = 1;

    /// <exception cref="InsufficientMemoryException">The system refuses the address space that <see cref="FlowLimits.Max"/> needs.</exception>
    public FlowTable(HashSeed seed, FlowTimeouts timeouts, FlowLimits limits)
    {
        _seed = seed;
        _timeouts = timeouts;
        _shortestTimeoutNs = timeouts.ShortestNs;
        _limits = limits;
        _capacity = (uint)limits.Max + 1;
        _recordMemory = PageMemory.Allocate((nuint)sizeof(FlowRecord<TKey>) * _capacity);
        _originMemory = PageMemory.Allocate((nuint)sizeof(FlowOrigin) * _capacity);
        _records = (FlowRecord<TKey>*)_recordMemory.Start;
        _origins = (FlowOrigin*)_originMemory.Start;
        _guesses = (uint*)NativeMemory.AlignedAlloc(sizeof(uint) * Ring, 64);
    }

    ~FlowTable() => Free();

    public long Opened { get; private set; }

    public long Expired { get; private set; }

    public long Evicted => _evicted[0] + _evicted[1] + _evicted[2] + _evicted[3];

    public long Ended { get; private set; }

    public long Live => Opened - Expired - Evicted - Ended;

    /// <summary>Packets accounted to flows.</summary>
    public long Packets { get; private set; }

    /// <summary>The packets that come next. Those of the run before must have been taken.</summary>
    public void Begin(in PacketRun<TKey> run)
    {
        _run = run;
        _hashed = _fetched = _taken = 0;
    }

    /// <summary>Takes packets of the run into their flows, up to one of them; what follows them is fetched meanwhile.</summary>
    /// <param name="until">Place in the run behind the last packet to take.</param>
    public void Take<TSink>(int until, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        while (_taken < until)
        {
            int last = Math.Min(_taken + Group, until);
            FetchIndex(Math.Min(last + UpdateLead, _run.Count));
            FetchRecords(Math.Min(last + UpdateLead - RecordLead, _run.Count));
            TakeGroup(last, ref sink);
        }
    }

    /// <summary>Packets of the run that were taken.</summary>
    public int Taken => _taken;

    /// <summary>Takes a packet that is not in the run, but at this place in it.</summary>
    public void TakeOne<TSink>(FlowPacket<TKey>* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        packet->Head.Hash = TKey.Hash(in packet->Key, in _seed);
        FlowRecord<TKey>* record = _records + FindOrOpen(packet, ref sink);
        Update(record, &packet->Head);
        if (--_untilLook == 0) LookForIdle(&packet->Head, ref sink);
    }

    /// <summary>The marks of a live flow, for packets that speak of another flow (ICMP errors).</summary>
    /// <param name="timeNs">Of the packet: what has been idle too long by then has ended, whether or not the sweep came by.</param>
    public QuotedFlow TryMark(in TKey key, uint marks, long timeNs)
    {
        ulong hash = TKey.Hash(in key, in _seed);
        uint number = Find(in key, hash);
        if (number == 0) return _endedAlike[(ushort)hash] > 0 && _ended.AsSpan().Contains(hash) ? QuotedFlow.Ended : QuotedFlow.Unknown;
        if (IsIdle(_records + number, timeNs)) return QuotedFlow.Ended;
        _records[number].State.Marks |= marks;
        return QuotedFlow.Live;
    }

    /// <summary>Ends all flows: the input is over.</summary>
    public void End<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        _index.Clear();
        nuint records = 0, origins = 0;
        for (uint number = 1; number < _used; number++)
        {
            if ((number & (GiveBackRecords - 1)) == 0)
            {
                records = _recordMemory.GiveBack(records, (nuint)sizeof(FlowRecord<TKey>) * number);
                origins = _originMemory.GiveBack(origins, (nuint)sizeof(FlowOrigin) * number);
            }

            FlowRecord<TKey>* record = _records + number;
            if (record->Key.IsNone) continue;

            // Whether the sweep for idle flows had come by already must not show in the counts.
            Close(number, IsIdle(record, _limits.NowNs) ? FlowEnd.Expired : FlowEnd.InputEnded, ref sink);

            // All end at once: taking each out of the index would cost a search and serve nobody.
            *record = default;
            _limits.Live--;
        }

        _used = 1;
        _freeList = 0;
        _expiryCursor = _evictionCursor = 1;
        _limits.Candidates -= _candidates.Count;
        _candidates.Clear();
        _unswept = uint.MaxValue;
        _queuedFromFrame = long.MaxValue;
    }

    public void Dispose()
    {
        Free();
        _index.Dispose();
        _recordMemory.Dispose();
        _originMemory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>In a loop of its own, so that the processor works on the hashes of several packets at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchIndex(int until)
    {
        HashSeed seed = _seed;
        FlowPacket<TKey>* packets = _run.Start;
        for (int next = _hashed; next < until; next++) packets[next].Head.Hash = TKey.Hash(in packets[next].Key, in seed);

        // By now the hashes are there; a fetch that waits for its address would hold up what is behind it.
        FlowIndex.Reader index = _index.Open();
        for (int next = _hashed; next < until; next++) index.Prefetch(packets[next].Head.Hash);
        _hashed = Math.Max(_hashed, until);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FetchRecords(int until)
    {
        FlowPacket<TKey>* packets = _run.Start;
        uint* guesses = _guesses;
        FlowRecord<TKey>* records = _records;
        FlowIndex.Reader index = _index.Open();
        for (int next = _fetched; next < until; next++) guesses[next & (Ring - 1)] = index.Guess(packets[next].Head.Hash);
        for (int next = _fetched; next < until; next++)
        {
            var record = (byte*)(records + guesses[next & (Ring - 1)]);
            CacheLine.Fetch(record);
            if (sizeof(FlowRecord<TKey>) > 64) CacheLine.Fetch(record + 64);
        }

        _fetched = Math.Max(_fetched, until);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TakeGroup<TSink>(int until, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        FlowPacket<TKey>* packets = _run.Start;
        uint* guesses = _guesses;
        FlowRecord<TKey>* records = _records;
        for (int next = _taken; next < until; next++)
        {
            FlowPacket<TKey>* packet = packets + next;
            FlowRecord<TKey>* record = records + guesses[next & (Ring - 1)];
            if (!TKey.Same(in record->Key, in packet->Key)) record = records + FindOrOpen(packet, ref sink);
            else if (packet->Head.TimestampNs - record->State.LastNs > _shortestTimeoutNs) EndIfIdle(record, packet, ref sink);
            uint marks = Update(record, &packet->Head);
            if ((marks & FlowMarks.SpeechKnown) == 0 && packet->Head.PayloadLength != 0) ReadPayload(record, &packet->Head, ref sink);
            if (--_untilLook == 0) LookForIdle(&packet->Head, ref sink);
        }

        _taken = until;
    }

    /// <summary>
    /// Ends some of the flows that are idle, by the time of this packet: those behind it may be of the flows that would be ended, and how many of them are
    /// known already depends on how the input was cut.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookForIdle<TSink>(PacketHead* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        _untilLook = ExpiryPackets;
        if (_shortestTimeoutNs != long.MaxValue && packet->IsTimeInDoubt == 0) Expire(packet->TimestampNs, ref sink);
    }

    private void Free()
    {
        // SAFETY: freed once: Dispose suppresses the finalizer, and FlowTable is not used after Dispose.
        NativeMemory.AlignedFree(_guesses);
    }

    private readonly struct Hashes(FlowRecord<TKey>* records, HashSeed seed) : FlowIndex.IHashSource
    {
        public ulong HashOf(uint number) => TKey.Hash(in records[number].Key, in seed);

        public void Fetch(uint number) => CacheLine.Fetch(records + number);
    }
}
