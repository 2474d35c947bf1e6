using System.Diagnostics;
using System.Net;
using System.Text;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Evidence;
using TrafficCheck.TestSupport;
using TrafficCheck.TestSupport.CaptureFiles;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Live.Tests.Evidence.FrameRuns;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Evidence;

public sealed class EvidenceRecorderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CaptureInterfaces _interfaces = new();

    public EvidenceRecorderTests() => _interfaces.Add(new CaptureInterface(0, 0, "eth0", LinkType.Ethernet, 262144));

    private EvidenceOptions Options => new() { Folder = Path.Combine(_folder.Root, "evidence"), StoreBytes = 8 << 20, MostFlows = 10_000, TryAgainAfter = TimeSpan.FromMilliseconds(20) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_finding_gets_a_file_with_the_first_frames_of_its_flows_and_comments_on_each()
    {
        using var recorder = new EvidenceRecorder(Options, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 60).Select(i => Udp(i % 3, i, $"frame {i + 1}"))]);
        recorder.Offer(batch, 0, 60, 1);
        recorder.Publish(Report(Of("unexpected/9/udp", flows: 2, frames: [1, 2]), Of("other/../key\u202e\n", flows: 1, frames: [3])));
        recorder.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal((2, 24, 0, null), (recorder.Status.Files, recorder.Status.Frames, recorder.Status.Skipped, recorder.Status.LastError));
        Assert.False(batch.IsHeld);
        RunFile[] files = [.. recorder.Files];
        Assert.Matches(@"^\d{8}T\d{6}Z-[0-9a-f]{6}-other-key-[0-9a-f]{8}\.pcapng$", files[0].Name);
        Assert.Matches(@"^\d{8}T\d{6}Z-[0-9a-f]{6}-unexpected-9-udp-[0-9a-f]{8}\.pcapng$", files[1].Name);
        Assert.All(files, f => Assert.Equal(new FileInfo(f.Path).Length, f.Bytes));
        Assert.Equal(recorder.Status.Bytes, files.Sum(f => f.Bytes));

        var (data, summary) = Read(files[1].Path);
        Assert.Empty(summary.Problems);
        Assert.Equal(Enumerable.Range(0, 24).Where(i => i % 3 < 2).Select(i => $"frame {i + 1}"), data.Select(d => Encoding.ASCII.GetString(d.Bytes.AsSpan(42))));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(files[1].Path));

        Assert.SkipUnless(File.Exists("/usr/bin/tshark") && File.Exists("/usr/bin/capinfos"), "tshark and capinfos are not installed");
        string[] comments = Run("/usr/bin/tshark", "-r", files[1].Path, "-T", "fields", "-e", "frame.comment").TrimEnd().Split('\n');
        Assert.Equal("TrafficCheck unexpected/9/udp: unexpected/port In 3389/tcp; flow 1 of 2, frame 1", comments[0]);
        Assert.Equal("TrafficCheck unexpected/9/udp: unexpected/port In 3389/tcp; flow 2 of 2, frame 23", comments[^1]);
        string about = Run("/usr/bin/capinfos", files[1].Path);
        Assert.Matches("Strict time order:\\s+True", about);
        Assert.Contains("TrafficCheck finding unexpected/9/udp", about, StringComparison.Ordinal);
        Assert.Contains("nothing like it in the matrix", about, StringComparison.Ordinal);
        Assert.Contains("Name = eth0", about, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", Run("/usr/bin/capinfos", files[0].Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Later_reports_add_what_came_since_in_the_order_of_time_and_nothing_twice()
    {
        using var recorder = new EvidenceRecorder(Options, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 60).Select(i => Udp(i % 3, i, $"frame {i + 1}"))]);
        recorder.Offer(batch, 0, 6, 1);
        recorder.Publish(Report(Of("k", flows: 1, frames: [2])));
        WaitFor(() => recorder.Status.Frames == 2);
        recorder.Offer(batch, 6, 54, 7);
        recorder.Publish(Report(Of("k", flows: 3, frames: [1, 2, 3])));
        recorder.Publish(Report(Of("k", flows: 3, frames: [1, 2, 3])));
        recorder.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal((1, 24, 0, null), (recorder.Status.Files, recorder.Status.Frames, recorder.Status.Skipped, recorder.Status.LastError));
        var (data, summary) = Read(Assert.Single(recorder.Files).Path);
        Assert.Empty(summary.Problems);
        Assert.Equal(Enumerable.Range(1, 24).Select(i => $"frame {i}"), data.Select(d => Encoding.ASCII.GetString(d.Bytes.AsSpan(42))));
        Assert.Single(Directory.GetFiles(Options.Folder));
    }

    [Fact]
    public void Frames_that_are_gone_and_limits_of_frames_and_findings_are_counted()
    {
        using var recorder = new EvidenceRecorder(Options with { FramesPerFinding = 5, MostFindings = 1 }, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 60).Select(i => Udp(i % 3, i))]);
        recorder.Offer(batch, 0, 60, 101);
        recorder.Publish(Report(Of("k", frames: [7, 101, 102, 999]), Of("second", frames: [103])));
        recorder.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal((1, 5, 2), (recorder.Status.Files, recorder.Status.Frames, recorder.Status.Skipped));
        Assert.Equal("1 findings have no file: 1 have one at most", recorder.Status.LastError);
    }

    [Fact]
    public void Every_frame_that_a_report_of_the_engine_names_is_in_the_file_of_its_finding()
    {
        string[] captures = Directory.GetFiles(Path.Combine(RepositoryFolder.Find(), "samples"), "capture.pcap*", SearchOption.AllDirectories);
        Assert.NotEmpty(captures);
        foreach (string capture in captures)
        {
            using var set = new CaptureSet([new CaptureInput(capture)]);
            var matrix = new AllowedMatrix { Name = "m", Sources = [], Subjects = [new MatrixSubject("all", [])], Rows = [] };
            using var engine = new CheckEngine(matrix, [[IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/64")]], set.Interfaces, new EngineOptions { Seed = HashSeed.Fixed }, keepRows: false);
            EvidenceOptions options = Options with { Folder = Path.Combine(_folder.Root, Path.GetFileName(Path.GetDirectoryName(capture)!)), QueueRuns = 1000, MostFlows = 1 << 17, StoreBytes = 64 << 20 };
            using var recorder = new EvidenceRecorder(options, set.Interfaces);
            long number = 1;
            while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
            {
                recorder.Offer(batch, start, count, number);
                engine.Process(batch, start, count);
                number += count;
            }

            CheckReport report = engine.Finish(set.Summaries, [], new ExitRules());
            recorder.Publish(report);
            recorder.Complete(TimeSpan.FromSeconds(60));
            Assert.NotEmpty(report.Findings);
            Assert.Equal((0, 0, null), (recorder.PassedBy, recorder.Status.Skipped, recorder.Status.LastError));
            Assert.Equal(report.Findings.Count, recorder.Status.Files);
            Assert.All(recorder.Files, f => Assert.Empty(Read(f.Path).Summary.Problems));

            // All frames of the earliest flows are of the same two ends.
            long named = report.Findings.Sum(f => f.Frames.Count);
            Assert.InRange(recorder.Status.Frames, named, report.Findings.Count * 64L);
        }
    }

    [Fact]
    public void Offering_never_waits_and_what_passes_by_is_counted()
    {
        using var recorder = new EvidenceRecorder(Options with { QueueRuns = 2 }, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 1000).Select(i => Udp(i, i))]);
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < 3000; i++)
        {
            var watch = Stopwatch.StartNew();
            recorder.Offer(batch, 0, 1000, 1 + (i * 1000L));
            if (watch.Elapsed > slowest) slowest = watch.Elapsed;
        }

        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        recorder.Complete(TimeSpan.FromSeconds(20));
        Assert.InRange(recorder.PassedBy, 1000, 3_000_000);
        Assert.Contains("frames were not looked at", recorder.Status.LastError, StringComparison.Ordinal);
        Assert.False(batch.IsHeld);
        recorder.Offer(batch, 0, 10, 1);
        Assert.False(batch.IsHeld);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_said_and_tried_again()
    {
        string path = Path.Combine(_folder.Root, "in-the-way");
        File.WriteAllText(path, "a file");
        using var recorder = new EvidenceRecorder(Options with { Folder = Path.Combine(path, "evidence") }, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 6).Select(i => Udp(i % 3, i))]);
        recorder.Offer(batch, 0, 6, 1);
        recorder.Publish(Report(Of("k", frames: [1])));
        WaitFor(() => recorder.Status.LastError is not null);
        Assert.Equal((0, 0), (recorder.Status.Files, recorder.Status.Frames));
        File.Delete(path);
        WaitFor(() => recorder.Status.Frames == 2);
        Assert.Null(recorder.Status.LastError);
    }

    [Fact]
    public void A_full_disk_is_said_tried_again_and_counted_at_the_end()
    {
        string mount = Path.Combine(_folder.Root, "small");
        Directory.CreateDirectory(mount);
        using (Process? tried = OperatingSystem.IsLinux() ? Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", mount]) { RedirectStandardError = true }) : null)
        {
            tried?.WaitForExit();
            Assert.SkipUnless(tried?.ExitCode == 0, "mounting a small file system takes root");
        }

        try
        {
            using var recorder = new EvidenceRecorder(Options with { Folder = mount }, _interfaces);
            using FrameBatch batch = Batch([.. Enumerable.Range(0, 200).Select(i => Udp(i, i, new string('x', 1400)))]);
            recorder.Offer(batch, 0, 200, 1);
            recorder.Publish(Report([.. Enumerable.Range(0, 8).Select(k => Of($"k{k}", frames: [.. Enumerable.Range(1 + (k * 16), 16).Select(n => (long)n)]))]));
            WaitFor(() => recorder.Status.LastError is not null);
            Assert.Contains("space", recorder.Status.LastError, StringComparison.OrdinalIgnoreCase);
            long written = recorder.Status.Frames;
            Assert.InRange(written, 16, 112);

            // Every file that is there is whole.
            Assert.All(recorder.Files, f => Assert.Equal((16, 0), (Read(f.Path).Frames.Count, Read(f.Path).Summary.Problems.Count)));
            Assert.DoesNotContain(Directory.GetFiles(mount), f => f.EndsWith(".part", StringComparison.Ordinal));

            // Somebody makes room.
            string gone = recorder.Files[0].Path;
            File.Delete(gone);
            WaitFor(() => recorder.Status.Frames > written);
            recorder.Complete(TimeSpan.FromSeconds(20));
            Assert.Equal(128, recorder.Status.Frames + recorder.Status.Skipped);
        }
        finally
        {
            using Process unmount = Process.Start("umount", mount);
            unmount.WaitForExit();
        }
    }

    [Fact]
    public void The_oldest_files_go_when_there_are_too_many_bytes_and_others_are_left_alone()
    {
        Directory.CreateDirectory(Options.Folder);
        string[] names = ["20200101T000000Z-00000a-old-00000000.pcapng", "20200102T000000Z-00000a-newer-00000000.pcapng", "mine.pcapng", "20200101T000000Z-00000a-killed-00000000.pcapng.part"];
        for (int i = 0; i < names.Length; i++)
        {
            string path = Path.Combine(Options.Folder, names[i]);
            File.WriteAllBytes(path, new byte[3000]);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-20 + i));
        }

        string ancient = Path.Combine(Options.Folder, "20190101T000000Z-00000a-ancient-00000000.pcapng");
        File.WriteAllBytes(ancient, new byte[10]);
        File.SetLastWriteTimeUtc(ancient, DateTime.UtcNow.AddDays(-31));
        using var recorder = new EvidenceRecorder(Options with { MostBytes = 6000 }, _interfaces);
        using FrameBatch batch = Batch([.. Enumerable.Range(0, 6).Select(i => Udp(i, i, new string('x', 1000)))]);
        recorder.Offer(batch, 0, 6, 1);
        recorder.Publish(Report(Of("k", frames: [1])));
        recorder.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal([names[1], "mine.pcapng", recorder.Files[0].Name], Directory.GetFiles(Options.Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).OrderBy(f => f.StartsWith("2020", StringComparison.Ordinal) ? 0 : f == "mine.pcapng" ? 1 : 2));
        Assert.Equal(2, recorder.Status.Files);

        using var tight = new EvidenceRecorder(Options with { MostFileBytes = 500 }, _interfaces);
        tight.Offer(batch, 0, 6, 1);
        tight.Publish(Report(Of("k", frames: [1])));
        tight.Complete(TimeSpan.FromSeconds(20));
        Assert.Equal((0, 1), (tight.Status.Frames, tight.Status.Skipped));
        Assert.Contains("as large as they may be", tight.Status.LastError, StringComparison.Ordinal);
    }

    private static void WaitFor(Func<bool> condition)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); Thread.Sleep(2)) Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "not within 30 s");
    }

    private static (List<(long TimeNs, byte[] Bytes)> Frames, InputSummary Summary) Read(string path)
    {
        using var set = new CaptureSet([new CaptureInput(path)]);
        List<(long, byte[])> frames = [];
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) frames.Add((frame.TimestampNs, batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray()));
        }

        return (frames, set.Summaries[0]);
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.DoesNotContain(errors.Result.Split('\n'), l => l.Length > 0 && !l.StartsWith("Running as user", StringComparison.Ordinal));
        return output;
    }
}
