using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Reports;

/// <summary>
/// Everything a run found, as values: what every report format is written from. Collections are in their reporting order; the order
/// depends on keys only, never on arrival or memory. Text in it may come from captures and tables and is not escaped.
/// </summary>
public sealed record CheckReport
{
    /// <summary>Name and value of each parameter that decides the result, in fixed order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; }

    public required AllowedMatrix Matrix { get; init; }

    /// <summary>The subjects of the matrix with the addresses protected in this run, in matrix order.</summary>
    public required IReadOnlyList<SubjectReport> Subjects { get; init; }

    public required IReadOnlyList<InputSummary> Inputs { get; init; }

    public required VisibilityReport Visibility { get; init; }

    public required AccountingReport Accounting { get; init; }

    public required SummaryReport Summary { get; init; }

    public EvidenceReport Evidence { get; init; } = new();

    /// <summary>Numbered F1, F2 ... : unexpected and scans first, then failing, then undetermined; by severity and key within.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Flows that belong to allowed control connections, by subject, rows and kind.</summary>
    public IReadOnlyList<RelatedGroup> Related { get; init; } = [];

    /// <summary>One entry for each row of the matrix, in document order.</summary>
    public required IReadOnlyList<RowCoverage> Coverage { get; init; }

    /// <summary>
    /// Names the process that counted, where several reports are of one: its counts of frames, packets and flow records run on from the start, so that a merge
    /// takes those of the later report. Null: the counts are of this report alone, and are added.
    /// </summary>
    public string? Process { get; init; }

    /// <summary>What changed in the matrix during a run, a sentence each; bounded.</summary>
    public IReadOnlyList<string> MatrixChanges { get; init; } = [];

    /// <summary>What a merge needs besides.</summary>
    public ReportTotals Totals { get; init; } = new();
}

/// <param name="Addresses">Canonical text of each protected address or prefix.</param>
/// <param name="Seen">Whether any packet had an end among the addresses.</param>
/// <param name="Chosen">Why these addresses, when the program chose them (<c>--protect auto</c>); else null.</param>
public sealed record SubjectReport(string Name, IReadOnlyList<string> Addresses, bool Seen, string? Chosen)
{
    /// <summary>Whether a conversation other than TCP was seen in both directions: where none was, a datagram without answer says nothing.</summary>
    public bool ShowsAnswers { get; init; }
}

/// <param name="First">VLAN or interface of the packet that counts, as text.</param>
/// <param name="Second">That of its copies.</param>
public sealed record CopyPair(string Kind, string First, string Second, long Count);

/// <param name="Segment">Interface and VLAN, as text.</param>
public sealed record SegmentShare(string Segment, long Conversations, long OneWay);

/// <summary>A time that no input covers, in nanoseconds since 1970.</summary>
public sealed record TimeGap(long FromNs, long ToNs);

/// <summary>One figure behind the visibility grade, which is the worst of them.</summary>
/// <param name="Name">Lower-case name, such as <c>one-way</c>.</param>
/// <param name="What">What the share is a share of, as the end of a sentence.</param>
/// <param name="Share">0 to 1.</param>
/// <param name="Grade">The figure's own grade.</param>
/// <param name="Limits">Up to the first the grade is A, up to the second B ...; beyond the last it is the next one.</param>
public sealed record GradeRule(string Name, string What, double Share, char Grade, IReadOnlyList<double> Limits);

/// <summary>How far the capture can be trusted to have seen the traffic.</summary>
public sealed record VisibilityReport
{
    /// <summary>A (best) to F.</summary>
    public required char Grade { get; init; }

    /// <summary>The figures that are graded, with their limits.</summary>
    public IReadOnlyList<GradeRule> GradeRules { get; init; } = [];

    /// <summary>The figures that decided a grade below A, with their limits.</summary>
    public IReadOnlyList<string> GradeReasons { get; init; } = [];

    /// <summary>Frames the capturing system says it dropped; null where no input says.</summary>
    public long? DroppedFrames { get; init; }

    /// <summary>Share of TCP conversations of which only one direction was captured although both must have existed; 0 to 1, null without any.</summary>
    public double? OneWayShare { get; init; }

    /// <summary>Those conversations, and the ones of them that are one-way.</summary>
    public long TcpConversations { get; init; }

    public long TcpOneWay { get; init; }

    /// <summary>IP bytes of TCP that were captured.</summary>
    public long TcpBytes { get; init; }

    /// <summary>Frames that are neither decoded nor a known non-IP kind.</summary>
    public long UndecodedFrames { get; init; }

    /// <summary>TCP conversations by interface and VLAN, all that are told apart, one-way or not.</summary>
    public IReadOnlyList<SegmentShare> Segments { get; init; } = [];

    /// <summary>Share of frames that are neither decoded nor a known non-IP kind; 0 to 1.</summary>
    public double UndecodedShare { get; init; }

    public long TruncatedFrames { get; init; }

    public long OutOfOrder { get; init; }

    /// <summary>Those of <see cref="OutOfOrder"/> that were put in order.</summary>
    public long Reordered { get; init; }

    /// <summary>Those of <see cref="OutOfOrder"/> that are behind by more than the window that merging explains.</summary>
    public long Late { get; init; }

    /// <summary>Jumps of packet time by more than an hour.</summary>
    public long ClockStepsForward { get; init; }

    public long ClockStepsBack { get; init; }

    /// <summary>Frames whose time is 0.</summary>
    public long FramesWithoutTime { get; init; }

    /// <summary>TCP conversations with gaps in their sequence numbers: packets that were sent and not captured.</summary>
    public long Gaps { get; init; }

    /// <summary>Bytes that these gaps lack.</summary>
    public long MissingBytes { get; init; }

