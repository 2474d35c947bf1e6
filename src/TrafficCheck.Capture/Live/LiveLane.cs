using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using TrafficCheck.Capture.Filters;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture.Live;

/// <summary>
/// Captures on one interface, on a thread of its own that does nothing but copy frames into batches and hand these on. It never waits for whoever reads:
/// where no batch is free, frames are dropped and counted. An interface that goes away is opened again when it returns.
/// </summary>
internal sealed unsafe class LiveLane : IDisposable
{
    /// <summary>Milliseconds: the longest wait for frames, and the age at which a batch is handed on although it is not full.</summary>
    private const int WaitMs = 20, OldMs = 20;

    /// <summary>Milliseconds between looks at state and statistics, and the bounds between which tries to open grow.</summary>
    private const int CheckMs = 200, FirstRetryMs = 100, LongestRetryMs = 2000;

    /// <summary>The most that is waited at the end for frames that the system holds.</summary>
    private const int DrainMs = 350;

    /// <summary>Frames between looks at the clock.</summary>
    private const int FramesAtOnce = 4096;

    /// <summary>Batches of one interface that wait at most before a batch that is not full has to wait until it is.</summary>
    private const int MostOldWaiting = 8;

    /// <summary>Frames that are dropped before a free batch is looked for again.</summary>
    private const int DropsBetweenLooks = 64;

    private readonly int _lane;
    private readonly LiveOptions _options;
    private readonly CaptureInterfaces _registry;
    private readonly LiveBatchPool _pool;
    private readonly ChannelWriter<LaneBatch> _out;
    private readonly AutoResetEvent _arrived;
    private readonly InterfaceStatistics _statistics;
    private readonly FrameFilter? _filter;
    private readonly Thread _thread;
    private LiveDevice? _device;
    private volatile bool _stopping;
    private volatile string? _trouble;
    private volatile InterfaceState _state = InterfaceState.Up;
    private ushort _interface;
    private LinkType _linkType;
    private bool _registered;
    private int _nanosecondsPerUnit;

    // What is being filled. Only the thread touches it.
    private FrameBatch? _batch;
    private int _used, _dropsUntilLook;
    private long _began, _firstNs, _lastNs;

    // Counts of the thread that others read.
    private long _framesRead, _bytesRead, _queueDrops, _filteredOut, _interruptions;
    private WideCounter _received, _dropped;
    private bool _statisticsKnown;
    private int _waiting;

    /// <summary>Opens the interface.</summary>
    /// <exception cref="LiveCaptureException">It cannot be opened.</exception>
    public LiveLane(int lane, LiveOptions options, CaptureInterfaces registry, LiveBatchPool pool, ChannelWriter<LaneBatch> output, AutoResetEvent arrived)
    {
        (_lane, _options, _registry, _pool, _out, _arrived) = (lane, options, registry, pool, output, arrived);
        if (options.Filter is not null) _filter = FrameFilter.Create(options.Filter);
        _device = LiveDevice.Open(options);
        _statistics = new InterfaceStatistics(options.Interface, _device.Index);
        try
        {
            Register(_device);
        }
        catch
        {
            _device.Dispose();
            throw;
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "capture " + options.Interface };
    }

    /// <summary>Of its frames now.</summary>
    public LinkType LinkType => _linkType;

    public LiveInterfaceCounters Counters
    {
        get
        {
            (long? missed, long? discarded) = _statistics.Read();
            bool known = Volatile.Read(ref _statisticsKnown);
            return new LiveInterfaceCounters
            {
                Name = _options.Interface,
                State = _state,
                Received = known ? _received.Total : null,
                KernelDrops = known ? _dropped.Total : null,
                InterfaceMissed = missed,
                InterfaceDiscarded = discarded,
                FramesRead = Volatile.Read(ref _framesRead),
                BytesRead = Volatile.Read(ref _bytesRead),
                FramesFilteredOut = Volatile.Read(ref _filteredOut),
                QueueDrops = Volatile.Read(ref _queueDrops),
                Interruptions = Volatile.Read(ref _interruptions),
                Trouble = _trouble,
            };
        }
    }

