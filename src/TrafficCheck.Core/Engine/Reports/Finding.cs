using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition.Names;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>What flows travelled in, those seen first.</summary>
/// <param name="Seen">Such as <c>VLAN 20</c>, <c>gtp-u 7</c>, <c>VLAN 20 / vxlan 5001</c>.</param>
/// <param name="More">There are more than those.</param>
/// <param name="All">Every flow travelled in one of them; else some in none.</param>
public sealed record Carriers(IReadOnlyList<string> Seen, bool More, bool All);

/// <summary>Flows grouped by cause: what a person must look at. All counts are exact.</summary>
public sealed record Finding
{
    /// <summary>F1, F2 ... in reporting order.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Names the cause itself, whatever else a run finds: equal in every report in which it appears, as long as the rows that it speaks of keep their ids.
    /// Distinct in a report. Such as <c>unexpected.port/gateway/in/tcp/3389</c>; safe to print.
    /// </summary>
    public string Key { get; init; } = "";

    public required FindingKind Kind { get; init; }

    public required Reason Reason { get; init; }

    public required FindingSeverity Severity { get; init; }

    public required string Subject { get; init; }

    public required FlowDirection Direction { get; init; }

    /// <summary>Transport keyword, such as <c>tcp</c>.</summary>
    public required string Transport { get; init; }

    /// <summary>Service port, ICMP type, or null (protocols without ports, scans and floods over several ports).</summary>
    public int? ServicePort { get; init; }

    public string? Application { get; init; }

    /// <summary>Remote ends.</summary>
    public required HostSet Peers { get; init; }

    /// <summary>Protected ends.</summary>
    public required HostSet Hosts { get; init; }

    /// <summary>Names of peers that the capture shows, at most five: by the flows themselves first.</summary>
    public IReadOnlyList<NamedPeer> PeerNames { get; init; } = [];

    /// <summary>VLANs and tunnels in which the flows travelled; null for none.</summary>
    public Carriers? Carriers { get; init; }

    /// <summary>Distinct service ports of a scan or flood; else 1 or 0.</summary>
    public long Ports { get; init; }

    public required long Flows { get; init; }

    /// <summary>Flows among them that no row allows: all of an unexpected finding, some of a scan or flood.</summary>
    public long Unexpected { get; init; }

    public required long Packets { get; init; }

    public required long Bytes { get; init; }

    public required long FirstNs { get; init; }

    public required long LastNs { get; init; }

    /// <summary>Flows by outcome, in the order of <see cref="Outcome"/>, zero counts left out.</summary>
    public required IReadOnlyList<KeyValuePair<Outcome, long>> Outcomes { get; init; }

    public long Escaped { get; init; }

    public long Attempted { get; init; }

    /// <summary>Flows of a scan or flood that rows allow and that were answered; else 0.</summary>
    public long Permitted { get; init; }

    /// <summary>Flows that rows allow and that did not work: of a failing row, or of a scan or flood.</summary>
    public long Failing { get; init; }

    /// <summary>What a scan found open, or where a flood was answered, those tried first; at most sixteen.</summary>
    public IReadOnlyList<AnsweredProbe> Answered { get; init; } = [];

    /// <summary>Flows of a scan or flood that were answered.</summary>
    public long AnsweredFlows { get; init; }

    /// <summary>There is more that was found open than <see cref="Answered"/> shows.</summary>
    public bool MoreAnswered { get; init; }

    /// <summary>For a flood, the most initiators within a minute of packet time; else 0.</summary>
    public long PeakPeers { get; init; }

    /// <summary>The network whose hosts made a scan together, none of them a scan of its own; else null.</summary>
    public string? Network { get; init; }

    /// <summary>Id of the row that comes nearest, or of the failing row; null when nothing is like it.</summary>
    public string? NearestRow { get; init; }

    /// <summary>Line of <see cref="NearestRow"/> in its document.</summary>
    public int? NearestRowLine { get; init; }

    /// <summary>One or two sentences: why it is a finding.</summary>
    public required string Explanation { get; init; }

    /// <summary>Undetermined only: what this capture does not show, each with its place and number; bounded.</summary>
    public IReadOnlyList<MissingEvidence> Missing { get; init; } = [];

    /// <summary>The edit of a row, or the capture, that would settle it; null where there is none.</summary>
    public string? Suggestion { get; init; }

    /// <summary>
    /// Numbers of the first frames of the earliest flows, ascending: position in the merged input, starting at 1 (for one input, what
    /// Wireshark shows).
    /// </summary>
    public required IReadOnlyList<long> Frames { get; init; }

    /// <summary>It was found under an earlier matrix, and speaks of rows as they were then.</summary>
    public bool EarlierMatrix { get; init; }

    /// <summary>What a merge needs; null where there is to be none.</summary>
    public FindingTotals? Totals { get; init; }
}

/// <summary>A socket that answered a probe.</summary>
/// <param name="Port">Port or ICMP type.</param>
/// <param name="IsAllowed">Whether rows allow it; else it escaped.</param>
/// <param name="Frame">The first frame of the try.</param>
public sealed record AnsweredProbe(string Address, int Port, bool IsAllowed, long Frame);

/// <param name="Name">Lower-case ASCII; from the capture, so it may be anybody's invention.</param>
/// <param name="Proof"><c>dns</c>, <c>tls-sni</c>, <c>tls-sni-outer</c>, <c>http-host</c> or <c>http-connect</c>.</param>
/// <param name="Frame">The first frame that shows it.</param>
/// <param name="IsShared">The name is one of several that lead to this address, which does not tell which is meant.</param>
public sealed record NamedPeer(string Address, string Name, string Proof, long Frame, bool IsShared)
{
    /// <summary>By DNS: from the name over its aliases to the one that has the address, with the frames that lead on; else empty.</summary>
    public IReadOnlyList<ChainStep> Chain { get; init; } = [];

    /// <summary>By DNS: the other host that was told the name, when none of the finding's own was; else null.</summary>
    public string? ToldTo { get; init; }
}

/// <summary>What an undetermined finding, or flow, lacks.</summary>
/// <param name="What">A stable word, such as <c>dns-not-captured</c>.</param>
/// <param name="Flows">How many flows lack it; null where it is the capture that does.</param>
/// <param name="Text">One sentence.</param>
public sealed record MissingEvidence(string What, long? Flows, string Text);
