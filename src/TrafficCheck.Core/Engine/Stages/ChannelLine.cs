using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>
/// A thread of its own keeps the flows: full batches go to it through one bounded channel and come back empty through another. The batches are all there
/// are; when none is free, the first stage waits.
/// </summary>
internal sealed class ChannelLine<TSink> : IPacketLine
    where TSink : struct, IFlowSink
{
    /// <summary>Batches between the stages. More even out how unequal the two are for a moment, and lie in farther caches. Measured in bench/README.md.</summary>
    private const int Batches = 8;

    private readonly FlowStage<TSink> _flows;
    private readonly Channel<PacketBatch> _full = Bounded(), _free = Bounded();
    private readonly PacketBatch[] _batches = new PacketBatch[Batches];

    /// <summary>Batches that are taken on the spot before the other thread is started: a short input is done by then.</summary>
    private const int BatchesBeforeThread = 16;

    private Thread? _thread;
    private int _sent;
    private readonly ChannelWait _waitForFree = new(), _waitForFull = new();
    private volatile ExceptionDispatchInfo? _failure;
    private bool _ended;

    public ChannelLine(FlowStage<TSink> flows)
    {
        _flows = flows;
        for (int i = 0; i < Batches; i++) _batches[i] = new PacketBatch();
        for (int i = 1; i < Batches; i++) _free.Writer.TryWrite(_batches[i]);
        Current = _batches[0];
    }

    public bool IsAsynchronous => true;

    public PacketBatch Current { get; private set; }

    public Func<bool>? Meanwhile
    {
        set => _waitForFree.Meanwhile = _waitForFull.Meanwhile = value;
    }

    public void Send()
    {
        if (_sent < BatchesBeforeThread)
        {
            _sent++;
            _flows.Take(Current);
            Current.Clear();
            return;
        }

        if (_thread is null)
        {
            _thread = new Thread(Run) { Name = "flows", IsBackground = true };
            _thread.Start();
        }

        // There is room: the channel holds all batches that exist.
        _full.Writer.TryWrite(Current);
        if (!_waitForFree.TryRead(_free.Reader, out PacketBatch? free)) _failure!.Throw();
        Current = free!;
    }

    public void Drain()
    {
        if (!Current.IsEmpty) Send();

        if (_thread is null) return;

        // All others are free when all has been taken.
        var others = new List<PacketBatch>(Batches);
        while (others.Count < Batches - 1)
        {
            if (!_waitForFree.TryRead(_free.Reader, out PacketBatch? free)) _failure!.Throw();
            others.Add(free!);
        }

        foreach (PacketBatch free in others) _free.Writer.TryWrite(free);
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _full.Writer.TryComplete();
        _thread?.Join();
        foreach (PacketBatch batch in _batches)
        {
            batch.Clear();
            batch.Dispose();
        }

        _waitForFree.Dispose();
        _waitForFull.Dispose();
    }

    /// <summary>Who writes wakes who waits itself, which is all that a continuation does here: no third thread has a part in it.</summary>
    private static Channel<PacketBatch> Bounded() =>
        Channel.CreateBounded<PacketBatch>(new BoundedChannelOptions(Batches) { SingleReader = true, AllowSynchronousContinuations = true });

    private void Run()
    {
        try
        {
            while (_waitForFull.TryRead(_full.Reader, out PacketBatch? batch))
            {
                _flows.Take(batch!);
                batch!.Clear();
                _free.Writer.TryWrite(batch);
            }

            _free.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // The first stage meets it when it next wants a batch.
            _failure = ExceptionDispatchInfo.Capture(e);
            _free.Writer.TryComplete();
        }
    }
}
