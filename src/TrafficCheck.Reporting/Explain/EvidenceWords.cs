using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Reporting.Explain;

/// <summary>Evidence and verdicts in words.</summary>
public static class EvidenceWords
{
    public static string Of(EvidenceMethod method) => method switch
    {
        EvidenceMethod.Syn => "it sent a SYN without ACK",
        EvidenceMethod.SynAck => "a SYN-ACK went to it",
        EvidenceMethod.Application => "the payload shows that it asked",
        EvidenceMethod.Related => "a control connection announced it",
        EvidenceMethod.Ledger => "the other end was proven a server elsewhere",
        EvidenceMethod.Matrix => "only the other end's port is a service port of the matrix",
        EvidenceMethod.Degree => "the other end talks with many peers' ports",
        EvidenceMethod.FirstPacket => "it sent the first packet, well after the capture began",
        EvidenceMethod.FirstSeen => "it sent the first packet captured, but the flow may be older than the capture",
        _ => "nothing tells who began: it is the first sender",
    };

    public static string Of(Reason reason) => reason switch
    {
        Reason.Application => "rows match, but something else is spoken there",
        Reason.Peer => "rows match but for the peer",
        Reason.Direction => "rows allow it only the other way round",
        Reason.Transport => "rows allow the port only over another transport",
        Reason.Port => "nothing like it is in the matrix",
        Reason.DirectionUnknown => "the direction is not known, and it decides",
        Reason.PeerNameUnknown => "a row asks for a name, and the peer's is not known",
        Reason.ApplicationUnknown => "a row asks what is spoken, and this flow does not show it",
        Reason.ControlConnectionUnseen => "the control connection was not seen",
        Reason.Transit => "no end is a protected host",
        Reason.Internal => "both ends are protected hosts of one subject",
        Reason.LinkScope => "traffic that does not leave its link",
        _ => "",
    };

    public static string Of(RungState state) => state switch
    {
        RungState.Seen => "seen",
        RungState.NotSeen => "not seen",
        RungState.Contradictory => "both",
        _ => "not asked",
    };

    public static string Of(RowRole role) => role switch
    {
        RowRole.Answers => "answers",
        RowRole.Covered => "covered",
        RowRole.Might => "might-match",
        RowRole.AnswersForControl => "answers-for-control-connection",
        _ => "no",
    };

    public static string Of(RowFit fit) => fit switch
    {
        RowFit.Yes => "yes",
        RowFit.No => "no",
        _ => "cannot-tell",
    };
}
