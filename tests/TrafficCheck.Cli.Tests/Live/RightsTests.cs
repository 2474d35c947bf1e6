using System.Globalization;
using TrafficCheck.TestSupport.Network;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>The rights that a run keeps, and those that it needs.</summary>
public sealed class RightsTests
{
    /// <summary>CAP_NET_RAW alone.</summary>
    private const string NetRaw = "0000000000002000";

    [Fact]
    public void Root_becomes_nobody_that_may_capture_and_nothing_else()
    {
        using LiveScene scene = Open();
        string? nobody = Nobody();
        Assert.SkipWhen(nobody is null, "there is no user nobody");
        WatchedRun run = scene.Keep(WatchedRun.StartAs(scene.Net, ["env", "-u", "SUDO_USER"], "-i", "tap0", "-m", scene.Matrix, "--format", "json", "--state", scene.InFolder("state")));
        AssertMayOnlyCapture(run, nobody!);
        scene.Send(Mail(40_001));
        run.Frames(scene.Sender().Sent);

        // An interface that was away is opened again with what is left.
        long before = scene.Sender().Sent;
        scene.Net.RemoveCable(0);
        run.Tap(0, t => (string)t["state"]! == "gone");
        scene.Net.AddCable(0);
        scene.Reconnect(0);
        run.Tap(0, t => (string)t["state"]! == "up");
        scene.Send(Mail(40_002));
        run.Frames(before + scene.Sender().Sent);
        var (code, report, _) = run.Stop();
        Assert.Equal(0, code);
        AssertAddsUp(report, before + scene.Sender().Sent);
    }

    [Fact]
    public void The_right_to_capture_is_all_that_a_run_needs()
    {
        using LiveScene scene = Open();
        string? nobody = Nobody();
        Assert.SkipWhen(nobody is null, "there is no user nobody");
        string[] asNobody = ["setpriv", "--reuid", nobody!, "--regid", nobody!, "--clear-groups", "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw", "--bounding-set", "-all,+net_raw"];
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv is missing");
        var (may, _, why) = NetworkNamespaces.Run("setpriv", [.. asNobody[1..], .. TheProgram.Invocation, "--version"]);
        Assert.SkipUnless(may == 0, "nobody may not run the program where it lies: " + why);
        WatchedRun run = scene.Keep(WatchedRun.StartAs(scene.Net, asNobody, "-i", "tap0", "-m", scene.Matrix, "--format", "json"));
        AssertMayOnlyCapture(run, nobody!);
        scene.Send(Mail(40_001), Session(40_002));
        run.Frames(scene.Sender().Sent);
        var (code, report, _) = run.Stop();
        Assert.Equal(1, code);
        AssertAddsUp(report, scene.Sender().Sent);
    }

    private static void AssertMayOnlyCapture(WatchedRun run, string user)
    {
        string ids = string.Join('\t', Enumerable.Repeat(user, 4));
        bool captures = false;
        foreach (string task in Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{run.Id}/task")))
        {
            string[] lines = File.ReadAllLines(task + "/status");
            string Field(string name) => lines.First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
            Assert.Equal(ids, Field("Uid"));
            Assert.Contains(Field("CapEff"), new[] { NetRaw, "0000000000000000" });
            Assert.Contains(Field("CapPrm"), new[] { NetRaw, "0000000000000000" });
            if (Field("Name").StartsWith("capture", StringComparison.Ordinal)) captures = Field("CapEff") == NetRaw;
        }

        Assert.True(captures, "no thread captures with the right to");
    }

    /// <summary>Number of the user nobody.</summary>
    private static string? Nobody()
    {
        string? line = File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").FirstOrDefault(l => l.StartsWith("nobody:", StringComparison.Ordinal)) : null;
        return line?.Split(':')[2];
    }
}
