using System.Globalization;
using System.Text.Json.Nodes;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.Live.LiveScene;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>A report for each period of a run, and one for the whole.</summary>
public sealed class PeriodTests
{
    [Fact]
    public void Each_period_has_a_report_and_a_list_of_flows_and_the_whole_is_that_of_check()
    {
        using LiveScene scene = Open();
        string output = scene.InFolder("report.json");
        WatchedRun run = scene.Watch("--rotate", "1s", "-o", output, "--flows", scene.InFolder("flows.csv"), "--idle-timeout", "closed=1");
        TcpConversation first = Mail(40_001), session = Session(40_002), second = Mail(40_003);
        scene.Send(first, session);
        run.Frames(scene.Sender().Sent);
        Periods(run, 2);
        scene.Send(second);
        run.Frames(scene.Sender().Sent);
        Periods(run, 2);
        var (code, report, _) = run.Stop();
        Assert.Equal(1, code);
        AssertAddsUp(report, scene.Sender().Sent);
        Assert.Equal(report.ToJsonString(), JsonNode.Parse(File.ReadAllText(output))!.ToJsonString());

        string pcap = scene.Pcap([.. first.Frames, .. session.Frames, .. second.Frames]);
        var (_, file, errors) = TheProgram.Run("check", pcap, "-m", scene.Matrix, "--format", "json");
        Assert.True(file.Length > 0, errors);
        Assert.Equal(ReplayTests.Verdicts(JsonNode.Parse(file)!), ReplayTests.Verdicts(report));

        // A flow is in the report of each period in which it had packets, or ended idle.
        string[] periods = Directory.GetFiles(Path.GetDirectoryName(output)!, "report-*.json");
        Assert.True(periods.Length >= 4, $"{periods.Length} periods");
        Assert.InRange(periods.Sum(p => (int)JsonNode.Parse(File.ReadAllText(p))!["summary"]!["flows"]!), 3, 5);
        Assert.All(periods, p => Assert.Empty(JsonNode.Parse(File.ReadAllText(p))!["accounting"]!["brokenIdentities"]!.AsArray()));
        Assert.Single(periods, p => Keys(JsonNode.Parse(File.ReadAllText(p))!).Length > 0);

        // In the list of flows each stands once, where it ended.
        string[] lists = Directory.GetFiles(Path.GetDirectoryName(output)!, "flows-*.csv");
        List<string> flows = [.. lists.SelectMany(l => File.ReadAllLines(l).Skip(1))];
        Assert.Equal(3, flows.Count);
        foreach (int port in (int[])[40_001, 40_002, 40_003]) Assert.Single(flows, f => f.Contains(port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

        // Waits until further periods are over.
        void Periods(WatchedRun run, int more)
        {
            int before = Count();
            run.Status(_ => Count() >= before + more);
        }

        int Count() => Directory.GetFiles(Path.GetDirectoryName(output)!, "report-*.json").Length;
    }
}
