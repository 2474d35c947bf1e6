using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// A stage with a thread of its own: full batches go to it through one bounded channel and come back empty through another. The batches are all there
/// are; when none is free, who fills them waits. What is taken comes in the order in which it was sent. For one sender.
/// </summary>
/// <param name="take">The work of the stage on a batch, which it leaves empty. On the thread, but for the first batches: a short input is done before a thread has started.</param>
internal sealed class StageThread<TBatch> : IDisposable
    where TBatch : class, IDisposable
{
    private readonly Action<TBatch> _take;
    private readonly string _name;
    private readonly Channel<TBatch> _full, _free;
    private readonly TBatch[] _batches;
    private readonly ChannelWait _waitForFree = new(), _waitForFull = new();
    private volatile ExceptionDispatchInfo? _failure;
    private Thread? _thread;
    private int _untilThread;
    private bool _disposed;

    /// <param name="batches">How many there are: more even out how unequal the two sides are for a moment, and lie in farther caches.</param>
    /// <param name="untilThread">Batches that are taken on the spot.</param>
    public StageThread(string name, int batches, int untilThread, Func<TBatch> make, Action<TBatch> take)
    {
        _name = name;
        _take = take;
        _untilThread = untilThread;
        _full = Bounded(batches);
        _free = Bounded(batches);
        _batches = new TBatch[batches];
        for (int i = 0; i < batches; i++) _batches[i] = make();
        for (int i = 1; i < batches; i++) _free.Writer.TryWrite(_batches[i]);
        Current = _batches[0];
    }

    /// <summary>The batch that is being filled.</summary>
    public TBatch Current { get; private set; }

    /// <inheritdoc cref="ChannelWait.Meanwhile"/>
    public Func<bool>? Meanwhile
    {
        set => _waitForFree.Meanwhile = _waitForFull.Meanwhile = value;
    }

    /// <summary>Hands <see cref="Current"/> on; another takes its place.</summary>
    public void Send()
    {
        if (_untilThread > 0)
        {
            _untilThread--;
            _take(Current);
            return;
        }

        if (_thread is null)
        {
            var thread = new Thread(Run) { Name = _name, IsBackground = true };
            thread.Start(); // where the system has none to give, there is none to wait for either
            _thread = thread;
        }

        // There is room: the channel holds all batches that exist.
        _full.Writer.TryWrite(Current);
        Current = Free();
    }

    /// <summary>Waits until all that was sent has been taken.</summary>
    public void Drain()
    {
        if (_thread is null) return;

        // All others are free when all has been taken.
        var others = new TBatch[_batches.Length - 1];
        for (int i = 0; i < others.Length; i++) others[i] = Free();
        foreach (TBatch free in others) _free.Writer.TryWrite(free);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Meanwhile = null;
        _full.Writer.TryComplete();
        _thread?.Join();
        foreach (TBatch batch in _batches) batch.Dispose();
        _waitForFree.Dispose();
        _waitForFull.Dispose();
    }

    /// <summary>Who writes wakes who waits itself, which is all that a continuation does here: no third thread has a part in it.</summary>
    private static Channel<TBatch> Bounded(int batches) =>
        Channel.CreateBounded<TBatch>(new BoundedChannelOptions(batches) { SingleReader = true, AllowSynchronousContinuations = true });

    private TBatch Free()
    {
        if (_waitForFree.TryRead(_free.Reader, out TBatch? free)) return free;
        _failure!.Throw();
        throw new InvalidOperationException("A stage ended before its input.");
    }

    private void Run()
    {
        try
        {
            while (_waitForFull.TryRead(_full.Reader, out TBatch? batch))
            {
                _take(batch);
                _free.Writer.TryWrite(batch);
            }
        }
        catch (Exception e)
        {
            // Whoever fills batches meets it when it next wants one.
            _failure = ExceptionDispatchInfo.Capture(e);
        }

        _free.Writer.TryComplete();
    }
}
