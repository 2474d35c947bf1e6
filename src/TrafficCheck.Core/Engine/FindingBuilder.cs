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
    /// <summary>Rows that a finding lists for a merge, and row sets whose sums are kept for one.</summary>
    private const int MaxRows = 64, MaxRowSets = 65_536;

    private readonly AllowedMatrix _matrix = compiled.Matrix;

    private readonly FindingWords _words = new(compiled.Matrix, row => SeenAsWritten(coverage, compiled, row));

    /// <summary>What is failing only if answers are captured, of subjects of which none was; after <see cref="Build"/>.</summary>
    public IReadOnlyList<Finding> Withheld { get; private set; } = [];

    public IReadOnlyList<Finding> Build()
    {
        ScanReading scans = ledger.Scans();
        var causes = ledger.States.Select(s => (s.Key, State: s.Value)).ToList();
        Withheld = [.. causes.Where(IsWithheld).Select(c => Describe(c.Key with { Unanswered = false }, c.State)).OrderBy(f => f.Key, StringComparer.Ordinal)];
        causes.RemoveAll(IsWithheld);
        var findings = JoinFailing(causes).Select(c => Describe(c.Key, c.State)).ToList();
        findings.AddRange(scans.Groups.Select(g => ScanWords.Describe(g, _matrix, names)));
        return FindingWords.Number(findings, _matrix);

        bool IsWithheld((FindingKey Key, FindingState State) cause) => cause.Key.Unanswered && !coverage.ShowsAnswers(cause.Key.Subject);
    }

    public static IReadOnlyList<KeyValuePair<Outcome, long>> OutcomesOf(FindingState state) =>
        [.. Enum.GetValues<Outcome>().Select(o => KeyValuePair.Create(o, state.Outcomes[(int)o])).Where(o => o.Value > 0)];

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
        IReadOnlyList<MissingEvidence> missing = [];
        string? suggestion = null;
        if (key.Kind == FindingKind.Undetermined) (missing, suggestion) = new MissingWords(names, interfaces).Of(key.Reason, state);
        IReadOnlyList<int> answering = compiled.Sets[key.Rows].Answering;
        var finding = new Finding
        {
            Id = "",
            Key = CauseKey.Of(in key, compiled),
            Kind = key.Kind,
            Reason = key.Reason,
            Severity = FindingSeverity.Medium,
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
            Explanation = "",
            Missing = missing,
            Suggestion = suggestion,
            Frames = [.. state.Frames.Items.Select(f => f.Frame)],
            Totals = new FindingTotals
            {
                RowSet = CauseKey.OfRows(key.Rows, compiled),
                Rows = [.. answering.Take(MaxRows).Select(r => _matrix.Rows[r].Id)],
                RowsCut = answering.Count > MaxRows,
                Related = key.Related,
                Ports = state.Ports is null ? null : PortNumbers.Of(state.Ports.Lowest(int.MaxValue)),
            },
        };
        return _words.Of(finding, answering, WorkedOf(key.Rows));
    }

    private static bool IsIcmp(byte protocol) => protocol is TransportNames.Icmp or TransportNames.Icmpv6;

    private MatrixRow? Nearest(int rows)
    {
        IReadOnlyList<int> answering = compiled.Sets[rows].Answering;
        return answering.Count == 0 ? null : _matrix.Rows[answering[0]];
    }

    /// <summary>Flows of the rows that worked, but for what scans and floods got out of them.</summary>
    private long WorkedOf(int rows) => (rows < coverage.BySet.Count ? coverage.BySet[rows]?.Worked ?? 0 : 0) - probed.GetValueOrDefault(rows).Worked;

    /// <summary>By row set, flows that worked; in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> WorkedByRowSet() =>
        [.. Enumerable.Range(0, coverage.BySet.Count).Where(id => WorkedOf(id) > 0).Take(MaxRowSets).Select(id => KeyValuePair.Create(CauseKey.OfRows(id, compiled), WorkedOf(id)))
            .OrderBy(w => w.Key, StringComparer.Ordinal)];

    private static bool SeenAsWritten(CoverageLedger coverage, CompiledMatrix compiled, int row) =>
        coverage.BySet.Select((t, id) => (t, id)).Any(x => x.t is { Flows: > 0 } && compiled.Sets[x.id].Answering.Contains(row));
}
