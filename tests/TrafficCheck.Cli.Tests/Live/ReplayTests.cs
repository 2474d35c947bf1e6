using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrafficCheck.TestSupport.Network;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests.Live;

/// <summary>Traffic on an interface is judged as the same traffic in a file is.</summary>
public sealed partial class ReplayTests
{
    public static TheoryData<string> Names => SampleTests.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_replayed_on_an_interface_give_what_check_gives_of_the_file(string name)
    {
        Assert.SkipUnless(NetworkNamespaces.WhyNot is null, NetworkNamespaces.WhyNot ?? "");
        string page = File.ReadAllText(Path.Combine(Samples, name, "README.md"));
        string[] judging = Command().Match(page).Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (code, checkedFile, problems) = Run(["check", Path.Combine(Samples, name, "capture.pcap"), .. judging, "--format", "json"]);
        Assert.True(code is 0 or 1, problems);

        IReadOnlyList<byte[]> frames = FrameSender.FramesOf(Path.Combine(Samples, name, "capture.pcap"));
        using var net = new NetworkNamespaces();
        using var sender = new FrameSender(net.Sender, "out0");
        using WatchedRun run = WatchedRun.Start(net, ["-i", "tap0", .. judging, "--format", "json", "--frames", frames.Count.ToString(CultureInfo.InvariantCulture)]);
        sender.Send(frames, 2000);
        var (liveCode, live, errors) = run.End();
        Assert.True(liveCode == code, $"exit code {liveCode}, that of check is {code}: {errors}");
        Assert.Equal(Verdicts(JsonNode.Parse(checkedFile)!), Verdicts(JsonNode.Parse(live)!));
    }

    /// <summary>What does not depend on when it was.</summary>
    internal static string Verdicts(JsonNode report)
    {
        JsonNode summary = report["summary"]!;
        var lines = new List<string> { summary["result"]!.ToString() };
        foreach (string total in new[] { "flows", "judged", "allowed", "related", "unexpected", "undetermined", "failing", "inVain", "escaped", "attempted" })
            lines.Add($"{total} {summary[total]}");
        lines.AddRange(summary["outOfScope"]!.AsObject().Select(o => $"out of scope, {o.Key}: {o.Value}"));
        lines.AddRange(report["findings"]!.AsArray().Select(f => $"finding {f!["kind"]} {f["reason"]} {f["key"]} {f["flows"]} flows {f["packets"]} packets {f["bytes"]} bytes").Order(StringComparer.Ordinal));
        lines.AddRange(report["coverage"]!.AsArray().Select(c => $"row {c!["row"]} {c["state"]} {c["exclusive"]!["flows"]} {c["shared"]!["flows"]} {c["exclusive"]!["bytes"]}"));
        Assert.Empty(report["accounting"]!["brokenIdentities"]!.AsArray());
        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"^    trafficcheck check \S+ ((?:[^\n]*\\\n)*[^\n]*)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
