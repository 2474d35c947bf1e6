using System.Globalization;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Turns grouped flows, scans and floods into findings: words the cause and the edit that would settle it, and puts them in order.</summary>
internal sealed class FindingBuilder(
    CompiledMatrix compiled, FindingLedger ledger, CoverageLedger coverage, IReadOnlyDictionary<int, ProbedRows> probed, PeerNaming? names,
    CaptureInterfaces interfaces)
{
    private readonly AllowedMatrix _matrix = compiled.Matrix;

    public IReadOnlyList<Finding> Build()
    {
        ScanReading scans = ledger.Scans();
        var causes = ledger.States.Select(s => (s.Key, State: s.Value)).ToList();
        causes.RemoveAll(c => c.Key.Unanswered && !coverage.ShowsAnswers(c.Key.Subject));
        causes = JoinFailing(causes);
        var findings = causes.Select(c => (c.Key, Who: default(Initiator), Finding: Describe(c.Key, c.State))).ToList();
        findings.AddRange(scans.Groups.Select(g => (
            new FindingKey(g.Kind, Reason.None, g.Who.Subject, g.Direction, g.Who.Protocol, g.Port, RowSets.None, false), g.Who, ScanWords.Describe(g, _matrix, names))));
        findings.Sort((a, b) =>
        {
            int order = SectionOf(a.Key.Kind).CompareTo(SectionOf(b.Key.Kind));
            if (order == 0) order = a.Finding.Severity.CompareTo(b.Finding.Severity);
            if (order == 0) order = b.Finding.Flows.CompareTo(a.Finding.Flows);
            if (order == 0) order = a.Key.CompareTo(b.Key);
            if (order == 0) order = a.Who.CompareTo(b.Who);
            return order != 0 ? order : a.Key.Kind.CompareTo(b.Key.Kind);
        });
        return [.. findings.Select((f, i) => f.Finding with { Id = string.Create(CultureInfo.InvariantCulture, $"F{i + 1}") })];
    }

    public static IReadOnlyList<KeyValuePair<Outcome, long>> OutcomesOf(FindingState state) =>
        [.. Enum.GetValues<Outcome>().Select(o => KeyValuePair.Create(o, state.Outcomes[(int)o])).Where(o => o.Value > 0)];

    private static int SectionOf(FindingKind kind) => kind switch
    {
        FindingKind.Unexpected or FindingKind.NearMiss => 0,
        FindingKind.Failing => 2,
        FindingKind.Undetermined => 3,
        _ => 1,
    };

    /// <summary>Refused and unanswered tries of the same rows belong together, now that it is known which unanswered ones count.</summary>
    private static List<(FindingKey Key, FindingState State)> JoinFailing(List<(FindingKey Key, FindingState State)> causes)
    {
        var result = causes.Where(c => c.Key.Kind != FindingKind.Failing).ToList();
        var budget = new HostBudget();
        foreach (var group in causes.Where(c => c.Key.Kind == FindingKind.Failing).GroupBy(c => c.Key with { Unanswered = false }))
        {
            var state = new FindingState(budget) { Ports = group.Any(c => c.State.Ports is not null) ? new() : null };
            foreach (var cause in group.OrderBy(c => c.Key)) state.Add(cause.State);
            result.Add((group.Key, state));
        }

        return result;
    }

    private Finding Describe(FindingKey key, FindingState state)
    {
        MatrixRow? nearest = Nearest(key.Rows);
        var (explanation, suggestion) = Explain(key, state);
        IReadOnlyList<MissingEvidence> missing = [];
        if (key.Kind == FindingKind.Undetermined) (missing, suggestion) = new MissingWords(names, interfaces).Of(key.Reason, state);
        return new Finding
        {
            Id = "",
            Key = CauseKey.Of(in key, compiled),
            Kind = key.Kind,
            Reason = key.Reason,
            Severity = SeverityOf(key, state),
            Subject = _matrix.Subjects[key.Subject].Name,
            Direction = key.Direction,
            Transport = TransportNames.Of(key.Protocol),
            ServicePort = key.Port < 0 || !(TransportNames.HasPorts(key.Protocol) || IsIcmp(key.Protocol)) ? null : key.Port,
            Application = key.Application == 0 ? null : ApplicationNames.Of((Application)key.Application),
            Peers = state.Peers.ToHostSet(),
            Hosts = state.Hosts.ToHostSet(),
            Carriers = state.Carriers.ToCarriers(),
            PeerNames = names is null ? [] : FindingNames.Of(state, names),
            Ports = key.Port >= 0 ? 1 : state.Ports?.Count ?? 0,
            Flows = state.Flows,
            Unexpected = key.Kind == FindingKind.Unexpected ? state.Flows : 0,
            Packets = state.Packets,
            Bytes = state.Bytes,
            FirstNs = state.FirstNs,
            LastNs = state.LastNs,
            Outcomes = OutcomesOf(state),
            Escaped = state.Escaped,
            Attempted = state.Attempted,
            Failing = state.Failing,
            NearestRow = nearest?.Id,
            NearestRowLine = nearest?.Source.Line,
            Explanation = explanation,
            Missing = missing,
            Suggestion = suggestion,
            Frames = [.. state.Frames.Items.Select(f => f.Frame)],
        };
    }

    private static bool IsIcmp(byte protocol) => protocol is TransportNames.Icmp or TransportNames.Icmpv6;

    private MatrixRow? Nearest(int rows)
    {
        IReadOnlyList<int> answering = compiled.Sets[rows].Answering;
        return answering.Count == 0 ? null : _matrix.Rows[answering[0]];
    }

    private FindingSeverity SeverityOf(FindingKey key, FindingState state)
    {
        if (key.Kind == FindingKind.Failing)
        {
            long worked = WorkedOf(key.Rows);
            return worked == 0 ? FindingSeverity.High : state.Flows >= worked ? FindingSeverity.Medium : FindingSeverity.Low;
        }

        if (key.Kind == FindingKind.Undetermined) return FindingSeverity.Medium;
        return state.Escaped > 0 ? FindingSeverity.High : state.Attempted == state.Flows ? FindingSeverity.Low : FindingSeverity.Medium;
    }

    /// <summary>Flows of the rows that worked, but for what scans and floods got out of them.</summary>
    private long WorkedOf(int rows) => (rows < coverage.BySet.Count ? coverage.BySet[rows]?.Worked ?? 0 : 0) - probed.GetValueOrDefault(rows).Worked;

    private (string Explanation, string? Suggestion) Explain(FindingKey key, FindingState state)
    {
        string rows = RowWords.List(_matrix, compiled.Sets[key.Rows].Answering), way = key.Direction == FlowDirection.In ? "In" : "Out";
        string other = key.Direction == FlowDirection.In ? "Out" : "In";
        bool one = compiled.Sets[key.Rows].Answering.Count == 1;
        switch (key.Kind)
        {
            case FindingKind.Failing when key.Related != RelatedBy.None:
                return ($"{rows} {(one ? "allows" : "allow")} the control connections; the flows that belong to them ({key.Related.Word()}) did not work",
                    "let through what the control connections announce: a helper of the firewall, or the range of ports that the server gives out");
            case FindingKind.Failing:
                long worked = WorkedOf(key.Rows);
                return (worked == 0
                    ? $"{rows} {(one ? "was" : "were")} tried and never worked"
                    : string.Create(CultureInfo.InvariantCulture, $"{rows}: these tries failed; {worked} other {(worked == 1 ? "flow" : "flows")} of the {(one ? "row" : "rows")} worked"), null);
            case FindingKind.Undetermined when key.Reason == Reason.PeerNameUnknown:
                return ($"{rows} {(one ? "names its peers" : "name their peers")} by host name, and nothing in this capture names these hosts", null);
            case FindingKind.Undetermined when key.Reason == Reason.ApplicationUnknown:
                return ($"{rows} {(one ? "asks" : "ask")} for {RowWords.Applications(_matrix, compiled.Sets[key.Rows].Answering)}, and these flows do not show what they speak", null);
            case FindingKind.Undetermined when key.Reason == Reason.ControlConnectionUnseen:
                return ($"{rows} {(one ? "allows" : "allow")} data of FTP that belong to a control connection, and of these flows, which began before the capture, none was captured", null);
            case FindingKind.Undetermined:
                return ($"nobody can tell who initiated these flows; one way round {rows} {(one ? "allows" : "allow")} them, the other way round nothing does", null);
        }

        switch (key.Reason)
        {
            case Reason.Direction:
                bool seen = compiled.Sets[key.Rows].Answering.Any(r => SeenAsWritten(r));
                return ($"{rows} {(one ? "allows" : "allow")} it only {other}{(seen ? "" : ", and was never seen that way")}",
                    $"if it is meant to be, {RowWords.First(_matrix, compiled.Sets[key.Rows].Answering)} should read {(seen ? "In/Out" : way)}");
            case Reason.Transport:
                string transport = TransportNames.Of(key.Protocol);
                return ($"{rows} {(one ? "allows" : "allow")} the port only over {RowWords.Transports(_matrix, compiled.Sets[key.Rows].Answering)}",
                    $"if it is meant to be, {RowWords.First(_matrix, compiled.Sets[key.Rows].Answering)} should also name {transport}");
            case Reason.Application:
                return ($"{rows} {(one ? "allows" : "allow")} the port for {RowWords.Applications(_matrix, compiled.Sets[key.Rows].Answering)}, "
                    + (key.Application <= (byte)Application.Unrecognized ? "which this is not" : $"this is {ApplicationNames.Of((Application)key.Application)}"),
                    $"if it is meant to be, {RowWords.First(_matrix, compiled.Sets[key.Rows].Answering)} should say so in its Protocol column");
            case Reason.Peer:
                return ($"{rows} {(one ? "names" : "name")} other hosts ({RowWords.Peers(_matrix, compiled.Sets[key.Rows].Answering)})",
                    $"if it is meant to be, add the host to {RowWords.First(_matrix, compiled.Sets[key.Rows].Answering)}");
            default:
                return ("nothing like it in the matrix", $"if it is meant to be, add a row: {RowWords.Draft(key, way)}");
        }
    }

    private bool SeenAsWritten(int row) => coverage.BySet.Select((t, id) => (t, id)).Any(x => x.t is { Flows: > 0 } && compiled.Sets[x.id].Answering.Contains(row));
}
