using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>One end of a flow: its sums, and the first frames in which it showed something. Frames are null for what was not seen.</summary>
/// <param name="Request">ICMP: a request; <paramref name="Reply"/> likewise.</param>
/// <param name="Gap">The first packet in front of which sequence numbers were skipped, by <paramref name="GapBytes"/>.</param>
public sealed record SideFacts(
    string Socket, long Packets, long Bytes, long? First, long? Syn, long? SynAck, long? Ack, long? Data, long? Fin, long? Rst, long? Request, long? Reply, long? Gap, uint GapBytes);

/// <summary>A payload that showed what the flow speaks, or which end asks.</summary>
/// <param name="From">Socket of its sender.</param>
/// <param name="Application">What was known from then on; null for nothing yet.</param>
/// <param name="Client">Socket of the end that is the client from then on; null when that is not known.</param>
/// <param name="Says">What it said beyond that: <c>asks for TLS</c> ...</param>
public sealed record SpeechFacts(long Frame, string From, string? Application, bool IsSure, string? Client, IReadOnlyList<string> Says)
{
    private static readonly (SpeechMarks Mark, string Text)[] s_marks =
    [
        (SpeechMarks.TlsRequested, "asks to go on in TLS"), (SpeechMarks.TlsAccepted, "agrees to go on in TLS"), (SpeechMarks.PlainLogin, "logs on in the clear"),
        (SpeechMarks.Notification, "notifies, and expects no answer"), (SpeechMarks.Tunnel, "asks a proxy for a tunnel"), (SpeechMarks.TlsHello, "a hello of TLS"),
    ];

    internal static IReadOnlyList<string> TextsOf(SpeechMarks marks) => [.. s_marks.Where(m => (marks & m.Mark) != 0).Select(m => m.Text)];
}

/// <summary>One life of a flow: from its first packet until it was idle for too long, was closed, or the input ended.</summary>
public sealed record FlowLife
{
    /// <summary>From 1, in the order in which they opened.</summary>
    public required int Number { get; init; }

    public required ExplainedFlow Flow { get; init; }

    public required SideFacts Initiator { get; init; }

    public required SideFacts Responder { get; init; }

    public required long LastFrame { get; init; }

    /// <summary>Every rung, strongest first.</summary>
    public required IReadOnlyList<EvidenceRung> Ladder { get; init; }

    public required IReadOnlyList<EvidenceFlip> Flips { get; init; }

    /// <summary>What it speaks in the end, in words.</summary>
    public required string Spoken { get; init; }

    public required IReadOnlyList<SpeechFacts> Speech { get; init; }

    /// <summary>TCP bytes that gaps in the sequence numbers lack, at the end.</summary>
    public required long MissingBytes { get; init; }

    /// <summary>Copies of its packets that a mirror delivered again and that do not count; the frame of the first.</summary>
    public required long Copies { get; init; }

    public required long? FirstCopy { get; init; }

    /// <summary>ICMP errors about it, which are no flows of their own; the frame of the first, and what it says.</summary>
    public required long IcmpErrors { get; init; }

    public required long? FirstIcmpError { get; init; }

    public required string IcmpErrorText { get; init; }

    /// <summary>The first packet that was cut by the snap length.</summary>
    public required long? FirstCut { get; init; }

    public required long? FirstFragment { get; init; }

    /// <summary>Interface and VLAN of the packet that opened it, in words, and the tunnels it travelled in, or null.</summary>
    public required string Segment { get; init; }

    public required string? Tunnel { get; init; }

    /// <summary>One for each protected end; one without a subject when it is out of scope; empty without a matrix.</summary>
    public required IReadOnlyList<VerdictCase> Verdicts { get; init; }
}

/// <summary>Everything that is known of a flow that somebody asked for.</summary>
public sealed record FlowExplanation
{
    public required FlowTarget Asked { get; init; }

    /// <summary>Frames of all inputs together.</summary>
    public required long Frames { get; init; }

    public required IReadOnlyList<InputSummary> Inputs { get; init; }

    /// <summary>How many lives there are; those beyond <see cref="Lives"/> are counted only.</summary>
    public required long LifeCount { get; init; }

    /// <summary>The first, in the order in which they opened.</summary>
    public required IReadOnlyList<FlowLife> Lives { get; init; }

    /// <summary>Verdicts of all lives, by word; empty without a matrix.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> VerdictCounts { get; init; }
}
