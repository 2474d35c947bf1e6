using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Run;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Live.Tests.Run;

/// <summary>A source that plays a script on the judging thread: frames, pauses, and whatever else a test does at that moment. Behind its end time passes.</summary>
internal sealed class ScriptedSource : ILiveSource
{
    private readonly RunClock _clock;
    private readonly Queue<Func<FrameBatch?>> _steps = new();
    private readonly List<FrameBatch> _batches = [];
    private readonly Lock _lock = new();
    private List<WatchedInterface> _interfaces = [];
    private long _frames, _bytes;

    public ScriptedSource(RunClock clock)
    {
        _clock = clock;
        Registry.Add(new CaptureInterface(0, 0, "eth1", LinkType.Ethernet, 0));
        Show(i => i);
    }

    public CaptureInterfaces Registry { get; } = new();

    public IReadOnlyList<WatchedInterface> Interfaces
    {
        get
        {
            Asked?.Invoke();
            lock (_lock) return _interfaces;
        }
    }

    /// <summary>Called when somebody asks for the interfaces.</summary>
    public Action? Asked { get; set; }

    public IReadOnlyList<InputSummary> Summaries =>
    [
        new() { Path = "eth1", Format = "live", LinkTypes = [LinkType.Ethernet], Frames = _frames, Bytes = _bytes, FirstNs = null, LastNs = null, Problems = [] },
    ];

    public long FramesWaiting { get; set; }

    public bool IsStopped { get; private set; }

    public bool IsEnded => IsStopped && _steps.Count == 0;

    /// <summary>Frames most asked for at once.</summary>
    public List<int> Asks { get; } = [];

    /// <summary>Changes what is said of the interface; frames and bytes stay those that were played.</summary>
    public void Show(Func<WatchedInterface, WatchedInterface> change)
    {
        lock (_lock)
        {
            WatchedInterface now = _interfaces.Count > 0 ? _interfaces[0] : new() { Name = "eth1", State = "up", FramesRead = 0, BytesRead = 0, KernelDrops = 0, QueueDrops = 0 };
            _interfaces = [change(now), .. _interfaces.Skip(1)];
        }
    }

    public void Also(WatchedInterface other)
    {
        lock (_lock) _interfaces = [.. _interfaces, other];
    }

    public ScriptedSource Frames(params IEnumerable<TimedFrame> frames)
    {
        TimedFrame[] all = [.. frames.OrderBy(f => f.TimestampNs)];
        _steps.Enqueue(() => Batch(all));
        return this;
    }

    public ScriptedSource Do(Action act)
    {
        _steps.Enqueue(() =>
        {
            act();
            return null;
        });
        return this;
    }

    public ScriptedSource Pause(TimeSpan time) => Do(() => _clock.Advance(time));

    public void Start()
    {
    }

    public void Stop() => IsStopped = true;

    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, TimeSpan wait, int most)
    {
        Asks.Add(most);
        (start, count) = (0, 0);
        batch = null;
        if (_steps.TryDequeue(out Func<FrameBatch?>? step)) batch = step();
        else _clock.Advance(wait);
        count = Math.Min(batch?.Count ?? 0, most);
        if (batch is null) return false;
        _frames += count;
        _bytes += batch.Frames[..count].ToArray().Sum(f => (long)f.CapturedLength);
        Show(i => i with { FramesRead = _frames, BytesRead = _bytes });
        return true;
    }

    public void Dispose()
    {
        foreach (FrameBatch batch in _batches) batch.Dispose();
    }

    public FrameBatch Batch(IReadOnlyList<TimedFrame> frames)
    {
        var batch = new FrameBatch(Math.Max(1, frames.Sum(f => f.Bytes.Length)), Math.Max(1, frames.Count));
        _batches.Add(batch);
        Span<FrameDescriptor> room = batch.Reserve(frames.Count);
        int offset = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            frames[i].Bytes.CopyTo(batch.Block[offset..]);
            room[i] = new FrameDescriptor
            {
                TimestampNs = frames[i].TimestampNs,
                Offset = offset,
                CapturedLength = frames[i].Bytes.Length,
                WireLength = frames[i].WireLength,
                LinkType = frames[i].LinkType,
            };
            offset += frames[i].Bytes.Length;
        }

        batch.Commit(frames.Count);
        return batch;
    }
}
