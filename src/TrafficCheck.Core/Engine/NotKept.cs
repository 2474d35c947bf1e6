using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Scans;

namespace TrafficCheck.Core.Engine;

/// <summary>What the bounds of memory cut off, by name, in ordinal order; zero counts left out. None of it changes a count of frames, packets or flows.</summary>
internal static class NotKept
{
    public static IReadOnlyList<KeyValuePair<string, long>> Of(FlowJudge judge, FindingLedger findings, PeerNaming? names, RelatedFlows? related, long framesNotHeld)
    {
        ProbeLedger probes = findings.Probes;
        (string Name, long Count)[] all =
        [
            ("announcements-given-up", related?.Expectations.Evicted ?? 0),
            ("announcements-of-other-family-not-kept", related?.OtherFamilyNotKept ?? 0),
            ("announcements-refused", related?.Refused ?? 0),
            ("control-connections-not-followed", related?.NotFollowed ?? 0),
            ("conversations-not-compared-with-scans", probes.Conversations.NotFollowed),
            ("dns-clients-not-kept", names?.Dns.NotKept ?? 0),
            ("flood-probes-not-compared-with-scans", probes.SummedEarly),
            ("flood-targets-not-kept", probes.Floods.NotKept),
            ("flows-judged-early", judge.NotPutOff),
            ("flows-without-degree", judge.Degrees.NotCounted),
            ("flows-without-ledger", judge.LedgerNotAsked),
            ("flows-without-port-of-their-own", findings.PortsNotToldApart),
            ("frames-not-held-for-order", framesNotHeld),
            ("ftp-control-connections-not-kept", judge.FtpPairsNotKept),
            ("messages-not-joined", (related?.GivenUp ?? 0) + (names?.GivenUp ?? 0)),
            ("names-given-up", names?.Evicted ?? 0),
            ("names-without-text", names?.Truncated ?? 0),
            ("probes-not-grouped", probes.NotKept),
            ("row-sets-shortened", judge.RowSetsShortened),
            ("server-proofs-not-kept", judge.Servers.NotKept),
        ];
        return [.. all.Where(a => a.Count > 0).Select(a => KeyValuePair.Create(a.Name, a.Count))];
    }
}
