using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using TrafficCheck.Capture;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

public sealed class CheckEvidenceTests
{
    private static readonly string s_capture = Path.Combine(Samples, "mail-gateway", "capture.pcap");

    private static readonly string[] s_matrix =
        ["-m", Path.Combine(Samples, "mail-gateway", "matrix.md"), "-p", "1=10.0.0.5,2001:db8:10::5", "-p", "exchange-server=10.0.0.9", "-f", "json"];

    [Fact]
    public void Every_frame_that_the_report_names_is_in_the_evidence_with_a_comment_and_the_bytes_of_the_capture()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "evidence.pcapng");
        var (code, output, errors) = Run(["check", s_capture, .. s_matrix, "--evidence", path]);
        Assert.True(code == 1, errors);
        using var report = JsonDocument.Parse(output);
        List<byte[]> all = Frames(s_capture), kept = Frames(path);
        HashSet<long> named = [.. report.RootElement.GetProperty("findings").EnumerateArray()
            .SelectMany(f => f.GetProperty("evidence").GetProperty("frames").EnumerateArray()).Select(n => n.GetInt64())];
        Assert.InRange(kept.Count, named.Count, 64 * report.RootElement.GetProperty("findings").GetArrayLength());

        Assert.SkipUnless(File.Exists("/usr/bin/tshark"), "tshark is not installed");
        string[] comments = Tshark("-r", path, "-T", "fields", "-e", "frame.comment").TrimEnd().Split('\n');
        Assert.Equal(kept.Count, comments.Length);
        for (int i = 0; i < kept.Count; i++)
        {
            MatchCollection numbers = Regex.Matches(comments[i], ", frame (\\d+)");
            Assert.NotEmpty(numbers);
            long number = long.Parse(numbers[0].Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(all[(int)number - 1], kept[i]);
            named.Remove(number);
        }

        Assert.Empty(named);
    }

    [Fact]
    public void The_report_is_the_same_with_and_without_evidence()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Run(["check", s_capture, .. s_matrix]).Output, Run(["check", s_capture, .. s_matrix, "--evidence", Path.Combine(folder.Root, "e.pcapng")]).Output);
    }

    [Fact]
    public void Frames_out_of_order_are_found_by_the_numbers_that_the_report_has()
    {
        // Two and two exchanged: the run puts them in order, and reads the input a third time for evidence.
        List<(long TimeNs, byte[] Bytes)> frames = TimedFrames(s_capture);
        for (int i = 0; i + 1 < frames.Count; i += 2)
        {
            if (frames[i + 1].TimeNs - frames[i].TimeNs < 50_000_000) (frames[i], frames[i + 1]) = (frames[i + 1], frames[i]);
        }

        var shuffled = new PcapFileBuilder();
        foreach (var (timeNs, bytes) in frames) shuffled.Add(timeNs, bytes);
        using var folder = new TemporaryFolder();
        string capture = folder.Write("shuffled.pcap", shuffled.ToArray()), path = Path.Combine(folder.Root, "evidence.pcapng");
        var (code, output, errors) = Run(["check", capture, .. s_matrix, "--evidence", path]);
        Assert.True(code == 1, errors);
        using var report = JsonDocument.Parse(output);
        Assert.NotEqual(0, report.RootElement.GetProperty("visibility").GetProperty("reordered").GetInt64());
        Assert.NotEmpty(Frames(path));
    }

    [Fact]
    public void Standard_input_cannot_be_read_twice_and_that_is_said_before_the_run()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "evidence.pcapng");
        var (code, output, errors) = RunWith(File.ReadAllBytes(s_capture), ["check", "-", .. s_matrix, "--evidence", path]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("--evidence reads the inputs twice", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    private static List<byte[]> Frames(string path) => [.. TimedFrames(path).Select(f => f.Bytes)];

    private static List<(long TimeNs, byte[] Bytes)> TimedFrames(string path)
    {
        using var set = new CaptureSet([new CaptureInput(path)]);
        List<(long, byte[])> frames = [];
        while (set.ReadRun(out FrameBatch? batch, out int start, out int count))
        {
            foreach (FrameDescriptor frame in batch.Frames.Slice(start, count)) frames.Add((frame.TimestampNs, batch.Block.Slice(frame.Offset, frame.CapturedLength).ToArray()));
        }

        Assert.Empty(set.Summaries[0].Problems);
        return frames;
    }

    private static string Tshark(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/tshark", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.DoesNotContain(errors.Result.Split('\n'), l => l.Length > 0 && !l.StartsWith("Running as user", StringComparison.Ordinal));
        return output;
    }
}
