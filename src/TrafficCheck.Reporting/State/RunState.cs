using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.State;

/// <summary>A run as it stood: what the next start goes on from. The matrix, with the hashes of its sources, is that of the report.</summary>
public sealed record RunState
{
    /// <summary>All of the run so far, merged; complete enough to be merged on.</summary>
    public required CheckReport Report { get; init; }

    /// <summary>When the run began, in the first process.</summary>
    public required DateTimeOffset StartedAtUtc { get; init; }

    public required DateTimeOffset WrittenAtUtc { get; init; }
}
