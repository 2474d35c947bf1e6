using System.Runtime.CompilerServices;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Flows;

/// <content>
/// Which flow ends early when there is no room. A conversation ends early only when there is nothing else: a flood of a million SYNs passes
/// through the part of the table that conversations leave. From the first lack of room on, flows enter a queue when they begin; those that
/// were there before are enlisted by one sweep, a few with each eviction. A flow that becomes a conversation is found so when it comes to the front, and
/// leaves the queue: nothing is done per packet, and each flow enters and leaves once.
/// </content>
public sealed unsafe partial class FlowTable<TKey>
    where TKey : unmanaged, IFlowKey<TKey>
{
    /// <summary>
    /// Records that one eviction looks at: 2 KB of memory in a row at most, and more of it only until all old flows were enlisted and while there are
    /// few candidates.
    /// </summary>
    private const int Look = 8, Search = 256, FewCandidates = 256;

    /// <summary>Candidates that one eviction looks at, at the front and at the back of the queue.</summary>
    private const int FrontBudget = 512, BackBudget = 16;

    /// <summary>Packets of one side, to which nothing came back, that make no conversation.</summary>
    private const int FewPackets = 3;

    /// <summary>Late segments come shortly after the end; a flow that ended longer ago loses nothing.</summary>
    private const long ClosedForNs = 1_000_000_000;

    private readonly CandidateQueue _candidates = new();

    /// <summary>Number of the first record that the sweep has not yet come to, and of the first frame whose flow entered the queue itself.</summary>
    private uint _unswept = uint.MaxValue;
    private long _queuedFromFrame = long.MaxValue;

    /// <summary>Flows that ended early, by <see cref="FlowWorth"/>.</summary>
    public IReadOnlyList<long> EvictedByWorth => _evicted;

    private readonly long[] _evicted = new long[(int)FlowWorth.Conversation + 1];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom<TSink>(PacketHead* packet, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        if (_queuedFromFrame == long.MaxValue)
        {
            _queuedFromFrame = packet->Frame + _run.BaseFrame;
            _unswept = 1;
        }

        // Not by the time of packets behind this one, so that what ends does not depend on how many were decoded before it.
        long now = packet->IsTimeInDoubt == 0 ? packet->TimestampNs : long.MinValue;

        // Twice when the other family's table had nothing to spare and exceeded the limit a little.
        EvictOne(now, ref sink);
        if (_limits.Live >= _limits.Max) EvictOne(now, ref sink);
    }

    /// <summary>A flow that begins while there was a lack of room is a candidate.</summary>
    private void Enlist(uint number)
    {
        if (_candidates.Count >= 2L * _capacity) DropStale();
        _candidates.Add(number, (uint)_origins[number].FirstFrame);
        _limits.Candidates++;
    }

    private void EvictOne<TSink>(long now, ref TSink sink)
        where TSink : struct, IFlowSink, allows ref struct
    {
        Sweep();
        uint oldest = Oldest();
        if (oldest == 0) oldest = Youngest();
        (uint number, FlowWorth worth) = Worst(now);
        if (number == 0 && oldest == 0) return; // all live flows are in the other family's table
        if (worth != FlowWorth.Closed && oldest != 0) (number, worth) = (oldest, FlowWorth.Unanswered);
        if (worth > FlowWorth.Closed && OtherTableHasCandidates()) return;
        Close(number, FlowEnd.Evicted, ref sink);
        Release(number);
    }

    /// <summary>Enlists flows that began before there was a lack of room.</summary>
    private void Sweep()
    {
        if (_unswept >= _used) return;
        int budget = _candidates.Count < FewCandidates ? Search : Look;
        for (; budget > 0 && _unswept < _used; budget--)
        {
            FlowRecord<TKey>* record = _records + _unswept;
            if (!record->Key.IsNone && _origins[_unswept].FirstFrame < _queuedFromFrame && WorthOf(record) == FlowWorth.Unanswered) Enlist(_unswept);
            _unswept++;
        }
    }

    /// <summary>The flow that has been without an answer for longest, or 0 when none is near the front.</summary>
    private uint Oldest()
    {
        for (int budget = FrontBudget; budget > 0 && _candidates.Count > 0; budget--)
        {
            var (number, frame) = _candidates.First;
            if (IsCandidate(number, frame)) return number;
            _candidates.DropFirst();
            _limits.Candidates--;
        }

        return 0;
    }

    /// <summary>Behind a long row of flows that became conversations, a flood that has begun since; or 0.</summary>
    private uint Youngest()
    {
        for (int budget = BackBudget; budget > 0 && _candidates.Count > 0; budget--)
        {
            var (number, frame) = _candidates.Last;
            if (IsCandidate(number, frame)) return number;
            _candidates.DropLast();
            _limits.Candidates--;
        }

        return 0;
    }

    /// <summary>Of the next records in the order of their numbers one that was closed a while ago, else the least, the longest idle among equals; or 0.</summary>
    private (uint Number, FlowWorth Worth) Worst(long now)
    {
        uint worst = 0;
        var worth = FlowWorth.Conversation;
        int budget = _candidates.Count < FewCandidates ? 4 * Look : Look;
        for (uint step = 0; step < _used && budget > 0; step++)
        {
            uint number = _evictionCursor >= _used ? 1 : _evictionCursor;
            _evictionCursor = number + 1;
            FlowRecord<TKey>* record = _records + number;
            budget--;
            if (record->Key.IsNone) continue;
            FlowWorth next = WorthOf(record);
            if (next == FlowWorth.Closed && now > record->State.LastNs && (ulong)(now - record->State.LastNs) >= ClosedForNs) return (number, FlowWorth.Closed);
            if (next == FlowWorth.Closed) next = FlowWorth.OneSided; // its last segments may still come
            if (worst != 0 && (next > worth || (next == worth && record->State.LastNs >= _records[worst].State.LastNs))) continue;
            worst = number;
            worth = next;
        }

        return (worst, worth);
    }

    private bool OtherTableHasCandidates() =>
        _limits.Candidates > _candidates.Count && Live < _limits.Max && _limits.Live < _limits.Max + (_limits.Max / 64) + 1;

    private bool IsCandidate(uint number, uint frame)
    {
        FlowRecord<TKey>* record = _records + number;
        return !record->Key.IsNone && (uint)_origins[number].FirstFrame == frame && WorthOf(record) == FlowWorth.Unanswered;
    }

    /// <summary>Takes flows that have ended or become conversations out of the queue, which at least halves it.</summary>
    private void DropStale()
    {
        for (int left = _candidates.Count; left > 0; left--)
        {
            var (number, frame) = _candidates.First;
            _candidates.DropFirst();
            if (IsCandidate(number, frame)) _candidates.Add(number, frame);
            else _limits.Candidates--;
        }
    }

    private static FlowWorth WorthOf(FlowRecord<TKey>* record)
    {
        ref readonly FlowState state = ref record->State;
        bool oneSided = state.LowPackets == 0 || state.HighPackets == 0, few = state.LowPackets + state.HighPackets <= FewPackets;
        uint marks = state.Marks;
        if (record->Key.Protocol == Ip.Tcp)
        {
            if (FlowTimeouts.IsHalfOpen(marks)) return FlowWorth.Unanswered;
            if (FlowTimeouts.IsClosed(marks)) return FlowWorth.Closed;
        }

        return !oneSided ? FlowWorth.Conversation : few ? FlowWorth.Unanswered : FlowWorth.OneSided;
    }
}
