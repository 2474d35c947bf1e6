using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

public sealed class ExitTests
{
    private static readonly AllowedMatrix s_matrix = MatrixOf(Allow("R1", 25));

    private static void AssertExit(int code, EngineRun run)
    {
        SummaryReport summary = run.Report.Summary;
        Assert.Equal((code, code == 0), (summary.ExitCode, summary.Pass));
        Assert.Equal(code == 0, summary.ExitReasons.Count == 0);
    }

    [Theory]
    [InlineData(FailOn.Unexpected, 1)]
    [InlineData(FailOn.Undetermined | FailOn.Failing | FailOn.Missing, 0)]
    [InlineData(FailOn.Never, 0)]
    public void Unexpected_flows(FailOn failOn, int code) =>
        AssertExit(code, Of([.. Traffic.Out(25), .. Traffic.Out(26)], s_matrix, rules: new ExitRules(failOn)));

    [Theory]
    [InlineData(FailOn.Unexpected, 0)]
    [InlineData(FailOn.Undetermined, 1)]
    public void Undetermined_flows(FailOn failOn, int code) => AssertExit(code, Of(Traffic.Midstream(25, 25), s_matrix, rules: new ExitRules(failOn)));

    [Theory]
    [InlineData(FailOn.Unexpected, 0)]
    [InlineData(FailOn.Failing, 1)]
    public void A_needed_service_that_fails(FailOn failOn, int code) => AssertExit(code, Of(Traffic.RefusedOut(25), s_matrix, rules: new ExitRules(failOn)));

    [Theory]
    [InlineData(RowNeed.Required, 1)]
    [InlineData(RowNeed.Optional, 0)]
    [InlineData(RowNeed.Conditional, 0)]
    public void A_row_that_was_not_seen(RowNeed need, int code) =>
        AssertExit(code, Of(Traffic.Out(25), MatrixOf(Allow("R1", 25), Allow("R2", 26, need: need)), rules: new ExitRules(FailOn.Missing)));

    [Fact]
    public void A_row_that_could_not_be_seen_is_not_missing() =>
        AssertExit(0, Of(Traffic.Out(25), MatrixOf(Allow("R1", 25), Allow("R2", 26, subject: 1)), [Host, "10.0.0.9"], rules: new ExitRules(FailOn.Missing)));

    [Fact]
    public void Input_that_is_damaged_or_empty_comes_before_all_else()
    {
        AssertExit(0, Of(Traffic.Out(25), s_matrix));
        AssertExit(3, Of(Traffic.Out(25), s_matrix, damaged: true));
        AssertExit(3, Of(Traffic.Out(26), s_matrix, ["198.51.100.1"], damaged: true));
        AssertExit(3, Of([], s_matrix));
    }

    [Fact]
    public void Hosts_that_are_not_in_the_capture_come_before_findings()
    {
        EngineRun run = Of(Traffic.Out(26), s_matrix, ["198.51.100.1"]);
        AssertExit(4, run);
        Assert.Contains(Host, Assert.Single(run.Report.Summary.ExitReasons), StringComparison.Ordinal);

        // One of two subjects is enough.
        AssertExit(0, Of(Traffic.Out(25), MatrixOf(Allow("R1", 25), Allow("R2", 26, subject: 1)), [Host, "198.51.100.1"]));
    }

    [Theory]
    [InlineData('F', 1)]
    [InlineData('A', 4)]
    public void A_grade_worse_than_asked_for_comes_before_findings(char grade, int code)
    {
        TimedFrame unknown = new(1, [1, 2, 3, 4], 4, Core.Wire.LinkType.Ethernet);
        AssertExit(code, Of([unknown, .. Traffic.Out(26)], s_matrix, rules: new ExitRules(MinGrade: grade)));
    }
}
