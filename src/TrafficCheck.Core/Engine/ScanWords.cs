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
        return Of(new Finding
        {
            Id = "",
            Key = CauseKey.Of(group, matrix),
            Kind = group.Kind,
            Reason = Reason.None,
            Severity = FindingSeverity.Medium,
            Subject = matrix.Subjects[group.Who.Subject].Name,
            Direction = group.Direction,
            Transport = TransportNames.Of(group.Who.Protocol),
            ServicePort = null,
            Peers = state.Peers.ToHostSet(),
            Hosts = state.Hosts.ToHostSet(),
            Carriers = state.Carriers.ToCarriers(),
            PeerNames = names is null || group.Kind.IsFlood() ? [] : FindingNames.Of(state, names),
            Flows = state.Flows,
            Unexpected = group.Totals.Unexpected.Sum(),
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
            Explanation = "",
            Suggestion = null,
            Frames = [.. state.Frames.Items.Select(f => f.Frame)],
            Totals = new FindingTotals
            {
                UnexpectedByReason = [.. group.Totals.Unexpected],
                Ports = PortNumbers.Of(group.Totals.Ports.Lowest(int.MaxValue)),
                TalkedOn = PortNumbers.Of(group.TalkedOn),
            },
        });
    }

    /// <summary>Reads from a scan's or flood's figures what it is, how grave, and why.</summary>
    public static Finding Of(Finding finding)
    {
        FindingTotals totals = finding.Totals!;
        long ports = totals.Ports?.Count ?? finding.Ports;
        bool hasPort = TransportNames.TryParse(finding.Transport, out byte protocol) && HasPort(protocol);
        HostSet targets = finding.Direction == FlowDirection.In ? finding.Hosts : finding.Peers;
        finding = finding with
        {
            Kind = finding.Kind.IsScan() ? ScanShape.KindOf(ports, targets.Count) : finding.Kind,
            Reason = ReasonOf(totals.UnexpectedByReason),
            Severity = SeverityOf(finding),
            Ports = ports,
            ServicePort = ports == 1 && hasPort ? totals.Ports?.All.First() ?? finding.ServicePort : null,
        };
        return finding with { Explanation = Explain(finding, targets) };
    }

    private static bool HasPort(byte protocol) => TransportNames.HasPorts(protocol) || protocol is TransportNames.Icmp or TransportNames.Icmpv6;

    /// <summary>The reason of most flows that no row allows; the first in order among equals; none when rows allow them all.</summary>
    private static Reason ReasonOf(IReadOnlyList<long> unexpected)
    {
        var reason = Reason.None;
        for (int i = 0; i < unexpected.Count; i++)
        {
            if (unexpected[i] > unexpected[(int)reason]) reason = (Reason)i;
        }

        return reason;
    }

    /// <summary>What got through comes first; a flood is more than a nuisance; a scan that got nowhere is none.</summary>
    private static FindingSeverity SeverityOf(Finding finding)
    {
        if (finding.Escaped > 0) return FindingSeverity.High;
        if (finding.Kind.IsFlood()) return FindingSeverity.Medium;
        return finding.Attempted + finding.Failing + finding.Permitted == finding.Flows ? FindingSeverity.Low : FindingSeverity.Medium;
    }

    private static string Explain(Finding finding, HostSet to)
    {
        long ports = finding.Ports, targets = to.Count;
        string some = to.AtLeast ? "at least " : to.Error is null ? "" : "about ";
        bool icmp = finding.Transport is "icmp" or "icmpv6";
        string onPorts = ports == 1 ? $"one {(icmp ? "type" : "port")}" : Text($"{ports} {(icmp ? "types" : "ports")}");
        string who = finding.Network is { } network ? Text($"{(finding.Peers.Error is null ? "" : "about ")}{finding.Peers.Count} hosts of {network}") : "one host";
        string text = finding.Kind switch
        {
            FindingKind.PortScan => Text($"{who} tried {onPorts} of {(targets == 1 ? "one host" : Text($"{some}{targets} hosts"))}"),
            FindingKind.HostSweep => Text($"{who} tried {some}{targets} hosts on {onPorts}"),
            FindingKind.BlockScan => Text($"{who} tried {ports} ports over {some}{targets} hosts"),
            FindingKind.SynFlood => Text($"up to {finding.PeakPeers} hosts a minute opened connections that nobody went on with"),
            _ => Text($"up to {finding.PeakPeers} hosts a minute sent to {(ports == 1 ? "it" : Text($"{ports} ports"))} and had nothing of it"),
        };
        if (finding.Kind.IsScan())
        {
            bool refused = finding.Outcomes.Any(o => o.Key is Outcome.Refused or Outcome.Unreachable);
            text += finding.AnsweredFlows == 0 ? (refused ? " and got nowhere" : " and nothing answered") : Text($"; {finding.AnsweredFlows} of {finding.Flows} tries were answered");
        }

        long allowed = finding.Flows - finding.Unexpected;
        if (allowed > 0) text += allowed == finding.Flows ? "; rows allow them all, and none counts as a failing service" : Text($"; rows allow {allowed} of the flows, and none counts as a failing service");
        if (finding.Totals?.TalkedOn is not { Count: > 0 } talkedOn) return text;
        string talked = string.Join(", ", talkedOn.All.Take(TalkedOnShown).Select(p => p.ToString(CultureInfo.InvariantCulture)));
        string more = talkedOn.Count > TalkedOnShown ? Text($" and {talkedOn.Count - TalkedOnShown} more") : "";
        return text + $"; apart from this {(finding.Network is null ? "it" : "they")} had conversations on {(icmp ? "type" : "port")} {talked}{more}, which are judged by themselves";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
