namespace TrafficCheck.Core.Engine;

/// <summary>
/// Where a run stands, for whoever watches it: any thread may read while the engine works. Each count is whole by itself; two of them may be of different
/// moments, some thousands of frames apart.
/// </summary>
public sealed class RunCounters
{
    private long _framesRead, _bytes, _framesInFlows, _liveFlows, _flowsOpened, _packetsInFlows, _lastPacketNs = long.MinValue;

    /// <summary>Frames decoded.</summary>
    public long FramesRead => Volatile.Read(ref _framesRead);

    /// <summary>Bytes that the frames read had on the link.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Frames whose packets are in the flows, or belong into none.</summary>
    public long FramesInFlows => Volatile.Read(ref _framesInFlows);

    public long LiveFlows => Volatile.Read(ref _liveFlows);

    public long FlowsOpened => Volatile.Read(ref _flowsOpened);

    public long PacketsInFlows => Volatile.Read(ref _packetsInFlows);

    /// <summary>Time of the latest frame read, in nanoseconds since 1970 of packet time; the smallest value before the first.</summary>
    public long LastPacketNs => Volatile.Read(ref _lastPacketNs);

    /// <summary>By the thread that decodes.</summary>
    internal void Read(long frames, long bytes, long nowNs)
    {
        Volatile.Write(ref _framesRead, frames);
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _lastPacketNs, nowNs);
    }

    /// <summary>By the thread that keeps the flows.</summary>
    internal void Took(long frames, long live, long opened, long packets)
    {
        Volatile.Write(ref _framesInFlows, frames);
        Volatile.Write(ref _liveFlows, live);
        Volatile.Write(ref _flowsOpened, opened);
        Volatile.Write(ref _packetsInFlows, packets);
    }
}
