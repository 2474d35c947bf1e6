using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Keeps the first frames of all flows for a while, and writes those of findings into pcapng files, one for each finding. The engine's thread only lends the
/// batches it has (<see cref="Offer"/>); a thread of the recorder looks at them, another writes files. When the recorder does not keep up, frames pass it by
/// and are counted. Nothing that goes wrong here ends a run.
/// </summary>
public sealed class EvidenceRecorder : IDisposable
{
    private readonly EvidenceOptions _options;
    private readonly FlowHashes _hashes;
    private readonly FirstFrames _store;
    private readonly FrameTaker _taker;
    private readonly FindingFrames _findings;
    private readonly EvidenceWriter _writer;
    private readonly Thread _thread;
    private readonly object _lock = new();
    private readonly Run[] _runs;
    private int _firstRun, _runCount;
    private long _offered, _taken, _reportAfter, _passedBy, _missed;
    private CheckReport? _report;
    private bool _ending, _abandoned;
    private volatile int _unfiled;
    private volatile string? _failure;

    /// <param name="interfaces">Those that the descriptors of the frames refer to.</param>
    public EvidenceRecorder(EvidenceOptions options, CaptureInterfaces interfaces, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        time ??= TimeProvider.System;
        _options = options;
        _runs = new Run[options.QueueRuns];
        _hashes = new FlowHashes(options.Seed ?? HashSeed.Random(), options);
        _store = new FirstFrames(options);
        _taker = new FrameTaker(_hashes, _store);
        _findings = new FindingFrames(options, RunName.New(time), _store);
        _writer = new EvidenceWriter(options, interfaces, time);
        _thread = new Thread(Work) { IsBackground = true, Name = "evidence" };
        _thread.Start();
    }

    public EvidenceStatus Status
    {
        get
        {
            var (files, bytes) = _writer.Folder.Totals;
            return new(_options.Folder, files, bytes, _writer.Frames, Interlocked.Read(ref _missed) + _writer.Skipped, _failure ?? _writer.LastError ?? Shortage());
        }
    }

    /// <summary>Evidence files of this run.</summary>
    public IReadOnlyList<RunFile> Files => _writer.Folder.Files;

    /// <summary>Frames that were not looked at because the recorder did not keep up. Their flows may lack evidence.</summary>
    public long PassedBy => Interlocked.Read(ref _passedBy);

    /// <summary>Frames of a batch that go to the engine as well. Holds the batch, copies nothing, never waits for work to be done. One thread.</summary>
    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Offer(FrameBatch batch, int start, int count, long firstNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (count == 0) return;
        lock (_lock)
        {
            if (_runCount < _runs.Length && !_ending)
            {
                batch.Hold();
                _runs[(_firstRun + _runCount++) % _runs.Length] = new(batch, start, count, firstNumber);
                _offered++;
                if (_runCount == 1) Monitor.Pulse(_lock);
                return;
            }
        }

        Interlocked.Add(ref _passedBy, count);
    }

    /// <summary>The whole run as it stands: frames of its findings are written, those that are not yet. Never waits. Any thread.</summary>
    public void Publish(CheckReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        lock (_lock)
        {
            if (_ending) return;
            _report = report;
            _reportAfter = _offered;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Looks at all that was offered and published, and writes it, within the time given. Nothing is taken any more.</summary>
    public void Complete(TimeSpan atMost)
    {
        long began = Environment.TickCount64;
        lock (_lock)
        {
            _ending = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero);
        _writer.Complete(atMost - TimeSpan.FromMilliseconds(Environment.TickCount64 - began));
    }

    /// <summary>Stops at once what <see cref="Complete"/> did not finish.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ending = _abandoned = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
        _writer.Dispose();
        for (; _runCount > 0; _runCount--, _firstRun = (_firstRun + 1) % _runs.Length) _runs[_firstRun].Batch!.Release();
        _store.Dispose();
        _hashes.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            Run run = default;
            CheckReport? report = null;
            lock (_lock)
            {
                while (_runCount == 0 && _report is null && !_ending) Monitor.Wait(_lock);
                if (_abandoned) return;
                if (_report is not null && _taken >= _reportAfter)
                {
                    (report, _report) = (_report, null);
                }
                else if (_runCount > 0)
                {
                    run = _runs[_firstRun];
                    _runs[_firstRun] = default;
                    _firstRun = (_firstRun + 1) % _runs.Length;
                    _runCount--;
                    _taken++;
                }
                else
                {
                    return; // the end
                }
            }

            try
            {
                if (report is not null) Take(report);
                else if (run.Start + run.Count <= run.Batch!.Count) _taker.Take(run.Batch, run.Start, run.Count, run.FirstNumber);
                else Interlocked.Add(ref _passedBy, run.Count);
            }
#pragma warning disable CA1031 // The run goes on without this evidence rather than end, and everybody who asks is told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = $"internal error: {e.Message}";
            }
            finally
            {
                run.Batch?.Release();
            }
        }
    }

    private void Take(CheckReport report)
    {
        _findings.Take(report, _writer.TryAdd);
        Interlocked.Exchange(ref _missed, _findings.Missed);
        _unfiled = _findings.Unfiled;
    }

    private string? Shortage()
    {
        if (PassedBy is > 0 and long passed) return string.Create(CultureInfo.InvariantCulture, $"{passed} frames were not looked at, because evidence did not keep up");
        return _unfiled > 0 ? string.Create(CultureInfo.InvariantCulture, $"{_unfiled} findings have no file: {_options.MostFindings} have one at most") : null;
    }

    private readonly record struct Run(FrameBatch? Batch, int Start, int Count, long FirstNumber);
}
