using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Run;

/// <summary>
/// Gathers the status of a run from the threads that know parts of it, works out rates, and publishes twice a second. It runs on a thread of its own, so that
/// it can say that the judging thread does not come round any more.
/// </summary>
public sealed class StatusBoard : IDisposable
{
    /// <summary>Rates of ten minutes, every two seconds.</summary>
    private const int HistoryLength = 300;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500), s_historyStep = TimeSpan.FromSeconds(2), s_rateOver = TimeSpan.FromSeconds(2);

    private readonly ILiveSource _source;
    private readonly LiveProgress _progress;
    private readonly TimeProvider _time;
    private readonly Watchdog _watchdog;
    private readonly Lock _writing = new();
    private readonly Queue<(long At, long Frames, long Bytes)> _recent = new();
    private readonly List<RateSample> _history = [];
    private readonly DateTimeOffset _startedAt;
    private ITimer? _timer;
    private long _sequence, _historyAt;
    private (long At, long Frames, long Bytes, long Drops) _historyFrom;
    private RateSample _rate;
    private CheckReport? _report;
    private DateTimeOffset? _reportAt;
    private MatrixState _matrix;
    private CheckpointStatus? _checkpoint;
    private IReadOnlyList<RunFile> _files = [];
    private IReadOnlyList<string> _troubles = [];
    private bool _ended;

    public StatusBoard(ILiveSource source, LiveProgress progress, MatrixState matrix, TimeProvider time)
    {
        (_source, _progress, _matrix, _time) = (source, progress, matrix, time);
        _startedAt = time.GetUtcNow();
        _watchdog = new Watchdog(time);
        _rate = new(_startedAt, 0, 0, 0);
        _historyAt = time.GetTimestamp();
        _historyFrom = (_historyAt, 0, 0, 0);
        Feed = new LiveFeed(Build());
    }

    public LiveFeed Feed { get; }

    /// <summary>Where alerts go; asked for each status.</summary>
    public Func<IReadOnlyList<ReceiverStatus>>? Receivers { get; set; }

    /// <summary>What became of evidence; asked for each status.</summary>
    public Func<EvidenceStatus>? Evidence { get; set; }

    /// <summary>Publishes from now on.</summary>
    public void Start() => _timer = _time.CreateTimer(_ => Publish(), null, s_interval, s_interval);

    /// <summary>A new picture of the whole run.</summary>
    public void Show(CheckReport report)
    {
        lock (_writing)
        {
            _report = report;
            _reportAt = _time.GetUtcNow();
        }
    }

    public void Show(MatrixState matrix)
    {
        lock (_writing) _matrix = matrix;
    }

    public void Show(CheckpointStatus checkpoint)
    {
        lock (_writing) _checkpoint = checkpoint;
    }

    public void Show(IReadOnlyList<RunFile> files)
    {
        lock (_writing) _files = files;
    }

    /// <summary>What went wrong beside the traffic, as sentences; replaces those before.</summary>
    public void ShowTroubles(IReadOnlyList<string> troubles)
    {
        lock (_writing) _troubles = troubles;
    }

    public MatrixState Matrix
    {
        get
        {
            lock (_writing) return _matrix;
        }
    }

    /// <summary>One last status, which says that it is the last.</summary>
    public void End()
    {
        _timer?.Dispose();
        lock (_writing)
        {
            // Not by Publish, which gives way to one that goes on: this one must not be left out.
            _ended = true;
            Feed.Publish(Build());
        }
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Publishes now. A call that comes while another goes on is left out: the next is half a second away.</summary>
    public void Publish()
    {
        if (!_writing.TryEnter()) return;
        try
        {
            Feed.Publish(Build());
        }
        finally
        {
            _writing.Exit();
        }
    }

    private LiveStatus Build()
    {
        IReadOnlyList<WatchedInterface> interfaces = _source.Interfaces;
        DateTimeOffset now = _time.GetUtcNow();
        long frames = interfaces.Sum(i => i.FramesRead), bytes = interfaces.Sum(i => i.BytesRead), waiting = _source.FramesWaiting;
        var status = new LiveStatus
        {
            Sequence = ++_sequence,
            StartedAtUtc = _startedAt,
            AtUtc = now,
            Interfaces = interfaces,
            FramesRead = frames,
            BytesRead = bytes,
            LastFrameNs = _progress.LastFrameNs,
            LiveFlows = _progress.LiveFlows,
            FlowsOpened = _progress.FlowsOpened,
            FramesWaiting = waiting,
            Rate = _rate,
            Report = _report,
            ReportAtUtc = _reportAt,
            Matrix = _matrix,
            Receivers = Receivers?.Invoke() ?? [],
            Evidence = Evidence?.Invoke(),
            Checkpoint = _checkpoint,
            Files = _files,
            Ended = _ended,
        };
        Measure(now, frames, bytes, status.Drops);
        return status with { Rate = _rate, History = [.. _history], Warnings = [.. _watchdog.Look(status, _progress.Rounds), .. _troubles] };
    }

    private void Measure(DateTimeOffset now, long frames, long bytes, long drops)
    {
        long at = _time.GetTimestamp();
        _recent.Enqueue((at, frames, bytes));
        while (_recent.Count > 2 && _time.GetElapsedTime(_recent.Peek().At, at) > s_rateOver) _recent.Dequeue();
        var oldest = _recent.Peek();
        _rate = RateOf(now, oldest.At, at, frames - oldest.Frames, bytes - oldest.Bytes, drops - _historyFrom.Drops);
        if (_time.GetElapsedTime(_historyAt, at) < s_historyStep) return;
        _history.Add(RateOf(now, _historyFrom.At, at, frames - _historyFrom.Frames, bytes - _historyFrom.Bytes, drops - _historyFrom.Drops));
        if (_history.Count > HistoryLength) _history.RemoveAt(0);
        _historyAt = at;
        _historyFrom = (at, frames, bytes, drops);
    }

    private RateSample RateOf(DateTimeOffset now, long from, long to, long frames, long bytes, long drops)
    {
        double seconds = _time.GetElapsedTime(from, to).TotalSeconds;
        return seconds <= 0 ? new(now, 0, 0, drops) : new(now, frames / seconds, bytes * 8 / seconds, drops);
    }
}
