using System.Globalization;
using System.Text.RegularExpressions;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>The findings of two reports by their keys: figures are added, and what they say is worded anew from the sums.</summary>
internal sealed partial class FindingMerge
{
    private const int MaxFrames = 5, MaxNames = 5, MaxCarriers = 5, MaxAnswered = 16, MaxMissing = 16;

    /// <summary>Flows without a finding, by its kind.</summary>
    private const string NotKeptPrefix = "flows-of-findings-not-kept-";

    private readonly AllowedMatrix _matrix;
    private readonly Dictionary<string, int> _rowById = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _answers;
    private readonly Dictionary<string, long> _worked;
    private readonly FindingWords _words;
    private readonly Dictionary<string, Finding> _findings = new(StringComparer.Ordinal), _withheld = new(StringComparer.Ordinal);
    private long _promoted, _withoutFinding;

    public FindingMerge(AllowedMatrix matrix, IReadOnlyList<SubjectReport> subjects, IReadOnlyList<RowCoverage> coverage, IEnumerable<KeyValuePair<string, long>> worked)
    {
        _matrix = matrix;
        for (int i = 0; i < matrix.Rows.Count; i++) _rowById.TryAdd(matrix.Rows[i].Id, i);
        _answers = subjects.GroupBy(s => s.Name).ToDictionary(g => g.Key, g => g.Any(s => s.ShowsAnswers), StringComparer.Ordinal);
        _worked = worked.ToDictionary(StringComparer.Ordinal);
        _words = new FindingWords(matrix, row => row < coverage.Count && coverage[row].Exclusive.Flows + coverage[row].Shared.Flows > 0);
    }

    /// <param name="Promoted">Flows that were withheld and are failing now.</param>
    /// <param name="Unexpected">Unexpected flows of all findings, those not kept among them.</param>
    public sealed record Result(IReadOnlyList<Finding> Findings, IReadOnlyList<Finding> Withheld, IReadOnlyList<KeyValuePair<string, long>> NotKept, long Promoted, long Unexpected);

    /// <summary>The earlier report first.</summary>
    public void Add(CheckReport report)
    {
        foreach (Finding finding in report.Findings) Join(_findings, finding);
        foreach (Finding finding in report.Totals.Withheld)
        {
            bool answers = _answers.GetValueOrDefault(finding.Subject) && !finding.EarlierMatrix;
            if (answers) _promoted += finding.Flows;
            Join(answers ? _findings : _withheld, finding);
        }

        _withoutFinding += report.Accounting.NotKept.Where(n => n.Key == UnexpectedNotKept).Sum(n => n.Value);
    }

    private const string UnexpectedNotKept = "unexpected-flows-without-finding";

    public Result Finish(int mostFindings, long mostSketchBytes)
    {
        var findings = _findings.Values.Select(Word).ToList();
        var notKept = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (findings.Count > mostFindings)
        {
            findings.Sort((a, b) => (a.Severity, -a.Flows).CompareTo((b.Severity, -b.Flows)) is var order and not 0 ? order : string.CompareOrdinal(a.Key, b.Key));
            foreach (Finding finding in findings.Skip(mostFindings))
            {
                string name = NotKeptPrefix + finding.Kind.Word();
                notKept[name] = notKept.GetValueOrDefault(name) + finding.Flows;
                if (finding.Unexpected > 0) notKept[UnexpectedNotKept] = notKept.GetValueOrDefault(UnexpectedNotKept) + finding.Unexpected;
            }

            findings.RemoveRange(mostFindings, findings.Count - mostFindings);
        }

        long unexpected = findings.Sum(f => f.Unexpected) + _withoutFinding + notKept.GetValueOrDefault(UnexpectedNotKept);
        IReadOnlyList<Finding> ordered = FindingWords.Number(findings, _matrix);
        ordered = Bound(ordered, mostSketchBytes, notKept);
        var withheld = _withheld.Values.OrderBy(f => f.Key, StringComparer.Ordinal).Take(mostFindings).Select(Word).ToList();
        return new(ordered, withheld, [.. notKept], _promoted, unexpected);
    }

    /// <summary>Where sets of hosts take more room than there is, those of the last findings go: their counts are lower bounds from the next merge on.</summary>
    private static List<Finding> Bound(IReadOnlyList<Finding> findings, long most, SortedDictionary<string, long> notKept)
    {
        long used = 0, dropped = 0;
        var result = new List<Finding>(findings.Count);
        foreach (Finding finding in findings)
        {
            long bytes = (finding.Peers.Sketch?.Bytes ?? 0) + (finding.Hosts.Sketch?.Bytes ?? 0)
                + (finding.Totals?.Ports?.Bytes ?? 0) + (finding.Totals?.TalkedOn?.Bytes ?? 0);
            used += bytes;
            bool fits = used <= most;
            if (!fits) (used, dropped) = (used - bytes, dropped + 1);
            result.Add(fits ? finding : finding with
            {
                Peers = finding.Peers with { Sketch = null },
                Hosts = finding.Hosts with { Sketch = null },
                Totals = finding.Totals is null ? null : finding.Totals with { Ports = null, TalkedOn = null },
            });
        }

        if (dropped > 0) notKept["findings-without-host-sets"] = dropped;
        return result;
    }

    private static void Join(Dictionary<string, Finding> all, Finding finding) => all[finding.Key] = all.TryGetValue(finding.Key, out Finding? known) ? Sum(known, finding) : finding;

