using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// Several interfaces as one sequence merged by time, in runs that lie one behind the other in one batch. A frame goes when nothing can come before it:
/// every other interface has a later one, or has had the time of the window to show one. So an idle interface holds the others back no longer than that. The
/// order inside one interface is never changed; where times are equal the interface given first comes first. One thread.
/// </summary>
/// <param name="lanes">Number of interfaces.</param>
/// <param name="window">How long a frame may wait for others, in the unit of <see cref="LaneBatch.HandedOn"/>.</param>
/// <param name="done">Takes batches whose frames all went, when the next run is asked for.</param>
internal sealed class LaneMerge(int lanes, long window, Action<LaneBatch> done) : IDisposable
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new Lane())];
    private Lane? _used;

    /// <summary>Whether no interface gives anything more and all frames went.</summary>
    public bool IsEnded => _lanes.All(lane => lane.Ended && lane.Batches.Count == 0);

    public void Add(in LaneBatch item)
    {
        Lane lane = _lanes[item.Lane];
        if (item.Batch is null) lane.Ended = true;
        else lane.Batches.Enqueue(item);
    }

    /// <summary>The next run, valid until the next call.</summary>
    /// <param name="now">In the unit of <see cref="LaneBatch.HandedOn"/>.</param>
    /// <param name="readyAt">Without a run: when to ask again although nothing came; <see cref="long.MaxValue"/> for never.</param>
    public bool TryNext(long now, [NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, out int lane, out long readyAt)
    {
        GiveBack();
        batch = null;
        start = count = 0;
        lane = -1;
        readyAt = long.MaxValue;
        bool waits = false;
        for (int i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[i].Batches.Count == 0) waits |= !_lanes[i].Ended;
            else if (lane < 0 || _lanes[i].HeadNs < _lanes[lane].HeadNs) lane = i;
        }

        if (lane < 0) return false;
        Lane first = _lanes[lane];
        LaneBatch head = first.Batches.Peek();
        if (waits && now - head.HandedOn < window)
        {
            readyAt = head.HandedOn + window;
            return false;
        }

        batch = head.Batch!;
        start = first.Next;
        first.Next = RunEnd(batch.Frames, start, lane);
        count = first.Next - start;
        _used = first;
        return true;
    }

    /// <summary>Gives all batches back.</summary>
    public void Dispose()
    {
        foreach (Lane lane in _lanes)
        {
            while (lane.Batches.TryDequeue(out LaneBatch item)) done(item);
        }
    }

    private void GiveBack()
    {
        if (_used is not { } lane) return;
        _used = null;
        if (lane.Next < lane.Batches.Peek().Batch!.Count) return;
        lane.Next = 0;
        done(lane.Batches.Dequeue());
    }

    private int RunEnd(ReadOnlySpan<FrameDescriptor> frames, int start, int lane)
    {
        int rival = -1;
        for (int i = 0; i < _lanes.Length; i++)
        {
            if (i != lane && _lanes[i].Batches.Count > 0 && (rival < 0 || _lanes[i].HeadNs < _lanes[rival].HeadNs)) rival = i;
        }

        if (rival < 0) return frames.Length;
        long rivalNs = _lanes[rival].HeadNs;
        bool winsTies = lane < rival;
        int end = start + 1;
        while (end < frames.Length && (frames[end].TimestampNs < rivalNs || (winsTies && frames[end].TimestampNs == rivalNs))) end++;
        return end;
    }

    private sealed class Lane
    {
        public Queue<LaneBatch> Batches { get; } = new();

        /// <summary>First frame of the first batch that has not gone.</summary>
        public int Next { get; set; }

        public bool Ended { get; set; }

        public long HeadNs => Batches.Peek().Batch!.Frames[Next].TimestampNs;
    }
}
