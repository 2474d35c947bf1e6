using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Matrices;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>What the whole engine says of a few conversations of the gateway.</summary>
internal sealed class Judged
{
    private Judged(CheckReport report, IReadOnlyList<FlowRow> rows) => (Report, Rows) = (report, rows);

    public CheckReport Report { get; }

    public IReadOnlyList<FlowRow> Rows { get; }

    /// <summary>Each flow by time: <c>out 443 allowed R29 by syn proven</c>, <c>in 3389 unexpected port by syn proven</c>; the port is the service's.</summary>
    public IReadOnlyList<string> Flows => [.. Rows.Select(Words)];

    public string this[int flow] => Flows[flow];

    public Finding Finding(Reason reason) => Report.Findings.Single(f => f.Reason == reason);

    public RowCoverage Coverage(string row) => Report.Coverage.Single(c => c.Row.Id == row);

    public static Judged Of(AllowedMatrix matrix, params IEnumerable<TimedFrame>[] parts)
    {
        string[] protect = matrix.Subjects.Count > 1 ? SeedTable.Protect : [SeedTable.Gateway];
        var (report, rows) = SeedRun.Of(matrix, protect, [TimedFrame.Merge(parts)]);
        return new(report, rows);
    }

    /// <summary>A table of the usual four columns with these rows.</summary>
    public static AllowedMatrix Table(params string[] rows) =>
        MatrixReader.ReadText("ports.md", "| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n" + string.Join('\n', rows) + "\n", new MatrixReadOptions()).Matrix!;

    private static string Words(FlowRow flow)
    {
        string verdict = $"{flow.Verdict.Word()} {(flow.Reason == Reason.None ? string.Join(';', flow.Rows) : flow.Reason.Word())}";
        return flow.Verdict == Verdict.OutOfScope ? verdict : $"{flow.Direction.Word()} {flow.ResponderPort} {verdict} by {flow.Evidence.Word()} {flow.Confidence.Word()}";
    }
}
