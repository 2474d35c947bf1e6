using System.Diagnostics.CodeAnalysis;
using TrafficCheck.Capture;
using TrafficCheck.Capture.Filters;
using TrafficCheck.Capture.Live;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live;
using TrafficCheck.Live.Run;

namespace TrafficCheck.Cli.Watch;

/// <summary>The interfaces of this machine as the source of a run.</summary>
internal sealed class LiveCaptureSource : ILiveSource
{
    private readonly LiveCapture _capture;

    private LiveCaptureSource(LiveCapture capture, CaptureInterfaces registry) => (_capture, Registry) = (capture, registry);

    public CaptureInterfaces Registry { get; }

    public IReadOnlyList<WatchedInterface> Interfaces => [.. _capture.Counters.Select(c => new WatchedInterface
    {
        Name = c.Name,
        State = InterfaceStateNames.Of(c.State),
        Received = c.Received,
        FramesRead = c.FramesRead,
        BytesRead = c.BytesRead,
        KernelDrops = c.KernelDrops,
        InterfaceDrops = c.InterfaceDrops,
        QueueDrops = c.QueueDrops,
        Interruptions = c.Interruptions,
    })];

    public IReadOnlyList<InputSummary> Summaries => _capture.Summaries;

    public long FramesWaiting => _capture.FramesWaiting;

    public bool IsEnded => _capture.IsEnded;

    /// <exception cref="UsageException">It cannot be captured from one of them; the message says what mends it.</exception>
    public static LiveCaptureSource Open(IReadOnlyList<LiveOptions> interfaces)
    {
        var registry = new CaptureInterfaces();
        try
        {
            return new(LiveCapture.Open(interfaces, registry), registry);
        }
        catch (Exception e) when (e is LiveCaptureException or LibpcapMissingException)
        {
            throw new UsageException(e.Message);
        }
        catch (FilterException e)
        {
            throw new UsageException("--filter: " + e.Message);
        }
    }

    public void Start() => _capture.Start();

    public bool ReadRun([NotNullWhen(true)] out FrameBatch? batch, out int start, out int count, TimeSpan wait, int most) =>
        _capture.ReadRun(out batch, out start, out count, wait, most);

    public void Stop() => _capture.Stop();

    public void Dispose() => _capture.Dispose();
}
