using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>What a run says of the conversation that a capture is about.</summary>
/// <param name="Verdict">Verdict, and the rows that answer or the reason: <c>allowed R11</c>, <c>undetermined direction-unknown</c>, <c>unexpected direction, nearest R24</c>.</param>
/// <param name="Evidence">How the initiator is known, how sure that is, and which way it makes the flow go.</param>
/// <param name="Rows">All rows credited, those covered by more specific ones behind a slash.</param>
/// <param name="Coverage">What the row of the table is said to be, and why if that is said.</param>
/// <param name="Missing">For an undetermined flow: what the capture does not show, and what would settle it.</param>
internal sealed record SeedOutcome(string Verdict, string Evidence, string Rows, string Coverage, IReadOnlyList<string> Missing)
{
    public static SeedOutcome Of(AllowedMatrix matrix, SeedRow row, SeedCase about, IReadOnlyList<IReadOnlyList<TimedFrame>> files)
    {
        var (report, flows) = SeedRun.Of(matrix, SeedTable.Protect, files);
        string subject = matrix.Subjects[matrix.Rows.Single(r => r.Id == row.Id).Subject].Name;
        FlowRow[] lives = [.. flows.Where(f => about.IsIn(in f) && (f.Subject == subject || f.Subject.Length == 0))];
        FlowRow flow = Assert.Single(lives);
        string answering = string.Join(';', flow.Rows), covered = string.Join(';', flow.CoveredRows);
        RowCoverage coverage = report.Coverage.Single(c => c.Row.Id == row.Id);
        bool open = flow.Verdict == Core.Engine.Reports.Verdict.Undetermined;
        string? nearest = report.Findings.FirstOrDefault(f => f.Kind == FindingKind.Unexpected && f.Subject == subject && f.Reason == flow.Reason && f.ServicePort == flow.ResponderPort)?.NearestRow;
        return new(
            $"{flow.Verdict.Word()} {(flow.Reason == Reason.None ? answering : flow.Reason.Word())}{(nearest is null ? "" : $", nearest {nearest}")}",
            $"{flow.Direction.Word()} {flow.Evidence.Word()} {flow.Confidence.Word()}{(flow.Flipped ? ", flipped" : "")}{Conflicts(flow)}",
            covered.Length == 0 ? answering : $"{answering} / {covered}",
            coverage.Note is null ? coverage.State.Word() : $"{coverage.State.Word()} ({coverage.Note})",
            open ? [.. report.Findings.Where(f => f.Kind == FindingKind.Undetermined && f.Reason == flow.Reason).SelectMany(f => f.Missing.Select(m => "missing: " + m.Text).Append("to settle it: " + f.Suggestion))] : []);
    }

    private static string Conflicts(FlowRow flow) => flow.Conflicts == 0 ? "" : ", against it " + string.Join('+', flow.Conflicts.ToString().Split(", "));
}
