using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>A thread of its own keeps the flows.</summary>
/// <param name="untilThread">Batches that are taken before it is started.</param>
internal sealed class ChannelLine<TSink>(FlowStage<TSink> flows, int untilThread) : IPacketLine
    where TSink : struct, IFlowSink
{
    /// <summary>Batches between the stages. Measured in bench/README.md.</summary>
    private const int Batches = 8;

    private readonly StageThread<PacketBatch> _thread = new("flows", Batches, untilThread, () => new PacketBatch(), batch =>
    {
        flows.Take(batch);
        batch.Clear();
    });

    public bool IsAsynchronous => true;

    public PacketBatch Current => _thread.Current;

    public Func<bool>? Meanwhile
    {
        set => _thread.Meanwhile = value;
    }

    public void Send() => _thread.Send();

    public void Drain()
    {
        if (!Current.IsEmpty) _thread.Send();
        _thread.Drain();
    }

    public void Dispose() => _thread.Dispose();
}
