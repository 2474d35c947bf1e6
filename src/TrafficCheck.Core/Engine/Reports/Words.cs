using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Reports;

public enum Verdict : byte { Allowed, Related, Unexpected, Undetermined, OutOfScope }

/// <summary>Why a flow is unexpected, in the order in which reasons are tried; or why it is undetermined or out of scope.</summary>
public enum Reason : byte
{
    None,

    // unexpected
    Application, Peer, Direction, Transport, Port,

    // undetermined
    DirectionUnknown, PeerNameUnknown, ApplicationUnknown, ControlConnectionUnseen,

    // out of scope
    Transit, Internal, LinkScope,
}

/// <summary>Direction of a flow relative to its subject.</summary>
public enum FlowDirection : byte { None, In, Out }

/// <summary>The four squares of verdict and outcome.</summary>
public enum Square : byte { None, Permitted, Failing, Escaped, Attempted }

public enum CoverageState : byte { Proven, Shared, Failing, Reversed, NotSeen, NotObservable, NotEnforced }

public enum FindingKind : byte
{
    Unexpected,

    /// <summary>One host, many ports of one target, mostly in vain.</summary>
    PortScan,

    /// <summary>One host, a port or few, many targets.</summary>
    HostSweep,

    /// <summary>One host, many ports, many targets.</summary>
    BlockScan,

    /// <summary>Very many hosts, one target.</summary>
    SynFlood, UdpFlood, IcmpFlood,

    Failing, Undetermined, NearMiss,
}

public enum FindingSeverity : byte { High, Medium, Low }

/// <summary>The lower-case words of reports for the values above: the one place they are spelled.</summary>
public static class WordExtensions
{
    public static string Word(this Verdict v) => v switch
    {
        Verdict.Allowed => "allowed",
        Verdict.Related => "related",
        Verdict.Unexpected => "unexpected",
        Verdict.Undetermined => "undetermined",
        _ => "out-of-scope",
    };

    public static string Word(this Reason r) => r switch
    {
        Reason.Application => "application",
        Reason.Peer => "peer",
        Reason.Direction => "direction",
        Reason.Transport => "transport",
        Reason.Port => "port",
        Reason.DirectionUnknown => "direction-unknown",
        Reason.PeerNameUnknown => "peer-name-unknown",
        Reason.ApplicationUnknown => "application-unknown",
        Reason.ControlConnectionUnseen => "control-connection-unseen",
        Reason.Transit => "transit",
        Reason.Internal => "internal",
        Reason.LinkScope => "link-scope",
        _ => "",
    };

    public static string Word(this FlowDirection d) => d switch { FlowDirection.In => "in", FlowDirection.Out => "out", _ => "" };

    public static string Word(this EvidenceMethod m) => m switch
    {
        EvidenceMethod.Syn => "syn",
        EvidenceMethod.SynAck => "syn-ack",
        EvidenceMethod.Application => "application",
        EvidenceMethod.Related => "related",
        EvidenceMethod.Ledger => "ledger",
        EvidenceMethod.Matrix => "matrix",
        EvidenceMethod.Degree => "degree",
        EvidenceMethod.FirstPacket => "first-packet",
        EvidenceMethod.FirstSeen => "first-seen",
        _ => "none",
    };

    private static readonly string[] s_conflicts =
    [
        "both-syn", "both-syn-ack", "both-clients", "payload-against-syn-ack", "announcement-against-handshake", "address-never-initiates", "both-servers",
        "server-and-client", "kept-ledger-against-run", "syn-ack-against-ledger", "matrix-against-ledger", "first-packet-against-matrix", "both-degree",
    ];

    /// <summary>The words of the bits that are set, in the order of the bits.</summary>
    public static IEnumerable<string> Words(this EvidenceConflicts conflicts)
    {
        for (int bit = 0; bit < s_conflicts.Length; bit++)
        {
            if (((int)conflicts & (1 << bit)) != 0) yield return s_conflicts[bit];
        }
    }

    public static string Word(this Confidence c) => c switch
    {
        Confidence.Proven => "proven",
        Confidence.Likely => "likely",
        Confidence.Weak => "weak",
        _ => "unknown",
    };

    public static string Word(this Outcome o) => o switch
    {
        Outcome.Established => "established",
        Outcome.Answered => "answered",
        Outcome.Refused => "refused",
        Outcome.NoAnswer => "no-answer",
        Outcome.Unreachable => "unreachable",
        _ => "one-way",
    };

    public static string Word(this Square s) => s switch
    {
        Square.Permitted => "permitted",
        Square.Failing => "failing",
        Square.Escaped => "escaped",
        Square.Attempted => "attempted",
        _ => "",
    };

    public static string Word(this CoverageState s) => s switch
    {
        CoverageState.Proven => "proven",
        CoverageState.Shared => "shared",
        CoverageState.Failing => "failing",
        CoverageState.Reversed => "reversed",
        CoverageState.NotSeen => "not-seen",
        CoverageState.NotEnforced => "not-enforced",
        _ => "not-observable",
    };

    public static string Word(this FindingKind k) => k switch
    {
        FindingKind.Unexpected => "unexpected",
        FindingKind.PortScan => "port-scan",
        FindingKind.HostSweep => "host-sweep",
        FindingKind.BlockScan => "block-scan",
        FindingKind.SynFlood => "syn-flood",
        FindingKind.UdpFlood => "udp-flood",
        FindingKind.IcmpFlood => "icmp-flood",
        FindingKind.Failing => "failing",
        FindingKind.NearMiss => "near-miss",
        _ => "undetermined",
    };

    public static bool IsScan(this FindingKind k) => k is FindingKind.PortScan or FindingKind.HostSweep or FindingKind.BlockScan;

    public static bool IsFlood(this FindingKind k) => k is FindingKind.SynFlood or FindingKind.UdpFlood or FindingKind.IcmpFlood;

    public static string Word(this FindingSeverity s) => s switch
    {
        FindingSeverity.High => "high",
        FindingSeverity.Medium => "medium",
        _ => "low",
    };
}
