using System.Text.Json.Nodes;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>What a crash leaves, and what the next start makes of it.</summary>
public sealed class RestartTests
{
    [Fact]
    public void After_a_crash_a_run_goes_on_with_what_was_found_and_a_damaged_state_gives_way_to_the_one_before()
    {
        using LiveScene scene = Open();
        string state = scene.InFolder("state");
        // A socket goes to the ledger when the flow that proves it has ended.
        WatchedRun first = scene.Watch("--state", state, "--checkpoint", "1s", "--idle-timeout", "closed=1");
        scene.Send(Mail(40_001), Session(40_002));
        first.Frames(scene.Sender().Sent);

        // The state that is written next may have been begun before; the ones after it were not.
        string? written = null;
        first.Status(s =>
        {
            if ((string?)s["checkpoint"]?["written"] is not { } at || at == written) return false;
            bool followed = written is not null;
            written = at;
            return followed && File.ReadAllText(Path.Combine(state, "servers.txt")).Contains(Relay, StringComparison.Ordinal);
        });
        first.Signal(WatchedRun.SigKill);
        first.End();

        WatchedRun second = scene.Watch("--state", state, "--checkpoint", "1s");
        scene.Send(Mail(40_003), Session(40_004, port: 4444));
        second.Report(r => Keys(r).Length == 2);
        var (code, report, _) = second.Stop();
        Assert.Equal(1, code);
        AssertAddsUp(report, scene.Sender().Sent);
        string[] both = ["unexpected.port/relay/in/tcp/2323", "unexpected.port/relay/in/tcp/4444"];
        Assert.Equal(both, Keys(report));
        Assert.All(report["findings"]!.AsArray(), f => Assert.Equal(1, (int)f!["flows"]!));
        JsonNode row = report["coverage"]![0]!;
        Assert.Equal(("proven", 2), ((string)row["state"]!, (int)row["exclusive"]!["flows"]!));
        Assert.Contains(Relay, File.ReadAllText(Path.Combine(state, "servers.txt")), StringComparison.Ordinal);
        Assert.DoesNotContain("--state:", second.Errors, StringComparison.Ordinal);

        string file = Path.Combine(state, "run.state");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^100]);
        WatchedRun third = scene.Watch("--state", state);
        Assert.Contains("run.state", third.Errors, StringComparison.Ordinal);
        Assert.Contains("--state:", third.Errors, StringComparison.Ordinal);
        (_, report, _) = third.Stop();
        Assert.Contains(both[0], Keys(report));
        Assert.Empty(report["accounting"]!["brokenIdentities"]!.AsArray());
    }
}
