namespace TrafficCheck.Core.Engine.Stages;

/// <summary>What became of one part of an aggregate, beyond going to its flow.</summary>
[Flags]
internal enum PartFate : byte
{
    None = 0,

    /// <summary>A copy of a packet that was counted before.</summary>
    Copy = 1,

    /// <summary>An ICMP error about a live flow.</summary>
    ErrorOfFlow = 2,

    /// <summary>A fragment that waits for its first.</summary>
    Waits = 4,

    /// <summary>An ICMP error about a flow that had ended.</summary>
    ErrorOfEndedFlow = 8,
}
