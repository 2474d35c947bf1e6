namespace TrafficCheck.Core.Flows;

/// <summary>How many flows may be live at once, counted over all tables of a run.</summary>
public sealed class FlowLimits
{
    /// <summary>
    /// Keeps the records of a run within about 2 GB. More are asked for with <c>--max-flows</c>.
    /// </summary>
    public const long DefaultMax = 20_000_000;

    /// <summary>Record numbers are 32 bits, and address space is set aside for each.</summary>
    public const long HighestMax = 1_000_000_000;

    public FlowLimits(long max = DefaultMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, HighestMax);
        Max = max;
    }

    public long Max { get; }

    /// <inheritdoc cref="Wire.PacketTime.ClockStepNs"/>
    public const long ClockStepNs = Wire.PacketTime.ClockStepNs;

    /// <summary>The time by which flows are idle at the end of the input. The owner of the tables moves it; it may go back.</summary>
    public long NowNs { get; set; } = long.MinValue;

    public long Live { get; internal set; }

    /// <summary>Flows in the tables' queues of what ends early first.</summary>
    internal long Candidates { get; set; }

    /// <summary>Most flows that were live at once.</summary>
    public long Peak { get; internal set; }
}
