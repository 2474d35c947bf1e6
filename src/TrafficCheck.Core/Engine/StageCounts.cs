using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>What the stages counted, as values: the stages may go on while a report is built of it.</summary>
internal sealed class StageCounts
{
    private StageCounts()
    {
    }

    /// <summary>Frames, and parts beyond the first of their frame, by how their decoding ended.</summary>
    public required long[] Statuses { get; init; }

    public required long[] PartStatuses { get; init; }

    public required long FramesRead { get; init; }

    /// <summary>Fragments whose first one was not captured, those that wait for it included.</summary>
    public required long Orphans { get; init; }

    public required long TunnelFragments { get; init; }

    public required long IcmpErrorsOfFlows { get; init; }

    public required long IcmpErrorsOfEndedFlows { get; init; }

    public required IReadOnlyList<KeyValuePair<string, long>> Oddities { get; init; }

    public required long PacketsCut { get; init; }

    public required long PacketsInFlows { get; init; }

    public required long Opened { get; init; }

    /// <summary>Flows that ended idle; in a report of a moment also those that are, although nothing came by to end them.</summary>
    public required long Expired { get; init; }

    public required long Evicted { get; init; }

    /// <summary>By <see cref="FlowWorth"/>.</summary>
    public required long[] EvictedByWorth { get; init; }

    /// <summary>Flows that had not ended, at the end of the input or at this moment.</summary>
    public required long Live { get; init; }

    /// <summary>Null when every copy counts.</summary>
    public required long? Copies { get; init; }

    public required long[] CopiesByKind { get; init; }

    public required Dictionary<(CopyKind Kind, ushort First, ushort Second), long> CopyPairs { get; init; }

    public required PacketClock Clock { get; init; }

    public required ChecksumCounts BadChecksums { get; init; }

    public required long PacketsAboveOrdinary { get; init; }

    public required long PacketsAboveJumbo { get; init; }

    /// <summary>Frames put in order before they came to the engine, and those that could not be held long enough for it.</summary>
    public required (long Reordered, long NotHeld) Order { get; init; }

    /// <param name="idle">Live flows that are idle longer than their timeout.</param>
    /// <param name="live">Live flows that are not.</param>
    public static StageCounts Of<TSink>(FrameIntake<TSink> intake, long idle, long live, (long Reordered, long NotHeld) order)
        where TSink : struct, IFlowSink
    {
        FrameStage frames = intake.Frames;
        return new StageCounts
        {
            Statuses = frames.Statuses.ToArray(),
            PartStatuses = frames.PartStatuses.ToArray(),
            FramesRead = frames.FramesRead,
            Orphans = frames.Fragments.Orphans + frames.Fragments.Waiting,
            TunnelFragments = frames.TunnelFragments,
            IcmpErrorsOfFlows = intake.Flows.IcmpErrorsOfFlows,
            IcmpErrorsOfEndedFlows = intake.Flows.IcmpErrorsOfEndedFlows,
            Oddities = frames.Oddities.ToList(),
            PacketsCut = frames.PacketsCut,
            PacketsInFlows = intake.V4.Packets + intake.V6.Packets,
            Opened = intake.V4.Opened + intake.V6.Opened,
            Expired = intake.V4.Expired + intake.V6.Expired + idle,
            Evicted = intake.V4.Evicted + intake.V6.Evicted,
            EvictedByWorth = [.. intake.V4.EvictedByWorth.Zip(intake.V6.EvictedByWorth, (a, b) => a + b)],
            Live = intake.V4.Ended + intake.V6.Ended + live,
            Copies = frames.Copies?.Copies,
            CopiesByKind = frames.Copies is null ? new long[(int)CopyKind.Count] : frames.Copies.ByKind.ToArray(),
            CopyPairs = frames.Copies is null ? [] : new(frames.Copies.Pairs),
            Clock = frames.Clock,
            BadChecksums = frames.BadChecksums.Fork(),
            PacketsAboveOrdinary = frames.Large.AboveOrdinary,
            PacketsAboveJumbo = frames.Large.AboveJumbo,
            Order = order,
        };
    }
}

/// <summary>Flows and packets of a run that the judge of a report did not get: those that ended in earlier periods.</summary>
internal readonly record struct EarlierPeriods(long Flows, long Packets);
