using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Reports.Merging;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.State;

namespace TrafficCheck.Reporting.Tests.State;

/// <summary>The state on disk: what is read is what was written, and nothing else is believed.</summary>
public sealed class RunStateFileTests : IDisposable
{
    private static readonly ExitRules s_rules = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("state").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    private string FilePath => Path.Combine(_folder, RunStateFile.FileName);

    private static RunState State(string text = "plain")
    {
        CheckReport report = SampleRun.Run(text).Report;
        report = ReportMerge.Merge(report with { Process = "a" }, report with { Process = "b" }, s_rules);
        Finding scan = report.Findings[0] with
        {
            Key = "scan/x",
            Kind = FindingKind.PortScan,
            EarlierMatrix = true,
            Totals = new FindingTotals { Ports = PortNumbers.Of(Enumerable.Range(1, 5000)), TalkedOn = PortNumbers.Of([25]), UnexpectedByReason = [0, 1, 2] },
        };
        return new RunState
        {
            Report = report with { Findings = [.. report.Findings, scan], MatrixChanges = [text] },
            StartedAtUtc = DateTimeOffset.UnixEpoch.AddDays(20_000),
            WrittenAtUtc = DateTimeOffset.UnixEpoch.AddDays(20_001),
        };
    }

    private static string Json(CheckReport report)
    {
        using var text = new StringWriter();
        JsonReport.Write(report, text);
        return text.ToString();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData(SampleRun.Hostile)]
    public void What_was_written_is_read_and_merges_as_before(string text)
    {
        RunState before = State(text);
        RunStateFile.Write(_folder, before);
        Assert.True(RunStateFile.TryRead(_folder, before.Report.Matrix, out RunState? after, out string? why), why);
        Assert.Null(why);
        Assert.Equal((before.StartedAtUtc, before.WrittenAtUtc), (after!.StartedAtUtc, after.WrittenAtUtc));
        Assert.Equal(Json(before.Report), Json(after.Report));
        CheckReport more = SampleRun.Run(text).Report;
        foreach (CheckReport next in (CheckReport[])[more, more with { Process = "b" }])
            Assert.Equal(Json(ReportMerge.Merge(before.Report, next, s_rules)), Json(ReportMerge.Merge(after.Report, next, s_rules)));
        Assert.Equal(2, after.Report.Totals.Processes.Count);
        Assert.True(MatrixChange.Same(before.Report.Matrix, after.Report.Matrix));
        Assert.Equal(before.Report.Matrix.Sources, after.Report.Matrix.Sources);

        byte[] first = File.ReadAllBytes(FilePath);
        RunStateFile.Write(_folder, after);
        Assert.Equal(first, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Sets_of_hosts_and_ports_come_back_as_they_were()
    {
        RunState state = State();
        HostSet many = HostSet.Union(state.Report.Findings[0].Peers, state.Report.Findings[0].Peers with
        {
            Count = 500,
            Sketch = HostSketch.FromBytes([.. Enumerable.Range(0, HostSketch.Registers).Select(i => (byte)(i % 3))], false, 400, 600),
        });
        state = state with { Report = state.Report with { Findings = [state.Report.Findings[0] with { Peers = many }, .. state.Report.Findings.Skip(1)] } };
        RunStateFile.Write(_folder, state);
        Assert.True(RunStateFile.TryRead(_folder, state.Report.Matrix, out RunState? read, out _));
        HostSketch? was = many.Sketch, now = read!.Report.Findings[0].Peers.Sketch;
        Assert.Equal((was!.Count, was.Least, was.Most, was.IsExact), (now!.Count, now.Least, now.Most, now.IsExact));
        Assert.Equal(was.ToBytes(), now.ToBytes());
        Assert.Equal(5000, read.Report.Findings.Single(f => f.Key == "scan/x").Totals!.Ports!.Count);
    }

    [Fact]
    public void No_part_of_a_file_is_taken_for_a_whole_one()
    {
        RunState state = State();
        RunStateFile.Write(_folder, state);
        byte[] whole = File.ReadAllBytes(FilePath);
        for (int length = 0; length < whole.Length; length += length < 200 || whole.Length - length < 200 ? 1 : 97)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.False(RunStateFile.TryRead(_folder, state.Report.Matrix, out RunState? read, out string? why));
            Assert.Null(read);
            Assert.NotNull(why);
        }
    }

    [Fact]
    public void Whatever_stands_in_a_file_with_a_right_checksum_can_be_merged_or_is_refused()
    {
        RunState state = State();
        RunStateFile.Write(_folder, state);
        string body = Encoding.UTF8.GetString(File.ReadAllBytes(FilePath)).Split('\n')[1];
        var random = new Random(7);
        string[] pieces = ["null", "-1", "9223372036854775807", "1e300", "[]", "{}", "\"\"", "[null]", "true", "255", "9007199254740992"];
        int taken = 0;
        for (int i = 0; i < 1500; i++)
        {
            int at = random.Next(body.Length);
            string changed;
            if (i % 2 == 0)
            {
                // A value is replaced by another.
                int colon = body.IndexOf(':', at);
                if (colon < 0) continue;
                int end = body.IndexOfAny([',', '}', ']'], colon);
                changed = body[..(colon + 1)] + pieces[random.Next(pieces.Length)] + body[end..];
            }
            else changed = body[..at] + (char)random.Next(32, 127) + body[(at + 1)..];

            WriteSealed(changed);
            if (!RunStateFile.TryRead(_folder, state.Report.Matrix, out RunState? read, out string? why))
            {
                Assert.NotNull(why);
                continue;
            }

            taken++;
            CheckReport merged = ReportMerge.Merge(read!.Report, SampleRun.Run().Report, s_rules);
            Json(merged);
            TextReport.Write(merged, TextWriter.Null, TextStyle.Plain);
        }

        Assert.True(taken > 100);
    }

    [Fact]
    public void The_one_before_stands_in_when_the_file_is_damaged_or_gone()
    {
        RunState first = State(), second = first with { WrittenAtUtc = first.WrittenAtUtc.AddMinutes(1) };
        RunStateFile.Write(_folder, first);
        RunStateFile.Write(_folder, second);
        File.WriteAllText(Path.Combine(_folder, RunStateFile.TemporaryName), "trafficcheck-state/1\n{\"Report\":");
        Assert.True(RunStateFile.TryRead(_folder, first.Report.Matrix, out RunState? read, out string? why));
        Assert.Equal((second.WrittenAtUtc, null), (read!.WrittenAtUtc, why));

        File.WriteAllBytes(FilePath, File.ReadAllBytes(FilePath)[..1000]);
        Assert.True(RunStateFile.TryRead(_folder, first.Report.Matrix, out read, out why));
        Assert.Equal(first.WrittenAtUtc, read!.WrittenAtUtc);
        Assert.Contains("damaged or cut short", why, StringComparison.Ordinal);

        File.Delete(FilePath);
        Assert.True(RunStateFile.TryRead(_folder, first.Report.Matrix, out read, out why));
        Assert.Null(why);
        RunStateFile.Write(_folder, second);
        Assert.False(File.Exists(Path.Combine(_folder, RunStateFile.TemporaryName)));
    }

    [Theory]
    [InlineData("trafficcheck-state/2\n{}", "version 2")]
    [InlineData("trafficcheck-state/1x\n{}", "not the state")]
    [InlineData("hello", "not the state")]
    public void Foreign_files_and_later_versions_are_refused_with_the_reason(string text, string reason)
    {
        File.WriteAllText(FilePath, text);
        Assert.False(RunStateFile.TryRead(_folder, SampleRun.Matrix("x"), out _, out string? why));
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_other_subjects_is_of_another_run()
    {
        RunStateFile.Write(_folder, State());
        Assert.False(RunStateFile.TryRead(_folder, SampleRun.Matrix("x", "another"), out _, out string? why));
        Assert.Contains("another matrix", why, StringComparison.Ordinal);
        Assert.False(RunStateFile.TryRead(Path.Combine(_folder, "nowhere"), SampleRun.Matrix("x"), out _, out why));
        Assert.Null(why);
    }

    [Fact]
    public void A_folder_belongs_to_one_run_at_a_time()
    {
        using (StateFolderLock.Take(_folder)) Assert.Contains("another run", Assert.Throws<IOException>(() => StateFolderLock.Take(_folder)).Message, StringComparison.Ordinal);
        StateFolderLock.Take(_folder).Dispose();
    }

    private void WriteSealed(string body) => File.WriteAllText(
        FilePath, $"trafficcheck-state/1\n{body}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\n", new UTF8Encoding(false));
}