    /// <summary>TCP conversations of protected hosts with a SYN, and with a SYN-ACK.</summary>
    public long Syns { get; init; }

    public long SynAcks { get; init; }

    /// <summary>Packets with a wrong checksum, those left to a network card not among them.</summary>
    public long BadChecksums { get; init; }

    /// <summary>By checksum: icmp, ipv4-header, tcp, udp; zero counts left out.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> BadChecksumsByKind { get; init; } = [];

    /// <summary>Packets whose checksum a network card was to fill in after they were captured.</summary>
    public long OffloadedChecksums { get; init; }

    /// <summary>Packets of more than 1 500 IP bytes, and those of them of more than 9 216, which no Ethernet carries.</summary>
    public long PacketsAbove1500 { get; init; }

    public long PacketsAbove9216 { get; init; }

    /// <summary>Times of more than a minute between the inputs that none of them covers, in order; bounded.</summary>
    public IReadOnlyList<TimeGap> TimeGaps { get; init; } = [];

    /// <summary>Share of the time from the first frame to the last that lies in such gaps, all of them; 0 to 1.</summary>
    public double UncoveredTimeShare { get; init; }

    /// <summary>Copies of packets that a mirror delivered more than once; null when each was counted.</summary>
    public long? Duplicates { get; init; }

    /// <summary>By what differs between copies; zero counts left out.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> DuplicatesByKind { get; init; } = [];

    /// <summary>Copies by where the first and the further packet came from, most first; bounded.</summary>
    public IReadOnlyList<CopyPair> DuplicatePairs { get; init; } = [];

    /// <summary>TCP conversations of which one direction was captured, by interface and VLAN, where there are any; most first; bounded.</summary>
    public IReadOnlyList<SegmentShare> OneWayBySegment { get; init; } = [];

    /// <summary>Sentences in fixed order: what limits the trust, with figures, and what to do.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>Where every frame and packet went. The identities hold, or <see cref="BrokenIdentities"/> says which does not.</summary>
public sealed record AccountingReport
{
    public required long FramesRead { get; init; }

    /// <summary>Frames of the inputs that a filter kept back: with <see cref="FramesRead"/> they are all that the inputs hold.</summary>
    public long FramesFilteredOut { get; init; }

    /// <summary>Frames whose innermost IP packet was found.</summary>
    public required long FramesDecoded { get; init; }

    /// <summary>By cause name, ordinal order, zero counts left out.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> FramesNotDecoded { get; init; }

    /// <summary>Packets beyond the first of their frame (802.11 aggregates): with the frames decoded they are all packets there are.</summary>
    public long FurtherPackets { get; init; }

    /// <summary>Parts beyond the first of their frame that are no IP packet, by cause name, ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> FurtherPartsNotDecoded { get; init; } = [];

    public required long PacketsInFlows { get; init; }

    public required IReadOnlyList<KeyValuePair<string, long>> PacketsWithoutFlow { get; init; }

    public required long Duplicates { get; init; }

    public required long FlowsOpened { get; init; }

    public required long FlowsExpired { get; init; }

    public required long FlowsEvicted { get; init; }

    /// <summary>Those by what was lost with them, least first: unanswered, closed, one-sided, conversation; zero counts left out.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> EvictedByKind { get; init; } = [];

    /// <summary>Flows still live at the end of the input.</summary>
    public required long FlowsLive { get; init; }

    /// <summary>
    /// Of a run that is reported in periods: flows that ended in earlier ones, and their packets. The other counts here are of the whole run up to now.
    /// </summary>
    public long FlowsOfEarlierPeriods { get; init; }

    public long PacketsOfEarlierPeriods { get; init; }

    /// <summary>Live flows that this report leaves to a later one, and their packets so far.</summary>
    public long FlowsNotReported { get; init; }

    public long PacketsNotReported { get; init; }

    /// <summary>Oddities that did not keep a frame from being decoded, by name.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Oddities { get; init; }

    /// <summary>
    /// What was cut off so that memory stays bounded, by name in ordinal order: names, announcements, control connections, flows that could not wait.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, long>> NotKept { get; init; } = [];

    /// <summary>Empty, or sentences: an internal error that must be shown.</summary>
    public required IReadOnlyList<string> BrokenIdentities { get; init; }
}

/// <summary>Numbers of flows. A flow between two subjects is judged from both ends and counts once for each.</summary>
public sealed record SummaryReport
{
    /// <summary>True when the inputs were read whole, showed enough, and nothing that <c>--fail-on</c> names was found.</summary>
    public required bool Pass { get; init; }

    /// <summary>True when something that <c>--fail-on</c> names was found, whatever else keeps the run from passing.</summary>
    public required bool Found { get; init; }

    /// <summary>Flow records.</summary>
    public required long Flows { get; init; }

    /// <summary>Judgements: flows plus one more for each flow between two subjects.</summary>
    public required long Judged { get; init; }

    public required long Allowed { get; init; }

    public required long Related { get; init; }

    public required long Unexpected { get; init; }

    public required long Undetermined { get; init; }

    /// <summary>By cause: internal, link-scope by kind (<c>link-scope multicast</c> ...), transit; ordinal order.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> OutOfScope { get; init; }

    public required long Permitted { get; init; }

    public required long Failing { get; init; }

    /// <summary>Tries of scans and floods at what rows allow that came to nothing: no service fails for that.</summary>
    public long InVain { get; init; }

    public required long Escaped { get; init; }

    public required long Attempted { get; init; }

    /// <summary>The run's exit code by the input, visibility and finding rules.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Why <see cref="ExitCode"/> is what it is, one sentence each; empty when it is 0.</summary>
    public required IReadOnlyList<string> ExitReasons { get; init; }
}