    public void Start() => _thread.Start();

    public void RequestStop() => _stopping = true;

    /// <summary>After <see cref="RequestStop"/>; a thread that was never started has ended.</summary>
    public bool Join(TimeSpan wait) => _thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted) || _thread.Join(wait);

    /// <summary>A batch of this lane has been taken from the channel.</summary>
    public void Taken() => Interlocked.Decrement(ref _waiting);

    /// <summary>Only when its thread has ended.</summary>
    public void Dispose()
    {
        _device?.Dispose();
        _device = null;
        _batch?.Dispose();
        _batch = null;
    }

    private void Run()
    {
        GCHandle self = GCHandle.Alloc(this);
        try
        {
            Capture(GCHandle.ToIntPtr(self));
            Drain(GCHandle.ToIntPtr(self));
        }
        finally
        {
            self.Free();
            HandOn();
            _out.TryWrite(new LaneBatch(_lane, null, 0, 0, 0));
            _arrived.Set();
        }
    }

    private void Capture(nint self)
    {
        long check = 0;
        while (!_stopping)
        {
            if (_device is null)
            {
                Reopen();
                continue;
            }

            int taken = _device.Dispatch(FramesAtOnce, &OnFrame, self);
            if (taken < 0)
            {
                Lose(_device.LastError);
                continue;
            }

            if (taken == 0) _device.Wait(WaitMs);
            long now = Stopwatch.GetTimestamp();
            if (_batch is { Count: > 0 } && MillisecondsFrom(_began, now) >= OldMs && Volatile.Read(ref _waiting) < MostOldWaiting) HandOn();
            if (MillisecondsFrom(check, now) < CheckMs) continue;
            check = now;
            ReadStatistics();
            Look();
        }
    }

    /// <summary>Takes what the system holds, without what comes from now on.</summary>
    private void Drain(nint self)
    {
        if (_device is null) return;
        bool closed = _device.TryRejectAll();
        long began = Stopwatch.GetTimestamp(), last = began;

        // A block of frames that is not full is given out when the read timeout is over.
        double quiet = closed ? _options.ReadTimeout.TotalMilliseconds + 10 : 0;
        while (MillisecondsFrom(began, Stopwatch.GetTimestamp()) < DrainMs)
        {
            int taken = _device.Dispatch(FramesAtOnce, &OnFrame, self);
            if (taken < 0) break;
            long now = Stopwatch.GetTimestamp();
            if (taken > 0) last = now;
            else if (MillisecondsFrom(last, now) >= quiet) break;
            else _device.Wait(5);
        }

        ReadStatistics();
    }

    /// <summary>What comes of an interface that was switched off or removed is known by looking, not by an error.</summary>
    private void Look()
    {
        InterfaceState state = _device!.State;
        if (state == InterfaceState.Gone)
        {
            Lose("it was removed");
            return;
        }

        if (state == _state) return;
        _trouble = state == InterfaceState.Down ? "it is down" : null;
        if (state == InterfaceState.Down) Interlocked.Increment(ref _interruptions);
        _state = state;
    }

    private void Lose(string why)
    {
        ReadStatistics();
        _statistics.Read();
        if (_state == InterfaceState.Up) Interlocked.Increment(ref _interruptions);
        _trouble = why;
        _state = InterfaceState.Gone;
        HandOn();
        _device!.Dispose();
        _device = null;
    }

    private void Reopen()
    {
        int pause = FirstRetryMs;
        while (!_stopping)
        {
            try
            {
                LiveDevice device = LiveDevice.Open(_options);
                try
                {
                    Register(device);
                }
                catch
                {
                    device.Dispose();
                    throw;
                }

                _device = device;
                _statistics.Restart(device.Index);
                _trouble = null;
                _state = InterfaceState.Up;
                return;
            }
            catch (Exception e) when (e is LiveCaptureException or FilterException)
            {
                _trouble = e.Message;
            }

            for (int waited = 0; waited < pause && !_stopping; waited += WaitMs) Thread.Sleep(WaitMs);
            pause = Math.Min(2 * pause, LongestRetryMs);
        }
    }

    /// <summary>An interface that came back with another link type is another interface of the run.</summary>
    private void Register(LiveDevice device)
    {
        _received.Restart();
        _dropped.Restart();
        _nanosecondsPerUnit = device.HasNanoseconds ? 1 : 1000;
        if (_registered && device.LinkType == _linkType) return;
        _filter?.Prepare(device.LinkType);
        _registered = true;
        _linkType = device.LinkType;
        _interface = _registry.Add(new CaptureInterface(_lane, 0, _options.Interface, _linkType, (uint)_options.SnapLength));
    }

    private void ReadStatistics()
    {
        if (!_device!.TryReadStatistics(out uint received, out uint dropped)) return;
        _received.Read32(received);
        _dropped.Read32(dropped);
        Volatile.Write(ref _statisticsKnown, true);
    }

    private void HandOn()
    {
        if (_batch is not { Count: > 0 } batch) return;
        _batch = null;
        Interlocked.Increment(ref _waiting);
        _out.TryWrite(new LaneBatch(_lane, batch, Stopwatch.GetTimestamp(), _firstNs, _lastNs));
        _arrived.Set();
    }

    // SAFETY: user is the handle that Run made and frees when no call is under way; libpcap calls it on the thread that dispatches.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFrame(nint user, byte* header, byte* bytes) => Unsafe.As<LiveLane>(GCHandle.FromIntPtr(user).Target!).Take(header, bytes);

    /// <summary>Nothing in it may throw: an exception cannot leave a call-back.</summary>
    private void Take(byte* header, byte* bytes)
    {
        PacketHeader packet = PacketHeader.Read(header);
        int length = (int)Math.Min(packet.CapturedLength, LiveOptions.MaxSnapLength);
        if (_filter is not null && !_filter.Matches(new ReadOnlySpan<byte>(bytes, length), packet.WireLength, _linkType))
        {
            _filteredOut++;
            return;
        }

        FrameBatch? batch = _batch;
        if (batch is null || _used + length > LiveBatchPool.BatchBytes || batch.Count == LiveBatchPool.BatchFrames)
        {
            batch = Next();
            if (batch is null)
            {
                _queueDrops++;
                return;
            }
        }

        long time = unchecked((packet.Seconds * 1_000_000_000) + ((long)packet.Fraction * _nanosecondsPerUnit));
        Unsafe.CopyBlockUnaligned(batch.Buffer + _used, bytes, (uint)length);
        ref FrameDescriptor frame = ref batch.Reserve(1)[0];
        frame.TimestampNs = time;
        frame.Offset = _used;
        frame.CapturedLength = length;
        frame.WireLength = packet.WireLength;
        frame.Interface = _interface;
        frame.LinkType = _linkType;
        batch.Commit(1);
        _used += length;
        _framesRead++;
        _bytesRead += length;
        if (time < _firstNs) _firstNs = time;
        if (time > _lastNs) _lastNs = time;
    }

    private FrameBatch? Next()
    {
        HandOn();
        if (_batch is not null) return null;
        if (_dropsUntilLook > 0)
        {
            _dropsUntilLook--;
            return null;
        }

        _batch = _pool.Take();
        if (_batch is null)
        {
            _dropsUntilLook = DropsBetweenLooks;
            return null;
        }

        (_used, _firstNs, _lastNs, _began) = (0, long.MaxValue, long.MinValue, Stopwatch.GetTimestamp());
        return _batch;
    }

    private static double MillisecondsFrom(long since, long now) => Stopwatch.GetElapsedTime(since, now).TotalMilliseconds;
}
