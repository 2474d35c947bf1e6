using System.Globalization;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>What speaks for and against the direction of a flow, in sentences. Asked after the end of the input.</summary>
internal static class EvidenceStory
{
    public static IEnumerable<string> Of(FlowSummary flow, Judgement judgement, ServerLedger servers)
    {
        bool high = judgement.InitiatorIsHigh;
        if (FlowReading.IsFlip(in flow, high, judgement.Confidence))
            yield return "the first packet captured came from the responder; the evidence turned the direction";
        for (int left = (int)judgement.Conflicts; left != 0; left &= left - 1) yield return Sentence((EvidenceConflicts)(left & -left));
        if (!TransportNames.HasPorts(flow.Protocol)) yield break;
        if (judgement.Method == EvidenceMethod.Ledger || (judgement.Conflicts & (EvidenceConflicts.BothServers | EvidenceConflicts.ServerAndClient)) != 0)
        {
            foreach (bool end in new[] { !high, high })
            {
                if (Known(flow, end, servers, BeganWith) is { } known) yield return known;
            }
        }
        else if (judgement.Confidence == Confidence.Proven && Known(flow, high, servers, BeganWith) is { } otherwise)
        {
            yield return otherwise + "; in this flow it is the client";
        }
    }

    /// <summary>What other flows show one end as.</summary>
    /// <param name="earliest">Says of the earliest of them by its first frame when it began.</param>
    /// <returns>Null when nothing shows the end as a server.</returns>
    public static string? Known(in FlowSummary flow, bool high, ServerLedger servers, Func<long, string> earliest)
    {
        SocketFacts facts = servers.Of(flow.Ends, flow.Protocol, high, out long frame);
        string socket = ControlConnection.Text(flow.Ends.Address(high), flow.Ends.Port(high));
        string client = (facts & SocketFacts.Client) != 0 ? ", and by others a client" : "";
        if ((facts & SocketFacts.Server) != 0)
            return $"{socket} was proven a server by flows of this capture{client}; the earliest {earliest(frame)}";
        return (facts & SocketFacts.Kept) != 0 ? $"{socket} is a server in the ledger of earlier runs{client}" : null;
    }

    private static string BeganWith(long frame) => string.Create(CultureInfo.InvariantCulture, $"began with frame {frame}");

    private static string Sentence(EvidenceConflicts conflict) => conflict switch
    {
        EvidenceConflicts.BothSyn => "contradiction: both ends sent what only an initiator sends; the first counts",
        EvidenceConflicts.BothSynAck => "contradiction: both ends sent a SYN-ACK; neither counts",
        EvidenceConflicts.BothClients => "contradiction: the payloads show both ends as the client; they say nothing",
        EvidenceConflicts.PayloadAgainstSynAck => "contradiction: the payload shows the end as the client that a SYN-ACK shows as the server",
        EvidenceConflicts.AnnouncementAgainstHandshake => "contradiction: a control connection announced it the other way round; the handshake counts",
        EvidenceConflicts.AddressNeverInitiates => "contradiction: what points at an initiator points at a multicast, broadcast or unspecified address, which never is one",
        EvidenceConflicts.BothServers => "contradiction: both sockets were proven servers elsewhere; the ledger says nothing",
        EvidenceConflicts.ServerAndClient => "contradiction: the only socket that was proven a server was proven a client, too; the ledger says nothing",
        EvidenceConflicts.KeptLedgerAgainstRun => "contradiction: the ledger of earlier runs has the other end as a server, too; the proof of this run counts",
        EvidenceConflicts.SynAckAgainstLedger => "contradiction: a SYN-ACK that nobody bore out came from the end that the ledger shows as the client",
        EvidenceConflicts.MatrixAgainstLedger => "contradiction: the only service port of the matrix is at the end that the ledger shows as the client",
        EvidenceConflicts.FirstPacketAgainstMatrix =>
            "contradiction: the end with the service port opened the flow, and the other never spoke: a scan from that port looks the same",
        _ => "contradiction: both sockets talk with many peers' ports; their number says nothing",
    };
}
