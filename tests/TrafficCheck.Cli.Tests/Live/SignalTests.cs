using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>How a run ends, and how its matrix is changed.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData(WatchedRun.SigInt)]
    [InlineData(WatchedRun.SigTerm)]
    public void A_signal_ends_a_run_within_two_seconds_with_its_whole_report(int signal)
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch();
        scene.Send(Mail(40_001), Session(40_002), Mail(40_003));
        run.Frames(scene.Sender().Sent);
        var (code, report, took) = run.Stop(signal);
        Assert.Equal(1, code);
        AssertAddsUp(report, scene.Sender().Sent);
        Assert.Equal((2, 1), ((int)report["summary"]!["allowed"]!, (int)report["summary"]!["unexpected"]!));
        Assert.Equal(["unexpected.port/relay/in/tcp/2323"], Keys(report));
        Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took.TotalSeconds:0.00} s");
    }

    [Fact]
    public void A_run_in_which_nothing_came_ends_with_a_report_too()
    {
        using LiveScene scene = Open();
        var (_, report, took) = scene.Watch().Stop();
        AssertAddsUp(report, 0);
        Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took.TotalSeconds:0.00} s");
    }

    [Fact]
    public void A_hangup_reads_the_matrix_again_and_one_that_cannot_be_used_changes_nothing()
    {
        using LiveScene scene = Open();
        WatchedRun run = scene.Watch();
        TcpConversation session = Session(40_001);
        scene.Send(session, Mail(40_002));
        run.Report(r => Keys(r) is ["unexpected.port/relay/in/tcp/2323"]);

        scene.WriteMatrix("| 25 | TCP | In | Mail |", "| 2323 | TCP | In | Administration |");
        run.Signal(WatchedRun.SigHup);
        JsonNode status = run.Status(s => (int)s["matrix"]!["rows"]! == 2);
        Assert.Null(status["matrix"]!["reloadError"]);
        run.Report(r => Keys(r).Length == 0 && (int)r["summary"]!["allowed"]! == 2);

        scene.WriteMatrix("| 25 | TCP | Sideways | Mail |");
        run.Signal(WatchedRun.SigHup);
        status = run.Status(s => s["matrix"]!["reloadError"] is not null);
        Assert.Equal(2, (int)status["matrix"]!["rows"]!);
        Assert.Contains("Sideways", (string)status["matrix"]!["reloadError"]!, StringComparison.Ordinal);
        run.Line("the matrix could not be read again, the one from before is still in force");

        // The session goes on under the second matrix.
        scene.Sender().Send([.. session.ClientSends("x").Frames.TakeLast(2).Select(f => f.Bytes)]);
        run.Frames(scene.Sender().Sent);
        scene.WriteMatrix("| 25 | TCP | In | Mail |", "| 2323 | TCP | In | Administration |", "| 22 | TCP | In | Repairs |");
        run.Signal(WatchedRun.SigHup);
        Assert.Null(run.Status(s => (int)s["matrix"]!["rows"]! == 3)["matrix"]!["reloadError"]);

        var (_, report, _) = run.Stop();
        AssertAddsUp(report, scene.Sender().Sent);
        Assert.Empty(Keys(report));
        Assert.Equal(2, (int)report["summary"]!["flows"]!);
        Assert.Equal(["proven", "proven", "not-seen"], report["coverage"]!.AsArray().Select(c => (string)c!["state"]!));
    }
}
