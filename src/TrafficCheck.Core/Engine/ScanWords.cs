using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>Makes the finding of a scan or flood.</summary>
internal static class ScanWords
{
    private const int TalkedOnShown = 8;

    public static Finding Describe(ScanGroup group, AllowedMatrix matrix, PeerNaming? names)
    {
        FindingState state = group.Totals.State;
        long unexpected = group.Totals.Unexpected.Sum();
        return new Finding
        {
            Id = "",
            Key = CauseKey.Of(group, matrix),
            Kind = group.Kind,
            Reason = ReasonOf(group.Totals),
            Severity = SeverityOf(group),
            Subject = matrix.Subjects[group.Who.Subject].Name,
            Direction = group.Direction,
            Transport = TransportNames.Of(group.Who.Protocol),
            ServicePort = group.Port >= 0 && HasPort(group.Who.Protocol) ? group.Port : null,
            Peers = state.Peers.ToHostSet(),
            Hosts = state.Hosts.ToHostSet(),
            Carriers = state.Carriers.ToCarriers(),
            PeerNames = names is null || group.Kind.IsFlood() ? [] : FindingNames.Of(state, names),
            Ports = group.Totals.Ports.Count,
            Flows = state.Flows,
            Unexpected = unexpected,
            Packets = state.Packets,
            Bytes = state.Bytes,
            FirstNs = state.FirstNs,
            LastNs = state.LastNs,
            Outcomes = FindingBuilder.OutcomesOf(state),
            Escaped = state.Escaped,
            Attempted = state.Attempted,
            Permitted = state.Permitted,
            Failing = state.Failing,
            Answered = [.. group.Totals.Answered.Items.Select(a => new AnsweredProbe(a.Key.Target.ToString(), a.Key.Port, a.Value == Verdict.Allowed, a.Frame))],
            AnsweredFlows = group.Totals.AnsweredFlows,
            MoreAnswered = group.Totals.Answered.HasMore,
            PeakPeers = group.PeakSources,
            Network = group.Network,
            Explanation = Explain(group, unexpected),
            Suggestion = null,
            Frames = [.. state.Frames.Items.Select(f => f.Frame)],
        };
    }

    private static bool HasPort(byte protocol) => TransportNames.HasPorts(protocol) || protocol is TransportNames.Icmp or TransportNames.Icmpv6;

    /// <summary>The reason of most flows that no row allows; the first in order among equals; none when rows allow them all.</summary>
    private static Reason ReasonOf(ScanTotals totals)
    {
        var reason = Reason.None;
        for (int i = 0; i < totals.Unexpected.Length; i++)
        {
            if (totals.Unexpected[i] > totals.Unexpected[(int)reason]) reason = (Reason)i;
        }

        return reason;
    }

    /// <summary>What got through comes first; a flood is more than a nuisance; a scan that got nowhere is none.</summary>
    private static FindingSeverity SeverityOf(ScanGroup group)
    {
        FindingState state = group.Totals.State;
        if (state.Escaped > 0) return FindingSeverity.High;
        if (group.Kind.IsFlood()) return FindingSeverity.Medium;
        return state.Attempted + state.Failing + state.Permitted == state.Flows ? FindingSeverity.Low : FindingSeverity.Medium;
    }

    private static string Explain(ScanGroup group, long unexpected)
    {
        FindingState state = group.Totals.State;
        long ports = group.Totals.Ports.Count, targets = group.Totals.Targets(group.Direction).Count;
        bool icmp = group.Who.Protocol is TransportNames.Icmp or TransportNames.Icmpv6;
        string onPorts = ports == 1 ? $"one {(icmp ? "type" : "port")}" : Text($"{ports} {(icmp ? "types" : "ports")}");
        string who = group.Network is { } network ? Text($"{group.Sources} hosts of {network}") : "one host";
        string text = group.Kind switch
        {
            FindingKind.PortScan => Text($"{who} tried {onPorts} of {(targets == 1 ? "one host" : Text($"{targets} hosts"))}"),
            FindingKind.HostSweep => Text($"{who} tried {targets} hosts on {onPorts}"),
            FindingKind.BlockScan => Text($"{who} tried {ports} ports over {targets} hosts"),
            FindingKind.SynFlood => Text($"up to {group.PeakSources} hosts a minute opened connections that nobody went on with"),
            _ => Text($"up to {group.PeakSources} hosts a minute sent to {(ports == 1 ? "it" : Text($"{ports} ports"))} and had nothing of it"),
        };
        if (group.Kind.IsScan())
        {
            long answered = group.Totals.AnsweredFlows;
            bool refused = state.Outcomes[(int)Outcome.Refused] + state.Outcomes[(int)Outcome.Unreachable] > 0;
            text += answered == 0 ? (refused ? " and got nowhere" : " and nothing answered") : Text($"; {answered} of {state.Flows} tries were answered");
        }

        long allowed = state.Flows - unexpected;
        if (allowed > 0) text += allowed == state.Flows ? "; rows allow them all, and none counts as a failing service" : Text($"; rows allow {allowed} of the flows, and none counts as a failing service");
        if (group.TalkedOn.Count == 0) return text;
        string talked = string.Join(", ", group.TalkedOn.Take(TalkedOnShown).Select(p => p.ToString(CultureInfo.InvariantCulture)));
        string more = group.TalkedOn.Count > TalkedOnShown ? Text($" and {group.TalkedOn.Count - TalkedOnShown} more") : "";
        return text + $"; apart from this {(group.Network is null ? "it" : "they")} had conversations on {(icmp ? "type" : "port")} {talked}{more}, which are judged by themselves";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
