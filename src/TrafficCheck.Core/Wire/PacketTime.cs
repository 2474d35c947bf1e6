namespace TrafficCheck.Core.Wire;

/// <summary>What times of frames mean: which disorder is repaired, what is a step of a clock, what is no time at all.</summary>
public static class PacketTime
{
    /// <summary>Behind by no more than this, frames are put in order; merged files and several interfaces explain no more.</summary>
    public const long ReorderWindowNs = 100_000_000;

    /// <summary>Frames further apart than this are not out of order: somebody set the clock, or nothing was captured.</summary>
    public const long ClockStepNs = 3_600_000_000_000;

    /// <summary>No capture is from the first day of 1970: such a time was never set.</summary>
    private const long Day = 86_400_000_000_000;

    /// <param name="latestNs">Time of the latest frame before.</param>
    public static bool IsMissing(long timestampNs, long latestNs) => timestampNs is >= 0 and < Day && latestNs >= Day;
}
