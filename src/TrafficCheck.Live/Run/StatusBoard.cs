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

    /// <summary>Held while a status is made, which asks others; those who show something never wait for it.</summary>
    private readonly Lock _publishing = new();

    /// <summary>Held for moments only.</summary>
    private readonly Lock _writing = new();
    private readonly Queue<(long At, long Frames, long Bytes, long Drops)> _recent = new();
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
    private string? _failure;
    private bool _ended, _over;

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

    /// <summary>A defect; stays until another takes its place.</summary>
    public void ShowFailure(string failure)
    {
        lock (_writing) _failure = failure;
    }

    /// <summary>Another matrix was refused; the one before stays.</summary>
    public void ShowRefused(DateTimeOffset at, string why)
    {
        lock (_writing) _matrix = _matrix with { ReloadFailedAtUtc = at, ReloadError = why };
    }

    /// <summary>One last status, which says that it is the last; a call of the timer that comes later publishes nothing.</summary>
    public void End()
    {
        _timer?.Dispose();
        lock (_publishing)
        {
            if (_over) return;
            lock (_writing) _ended = true;
            PublishOne();
            _over = true;
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_publishing) _over = true;
    }

    /// <summary>Publishes now. A call that comes while another goes on is left out: the next is half a second away.</summary>
    public void Publish()
    {
        if (_publishing.IsHeldByCurrentThread || !_publishing.TryEnter()) return;
        try
        {
            if (!_over) PublishOne();
        }
        finally
        {
            _publishing.Exit();
        }
    }

    /// <summary>A part that cannot say how it stands must not end the process: an exception on the thread of a timer would.</summary>
    private void PublishOne()
    {
        LiveStatus status;
        try
        {
            status = Build();
        }
        catch (Exception e)
        {
            string failure = $"the status could not be gathered: {e.GetType().Name}: {e.Message}; please report it";
            bool ended;
            lock (_writing) ended = _ended;
            status = Feed.Current with { Sequence = ++_sequence, AtUtc = _time.GetUtcNow(), Ended = ended, Warnings = [failure] };
        }

        Feed.Publish(status);
    }

    private LiveStatus Build()
    {
        IReadOnlyList<WatchedInterface> interfaces = _source.Interfaces;
        DateTimeOffset now = _time.GetUtcNow();
        long frames = interfaces.Sum(i => i.FramesRead), bytes = interfaces.Sum(i => i.BytesRead), waiting = _source.FramesWaiting;
        IReadOnlyList<ReceiverStatus> receivers = Receivers?.Invoke() ?? [];
        EvidenceStatus? evidence = Evidence?.Invoke();
        IReadOnlyList<string> troubles;
        LiveStatus status;
        lock (_writing)
        {
            troubles = _failure is null ? _troubles : [.. _troubles, _failure];
            status = new LiveStatus
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
                Receivers = receivers,
                Evidence = evidence,
                Checkpoint = _checkpoint,
                Files = _files,
                Ended = _ended,
            };
        }

        Measure(now, frames, bytes, status.Drops);
        return status with { Rate = _rate, History = [.. _history], Warnings = [.. _watchdog.Look(status, _progress.Rounds), .. troubles] };
    }

    private void Measure(DateTimeOffset now, long frames, long bytes, long drops)
    {
        long at = _time.GetTimestamp();
        _recent.Enqueue((at, frames, bytes, drops));
        while (_recent.Count > 2 && _time.GetElapsedTime(_recent.Peek().At, at) > s_rateOver) _recent.Dequeue();
        _rate = RateOf(now, _recent.Peek(), (at, frames, bytes, drops));
        if (_time.GetElapsedTime(_historyAt, at) < s_historyStep) return;
        _history.Add(RateOf(now, _historyFrom, (at, frames, bytes, drops)));
        if (_history.Count > HistoryLength) _history.RemoveAt(0);
        _historyAt = at;
        _historyFrom = (at, frames, bytes, drops);
    }

    /// <summary>Counters of a system that begin anew are no rate below nothing.</summary>
    private RateSample RateOf(DateTimeOffset now, (long At, long Frames, long Bytes, long Drops) from, (long At, long Frames, long Bytes, long Drops) to)
    {
        double seconds = _time.GetElapsedTime(from.At, to.At).TotalSeconds;
        long frames = Math.Max(0, to.Frames - from.Frames), bytes = Math.Max(0, to.Bytes - from.Bytes), drops = Math.Max(0, to.Drops - from.Drops);
        return seconds <= 0 ? new(now, 0, 0, drops) : new(now, frames / seconds, bytes * 8 / seconds, drops);
    }
}
