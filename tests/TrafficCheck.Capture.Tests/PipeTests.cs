using System.Diagnostics;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

/// <summary>Pipes that are given by path, as a shell does for <c>check &lt;(zcat x.pcap.gz)</c>.</summary>
public sealed class PipeTests
{
    [Theory]
    [MemberData(nameof(SampleFiles.All), MemberType = typeof(SampleFiles))]
    public async Task A_pipe_gives_the_frames_of_the_file_that_goes_through_it(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] file = SampleFiles.Build(name);
        foreach (byte[] sent in (byte[][])[file, CompressedBytes.Gzip(file), CompressedBytes.Zstd(file)])
        {
            string pipe = MakePipe(folder);
            Task sender = Send(pipe, sent);
            Collected read = Collected.FromPath(pipe);
            await sender.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(Collected.From(file).Data, read.Data);
            Assert.DoesNotContain(read.Summary.Problems, p => p.Severity == ProblemSeverity.Damage);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_set_with_a_pipe_is_read_once_whole_and_says_that_it_cannot_be_read_again(int pipes)
    {
        using var folder = new TemporaryFolder();
        byte[] file = SampleFiles.Build("pcap-le");
        string[] paths = [.. Enumerable.Range(0, pipes).Select(_ => MakePipe(folder))];
        Task[] senders = [.. paths.Select(path => Send(path, file))];
        using var set = new CaptureSet([.. paths.Select(path => new CaptureInput(path))]);
        int frames = 0;
        while (set.ReadRun(out FrameBatch? _, out _, out int count)) frames += count;
        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(6 * pipes, frames);
        Assert.False(set.CanReadAgain);
        Assert.All(set.Summaries, summary => Assert.Empty(summary.Problems));
    }

    [Fact]
    public async Task A_pipe_that_ends_inside_a_frame_is_damage_at_that_place()
    {
        using var folder = new TemporaryFolder();
        byte[] file = SampleFiles.Build("pcap-le");
        string pipe = MakePipe(folder);
        Task sender = Send(pipe, file[..^1]);
        Collected read = Collected.FromPath(pipe), expected = Collected.From(file[..^1]);
        await sender.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(expected.Data, read.Data);
        Assert.Equal(expected.Codes, read.Codes);
    }

    private static string MakePipe(TemporaryFolder folder)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mkfifo"), "mkfifo is not installed");
        string path = Path.Combine(folder.Root, Guid.NewGuid().ToString("N"));
        using Process made = Process.Start("/usr/bin/mkfifo", path);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
        return path;
    }

    /// <summary>In pieces, and by a thread of its own: opening a pipe waits for its other end.</summary>
    private static Task Send(string pipe, byte[] bytes) => Task.Factory.StartNew(
        () =>
        {
            using var stream = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            foreach (byte[] piece in bytes.Chunk(50)) stream.Write(piece);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
