using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// Writes evidence on a thread of its own, because disks may be slow, full or away. Frames wait here in bounded memory; what cannot be written is tried again
/// every few seconds. Any thread may add.
/// </summary>
internal sealed class EvidenceWriter : IDisposable
{
    private const int MostErrorText = 300;

    private readonly Queue<EvidenceJob> _jobs = new();
    private readonly EvidenceOptions _options;
    private readonly EvidenceFolder _folder;
    private readonly Thread _thread;
    private readonly object _lock = new();
    private long _pendingBytes, _frames, _skipped;
    private bool _ending, _stopped, _triedLast;
    private volatile string? _error;

    public EvidenceWriter(EvidenceOptions options, CaptureInterfaces interfaces, TimeProvider time)
    {
        _options = options;
        _folder = new EvidenceFolder(options, interfaces, time);
        _thread = new Thread(Work) { IsBackground = true, Name = "evidence files" };
        _thread.Start();
    }

    public EvidenceFolder Folder => _folder;

    /// <summary>Frames written.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Frames for which the limits left no room, or that were never written before the end.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    public string? LastError => _error;

    /// <returns>False when too much waits already.</returns>
    public bool TryAdd(EvidenceJob job)
    {
        lock (_lock)
        {
            if (_ending || (_jobs.Count > 0 && _pendingBytes + job.Bytes > _options.MostPendingBytes)) return false;
            _jobs.Enqueue(job);
            _pendingBytes += job.Bytes;
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Writes what waits, within the time given; what is left then is counted as skipped.</summary>
    public void Complete(TimeSpan atMost)
    {
        lock (_lock)
        {
            _ending = true;
            Monitor.PulseAll(_lock);
        }

        if (_thread.Join(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero)) return;
        lock (_lock)
        {
            _stopped = true;
            GiveUp();
            Monitor.PulseAll(_lock);
        }
    }

    public void Dispose() => Complete(TimeSpan.Zero);

    private void Work()
    {
        bool failed = Guard(Look) is null;
        while (true)
        {
            EvidenceJob? job;
            lock (_lock)
            {
                if (failed && !_ending && !_stopped) Monitor.Wait(_lock, _options.TryAgainAfter);
                while (_jobs.Count == 0 && !_ending && !_stopped) Monitor.Wait(_lock);
                if (_stopped) return;
                if (!_jobs.TryPeek(out job)) return;
                if (failed && _ending && !CanTryLast())
                {
                    GiveUp();
                    return;
                }
            }

            bool? written = Guard(() => _folder.Write(job));
            failed = written is null;
            if (failed) continue;
            _error = written == true ? null : "a file or all of them are as large as they may be";
            lock (_lock)
            {
                if (_stopped) return;
                _jobs.Dequeue();
                _pendingBytes -= job.Bytes;
                if (written == true) Interlocked.Add(ref _frames, job.Frames.Count);
                else Interlocked.Add(ref _skipped, job.Frames.Count);
            }
        }
    }

    /// <summary>At the end what fails is tried once more, and then nothing is waited for.</summary>
    private bool CanTryLast()
    {
        if (_triedLast) return false;
        _triedLast = true;
        return true;
    }

    private void GiveUp()
    {
        while (_jobs.TryDequeue(out EvidenceJob? job)) Interlocked.Add(ref _skipped, job.Frames.Count);
        _pendingBytes = 0;
    }

    private bool Look()
    {
        _folder.Look();
        return true;
    }

    /// <returns>Null when it failed.</returns>
    private bool? Guard(Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or System.Security.SecurityException)
        {
            _error = TerminalText.Clean(e.Message, MostErrorText);
            return null;
        }
    }
}
