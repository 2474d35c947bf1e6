using System.Threading.Channels;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// The alerts that wait for one receiver, and the task that brings them there in their order. Putting one in never waits: of too many, the oldest are
/// dropped and counted. An alert that fails is tried again after growing times, as long as <see cref="AlertOptions.GiveUpAfter"/>, and is dropped then.
/// </summary>
internal sealed class ReceiverQueue : IAsyncDisposable
{
    private const int MostTries = 10, MostErrorText = 300;

    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1), s_longest = TimeSpan.FromMinutes(1), s_longestAsked = TimeSpan.FromMinutes(30);

    private readonly Channel<Alert> _waiting;
    private readonly IAlertDelivery _delivery;
    private readonly AlertOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<double> _jitter;
    private readonly Task _work;
    private long _sent, _dropped, _open;
    private volatile string? _error;
    private volatile bool _ended;

    public ReceiverQueue(string name, IAlertDelivery delivery, AlertOptions options, TimeProvider time)
    {
        Name = name;
        _delivery = delivery;
        _options = options;
        _time = time;
        _jitter = options.Jitter ?? Random.Shared.NextDouble;
        _waiting = Channel.CreateBounded<Alert>(
            new BoundedChannelOptions(options.QueueLength) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Drop());
        _work = Task.Run(WorkAsync);
    }

    public string Name { get; }

    /// <summary>Nothing waits, and nothing is on its way.</summary>
    public bool IsIdle => Interlocked.Read(ref _open) == 0;

    public ReceiverStatus Status => new(Name, Interlocked.Read(ref _sent), Interlocked.Read(ref _open), Interlocked.Read(ref _dropped), _error);

    public void Add(Alert alert)
    {
        Interlocked.Increment(ref _open);
        if (_ended || !_waiting.Writer.TryWrite(alert)) Drop();
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        while (_waiting.Reader.TryRead(out _)) Drop();
        await _delivery.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>The wait before the next try: it doubles from a second to a minute, and half of it is left to chance.</summary>
    internal static TimeSpan Backoff(int tries, double jitter)
    {
        double seconds = Math.Min(s_longest.TotalSeconds, s_shortest.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 10)));
        return TimeSpan.FromSeconds(seconds * (0.5 + (0.5 * Math.Clamp(jitter, 0, 1))));
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (Alert alert in _waiting.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await DeliverAsync(alert).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    Drop();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The hub is disposed of.
        }
    }

    private async Task DeliverAsync(Alert alert)
    {
        for (int tries = 1, answered = 0; ; tries++)
        {
            Delivery delivery = _ended ? new(DeliveryEnd.Ended, _error) : await TryAsync(alert).ConfigureAwait(false);
            _error = delivery.Error is null ? null : TerminalText.Clean(delivery.Error, MostErrorText);
            switch (delivery.End)
            {
                case DeliveryEnd.Delivered:
                    Interlocked.Increment(ref _sent);
                    Interlocked.Decrement(ref _open);
                    return;
                case DeliveryEnd.Ended:
                    _ended = true;
                    Drop();
                    return;
                case DeliveryEnd.Refused:
                    Drop();
                    return;
                case DeliveryEnd.TryLater when ++answered == MostTries:
                case var _ when _time.GetUtcNow() - alert.At >= _options.GiveUpAfter:
                    Drop();
                    return;
            }

            TimeSpan wait = Backoff(tries, _jitter());
            if (delivery.RetryAfter is { } asked && asked > wait) wait = asked < s_longestAsked ? asked : s_longestAsked;
            await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task<Delivery> TryAsync(Alert alert)
    {
        try
        {
            return await _delivery.TryAsync(alert, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            // A receiver that goes wrong in a way nobody thought of takes neither the others nor the run with it.
            return new(DeliveryEnd.TryLater, e.Message);
        }
    }

    private void Drop()
    {
        Interlocked.Increment(ref _dropped);
        Interlocked.Decrement(ref _open);
    }
}
