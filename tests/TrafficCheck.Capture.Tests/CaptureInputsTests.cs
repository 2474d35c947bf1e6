using TrafficCheck.TestSupport.CaptureFiles;

namespace TrafficCheck.Capture.Tests;

public sealed class CaptureInputsTests
{
    [Fact]
    public void Folders_give_their_captures_in_ordinal_order_and_name_the_rest()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["b/x.pcap", "B.pcap", "a.txt", "b.pcap"]) folder.Write(name, SampleFiles.Build("pcap-le"));
        folder.Write("c.gz", SampleFiles.Build("pcapng+zst"));
        folder.Write("notes.pcap", "hello"u8);
        folder.Write("notes.gz", CompressedBytes.Gzip("hello"u8));
        folder.Write("nothing.pcap", []);
        ExpandedInputs expanded = CaptureInputs.Expand([folder.Root]);
        Assert.Equal(["B.pcap", "a.txt", "b.pcap", "b/x.pcap", "c.gz"], Relative(folder, expanded.Inputs.Select(input => input.Path)));
        Assert.Equal(["notes.gz", "notes.pcap", "nothing.pcap"], Relative(folder, expanded.Skipped.Select(skipped => skipped.Path)));
        Assert.Equal(["looks like compressed (gz): text", "looks like text", "is empty or no regular file"], expanded.Skipped.Select(skipped => skipped.Reason));
        Assert.Empty(expanded.Errors);
    }

    [Fact]
    public void Files_given_are_taken_as_they_are_in_the_order_given()
    {
        using var folder = new TemporaryFolder();
        string text = folder.Write("z.txt", "hello"u8), capture = folder.Write("a.pcap", SampleFiles.Build("pcap-le"));
        ExpandedInputs expanded = CaptureInputs.Expand([text, "-", capture]);
        Assert.Equal([text, "-", capture], expanded.Inputs.Select(input => input.Path));
        Assert.Equal([false, true, false], expanded.Inputs.Select(input => input.IsStandardInput));
    }

    [Fact]
    public void What_is_given_twice_is_read_once()
    {
        using var folder = new TemporaryFolder();
        string capture = folder.Write("a.pcap", SampleFiles.Build("pcap-le"));
        File.CreateSymbolicLink(Path.Combine(folder.Root, "link.pcap"), capture);
        ExpandedInputs expanded = CaptureInputs.Expand([capture, "-", folder.Root, "-", capture]);
        Assert.Equal([capture, "-"], expanded.Inputs.Select(input => input.Path));
        Assert.Equal(4, expanded.Skipped.Count);
        Assert.Empty(expanded.Errors);
    }

    [Fact]
    public void A_missing_path_and_a_folder_without_captures_are_errors()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "hello"u8);
        string missing = Path.Combine(folder.Root, "none.pcap");
        ExpandedInputs expanded = CaptureInputs.Expand([missing, folder.Root]);
        Assert.Empty(expanded.Inputs);
        Assert.Equal(2, expanded.Errors.Count);
        Assert.Contains(missing, expanded.Errors[0], StringComparison.Ordinal);
        Assert.Contains(folder.Root, expanded.Errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Link_cycles_and_dangling_links_end()
    {
        using var folder = new TemporaryFolder();
        folder.Write("sub/a.pcap", SampleFiles.Build("pcap-le"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Root, "sub", "up"), folder.Root);
        File.CreateSymbolicLink(Path.Combine(folder.Root, "dangling"), Path.Combine(folder.Root, "none"));
        File.CreateSymbolicLink(Path.Combine(folder.Root, "self"), Path.Combine(folder.Root, "self"));
        ExpandedInputs expanded = CaptureInputs.Expand([folder.Root]);
        Assert.Equal(["sub/a.pcap"], Relative(folder, expanded.Inputs.Select(input => input.Path)));
        Assert.Equal(["dangling", "self", "sub/up"], Relative(folder, expanded.Skipped.Select(skipped => skipped.Path)));
    }

    private static IEnumerable<string> Relative(TemporaryFolder folder, IEnumerable<string> paths) =>
        paths.Select(path => Path.GetRelativePath(folder.Root, path).Replace('\\', '/'));
}
