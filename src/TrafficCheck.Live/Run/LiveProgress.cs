using TrafficCheck.Core.Engine;

namespace TrafficCheck.Live.Run;

/// <summary>How far the judging thread has come. That thread writes, any other reads.</summary>
public sealed class LiveProgress(RunCounters counters)
{
    private long _rounds;

    /// <summary>Grows as long as the judging thread comes round, whether or not frames arrive.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    public long LiveFlows => counters.LiveFlows;

    public long FlowsOpened => counters.FlowsOpened;

    /// <summary>Packet time of the last frame in nanoseconds since 1970, or null before the first.</summary>
    public long? LastFrameNs => counters.LastPacketNs is var ns && ns == long.MinValue ? null : ns;

    internal void Round() => Volatile.Write(ref _rounds, _rounds + 1);
}
