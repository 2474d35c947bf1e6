using System.Runtime.InteropServices;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Flows;

/// <summary>Packets one by one to a table, which takes them in runs as the stage before it hands them on.</summary>
internal sealed unsafe class PacketFeed<TKey> : IDisposable
    where TKey : unmanaged, IFlowKey<TKey>
{
    private const int Run = 200;

    private readonly FlowTable<TKey> _table;
    private readonly FlowPacket<TKey>* _packets = (FlowPacket<TKey>*)NativeMemory.AlignedAlloc((nuint)(sizeof(FlowPacket<TKey>) * Run), 64);
    private readonly TunnelPath* _tunnels = (TunnelPath*)NativeMemory.AllocZeroed((nuint)sizeof(TunnelPath));
    private int _count;
    private long _base;

    public PacketFeed(HashSeed seed, FlowTimeouts timeouts, FlowLimits limits) => _table = new FlowTable<TKey>(seed, timeouts, limits);

    public FlowTable<TKey> Table => _table;

    /// <summary>The next packet, cleared, with the number of its frame.</summary>
    public FlowPacket<TKey>* Next(long frame)
    {
        if (_count == 0) _base = frame - 1;
        FlowPacket<TKey>* packet = _packets + _count;
        *packet = default;
        packet->Head.Packets = 1;
        packet->Head.Frame = checked((int)(frame - _base));
        return packet;
    }

    public void Commit<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink
    {
        if (++_count == Run) Flush(ref sink);
    }

    public void Flush<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink
    {
        _table.Begin(new PacketRun<TKey>(_packets, _count, _base, _tunnels));
        _table.Take(_count, ref sink);
        _count = 0;
    }

    public void End<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink
    {
        Flush(ref sink);
        _table.End(ref sink);
    }

    public void Dispose()
    {
        _table.Dispose();
        NativeMemory.AlignedFree(_packets);
        NativeMemory.Free(_tunnels);
    }
}
