using System.Net;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>One judged flow for export. A flow between two subjects gives two rows.</summary>
public readonly record struct FlowRow
{
    public required long FirstNs { get; init; }

    public required long LastNs { get; init; }

    /// <summary>IP protocol number.</summary>
    public required byte Transport { get; init; }

    public required IPAddress Initiator { get; init; }

    /// <summary>Null where the protocol has no ports.</summary>
    public required ushort? InitiatorPort { get; init; }

    public required IPAddress Responder { get; init; }

    /// <summary>Service port; for ICMP the type of the initiator's message.</summary>
    public required ushort? ResponderPort { get; init; }

    public required long InitiatorPackets { get; init; }

    /// <summary>IP bytes: total length of the innermost IP packets.</summary>
    public required long InitiatorBytes { get; init; }

    public required long ResponderPackets { get; init; }

    public required long ResponderBytes { get; init; }

    /// <summary>Subject name; empty for transit.</summary>
    public required string Subject { get; init; }

    public required FlowDirection Direction { get; init; }

    public required EvidenceMethod Evidence { get; init; }

    public required Confidence Confidence { get; init; }

    /// <summary>The first packet captured came from the responder.</summary>
    public bool Flipped { get; init; }

    /// <summary>What speaks against <see cref="Evidence"/>, or kept stronger evidence from counting.</summary>
    public EvidenceConflicts Conflicts { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>Untrusted text or null.</summary>
    public string? Application { get; init; }

    /// <summary>Untrusted text or null.</summary>
    public string? PeerName { get; init; }

    /// <summary>What shows <see cref="PeerName"/> (a word of <see cref="NameKindExtensions"/>), and the first frame that does.</summary>
    public string? PeerNameProof { get; init; }

    public long? PeerNameFrame { get; init; }

    /// <summary>Other names lead to the same address, too; null without a name.</summary>
    public bool? PeerNameShared { get; init; }

    /// <summary>By DNS: from <see cref="PeerName"/> over its aliases to the name that has the address; else null.</summary>
    public IReadOnlyList<ChainStep>? PeerNameChain { get; init; }

    /// <summary>The control connection that the flow belongs to, or null.</summary>
    public RelatedProof? Related { get; init; }

    public required Verdict Verdict { get; init; }

    public required Reason Reason { get; init; }

    /// <summary>Ids of the rows that answer, and of matching rows that a more specific one covers.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    public required IReadOnlyList<string> CoveredRows { get; init; }

    /// <summary>VLAN identifier 1-4094 of the first tagged frame (outermost tag), or null.</summary>
    public ushort? Vlan { get; init; }

    /// <summary>Tunnel of the first frame, or null.</summary>
    public string? Tunnel { get; init; }
}

/// <summary>Why a flow belongs to another one.</summary>
/// <param name="By">What announced it: <c>ftp-active</c>, <c>ftp-passive</c>, <c>tftp</c>, <c>sip-rtp</c> ...</param>
/// <param name="Grade"><c>announced</c>, <c>announced-otherwise</c> (the message names another address than the flow has) or <c>inferred</c>.</param>
/// <param name="AnnouncedFrame">The frame that announced it; for an inferred one the frame that hid the announcement.</param>
/// <param name="Control">The control connection: <c>10.0.0.5:40000 -> 192.0.2.7:21</c>.</param>
public sealed record RelatedProof(string By, string Grade, long AnnouncedFrame, string Control);
