using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Run;

/// <summary>
/// The judging thread of a live run: frames from the source into the engine, and between them, when it is time, pictures of the run, ends of periods, and the
/// exchange of the matrix. Whatever takes long (building, merging and writing reports) is done by the <see cref="ReportDesk"/>.
/// </summary>
public sealed class LiveRun
{
    /// <summary>How long the thread waits for frames before it looks at the clock.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(50);

    /// <summary>Idle flows end by this less than the time since the last frame: frames that are on their way must not be late.</summary>
    private const long TickMarginNs = 1_000_000_000;

    /// <summary>A flow without an answer is judged in a picture once it is this old: the SYN of a moment ago is no failing service.</summary>
    private const long AnswerTimeNs = 5_000_000_000;

    private static readonly TimeSpan s_tickEvery = TimeSpan.FromSeconds(1);

    /// <summary>Frames that were captured before the end are judged as long as this lasts; a run that ends says its report within two seconds.</summary>
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    private readonly CheckEngine _engine;
    private readonly ILiveSource _source;
    private readonly LiveRunOptions _options;
    private readonly LiveProgress _progress;
    private readonly ReportDesk _desk;
    private readonly TimeProvider _time;
    private readonly FrameTee? _tee;
    private readonly PeriodClock _periods;
    private MatrixInForce _matrix;
    private volatile bool _stop;
    private MatrixInForce? _nextMatrix;
    private long _start, _pictureDue, _checkpointDue, _tickDue, _frameAt;
    private long _judged;

    /// <summary>Sees each run of frames before it is judged.</summary>
    public delegate void FrameTee(FrameBatch batch, int start, int count, long firstNumber);

    /// <param name="matrix">What the engine was made with.</param>
    /// <param name="tee">Sees the frames too, on the judging thread; null for nobody.</param>
    public LiveRun(
        CheckEngine engine, MatrixInForce matrix, ILiveSource source, LiveRunOptions options, LiveProgress progress, ReportDesk desk, TimeProvider time, FrameTee? tee = null)
    {
        (_engine, _matrix, _source, _options, _progress, _desk, _time, _tee) = (engine, matrix, source, options, progress, desk, time, tee);
        _periods = new PeriodClock(options.Rotate ?? options.SettleEvery, time.GetUtcNow());
    }

    /// <summary>Ends the run soon. Any thread.</summary>
    public void Stop() => _stop = true;

    /// <summary>Puts another matrix in force soon; what was judged stays as it was judged. Any thread.</summary>
    public void Replace(MatrixInForce matrix) => Interlocked.Exchange(ref _nextMatrix, matrix);

    /// <summary>Runs until it is stopped or its end has come.</summary>
    /// <returns>The report of the whole run.</returns>
    public CheckReport Run()
    {
        _start = _time.GetTimestamp();
        _pictureDue = _checkpointDue = _tickDue = _start;
        _source.Start();
        while (!_stop && !IsOver() && !_source.IsEnded)
        {
            Take(s_wait);
            Look();
        }

        long drain = _time.GetTimestamp();
        _source.Stop();
        while (!_source.IsEnded && !IsFull() && _time.GetElapsedTime(drain) < s_drain) Take(s_wait);
        return End();
    }

    private void Take(TimeSpan wait)
    {
        int most = _options.Frames is { } frames ? (int)Math.Min(int.MaxValue, frames - _judged) : int.MaxValue;
        if (_source.ReadRun(out FrameBatch? batch, out int start, out int count, wait, most))
        {
            _tee?.Invoke(batch, start, count, _engine.FramesRead + 1);
            _engine.Process(batch, start, count);
            _judged += count;
            _frameAt = _time.GetTimestamp();
        }
        else
        {
            _engine.Flush();
        }

        _progress.Round();
    }

    private bool IsFull() => _options.Frames is { } most && _judged >= most;

    private bool IsOver() => IsFull()
        || (_options.For is { } length && _time.GetElapsedTime(_start) >= length)
        || (_options.Until is { } until && _time.GetUtcNow() >= until);

