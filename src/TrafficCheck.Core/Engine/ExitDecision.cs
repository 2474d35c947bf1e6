using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// The exit code of a report. All that is wrong is said; the code is the gravest: an input that was not read whole (3) says less than is known, so does a
/// capture that could not show enough (4), and only then is it known that there are findings (1) or none.
/// </summary>
internal static class ExitDecision
{
    /// <param name="report">Whole but for <see cref="SummaryReport.Pass"/> and what belongs to it, which is set.</param>
    public static CheckReport Of(CheckReport report, ExitRules rules)
    {
        var reasons = new List<string>();
        bool noFrames = report.Accounting.FramesRead == 0;
        int inputs = report.Inputs.Count, empty = report.Inputs.Count(i => i.IsEmpty), damaged = report.Inputs.Count(i => i.Damaged) - empty;
        if (damaged > 0) reasons.Add(damaged == 1 ? "an input could not be read whole" : Text($"{damaged} inputs could not be read whole"));
        if (noFrames && report.Accounting.FramesFilteredOut > 0) reasons.Add("the filter matched no frame");
        else if (noFrames) reasons.Add(inputs == 1 ? "the input held no packets" : "the inputs held no packets");
        else if (empty > 0) reasons.Add(empty == 1 ? "an input held no packets" : Text($"{empty} inputs held no packets"));
        int code = reasons.Count > 0 ? 3 : 0;

        if (report.Visibility.Grade > rules.MinGrade) reasons.Add(Text($"visibility {report.Visibility.Grade} is below the grade {rules.MinGrade} asked for"));
        if (!noFrames && !report.Subjects.Any(s => s.Seen)) reasons.Add(NothingSeen(report));
        if (code == 0 && reasons.Count > 0) code = 4;

        int before = reasons.Count;
        AddFindings(reasons, report, rules);
        bool found = reasons.Count > before;
        if (code == 0 && found) code = 1;
        return report with { Summary = report.Summary with { Pass = code == 0, Found = found, ExitCode = code, ExitReasons = reasons } };
    }

    private static void AddFindings(List<string> reasons, CheckReport report, ExitRules rules)
    {
        long unexpected = report.Summary.Unexpected, undetermined = report.Summary.Undetermined;
        if (rules.FailOn.HasFlag(FailOn.Unexpected) && unexpected > 0)
            reasons.Add(unexpected == 1 ? "a flow is unexpected" : Text($"{unexpected} flows are unexpected"));
        if (rules.FailOn.HasFlag(FailOn.Undetermined) && undetermined > 0)
            reasons.Add(undetermined == 1 ? "a flow is undetermined" : Text($"{undetermined} flows are undetermined"));
        int failing = report.Findings.Count(f => f.Kind == FindingKind.Failing && !f.EarlierMatrix);
        if (rules.FailOn.HasFlag(FailOn.Failing) && failing > 0) reasons.Add(failing == 1 ? "a needed service fails" : Text($"{failing} needed services fail"));
        int missing = report.Coverage.Count(r => IsRequired(r.Row, rules) && IsMissing(r));
        if (rules.FailOn.HasFlag(FailOn.Missing) && missing > 0) reasons.Add(missing == 1 ? "a required row was not seen" : Text($"{missing} required rows were not seen"));
    }

    /// <summary>A row whose flows more specific rows answer for is not missing: the service it names was used.</summary>
    private static bool IsMissing(RowCoverage row) => row.State is CoverageState.NotSeen or CoverageState.Reversed && row.Covered.Flows == 0;

    private static bool IsRequired(MatrixRow row, ExitRules rules) =>
        row.Need == RowNeed.Required || (row.Need == RowNeed.Conditional && row.Condition is { } name && rules.Holds(name));

    private static string NothingSeen(CheckReport report)
    {
        string wanted = string.Join(", ", report.Subjects.SelectMany(s => s.Addresses).Distinct());
        var busiest = report.Totals.Busiest.Take(5).ToList();
        string seen = busiest.Count == 0
            ? "no other hosts do either"
            : "the busiest that do are " + string.Join(", ", busiest.Select(b => Text($"{b.Key} ({b.Value} {(b.Value == 1 ? "flow" : "flows")})")));
        return $"none of the protected hosts ({wanted}) appears in the capture; {seen}: correct --protect";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
