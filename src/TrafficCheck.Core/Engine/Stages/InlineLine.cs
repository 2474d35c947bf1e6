using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Stages;

/// <summary>One thread does all: a batch is taken by the next stage as soon as it is handed on.</summary>
internal sealed class InlineLine<TSink>(FlowStage<TSink> flows) : IPacketLine
    where TSink : struct, IFlowSink
{
    public bool IsAsynchronous => false;

    public PacketBatch Current { get; } = new();

    public Func<bool>? Meanwhile
    {
        set { } // nobody waits
    }

    public void Send()
    {
        flows.Take(Current);
        Current.Clear();
    }

    public void Drain()
    {
        if (!Current.IsEmpty) Send();
    }

    public void Dispose() => Current.Dispose();
}
