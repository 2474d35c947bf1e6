using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Cli.Tests.Corpus;

/// <summary>Who started a conversation, as the whole capture shows it.</summary>
/// <param name="Proof"><c>handshake</c> or <c>payload</c>.</param>
/// <param name="FirstFrame">The first frame of the conversation; 0 where tshark's table does not have it.</param>
internal sealed record KnownInitiator(string Initiator, string Proof, long FirstFrame);

/// <summary>
/// The conversations of a capture whose initiator is proven: by tshark where it saw a SYN or SYN-ACK; else by a handshake that only the engine saw, or,
/// for UDP, by what the payload says. What two lives of one 5-tuple prove differently is left out.
/// </summary>
internal static class KnownInitiators
{
    public static Dictionary<ConversationKey, KnownInitiator> Of(string capture, string table, AllowedMatrix matrix)
    {
        Dictionary<ConversationKey, StatedInitiator> stated = ExpectedFlows.Read(table).Initiators;
        var known = stated.Where(s => s.Value.IsByHandshake).ToDictionary(s => s.Key, s => new KnownInitiator(s.Value.Initiator, "handshake", s.Value.FirstFrame));
        var own = CorpusRun.Rows(capture, 0, matrix, host: null, FlowTimeouts.None).Where(IsProven).Select(row => (Key: CorpusRun.KeyOf(in row, out string initiator), Initiator: initiator, row.Transport));
        foreach (var flows in own.GroupBy(f => f.Key))
        {
            if (known.ContainsKey(flows.Key) || flows.Select(f => f.Initiator).Distinct().Count() != 1) continue;
            var (key, initiator, transport) = flows.First();
            known.Add(key, new(initiator, transport == TransportNames.Udp ? "payload" : "handshake", stated.TryGetValue(key, out StatedInitiator? s) ? s.FirstFrame : 0));
        }

        return known;
    }

    private static bool IsProven(FlowRow row) => row.Confidence == Confidence.Proven && row.Transport switch
    {
        TransportNames.Tcp => row.Evidence is EvidenceMethod.Syn or EvidenceMethod.SynAck,
        TransportNames.Udp => row.Evidence == EvidenceMethod.Application,
        _ => false,
    };
}
