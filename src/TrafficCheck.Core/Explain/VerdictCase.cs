using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Explain;

/// <summary>The verdict on a flow from one protected end, with everything that led to it.</summary>
public sealed record VerdictCase
{
    public required ExplainedVerdict Verdict { get; init; }

    /// <summary>The protected end and the remote one; null when no subject is concerned.</summary>
    public required string? Host { get; init; }

    public required string? Peer { get; init; }

    public required Square Square { get; init; }

    /// <summary>How the rows fit: in the direction that was read, and the other way round too where the direction decides. Empty out of scope.</summary>
    public required IReadOnlyList<RowReading> Readings { get; init; }

    /// <summary>Undetermined only: what this capture does not show, as findings say it.</summary>
    public required IReadOnlyList<MissingEvidence> Missing { get; init; }

    /// <summary>Undetermined only: the capture that would settle it.</summary>
    public required string? Settle { get; init; }

    /// <summary>What would change the verdict, one sentence each.</summary>
    public required IReadOnlyList<string> WouldChange { get; init; }
}

/// <summary>The rows considered if the flow was initiated in one direction.</summary>
/// <param name="Initiator">Socket of the end that would have initiated it.</param>
/// <param name="ServicePort">Null where the protocol has neither ports nor types.</param>
/// <param name="Rows">The most specific and nearest first; bounded.</param>
/// <param name="More">How many more rows there are, by the criteria that say no.</param>
/// <param name="NotEnforced">Rows that take no part, because a cell was not understood.</param>
public sealed record RowReading(
    FlowDirection Direction, string Initiator, ushort? ServicePort, Verdict Verdict, Reason Reason, IReadOnlyList<ConsideredRow> Rows,
    IReadOnlyList<KeyValuePair<string, int>> More, int NotEnforced);

public enum RowRole : byte
{
    /// <summary>It answers for the flow.</summary>
    Answers,

    /// <summary>It matches, and a more specific one covers it.</summary>
    Covered,

    /// <summary>It might match: something cannot be told.</summary>
    Might,

    /// <summary>It answers for the control connection that the flow belongs to.</summary>
    AnswersForControl,

    /// <summary>It does not match.</summary>
    No,
}

public enum RowFit : byte { Yes, No, CannotTell }

/// <summary>One row and how it fits, criterion by criterion.</summary>
/// <param name="Control">Active FTP data only: whether the control connection is there.</param>
/// <param name="PeerWhy">What the peer was compared with: <c>any</c>, or the row's peers, a few.</param>
/// <param name="ApplicationWhy">What is spoken and asked for; empty when the row asks for nothing.</param>
public sealed record ConsideredRow(
    MatrixRow Row, RowRole Role, RowFit Port, RowFit Transport, RowFit Direction, RowFit Peer, RowFit Application, RowFit? Control, string PeerWhy, string ApplicationWhy)
{
    /// <summary>Words of the criteria with an answer.</summary>
    public IEnumerable<string> With(RowFit fit)
    {
        if (Port == fit) yield return "port";
        if (Transport == fit) yield return "transport";
        if (Direction == fit) yield return "direction";
        if (Peer == fit) yield return "peer";
        if (Application == fit) yield return "application";
        if (Control == fit) yield return "control connection";
    }
}
