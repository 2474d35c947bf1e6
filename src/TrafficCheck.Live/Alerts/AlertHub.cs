using System.Diagnostics;
using System.Threading.Channels;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// Tells receivers what is new in the findings of a run: each new finding once, growing totals now and then (<see cref="AlertOptions"/>). Reports are left
/// here by any thread, which never waits; a task of the hub compares them, and each receiver has a queue and a task of its own, so that a slow or dead one
/// delays nobody.
/// </summary>
public sealed class AlertHub : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);

    private readonly FindingNews _news;
    private readonly ReceiverQueue[] _receivers;
    private readonly TimeProvider _time;

    /// <summary>Only the latest report matters: it is of the whole run.</summary>
    private readonly Channel<(CheckReport Report, bool IsFinal, long Number)> _latest =
        Channel.CreateBounded<(CheckReport, bool, long)>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Task _work;
    private long _published, _taken;
    private volatile string? _failure;

    public AlertHub(IReadOnlyList<AlertReceiver> receivers, TimeProvider time, AlertOptions? options = null)
        : this([.. receivers.Select(r => (r.Name, Open(r, options ??= new(), time)))], time, options ?? new(), RunName.New(time))
    {
    }

    internal AlertHub(IReadOnlyList<(string Name, IAlertDelivery Delivery)> receivers, TimeProvider time, AlertOptions options, string run)
    {
        _time = time;
        _news = new FindingNews(options, run);
        _receivers = [.. receivers.Select(r => new ReceiverQueue(r.Name, r.Delivery, options, time))];
        _work = Task.Run(WorkAsync);
    }

    /// <summary>In the order of the receivers given.</summary>
    public IReadOnlyList<ReceiverStatus> Status => [.. _receivers.Select(r => _failure is { } failure ? r.Status with { LastError = failure } : r.Status)];

    /// <summary>Takes the findings of a report as told: those of a run that goes on after a restart. Before the first <see cref="Publish"/>.</summary>
    public void Assume(CheckReport report) => _news.Assume(report, _time.GetUtcNow());

    /// <summary>The whole run as it stands. Never waits; a report that was not looked at when the next comes is passed over.</summary>
    /// <param name="isFinal">The run is over: totals that grew are told now.</param>
    public void Publish(CheckReport report, bool isFinal = false)
    {
        ArgumentNullException.ThrowIfNull(report);
        _latest.Writer.TryWrite((report, isFinal, Interlocked.Increment(ref _published)));
    }

    /// <summary>Waits until all that was published is told, or for the time given.</summary>
    public async Task FlushAsync(TimeSpan atMost)
    {
        // By the real clock: it bounds how long a person waits for the end of the program.
        long published = Interlocked.Read(ref _published);
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < atMost;)
        {
            if (Interlocked.Read(ref _taken) >= published && _receivers.All(r => r.IsIdle)) return;
            await Task.Delay(s_poll).ConfigureAwait(false);
        }
    }

    /// <summary>Stops at once: what still waits is dropped and counted.</summary>
    public async ValueTask DisposeAsync()
    {
        _latest.Writer.TryComplete();
        await _work.ConfigureAwait(false);
        foreach (ReceiverQueue receiver in _receivers) await receiver.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        await foreach (var (report, isFinal, number) in _latest.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                foreach (Alert alert in _news.Take(report, _time.GetUtcNow(), isFinal))
                {
                    foreach (ReceiverQueue receiver in _receivers) receiver.Add(alert);
                }
            }
#pragma warning disable CA1031 // The run goes on without alerts rather than end, and everybody who asks is told.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = $"internal error, findings are not told: {e.Message}";
            }

            Interlocked.Exchange(ref _taken, number);
        }
    }

    private static IAlertDelivery Open(AlertReceiver receiver, AlertOptions options, TimeProvider time) => receiver switch
    {
        SyslogReceiver { Transport: SyslogTransport.Udp } syslog => new SyslogUdpDelivery(syslog, time),
        SyslogReceiver syslog => new SyslogStreamDelivery(syslog, options.SendTimeout),
        WebhookReceiver webhook => new WebhookDelivery(webhook, options.SendTimeout, time),
        CommandReceiver command => new CommandDelivery(command, options.CommandTimeout),
        LinesReceiver lines => new LinesDelivery(lines.Output ?? Console.OpenStandardOutput()),
        _ => throw new ArgumentException($"{receiver.GetType().Name} is no receiver that is known here.", nameof(receiver)),
    };
}
