using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Explain;

/// <summary>Whether a rung of the evidence ladder holds.</summary>
public enum RungState : byte
{
    /// <summary>It tells who initiated the flow.</summary>
    Seen,

    /// <summary>It was looked for, and tells nothing.</summary>
    NotSeen,

    /// <summary>It does not apply to this flow, or this run does not look for it.</summary>
    NotAsked,

    /// <summary>It tells both ends, which is nothing.</summary>
    Contradictory,
}

/// <summary>One rung of the evidence ladder (who initiated the flow?), and what was seen of it.</summary>
/// <param name="Initiator">Socket of the end that it makes the initiator; null when it tells none.</param>
/// <param name="Frame">From which frame on it holds; null when no frame shows it.</param>
/// <param name="Detail">One sentence, with the frames.</param>
/// <param name="Decides">The verdict is built on this rung.</param>
/// <param name="Contradicts">It names the other end than the one that decides.</param>
public sealed record EvidenceRung(EvidenceMethod Method, RungState State, string? Initiator, long? Frame, string Detail, bool Decides, bool Contradicts);

/// <summary>A frame that turned the direction of the flow round.</summary>
/// <param name="Before">The strongest evidence until then, and whom it made the initiator.</param>
/// <param name="After">What replaced it.</param>
public sealed record EvidenceFlip(long Frame, EvidenceMethod Before, string InitiatorBefore, EvidenceMethod After, string InitiatorAfter);
