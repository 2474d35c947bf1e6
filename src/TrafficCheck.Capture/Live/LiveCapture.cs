using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// Several interfaces captured at once and delivered as one sequence merged by time, in runs of frames that lie one behind the other in one batch. Each
/// interface has a thread that copies frames into pooled batches and never waits; whoever calls <see cref="ReadRun"/> is one thread. Memory is bounded: when
/// all batches wait to be read, frames are dropped, and counted as <see cref="LiveInterfaceCounters.QueueDrops"/>.
/// </summary>
public sealed class LiveCapture : IDisposable
{
    /// <summary>Memory of all batches together, where nothing else is asked for.</summary>
    public const long DefaultMemory = 256L << 20;

    private const int StopMs = 500;

    private readonly LiveLane[] _lanes;
    private readonly Delivered[] _delivered;
    private readonly LiveOptions[] _options;
    private readonly LaneMerge _merge;
    private readonly LiveBatchPool _pool;
    private readonly Channel<LaneBatch> _channel;
    private readonly AutoResetEvent _arrived;
    private bool _started, _stopped, _disposed;

    private LiveCapture(
        LiveLane[] lanes, LiveOptions[] options, LiveBatchPool pool, Channel<LaneBatch> channel, AutoResetEvent arrived)
    {
        (_lanes, _options, _pool, _channel, _arrived) = (lanes, options, pool, channel, arrived);
        _delivered = [.. lanes.Select(_ => new Delivered())];
        long window = Stopwatch.Frequency * PacketTime.ReorderWindowNs / 1_000_000_000;
        _merge = new LaneMerge(lanes.Length, window, item => _pool.Return(item.Batch!));
    }

    /// <summary>Nothing more will be delivered: it was stopped, and all frames went.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>One for each interface, in the order given. Any thread.</summary>
    public IReadOnlyList<LiveInterfaceCounters> Counters => [.. _lanes.Select(lane => lane.Counters)];

    /// <summary>Frames that were handed on and not delivered yet, as far as one can tell while both go on. Any thread.</summary>
    public long FramesWaiting => Math.Max(0, _lanes.Sum(lane => lane.Counters.FramesRead) - _delivered.Sum(d => d.Frames));

    /// <summary>
    /// What was delivered so far of each interface, as an input of a report: <see cref="InputSummary.Frames"/> are those that <see cref="ReadRun"/> gave out
    /// and those that the filter kept back,
    /// and <see cref="InputSummary.DroppedFrames"/> all that are known to be lost, wherever. Only by the thread that reads.
    /// </summary>
    public IReadOnlyList<InputSummary> Summaries => [.. _lanes.Select((_, i) => Summarize(i))];

    /// <summary>Opens the interfaces. Frames come once <see cref="Start"/> is called.</summary>
    /// <param name="interfaces">In the order in which they are listed; equal times are delivered in it.</param>
    /// <param name="registry">Where they are registered; a descriptor refers to it.</param>
    /// <param name="memory">Bytes that all batches of frames may take.</param>
    /// <exception cref="LiveCaptureException">libpcap is missing, an interface is unknown or may not be opened; the message names what mends it.</exception>
    /// <exception cref="Filters.FilterException">A filter cannot be used, in the words of libpcap.</exception>
    public static LiveCapture Open(IReadOnlyList<LiveOptions> interfaces, CaptureInterfaces registry, long memory = DefaultMemory)
    {
        ArgumentNullException.ThrowIfNull(interfaces);
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfZero(interfaces.Count);
        var pool = new LiveBatchPool(memory);

        // Never full: there are no more batches than the pool has, and one word of the end for each interface.
        Channel<LaneBatch> channel = Channel.CreateBounded<LaneBatch>(new BoundedChannelOptions((int)(memory / LiveBatchPool.BytesPerBatch) + 8 + interfaces.Count)
        {
            SingleReader = true,
            AllowSynchronousContinuations = false,
        });
        var arrived = new AutoResetEvent(false);
        List<LiveLane> lanes = [];
        try
        {
            foreach (LiveOptions options in interfaces) lanes.Add(new LiveLane(lanes.Count, options, registry, pool, channel.Writer, arrived));
        }
        catch (Exception e)
        {
            foreach (LiveLane lane in lanes) lane.Dispose();
            pool.Dispose();
            arrived.Dispose();
            if (e is LibpcapMissingException) throw new LiveCaptureException(e.Message, e);
            throw;
        }

        return new LiveCapture([.. lanes], [.. interfaces], pool, channel, arrived);
    }

