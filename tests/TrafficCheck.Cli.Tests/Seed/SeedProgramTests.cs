using System.Text.Json;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests.Seed;

/// <summary>All rows in one capture, through the built program: what a row answers for does not depend on what else was captured.</summary>
public sealed class SeedProgramTests
{
    private const long Between = 600_000_000_000;

    [Fact]
    public void Every_row_answers_beside_all_others_in_one_file_and_in_three()
    {
        IReadOnlyList<SeedRow> rows = SeedRows.Of(SeedTable.OfSample());
        IReadOnlyList<TimedFrame> all = TimedFrame.Merge(rows.Select((r, i) => r.Answers.Case.Frames.Select(f => f with { TimestampNs = f.TimestampNs + (i * Between) })));
        string[] said = Check([all]);
        Assert.Equal(rows.Select((r, i) => $"{r.Id}: {r.Answers.Outcome}"), said);

        TimedFrame[][] thirds = [.. all.Chunk((all.Count + 2) / 3)];
        Assert.Equal(said, Check([thirds[2], thirds[0], thirds[1]]));

        string[] Check(IReadOnlyList<IReadOnlyList<TimedFrame>> files)
        {
            using var folder = new TemporaryFolder();
            string[] inputs = [.. files.Select((f, i) => folder.Write($"{i}.pcap", SeedRun.Bytes(f)))];
            string flows = Path.Combine(folder.Root, "flows.ndjson");
            var (code, _, errors) = Run(
                ["check", .. inputs, "-m", "samples/mail-gateway/matrix.md", .. SeedTable.Protect.SelectMany(p => new[] { "-p", p }), "--flows", flows, "-q", "--fail-on", "never"]);
            Assert.True(code == 0, errors);
            JsonElement[] lines = [.. File.ReadLines(flows).Select(l => JsonDocument.Parse(l).RootElement)];
            return [.. rows.Select((r, i) => $"{r.Id}: {Outcome(lines, r, i)}")];
        }
    }

    /// <summary>The verdict and the rows of the flow that a row's capture is about, found by its ends and its time.</summary>
    private static string Outcome(JsonElement[] lines, SeedRow row, int place)
    {
        SeedCase about = row.Answers.Case;
        DateTimeOffset from = DateTimeOffset.FromUnixTimeSeconds((SeedTraffic.StartNs + (place * Between)) / 1_000_000_000);
        string subject = row.Host == SeedTable.Exchange ? "exchange-server" : "subject-1";
        JsonElement flow = lines.Single(l =>
            (Text(l, "initiator"), Text(l, "initiator_port"), Text(l, "responder"), Text(l, "responder_port"), Text(l, "subject"))
                == (about.Client.Address, $"{about.Client.Port}", about.Server.Address, $"{about.Server.Port}", subject)
            && l.GetProperty("first").GetDateTimeOffset() is var first && first >= from && first < from.AddSeconds(300));
        return $"{Text(flow, "verdict")} {Text(flow, "rows").Split(" / ")[0]}";
    }

    private static string Text(JsonElement line, string name) => line.GetProperty(name).ToString();
}
