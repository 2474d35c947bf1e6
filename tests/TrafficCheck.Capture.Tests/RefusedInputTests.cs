using System.Text;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class RefusedInputTests
{
    public static TheoryData<byte[], string> Strangers => new()
    {
        { "hello, this is a letter\n"u8.ToArray(), "text" },
        { "<html><body>404"u8.ToArray(), "HTML" },
        { "{ \"a\": 1 }"u8.ToArray(), "JSON" },
        { [0x50, 0x4b, 3, 4, 20, 0], "ZIP" },
        { [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "xz" },
        { "BZh91AY&SY"u8.ToArray(), "bzip2" },
        { [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1], "program" },
        { [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10], "PNG" },
        { new byte[40], "zeros" },
        { [0xde, 0xad, 0xbe, 0xef, 0, 1, 2], "binary" },
        { [0xa1, 0xb2, 0xc3], "binary" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void An_unknown_magic_says_what_the_file_looks_like(byte[] content, string word)
    {
        foreach (byte[] file in (byte[][])[content, CompressedBytes.Gzip(content), CompressedBytes.Zstd(content)])
        {
            Collected read = Collected.From(file);
            InputProblem problem = read.Only(ProblemSeverity.Damage, "unknown-format");
            Assert.Contains(word, problem.Message, StringComparison.Ordinal);
            Assert.Equal(file == content, read.Summary.Format == "unknown");
        }
    }

    [Fact]
    public void An_empty_input_is_damage() => Collected.From([]).Only(ProblemSeverity.Damage, "empty-file");

    [Theory]
    [MemberData(nameof(SampleFiles.All), MemberType = typeof(SampleFiles))]
    public void A_sound_file_without_packets_is_said_to_have_none(string name)
    {
        Collected read = Collected.From(SampleFiles.Build(name, 0));
        Assert.Null(read.Summary.FirstNs);
        Assert.Contains("no-packets", read.Codes);
    }

    [Fact]
    public void Compression_without_end_is_refused()
    {
        byte[] file = SampleFiles.Build("pcap-le");
        for (int i = 0; i < 4; i++) file = CompressedBytes.Gzip(file);
        Assert.Equal(6, Collected.From(file).Frames.Count);
        Collected.From(CompressedBytes.Gzip(file)).Only(ProblemSeverity.Damage, "nested-compression");
    }

    [Fact]
    public void A_path_that_is_not_there_or_a_folder_is_unreadable()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(-1, Collected.FromPath(Path.Combine(folder.Root, "none.pcap")).Only(ProblemSeverity.Damage, "unreadable").ByteOffset);
        Assert.Contains(Collected.FromPath(folder.Root).Codes, code => code is "unreadable" or "read-error");
        Assert.Empty(Collected.FromPath("a\0b").Frames);
    }

    [Fact]
    public void A_file_without_permission_is_unreadable()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.pcap", SampleFiles.Build("pcap-le"));
        if (OperatingSystem.IsWindows()) Assert.Skip("File modes are a matter of Unix.");
        else File.SetUnixFileMode(path, UnixFileMode.None);
        Collected read = Collected.FromPath(path);

        // The superuser may read anything.
        if (Environment.IsPrivilegedProcess) Assert.Equal(6, read.Frames.Count);
        else read.Only(ProblemSeverity.Damage, "unreadable");
    }

    [Fact]
    public void A_stream_that_fails_gives_what_it_gave_before()
    {
        byte[] file = SampleFiles.Build("pcap-le");
        foreach (Exception failure in (Exception[])[new IOException("gone"), new UnauthorizedAccessException("no")])
        {
            using var stream = new TricklingStream(file[..^1], 10) { Failure = failure };
            Collected read = Collected.From(stream);
            Assert.Equal(5, read.Frames.Count);
            Assert.Equal(file.Length - 1, read.Only(ProblemSeverity.Damage, "read-error").ByteOffset);
            Assert.True(stream.Disposed);
        }
    }

    [Fact]
    public void A_source_that_is_disposed_throws()
    {
        IFrameSource source = CaptureFile.Open(new MemoryStream(SampleFiles.Build("pcap-le")), "-", 0, new CaptureInterfaces());
        source.Dispose();
        using var batch = new FrameBatch();
        Assert.Throws<ObjectDisposedException>(() => source.Read(batch));
    }

    [Fact]
    public void No_message_shows_bytes_of_the_file()
    {
        byte[] hostile = Encoding.UTF8.GetBytes("\u001b[31mred <script>");
        Assert.DoesNotContain("\u001b", Collected.From(hostile).Summary.Problems[0].Message, StringComparison.Ordinal);
    }
}