    /// <summary>What is due by the clock.</summary>
    private void Look()
    {
        long now = _time.GetTimestamp();
        if (now >= _tickDue)
        {
            Tick(now);
            _tickDue = now + Ticks(s_tickEvery);
        }

        // Where reports take longer than periods, periods get longer: each that waits holds memory.
        bool mayClose = _desk.HasRoom;
        if (mayClose && Interlocked.Exchange(ref _nextMatrix, null) is { } next) Exchange(next);
        else if (mayClose && _periods.IsOver(_time.GetUtcNow())) ClosePeriod(null);
        else if (now >= _pictureDue && _desk.IsRested(_options.DeskShare)) TakePicture(now);
    }

    /// <summary>Lets idle flows end, by the time of the last frame at least: few frames do not sweep a table that a flood left behind.</summary>
    private void Tick(long now)
    {
        if (_progress.LastFrameNs is not { } last || _source.FramesWaiting > 0) return;
        _engine.Tick(Math.Max(last, FrameTime(now) - TickMarginNs));
    }

    /// <summary>
    /// The time that a frame would have now: that of the last one, and what has passed since it came. A clock that is set, and one of the capture that runs
    /// by a time of its own, end no flow. The largest value before the first frame.
    /// </summary>
    private long FrameTime(long now)
    {
        if (_progress.LastFrameNs is not { } last) return long.MaxValue;
        long passed = (long)Math.Min(_time.GetElapsedTime(_frameAt, now).TotalNanoseconds, long.MaxValue / 2);
        return last < long.MaxValue - passed ? last + passed : long.MaxValue;
    }

    /// <summary>Flows that began until then and have no answer are judged without one.</summary>
    private long BegunUntil() => FrameTime(_time.GetTimestamp()) - AnswerTimeNs;

    private void TakePicture(long now)
    {
        bool checkpoint = now >= _checkpointDue;
        if (checkpoint) _checkpointDue = now + Ticks(_options.CheckpointEvery);
        ReportSnapshot fork = _engine.Fork(begunUntilNs: BegunUntil());
        _desk.TakePicture(fork, _matrix, _source.Summaries, checkpoint ? _engine.ProvenServers : null);
        long done = _time.GetTimestamp();
        _pictureDue = done + Math.Max(Ticks(_options.PictureEvery), (long)((done - now) / _options.PictureShare));
    }

    /// <summary>A matrix that the engine cannot take leaves everything as it was, which the desk says.</summary>
    private void Exchange(MatrixInForce next)
    {
        try
        {
            ClosePeriod(next);
        }
        catch (Core.Matrix.MatrixTooLargeException e)
        {
            _desk.Refuse(next, e.Message);
        }
    }

    private void ClosePeriod(MatrixInForce? next)
    {
        DateTimeOffset now = _time.GetUtcNow();
        ReportSnapshot? active = _options.Rotate is null ? null : _engine.Fork(activeOnly: true, BegunUntil());
        ReportSnapshot closed;
        try
        {
            closed = _engine.BeginPeriod(next?.Matrix, next?.Protected);
        }
        catch
        {
            active?.Dispose();
            throw;
        }

        _desk.TakePeriod(closed, active, _matrix, _source.Summaries, _periods.BeganUtc, now);
        if (next is not null)
        {
            _matrix = next;
            _desk.Accept(next);
        }

        _periods.Begin(now);
        _pictureDue = _time.GetTimestamp();
    }

    private CheckReport End()
    {
        IReadOnlyList<InputSummary> inputs = _source.IsEnded || IsFull() ? _source.Summaries : WithUnjudged(_source.Summaries, _source.Interfaces);
        if (_options.Rotate is not null) _desk.TakePeriod(null, _engine.Fork(activeOnly: true, BegunUntil()), _matrix, inputs, _periods.BeganUtc, _time.GetUtcNow());
        CheckReport last = _engine.Finish(inputs, _matrix.Parameters, _matrix.Rules);
        return _desk.End(last, _matrix, _engine.ProvenServers, _engine.WriteRows, _periods.BeganUtc);
    }

    /// <summary>The time to drain was over before all that was captured was judged: what is left is lost to the report, which has to say so.</summary>
    private static IReadOnlyList<InputSummary> WithUnjudged(IReadOnlyList<InputSummary> inputs, IReadOnlyList<WatchedInterface> interfaces) =>
        [.. inputs.Zip(interfaces, (input, i) => i.FramesRead - (input.Frames - input.FramesFilteredOut) is > 0 and var left
            ? input with { DroppedFrames = (input.DroppedFrames ?? 0) + left }
            : input)];

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
