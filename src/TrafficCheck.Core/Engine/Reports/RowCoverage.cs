using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Reports;

public readonly record struct HitCount(long Flows, long Bytes);

/// <summary>What the traffic says about one row.</summary>
public sealed record RowCoverage
{
    public required MatrixRow Row { get; init; }

    public required string Subject { get; init; }

    public required CoverageState State { get; init; }

    /// <summary>One sentence where the state needs one: what was tried, what hides the row.</summary>
    public string? Note { get; init; }

    /// <summary>Flows that only this row answers for.</summary>
    public required HitCount Exclusive { get; init; }

    /// <summary>Flows that several equally specific rows answer for.</summary>
    public required HitCount Shared { get; init; }

    /// <summary>Matching flows that a more specific row answers for.</summary>
    public required HitCount Covered { get; init; }

    /// <summary>Flows that its control connections announced; they are in none of the counts above.</summary>
    public HitCount Related { get; init; }

    /// <summary>Of the flows it answers for: those that worked, and those that were due an answer and got none.</summary>
    public required long Worked { get; init; }

    public required long Failed { get; init; }

    /// <summary>Flows that would match if the initiator were the other side.</summary>
    public required long Reversed { get; init; }

    public long? FirstNs { get; init; }

    public long? LastNs { get; init; }

    /// <summary>Of the flows it answers for: initiated from outside, and by the subject. Where the direction is weak or unknown a flow is in neither.</summary>
    public required long InitiatedIn { get; init; }

    public required long InitiatedOut { get; init; }

    public required HostSet Peers { get; init; }

    /// <summary>Ids of the rows that share flows with it, in document order.</summary>
    public required IReadOnlyList<string> AmbiguousWith { get; init; }

    /// <summary>The sums behind <see cref="State"/>.</summary>
    public RowTotals Totals { get; init; }
}