    public void Start()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_started) return;
        _started = true;
        foreach (LiveLane lane in _lanes) lane.Start();
    }

    /// <summary>
    /// The next run: <paramref name="count"/> frames (at least one) from <paramref name="start"/> in <paramref name="batch"/>. They are valid until the next
    /// call, or as long as somebody holds the batch (<see cref="FrameBatch.Hold"/>).
    /// </summary>
    /// <param name="wait">How long to wait for frames.</param>
    /// <param name="most">Frames of a run at most; what is beyond is not delivered, so it is for the last run of a reader that ends.</param>
    /// <returns>False when none came, or when the capture has ended (<see cref="IsEnded"/>).</returns>
    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, TimeSpan wait, int most = int.MaxValue)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long deadline = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            while (_channel.Reader.TryRead(out LaneBatch item)) Add(in item);
            long now = Stopwatch.GetTimestamp();
            if (_merge.TryNext(now, out batch, out start, out count, out int lane, out long readyAt))
            {
                count = Math.Min(count, most);
                _delivered[lane].Count(batch.Frames.Slice(start, count));
                return true;
            }

            if (_merge.IsEnded)
            {
                IsEnded = true;
                return false;
            }

            long left = Math.Min(deadline, readyAt) - now;
            if (deadline <= now) return false;
            _arrived.WaitOne((int)Math.Clamp((left * 1000 / Stopwatch.Frequency) + 1, 1, 60_000));
        }
    }

    /// <summary>Ends the intake, within 500 ms. What was captured is still delivered; then <see cref="IsEnded"/> is true. Any thread.</summary>
    public void Stop()
    {
        if (!_started)
        {
            // The threads never ran: each says at once that nothing comes from it.
            Start();
        }

        foreach (LiveLane lane in _lanes) lane.RequestStop();
        long until = Environment.TickCount64 + StopMs;
        foreach (LiveLane lane in _lanes) lane.Join(TimeSpan.FromMilliseconds(Math.Max(1, until - Environment.TickCount64)));
        _stopped = true;
    }

    public void Dispose()
    {
        if (_disposed) return;
        if (!_stopped) Stop();
        _disposed = true;
        foreach (LiveLane lane in _lanes)
        {
            lane.Join(Timeout.InfiniteTimeSpan);
            lane.Dispose();
        }

        while (_channel.Reader.TryRead(out LaneBatch item)) item.Batch?.Dispose();
        _merge.Dispose();
        _pool.Dispose();
        _arrived.Dispose();
    }

    private void Add(in LaneBatch item)
    {
        if (item.Batch is not null)
        {
            _lanes[item.Lane].Taken();
            _delivered[item.Lane].Begin(in item);
        }

        _merge.Add(in item);
    }

    private InputSummary Summarize(int lane)
    {
        LiveInterfaceCounters counters = _lanes[lane].Counters;
        Delivered delivered = _delivered[lane];
        long? dropped = counters.KernelDrops is null && counters.InterfaceDrops is null && counters.QueueDrops == 0
            ? null
            : (counters.KernelDrops ?? 0) + (counters.InterfaceDrops ?? 0) + counters.QueueDrops;
        return new InputSummary
        {
            Path = _options[lane].Interface,
            Format = "live",
            LinkTypes = delivered.LinkTypes,
            Frames = delivered.Frames + counters.FramesFilteredOut,
            FramesFilteredOut = counters.FramesFilteredOut,
            Bytes = delivered.Bytes,
            FirstNs = delivered.FirstNs,
            LastNs = delivered.LastNs,
            DroppedFrames = dropped,
            Problems = counters.Interruptions == 0 ? [] :
            [
                new InputProblem(
                    ProblemSeverity.Note, ProblemCodes.Interrupted, -1, "The interface went down or away; what crossed it meanwhile was not captured, and nobody counted it.",
                    counters.Interruptions),
            ],
        };
    }

    /// <summary>What went out of one interface.</summary>
    private sealed class Delivered
    {
        private readonly SortedSet<LinkType> _linkTypes = [];
        private LinkType? _last;

        public long Frames { get; private set; }

        public long Bytes { get; private set; }

        public long? FirstNs { get; private set; }

        public long? LastNs { get; private set; }

        public IReadOnlyList<LinkType> LinkTypes => [.. _linkTypes];

        /// <summary>The times of a batch count when it comes; going over its frames would tell no more.</summary>
        public void Begin(in LaneBatch item)
        {
            FirstNs = Math.Min(FirstNs ?? long.MaxValue, item.FirstNs);
            LastNs = Math.Max(LastNs ?? long.MinValue, item.LastNs);
        }

        public void Count(ReadOnlySpan<FrameDescriptor> frames)
        {
            Frames += frames.Length;
            foreach (ref readonly FrameDescriptor frame in frames) Bytes += frame.CapturedLength;

            // All frames of a batch have one link type.
            if (_last == frames[0].LinkType) return;
            _last = frames[0].LinkType;
            _linkTypes.Add(frames[0].LinkType);
        }
    }
}
