namespace TrafficCheck.Core.Engine.Reports;

/// <summary>Flows of one kind that the same rows answer for, because these rows allow their control connections.</summary>
public sealed record RelatedGroup
{
    /// <summary>What announced them: <c>ftp-active</c>, <c>ftp-passive</c>, <c>sip-rtp</c> ...</summary>
    public required string By { get; init; }

    /// <summary><c>announced</c>, <c>announced-otherwise</c> or <c>inferred</c>.</summary>
    public required string Grade { get; init; }

    public required string Subject { get; init; }

    public required FlowDirection Direction { get; init; }

    public required string Transport { get; init; }

    /// <summary>Ids of the rows of the control connections.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    public required long Flows { get; init; }

    public required long Packets { get; init; }

    public required long Bytes { get; init; }

    public required long FirstNs { get; init; }

    public required long LastNs { get; init; }

    public required long Permitted { get; init; }

    public required long Failing { get; init; }

    /// <summary>The earliest, at most five.</summary>
    public required IReadOnlyList<RelatedSample> Samples { get; init; }

    /// <summary>Its rows are those of an earlier matrix.</summary>
    public bool EarlierMatrix { get; init; }
}

/// <param name="Flow"><c>10.0.0.5:40001 -> 192.0.2.7:50001</c></param>
/// <param name="Frame">Its first frame.</param>
/// <param name="AnnouncedFrame">The frame that announced it; for an inferred one the frame from which on announcements were hidden.</param>
/// <param name="Control">The control connection: <c>10.0.0.5:40000 -> 192.0.2.7:21/tcp</c></param>
public sealed record RelatedSample(string Flow, long Frame, long AnnouncedFrame, string Control);
