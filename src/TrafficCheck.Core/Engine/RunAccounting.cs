using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Draws up where every frame, packet and flow went, and checks that nothing was lost or invented.</summary>
internal static class RunAccounting
{
    public static AccountingReport Build(
        StageCounts stages, EarlierPeriods earlier, FlowJudge judge, CoverageLedger coverage, FindingLedger findings, IReadOnlyList<InputSummary> inputs,
        IReadOnlyList<KeyValuePair<string, long>> notKept, RelatedFlows? related, IReadOnlyList<RelatedGroup> groups)
    {
        var notDecoded = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var withoutFlow = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var partsWithout = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long decoded = 0, counted = 0, further = 0;
        for (var status = DecodeStatus.Decoded; status < DecodeStatus.Count; status++)
        {
            long count = stages.Statuses[(int)status];
            counted += count;
            if (DecodeStatusNames.IsDecoded(status)) decoded += count;
            else if (count > 0) notDecoded[DecodeStatusNames.Of(status)] = count;
            long parts = stages.PartStatuses[(int)status];
            if (DecodeStatusNames.IsDecoded(status)) further += parts;
            else if (parts > 0) partsWithout[DecodeStatusNames.Of(status)] = parts;
            if (status is DecodeStatus.PortsMissing or DecodeStatus.Ipv6ExtensionCut) withoutFlow[DecodeStatusNames.Of(status)] = count + parts;
        }

        withoutFlow["fragment-without-first"] = stages.Orphans;
        withoutFlow["fragment-of-tunnel-packet"] = stages.TunnelFragments;
        withoutFlow["icmp-error-of-known-flow"] = stages.IcmpErrorsOfFlows;
        withoutFlow["icmp-error-of-ended-flow"] = stages.IcmpErrorsOfEndedFlows;
        foreach (string cause in withoutFlow.Where(c => c.Value == 0).Select(c => c.Key).ToList()) withoutFlow.Remove(cause);

        var oddities = new SortedDictionary<string, long>(stages.Oddities.ToDictionary(), StringComparer.Ordinal);
        if (stages.PacketsCut > 0) oddities["packet-cut"] = oddities.GetValueOrDefault("packet-cut") + stages.PacketsCut;

        long packets = stages.PacketsInFlows, opened = stages.Opened;
        var broken = new List<string>();
        long filteredOut = inputs.Sum(i => i.FramesFilteredOut);
        Check(broken, "frames of the inputs = frames read + filtered out", inputs.Sum(i => i.Frames), stages.FramesRead + filteredOut);
        Check(broken, "frames read = decoded + not decoded", stages.FramesRead, counted);
        Check(broken, "frames decoded + packets beyond the first of a frame = in flows + without flow + duplicates", decoded + further, packets + withoutFlow.Values.Sum() + (stages.Copies ?? 0));
        Check(broken, "packets in flows = packets of the flows reported + of earlier periods + of live flows not reported", packets, judge.Packets + earlier.Packets + judge.LivePackets);
        Check(broken, "flows opened = expired + evicted + live at the end", opened, stages.Expired + stages.Evicted + stages.Live);
        Check(broken, "flows opened = flows judged once + in earlier periods + live ones not reported", opened, judge.Flows + earlier.Flows + judge.LiveFlows);
        long verdicts = 0;
        foreach (long count in coverage.Verdicts) verdicts += count;
        Check(broken, "judgements = sum of verdicts", judge.Judgements, verdicts);
        long outOfScope = coverage.Transit + coverage.Internal;
        foreach (long count in coverage.LinkScopes) outOfScope += count;
        Check(broken, "flows judged = out of scope + in scope by evidence", judge.Flows, outOfScope + judge.Evidence.Flows);
        Check(broken, "unexpected flows = those of the findings", coverage.Verdicts[(int)Verdict.Unexpected], findings.Unexpected);
        Check(broken, "related flows = those of the groups reported", coverage.Verdicts[(int)Verdict.Related], groups.Sum(g => g.Flows));
        if (related is not null)
        {
            var (announced, dropped, late, waiting) = related.Expectations;
            Check(broken, "flows announced = waiting + waited in vain + given up", announced, waiting + late + dropped);
        }

        return new AccountingReport
        {
            FramesRead = stages.FramesRead,
            FramesFilteredOut = filteredOut,
            FramesDecoded = decoded,
            FramesNotDecoded = [.. notDecoded],
            FurtherPackets = further,
            FurtherPartsNotDecoded = [.. partsWithout],
            PacketsInFlows = packets,
            PacketsWithoutFlow = [.. withoutFlow],
            Duplicates = stages.Copies ?? 0,
            FlowsOpened = opened,
            FlowsExpired = stages.Expired,
            FlowsEvicted = stages.Evicted,
            EvictedByKind = [.. FlowWorthNames.All.Select((name, i) => KeyValuePair.Create(name, stages.EvictedByWorth[i])).Where(e => e.Value > 0)],
            FlowsLive = stages.Live,
            FlowsOfEarlierPeriods = earlier.Flows,
            PacketsOfEarlierPeriods = earlier.Packets,
            FlowsNotReported = judge.LiveFlows,
            PacketsNotReported = judge.LivePackets,
            Oddities = [.. oddities],
            NotKept = notKept,
            BrokenIdentities = broken,
        };
    }

    internal static void Check(List<string> broken, string identity, long left, long right)
    {
        if (left != right) broken.Add(FormattableString.Invariant($"{identity}: {left} is not {right}"));
    }
}