    /// <summary>Texts and severity from the figures; a finding of an earlier matrix speaks as it did.</summary>
    private Finding Word(Finding finding)
    {
        if (finding.EarlierMatrix || finding.Totals is not { } totals) return finding;
        if (finding.Kind.IsScan() || finding.Kind.IsFlood()) return ScanWords.Of(finding);
        if (totals.RowsCut) return finding;
        var rows = new List<int>(totals.Rows.Count);
        foreach (string id in totals.Rows)
        {
            if (!_rowById.TryGetValue(id, out int row)) return finding;
            rows.Add(row);
        }

        return _words.Of(finding, rows, _worked.GetValueOrDefault(totals.RowSet));
    }

    private static Finding Sum(Finding earlier, Finding later)
    {
        // Where one of them does not keep its ports, the greater number is a lower bound.
        PortNumbers? ports = earlier.Totals?.Ports is { } some && later.Totals?.Ports is { } more ? PortNumbers.Union(some, more) : null;
        IReadOnlyList<AnsweredProbe> answered = [.. earlier.Answered.Concat(later.Answered).DistinctBy(a => (a.Address, a.Port))];
        return later with
        {
            Peers = HostSet.Union(earlier.Peers, later.Peers),
            Hosts = HostSet.Union(earlier.Hosts, later.Hosts),
            PeerNames = [.. earlier.PeerNames.Concat(later.PeerNames).DistinctBy(n => (n.Address, n.Name)).Take(MaxNames)],
            Carriers = Join(earlier.Carriers, later.Carriers),
            Ports = ports?.Count ?? Math.Max(earlier.Ports, later.Ports),
            Flows = earlier.Flows + later.Flows,
            Unexpected = earlier.Unexpected + later.Unexpected,
            Packets = earlier.Packets + later.Packets,
            Bytes = earlier.Bytes + later.Bytes,
            FirstNs = Math.Min(earlier.FirstNs, later.FirstNs),
            LastNs = Math.Max(earlier.LastNs, later.LastNs),
            Outcomes = [.. Enum.GetValues<Outcome>().Select(o => KeyValuePair.Create(o, CountOf(earlier, o) + CountOf(later, o))).Where(o => o.Value > 0)],
            Escaped = earlier.Escaped + later.Escaped,
            Attempted = earlier.Attempted + later.Attempted,
            Permitted = earlier.Permitted + later.Permitted,
            Failing = earlier.Failing + later.Failing,
            Answered = [.. answered.Take(MaxAnswered)],
            AnsweredFlows = earlier.AnsweredFlows + later.AnsweredFlows,
            MoreAnswered = earlier.MoreAnswered || later.MoreAnswered || answered.Count > MaxAnswered,
            PeakPeers = Math.Max(earlier.PeakPeers, later.PeakPeers),
            Missing = Join(earlier, later),
            Suggestion = later.Suggestion ?? earlier.Suggestion,
            Frames = Sums.First(earlier.Frames, later.Frames, MaxFrames),
            Totals = later.Totals is null ? earlier.Totals : later.Totals with
            {
                Ports = ports,
                UnexpectedByReason = Add(earlier.Totals?.UnexpectedByReason ?? [], later.Totals.UnexpectedByReason),
                TalkedOn = earlier.Totals?.TalkedOn is { } before ? PortNumbers.Union(before, later.Totals.TalkedOn) : later.Totals.TalkedOn,
            },
        };
    }

    private static long CountOf(Finding finding, Outcome outcome) => finding.Outcomes.FirstOrDefault(o => o.Key == outcome).Value;

    private static long[] Add(IReadOnlyList<long> one, IReadOnlyList<long> other) =>
        [.. Enumerable.Range(0, Math.Max(one.Count, other.Count)).Select(i => (i < one.Count ? one[i] : 0) + (i < other.Count ? other[i] : 0))];

    private static Carriers? Join(Carriers? earlier, Carriers? later)
    {
        if (earlier is null || later is null) return (earlier ?? later) is { } one ? one with { All = false } : null;
        IReadOnlyList<string> seen = [.. earlier.Seen.Union(later.Seen, StringComparer.Ordinal)];
        return new([.. seen.Take(MaxCarriers)], earlier.More || later.More || seen.Count > MaxCarriers, earlier.All && later.All);
    }

    /// <summary>Figures are those of both; the sentences are those of the report that had them last, and say so.</summary>
    private static List<MissingEvidence> Join(Finding earlier, Finding later)
    {
        var all = new List<MissingEvidence>();
        foreach (MissingEvidence lack in later.Missing)
        {
            long? before = earlier.Missing.FirstOrDefault(m => m.What == lack.What)?.Flows;
            all.Add(InAll(lack, Sums.Add(before, lack.Flows)));
        }

        foreach (MissingEvidence lack in earlier.Missing)
        {
            if (!later.Missing.Any(m => m.What == lack.What)) all.Add(InAll(lack, lack.Flows));
        }

        if (all.Count > MaxMissing) all.RemoveRange(MaxMissing, all.Count - MaxMissing);
        return all;
    }

    private static MissingEvidence InAll(MissingEvidence lack, long? flows)
    {
        string text = Prefix().Replace(lack.Text, "");
        if (flows is not { } count) return lack with { Text = text };
        string noun = count == 1 ? "flow" : "flows";
        return lack with { Flows = count, Text = string.Create(CultureInfo.InvariantCulture, $"{count} {noun} in all; of the latest: {text}") };
    }

    [GeneratedRegex("^[0-9]+ flows? in all; of the latest: ")]
    private static partial Regex Prefix();
}
