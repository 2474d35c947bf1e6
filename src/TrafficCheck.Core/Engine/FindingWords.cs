using System.Globalization;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine;

/// <summary>Says why grouped flows are a finding, how grave it is, and which edit would settle it: from figures only, so that sums are worded as one run is.</summary>
/// <param name="seenAsWritten">Whether a row was seen in the direction that it allows.</param>
internal sealed class FindingWords(AllowedMatrix matrix, Func<int, bool> seenAsWritten)
{
    /// <param name="rows">The rows concerned, as indices in the matrix.</param>
    /// <param name="worked">Flows of these rows that worked.</param>
    public Finding Of(Finding finding, IReadOnlyList<int> rows, long worked)
    {
        var (explanation, suggestion) = Explain(finding, rows, worked);
        return finding with
        {
            Severity = SeverityOf(finding, worked),
            Explanation = explanation,
            Suggestion = finding.Kind == FindingKind.Undetermined ? finding.Suggestion : suggestion,
        };
    }

    /// <summary>The order of a report: by kind, severity and flows, then by cause.</summary>
    public static int Compare(Finding a, Finding b, IReadOnlyDictionary<string, int> subjects)
    {
        int order = SectionOf(a.Kind).CompareTo(SectionOf(b.Kind));
        if (order == 0) order = a.Severity.CompareTo(b.Severity);
        if (order == 0) order = b.Flows.CompareTo(a.Flows);
        if (order == 0) order = subjects.GetValueOrDefault(a.Subject, int.MaxValue).CompareTo(subjects.GetValueOrDefault(b.Subject, int.MaxValue));
        if (order == 0) order = a.Direction.CompareTo(b.Direction);
        if (order == 0) order = ProtocolOf(a).CompareTo(ProtocolOf(b));
        if (order == 0) order = (a.ServicePort ?? -1).CompareTo(b.ServicePort ?? -1);
        if (order == 0) order = a.Reason.CompareTo(b.Reason);
        return order != 0 ? order : string.CompareOrdinal(a.Key, b.Key);
    }

    /// <summary>In order, and numbered.</summary>
    public static IReadOnlyList<Finding> Number(List<Finding> findings, AllowedMatrix matrix)
    {
        var subjects = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < matrix.Subjects.Count; i++) subjects.TryAdd(matrix.Subjects[i].Name, i);
        findings.Sort((a, b) => Compare(a, b, subjects));
        return [.. findings.Select((f, i) => f with { Id = string.Create(CultureInfo.InvariantCulture, $"F{i + 1}") })];
    }

    private static int SectionOf(FindingKind kind) => kind switch
    {
        FindingKind.Unexpected or FindingKind.NearMiss => 0,
        FindingKind.Failing => 2,
        FindingKind.Undetermined => 3,
        _ => 1,
    };

    private static byte ProtocolOf(Finding finding) => TransportNames.TryParse(finding.Transport, out byte protocol) ? protocol : byte.MaxValue;

    private static FindingSeverity SeverityOf(Finding finding, long worked)
    {
        if (finding.Kind == FindingKind.Failing) return worked == 0 ? FindingSeverity.High : finding.Flows >= worked ? FindingSeverity.Medium : FindingSeverity.Low;
        if (finding.Kind == FindingKind.Undetermined) return FindingSeverity.Medium;
        return finding.Escaped > 0 ? FindingSeverity.High : finding.Attempted == finding.Flows ? FindingSeverity.Low : FindingSeverity.Medium;
    }

    private (string Explanation, string? Suggestion) Explain(Finding finding, IReadOnlyList<int> answering, long worked)
    {
        RelatedBy related = finding.Totals?.Related ?? RelatedBy.None;
        string rows = RowWords.List(matrix, answering), way = finding.Direction == FlowDirection.In ? "In" : "Out";
        string other = finding.Direction == FlowDirection.In ? "Out" : "In";
        bool one = answering.Count == 1;
        switch (finding.Kind)
        {
            case FindingKind.Failing when related != RelatedBy.None:
                return ($"{rows} {(one ? "allows" : "allow")} the control connections; the flows that belong to them ({related.Word()}) did not work",
                    "let through what the control connections announce: a helper of the firewall, or the range of ports that the server gives out");
            case FindingKind.Failing:
                return (worked == 0
                    ? $"{rows} {(one ? "was" : "were")} tried and never worked"
                    : string.Create(CultureInfo.InvariantCulture, $"{rows}: these tries failed; {worked} other {(worked == 1 ? "flow" : "flows")} of the {(one ? "row" : "rows")} worked"), null);
            case FindingKind.Undetermined when finding.Reason == Reason.PeerNameUnknown:
                return ($"{rows} {(one ? "names its peers" : "name their peers")} by host name, and nothing in this capture names these hosts", null);
            case FindingKind.Undetermined when finding.Reason == Reason.ApplicationUnknown:
                return ($"{rows} {(one ? "asks" : "ask")} for {RowWords.Applications(matrix, answering)}, and these flows do not show what they speak", null);
            case FindingKind.Undetermined when finding.Reason == Reason.ControlConnectionUnseen:
                return ($"{rows} {(one ? "allows" : "allow")} data of FTP that belong to a control connection, and of these flows, which began before the capture, none was captured", null);
            case FindingKind.Undetermined:
                return ($"nobody can tell who initiated these flows; one way round {rows} {(one ? "allows" : "allow")} them, the other way round nothing does", null);
        }

        switch (finding.Reason)
        {
            case Reason.Direction:
                bool seen = answering.Any(seenAsWritten);
                return ($"{rows} {(one ? "allows" : "allow")} it only {other}{(seen ? "" : ", and was never seen that way")}",
                    $"if it is meant to be, {RowWords.First(matrix, answering)} should read {(seen ? "In/Out" : way)}");
            case Reason.Transport:
                return ($"{rows} {(one ? "allows" : "allow")} the port only over {RowWords.Transports(matrix, answering)}",
                    $"if it is meant to be, {RowWords.First(matrix, answering)} should also name {finding.Transport}");
            case Reason.Application:
                bool named = finding.Application is not null && finding.Application != ApplicationNames.Of(Application.Unrecognized);
                return ($"{rows} {(one ? "allows" : "allow")} the port for {RowWords.Applications(matrix, answering)}, " + (named ? $"this is {finding.Application}" : "which this is not"),
                    $"if it is meant to be, {RowWords.First(matrix, answering)} should say so in its Protocol column");
            case Reason.Peer:
                return ($"{rows} {(one ? "names" : "name")} other hosts ({RowWords.Peers(matrix, answering)})",
                    $"if it is meant to be, add the host to {RowWords.First(matrix, answering)}");
            default:
                return ("nothing like it in the matrix", $"if it is meant to be, add a row: {RowWords.Draft(finding.Transport, finding.ServicePort, way)}");
        }
    }
}
