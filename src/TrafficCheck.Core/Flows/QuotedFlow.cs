namespace TrafficCheck.Core.Flows;

/// <summary>What is known of a flow that a packet speaks about.</summary>
public enum QuotedFlow : byte
{
    Unknown,

    Live,

    /// <summary>It was seen, and has ended since: idle too long, closed, or given up for lack of room.</summary>
    Ended,
}
