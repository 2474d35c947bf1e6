using System.Net;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Explain;

/// <summary>The flow that a frame belongs to, as the engine judged it.</summary>
public sealed record ExplainedFlow
{
    /// <summary>IP protocol number.</summary>
    public required byte Transport { get; init; }

    public required IPAddress Initiator { get; init; }

    /// <summary>Null where the protocol has no ports.</summary>
    public required ushort? InitiatorPort { get; init; }

    public required IPAddress Responder { get; init; }

    /// <summary>Null where the protocol has no ports.</summary>
    public required ushort? ResponderPort { get; init; }

    /// <summary>Type and code of the initiator's message, for ICMP only.</summary>
    public required (byte Type, byte Code)? Icmp { get; init; }

    public required long InitiatorPackets { get; init; }

    /// <summary>IP bytes.</summary>
    public required long InitiatorBytes { get; init; }

    public required long ResponderPackets { get; init; }

    public required long ResponderBytes { get; init; }

    public required long FirstNs { get; init; }

    public required long LastNs { get; init; }

    /// <summary>Number of the frame that opened the flow.</summary>
    public required long FirstFrame { get; init; }

    public required EvidenceMethod Evidence { get; init; }

    public required Confidence Confidence { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>What else the packets of the flow said, in words.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Names of the remote end for each protected one (of the responder where none is), if the capture has any.</summary>
    public IReadOnlyList<NamesOfEnd> Names { get; init; } = [];

    /// <summary>One for each protected end; empty without a matrix.</summary>
    public required IReadOnlyList<ExplainedVerdict> Verdicts { get; init; }
}

/// <summary>The verdict on a flow from one subject's point of view.</summary>
/// <param name="Subject">Empty when none is concerned.</param>
/// <param name="LinkScope">Kind of traffic that does not leave its link; empty for other traffic.</param>
/// <param name="Rows">As the verdict says: those that answer, that might, or that come nearest.</param>
/// <param name="CoveredRows">Rows that match too and that a more specific one covers.</param>
/// <param name="PossibleRows">Rows that might answer instead of those that do, were a name of the peer known.</param>
public sealed record ExplainedVerdict(
    string Subject, FlowDirection Direction, Verdict Verdict, Reason Reason, string LinkScope, IReadOnlyList<ExplainedRow> Rows, IReadOnlyList<ExplainedRow> CoveredRows,
    IReadOnlyList<ExplainedRow> PossibleRows);

/// <summary>A row of the matrix and where it was written.</summary>
public sealed record ExplainedRow(string Id, string File, int Line);
