using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Draws up where every frame, packet and flow went, and checks that nothing was lost or invented.</summary>
internal static class RunAccounting
{
    public static AccountingReport Build<TSink>(
        FrameIntake<TSink> intake, FlowJudge judge, CoverageLedger coverage, FindingLedger findings, IReadOnlyList<InputSummary> inputs,
        IReadOnlyList<KeyValuePair<string, long>> notKept, RelatedFlows? related, IReadOnlyList<RelatedGroup> groups)
        where TSink : struct, IFlowSink
    {
        var notDecoded = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var withoutFlow = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var partsWithout = new SortedDictionary<string, long>(StringComparer.Ordinal);
        long decoded = 0, counted = 0, further = 0;
        for (var status = DecodeStatus.Decoded; status < DecodeStatus.Count; status++)
        {
            long count = intake.Frames.Statuses[(int)status];
            counted += count;
            if (DecodeStatusNames.IsDecoded(status)) decoded += count;
            else if (count > 0) notDecoded[DecodeStatusNames.Of(status)] = count;
            long parts = intake.Frames.PartStatuses[(int)status];
            if (DecodeStatusNames.IsDecoded(status)) further += parts;
            else if (parts > 0) partsWithout[DecodeStatusNames.Of(status)] = parts;
            if (status is DecodeStatus.PortsMissing or DecodeStatus.Ipv6ExtensionCut) withoutFlow[DecodeStatusNames.Of(status)] = count + parts;
        }

        withoutFlow["fragment-without-first"] = intake.Frames.Fragments.Orphans;
        withoutFlow["fragment-of-tunnel-packet"] = intake.Frames.TunnelFragments;
        withoutFlow["icmp-error-of-known-flow"] = intake.Flows.IcmpErrorsOfFlows;
        withoutFlow["icmp-error-of-ended-flow"] = intake.Flows.IcmpErrorsOfEndedFlows;
        foreach (string cause in withoutFlow.Where(c => c.Value == 0).Select(c => c.Key).ToList()) withoutFlow.Remove(cause);

        var oddities = new SortedDictionary<string, long>(intake.Frames.Oddities.ToList().ToDictionary(), StringComparer.Ordinal);
        if (intake.Frames.PacketsCut > 0) oddities["packet-cut"] = oddities.GetValueOrDefault("packet-cut") + intake.Frames.PacketsCut;

        long packets = intake.V4.Packets + intake.V6.Packets;
        long opened = intake.V4.Opened + intake.V6.Opened, expired = intake.V4.Expired + intake.V6.Expired;
        long evicted = intake.V4.Evicted + intake.V6.Evicted, ended = intake.V4.Ended + intake.V6.Ended;
        var broken = new List<string>();
        long filteredOut = inputs.Sum(i => i.FramesFilteredOut);
        Check(broken, "frames of the inputs = frames read + filtered out", inputs.Sum(i => i.Frames), intake.Frames.FramesRead + filteredOut);
        Check(broken, "frames read = decoded + not decoded", intake.Frames.FramesRead, counted);
        Check(broken, "frames decoded + packets beyond the first of a frame = in flows + without flow + duplicates", decoded + further, packets + withoutFlow.Values.Sum() + (intake.Frames.Copies?.Copies ?? 0));
        Check(broken, "packets in flows = packets of the flows reported", packets, judge.Packets);
        Check(broken, "flows opened = expired + evicted + live at the end", opened, expired + evicted + ended);
        Check(broken, "flows opened = flows judged once", opened, judge.Flows);
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
            FramesRead = intake.Frames.FramesRead,
            FramesFilteredOut = filteredOut,
            FramesDecoded = decoded,
            FramesNotDecoded = [.. notDecoded],
            FurtherPackets = further,
            FurtherPartsNotDecoded = [.. partsWithout],
            PacketsInFlows = packets,
            PacketsWithoutFlow = [.. withoutFlow],
            Duplicates = intake.Frames.Copies?.Copies ?? 0,
            FlowsOpened = opened,
            FlowsExpired = expired,
            FlowsEvicted = evicted,
            EvictedByKind = [.. FlowWorthNames.All.Select((name, i) => KeyValuePair.Create(name, intake.V4.EvictedByWorth[i] + intake.V6.EvictedByWorth[i])).Where(e => e.Value > 0)],
            FlowsLive = ended,
            Oddities = [.. oddities],
            NotKept = notKept,
            BrokenIdentities = broken,
        };
    }

    private static void Check(List<string> broken, string identity, long left, long right)
    {
        if (left != right) broken.Add(FormattableString.Invariant($"{identity}: {left} is not {right}"));
    }
}
