using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Reports.Merging;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Reporting.State;

/// <summary>
/// What must hold before anything of a state is believed: a file with a right checksum may still be anybody's. Sizes, numbers and places are bounded, so that no
/// merge or report of it can throw or take more memory than one of a run.
/// </summary>
internal static class StateCheck
{
    /// <summary>No count is greater, nor the sums of those that are added up.</summary>
    public const long MaxCount = 1L << 53;

    private const int MaxText = 1 << 16, MaxItems = 1 << 20, MaxRows = 1 << 20, MaxProcesses = 3;

    /// <summary>Looks at tokens alone, before any value is made of them.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Tokens(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = StateFormat.MaxDepth });
        var inArray = new bool[StateFormat.MaxDepth + 1];
        var items = new int[StateFormat.MaxDepth + 1];
        bool isTime = false;
        while (reader.Read())
        {
            int depth = reader.CurrentDepth;
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndArray or JsonTokenType.EndObject) && inArray[depth] && ++items[depth] > MaxItems) return "a list is too long";
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    inArray[depth + 1] = reader.TokenType == JsonTokenType.StartArray;
                    items[depth + 1] = 0;
                    break;
                case JsonTokenType.Null when inArray[depth]:
                    return "a list has an empty place";
                case JsonTokenType.PropertyName:
                    isTime = reader.ValueSpan.EndsWith("Ns"u8);
                    break;
                case JsonTokenType.String when reader.ValueSpan.Length > MaxText:
                    return "a text is too long";
                case JsonTokenType.Number:
                    if (isTime ? !reader.TryGetInt64(out _) : !(reader.TryGetDouble(out double number) && number is >= -1 and <= MaxCount)) return "a number is out of its range";
                    break;
            }
        }

        return null;
    }

    /// <returns>What is wrong, or null.</returns>
    public static string? Values(RunState state)
    {
        CheckReport report = state.Report;
        AllowedMatrix matrix = report.Matrix;
        if (matrix.Rows.Count > MaxRows || matrix.Subjects.Count is 0 or > 64) return "the matrix is too large";
        if (matrix.Rows.Any(r => r.Subject < 0 || r.Subject >= matrix.Subjects.Count || r.Ports.Count == 0)) return "a row belongs to no subject";
        if (!Distinct(matrix.Rows.Select(r => r.Id)) || !Distinct(report.Coverage.Select(r => r.Row.Id)) || report.Coverage.Count != matrix.Rows.Count) return "rows are missing or doubled";
        if (report.Coverage.Any(r => r.Row.Subject < 0 || r.Row.Subject >= matrix.Subjects.Count)) return "a row belongs to no subject";
        if (report.Subjects.Count != matrix.Subjects.Count) return "subjects are missing";
        if (report.Findings.Count > ReportMerge.MaxFindings || report.Totals.Withheld.Count > ReportMerge.MaxFindings) return "too many findings";
        if (!Distinct(report.Findings.Select(f => f.Key)) || !Distinct(report.Totals.Withheld.Select(f => f.Key))) return "a finding is doubled";
        if (report.Totals.Processes.Count > MaxProcesses) return "too many processes";
        if (!report.Findings.Concat(report.Totals.Withheld).All(IsSound)) return "a finding makes no sense";
        if (!IsSound(report.Visibility) || !report.Totals.Processes.All(p => IsSound(p.Frames))) return "a grade is unknown";
        IEnumerable<long>[] sums =
        [
            report.Findings.Concat(report.Totals.Withheld).Select(f => f.Flows), report.Findings.Select(f => f.Unexpected), report.Related.Select(g => g.Flows), report.Inputs.Select(i => i.Frames),
            report.Summary.OutOfScope.Select(o => o.Value), report.Accounting.FramesNotDecoded.Select(o => o.Value), report.Accounting.PacketsWithoutFlow.Select(o => o.Value),
            report.Accounting.NotKept.Select(o => o.Value), .. report.Totals.Processes.Select(p => p.Inputs.Select(i => i.Frames)),
            .. report.Totals.Processes.Select(p => p.Accounting.FramesNotDecoded.Concat(p.Accounting.PacketsWithoutFlow).Select(o => o.Value)),
            .. report.Totals.Processes.Select(p => p.Inputs.SelectMany(i => i.Problems).Select(o => o.Count)), report.Inputs.SelectMany(i => i.Problems).Select(p => p.Count),
            report.Visibility.DuplicatePairs.Select(p => p.Count), .. report.Totals.Processes.Select(p => p.Frames.DuplicatePairs.Select(d => d.Count)),
        ];
        return sums.Any(s => s.Aggregate(Int128.Zero, (sum, n) => sum + n) > MaxCount) ? "the counts add up to more than there can be" : null;
    }

    private static bool IsSound(Finding f) =>
        f.Key.Length is > 0 and <= 512 && Enum.IsDefined(f.Kind) && Enum.IsDefined(f.Reason) && Enum.IsDefined(f.Severity) && Enum.IsDefined(f.Direction) && f.Outcomes.All(o => Enum.IsDefined(o.Key))
        && f.Flows >= 0 && f.Unexpected >= 0 && f.Outcomes.Count <= 16 && f.Peers.Sample.Count <= HostSet.MostSampled && f.Hosts.Sample.Count <= HostSet.MostSampled
        && (f.Totals is null
            ? !f.Kind.IsScan() && !f.Kind.IsFlood()
            : f.Totals.Rows.Count <= 64 && f.Totals.UnexpectedByReason.Count <= Enum.GetValues<Reason>().Length && Enum.IsDefined(f.Totals.Related));

    private static bool IsSound(VisibilityReport seen) =>
        seen.Grade is >= 'A' and <= 'F' && seen.GradeRules.All(r => r.Grade is >= 'A' and <= 'F' && r.Limits.Count <= 5) && seen.Segments.Count <= 4096 && seen.TimeGaps.Count <= 64;

    private static bool Distinct(IEnumerable<string> texts)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return texts.All(seen.Add);
    }
}
