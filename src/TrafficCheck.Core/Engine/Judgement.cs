using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>The verdict on a flow from one subject's point of view.</summary>
/// <param name="Subject">Index of the subject, or -1 when none is concerned.</param>
/// <param name="Port">Service port in the reading that the verdict is about; ICMP type; 0 for protocols with neither.</param>
/// <param name="Rows">Id of a row set: the rows that answer, that might, or that come nearest, as the verdict says.</param>
/// <param name="Conflicts">What speaks against <paramref name="Method"/>, or kept stronger evidence from counting.</param>
public readonly record struct Judgement(
    int Subject, bool InitiatorIsHigh, FlowDirection Direction, EvidenceMethod Method, Confidence Confidence, Outcome Outcome, Verdict Verdict,
    Reason Reason, LinkScopeKind LinkScope, ushort Port, int Rows, EvidenceConflicts Conflicts = EvidenceConflicts.None)
{
    public Square Square(in FlowSummary flow)
    {
        bool worked = Outcome is Outcome.Established or Outcome.Answered || (Outcome == Outcome.OneWay && ProvesReply(flow));
        bool failed = Outcome is Outcome.Refused or Outcome.NoAnswer or Outcome.Unreachable;
        return Verdict switch
        {
            Verdict.Allowed or Verdict.Related => worked ? Reports.Square.Permitted : failed ? Reports.Square.Failing : Reports.Square.None,
            Verdict.Unexpected => worked ? Reports.Square.Escaped : failed ? Reports.Square.Attempted : Reports.Square.None,
            _ => Reports.Square.None,
        };
    }

    /// <summary>
    /// Whether the one direction that was captured could not exist without the other: TCP data and acknowledgements follow a handshake.
    /// </summary>
    private static bool ProvesReply(in FlowSummary flow)
    {
        const uint Proof = FlowMarks.Ack | FlowMarks.Data | FlowMarks.Fin | FlowMarks.SynAck;
        return flow.Protocol == TransportNames.Tcp && ((flow.Marks | (flow.Marks >> FlowMarks.SideBits)) & Proof) != 0;
    }
}
