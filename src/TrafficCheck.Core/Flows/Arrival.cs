namespace TrafficCheck.Core.Flows;

/// <summary>When and where a frame was seen.</summary>
/// <param name="TimestampNs">The time that the frame is taken to have, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="Frame">Number of the frame in the run, from 1.</param>
/// <param name="Interface">Index into the run's interfaces.</param>
public readonly record struct Arrival(long TimestampNs, long Frame, ushort Interface);
