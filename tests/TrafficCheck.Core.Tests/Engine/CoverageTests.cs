using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>Each state of a row, by the smallest capture that leads to it.</summary>
public sealed class CoverageTests
{
    private static readonly byte[] s_udp = [TransportNames.Udp];

    private static void AssertState(CoverageState state, EngineRun run, string row = "R1") => Assert.Equal(state, run.Coverage(row).State);

    [Fact]
    public void Proven_by_a_flow_that_worked_and_that_no_other_row_answers_for()
    {
        EngineRun run = Of(Traffic.Out(25), MatrixOf(Allow("R1", 25)));
        AssertState(CoverageState.Proven, run);
        RowCoverage row = run.Coverage("R1");
        Assert.Equal((1L, 0L, 0L, 1L, 0L), (row.Exclusive.Flows, row.Shared.Flows, row.Covered.Flows, row.Worked, row.Failed));
        Assert.Equal(run.Row.InitiatorBytes + run.Row.ResponderBytes, row.Exclusive.Bytes);
        Assert.Equal((run.Row.FirstNs, run.Row.LastNs), (row.FirstNs, row.LastNs));
        Assert.Equal(Peer, Assert.Single(row.Peers.Sample));
    }

    [Fact]
    public void Shared_where_equally_specific_rows_answer()
    {
        EngineRun run = Of(Traffic.Out(25), MatrixOf(Allow("R1", 25), Allow("R2", 25), Allow("R3", 20, last: 30)));
        AssertState(CoverageState.Shared, run);
        AssertState(CoverageState.Shared, run, "R2");
        Assert.Equal(["R2"], run.Coverage("R1").AmbiguousWith);
        Assert.Equal(1, run.Coverage("R1").Shared.Flows);

        // A row that only a more specific one keeps from answering was not seen, and says what covered it.
        AssertState(CoverageState.NotSeen, run, "R3");
        Assert.Equal((1L, 0L), (run.Coverage("R3").Covered.Flows, run.Coverage("R3").Shared.Flows));
        Assert.Equal(["R1", "R2"], run.Row.Rows);
        Assert.Equal(["R3"], run.Row.CoveredRows);
    }

    [Fact]
    public void Failing_where_no_try_worked()
    {
        AssertState(CoverageState.Failing, Of(Traffic.RefusedOut(25), MatrixOf(Allow("R1", 25))));
        AssertState(CoverageState.Failing, Of(new TcpConversation(Host, 40000, Peer, 25, 1).Unanswered().Frames, MatrixOf(Allow("R1", 25))));
        AssertState(CoverageState.Proven, Of([.. Traffic.Out(25), .. Traffic.RefusedOut(25)], MatrixOf(Allow("R1", 25))));
    }

    [Fact]
    public void Reversed_where_it_was_seen_the_other_way_round_only()
    {
        EngineRun run = Of(Traffic.In(25), MatrixOf(Allow("R1", 25)));
        AssertState(CoverageState.Reversed, run);
        Assert.Equal(1, run.Coverage("R1").Reversed);
        AssertState(CoverageState.Proven, Of([.. Traffic.In(25), .. Traffic.Out(25)], MatrixOf(Allow("R1", 25))));
    }

    [Fact]
    public void Not_seen_where_the_subject_was_and_not_observable_where_it_was_not()
    {
        MatrixRow[] rows = [Allow("R1", 25), Allow("R2", 26), Allow("R3", 27, subject: 1)];
        EngineRun run = Of(Traffic.Out(25), MatrixOf(rows), [Host, "10.0.0.9"]);
        AssertState(CoverageState.NotSeen, run, "R2");
        AssertState(CoverageState.NotObservable, run, "R3");
        Assert.Contains("no traffic", run.Coverage("R3").Note, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unanswered_question_fails_only_where_the_capture_shows_answers()
    {
        MatrixRow[] rows = [Allow("R1", 53, transports: s_udp), Allow("R2", 123, transports: s_udp)];
        EngineRun blind = Of(Traffic.UdpOut(53, answered: false), MatrixOf(rows));
        AssertState(CoverageState.NotObservable, blind);
        Assert.Empty(blind.Report.Findings);

        EngineRun seeing = Of([.. Traffic.UdpOut(53, answered: false), .. Traffic.UdpOut(123, answered: true)], MatrixOf(rows));
        AssertState(CoverageState.Failing, seeing);
        AssertState(CoverageState.Proven, seeing, "R2");
        Assert.Equal(FindingKind.Failing, Assert.Single(seeing.Report.Findings).Kind);
    }

    [Theory]
    [InlineData(514)]
    [InlineData(162)]
    public void Services_that_expect_no_answer_are_proven_by_one_direction(int port)
    {
        EngineRun run = Of([.. Traffic.UdpOut((ushort)port, answered: false), .. Traffic.UdpOut(9, answered: true)], MatrixOf(Allow("R1", (ushort)port, transports: s_udp)));
        AssertState(CoverageState.Proven, run);
    }

    [Fact]
    public void A_row_that_names_its_peers_cannot_be_observed_without_names()
    {
        EngineRun run = Of(Traffic.Out(80), MatrixOf(Allow("R1", 80, peers: ["update.example.net"])));
        AssertState(CoverageState.NotObservable, run);
        Assert.Contains("names", run.Coverage("R1").Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_not_enforced_takes_no_part()
    {
        EngineRun run = Of(Traffic.Out(25), MatrixOf(Allow("R1", 25) with { Enforced = false }));
        AssertState(CoverageState.NotEnforced, run);
        Assert.Equal((Verdict.Unexpected, Reason.Port), (run.Row.Verdict, run.Row.Reason));
    }

    [Fact]
    public void A_row_for_both_directions_says_who_initiated()
    {
        RowCoverage row = Of([.. Traffic.In(25), .. Traffic.Out(25), .. Traffic.Out(25, from: 40009, at: 9)], MatrixOf(Allow("R1", 25, RowDirection.InOut))).Coverage("R1");
        Assert.Equal((1L, 2L), (row.InitiatedIn, row.InitiatedOut));
    }

    [Fact]
    public void The_four_squares()
    {
        SummaryReport summary = Of(
            [.. Traffic.Out(25), .. Traffic.RefusedOut(26), .. Traffic.Out(27), .. Traffic.RefusedOut(28), .. Traffic.RefusedIn(29)],
            MatrixOf(Allow("R1", 25, last: 26))).Report.Summary;
        Assert.Equal((1L, 1L, 1L, 2L), (summary.Permitted, summary.Failing, summary.Escaped, summary.Attempted));
    }

    [Fact]
    public void One_captured_direction_of_a_conversation_proves_that_it_worked()
    {
        TcpConversation half = new(Host, 40000, Peer, 25, 1) { Captured = CapturedSides.ClientOnly };
        EngineRun run = Of(half.Handshake().ClientSends("x").Frames, MatrixOf(Allow("R1", 25)));
        AssertState(CoverageState.Proven, run);
        Assert.Equal(1.0, run.Report.Visibility.OneWayShare);
    }
}
