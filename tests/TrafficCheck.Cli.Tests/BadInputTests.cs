using System.Diagnostics;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>What is wrong is said with its place and what to do; nobody sees a stack trace.</summary>
public sealed class BadInputTests
{
    /// <summary>What was to go there goes nowhere; nothing ends in the middle.</summary>
    [Theory]
    [InlineData("2>&-", 0)]
    [InlineData(">&-", 3)]
    public async Task Streams_that_the_caller_closed_abort_nothing(string closed, int expected)
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "no /bin/sh here");
        string sample = Path.Combine(TheProgram.Samples, "clean");
        string command = string.Join(' ', TheProgram.Invocation.Select(word => $"'{word}'"));
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in (string[])["-c", $"{command} check '{sample}/capture.pcap' -m '{sample}/matrix.md' {closed}"]) start.ArgumentList.Add(word);
        using Process shell = Process.Start(start)!;
        Task<string> errors = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), said = await errors;
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(shell.ExitCode, (int[])[0, expected]); // ahead of time compiled, a closed output is known at once, and nothing is lost in it
        Assert.DoesNotContain("Unhandled", said, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", said, StringComparison.Ordinal);
        if (closed == "2>&-") Assert.StartsWith("PASS", output, StringComparison.Ordinal);
    }

    private const string Matrix = "| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n| 25 | TCP | In | mail |\n";

    [Fact]
    public void A_truncated_capture_is_reported_with_its_offset_and_exits_3()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Samples, "clean", "capture.pcap"));
        string cut = folder.Write("cut.pcap", whole.AsSpan(0, whole.Length - 7).ToArray());
        var (code, output, _) = Check(folder, Matrix, cut);
        Assert.Equal(3, code);
        Assert.Contains("145 frames", output, StringComparison.Ordinal);
        Assert.Contains("damaged at byte", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_of_4_GB_in_a_file_of_1_KB_is_refused_where_it_stands()
    {
        using var folder = new TemporaryFolder();
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, new byte[60]).BrokenBlock(6, 0xFFFF_FFFC, new byte[900]).ToArray();
        var (code, output, _) = Check(folder, Matrix, folder.Write("absurd.pcapng", file));
        Assert.Equal(3, code);
        Assert.Contains("damaged at byte 140", output, StringComparison.Ordinal);
        Assert.Contains("4294967292", output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zero", 0u)]
    [InlineData("odd", 13u)]
    public void A_block_with_an_impossible_length_is_refused(string name, uint length)
    {
        using var folder = new TemporaryFolder();
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, new byte[60]).BrokenBlock(6, length, new byte[64]).ToArray();
        var (code, output, _) = Check(folder, Matrix, folder.Write(name + ".pcapng", file));
        Assert.Equal(3, code);
        Assert.Contains("damaged at byte 140", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interface_that_was_never_described_is_named()
    {
        using var folder = new TemporaryFolder();
        byte[] file = new PcapngFileBuilder().Interface().EnhancedPacket(0, 1, new byte[60]).EnhancedPacket(7, 2, new byte[60]).ToArray();
        var (code, output, _) = Check(folder, Matrix, folder.Write("unknown-interface.pcapng", file));
        Assert.Equal(3, code);
        Assert.Matches("interface 7|interface number 7|interface id 7", output);
    }

    [Fact]
    public void A_capture_without_packets_beside_another_is_said_to_be_empty_not_damaged()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Path.Combine(Samples, "clean", "capture.pcap"));
        string empty = folder.Write("empty.pcap", whole.AsSpan(0, 24).ToArray()), sound = folder.Write("sound.pcap", whole);
        var (code, output, _) = Run("check", empty, sound, "-m", Path.Combine(Samples, "clean", "matrix.md"));
        Assert.Equal(3, code);
        Assert.Contains("exit code 3: an input held no packets", output, StringComparison.Ordinal);
        Assert.Contains("C, because an input held no packets", output, StringComparison.Ordinal);
        Assert.DoesNotContain("read whole", output, StringComparison.Ordinal);
        Assert.DoesNotContain("damaged", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_that_finds_no_room_on_the_disk_does_not_pass()
    {
        Assert.SkipUnless(File.Exists("/dev/full") && File.Exists("/bin/sh"), "no full device here");
        string sample = Path.Combine(Samples, "clean");
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        foreach (string arg in (string[])["-c", "exec \"$@\" > /dev/full", "sh", .. Invocation, "check", Path.Combine(sample, "capture.pcap"), "-m", Path.Combine(sample, "matrix.md")]) start.ArgumentList.Add(arg);
        using var process = System.Diagnostics.Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(3, process.ExitCode);
        Assert.DoesNotContain("closed", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_for_a_matrix_and_a_list_in_an_unknown_form_are_named_for_what_they_are()
    {
        using var folder = new TemporaryFolder();
        string capture = Path.Combine(Samples, "clean", "capture.pcap"), matrix = Path.Combine(Samples, "clean", "matrix.md");
        var (code, _, errors) = Run("check", capture, "-m", Path.Combine(Samples, "clean"));
        Assert.Equal(2, code);
        Assert.Contains("a folder: name the file", errors, StringComparison.Ordinal);
        (code, _, errors) = Run("check", capture, "-m", matrix, "--flows", "x.parquet");
        Assert.Equal(2, code);
        Assert.EndsWith("the extension chooses the format.", errors.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_stands_in_the_first_line()
    {
        using var folder = new TemporaryFolder();
        string matrix = folder.Write("ports.md", System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(Samples, "clean", "matrix.md")).TrimEnd() + "\n| 9999 | TCP | In | nobody | nothing |\n"));
        var (code, output, _) = Run("check", Path.Combine(Samples, "clean", "capture.pcap"), "-m", matrix, "--fail-on", "missing");
        Assert.Equal(1, code);
        Assert.StartsWith("FAIL  a required row was not seen; all 8 flows", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_and_a_stranger_exit_3()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(3, Check(folder, Matrix, folder.Write("empty.pcap", [])).Code);
        var (code, output, _) = Check(folder, Matrix, folder.Write("page.pcap", "<html>404"u8.ToArray()));
        Assert.Equal(3, code);
        Assert.Contains("HTML", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("| 70000 | TCP | In | x |", "matrix.md:3: error", "70000")]
    [InlineData("| 80 | TCP | sideways | x |", "matrix.md:3: error", "sideways")]
    [InlineData("| 80 | QQQ | In | x |", "matrix.md:3: error", "QQQ")]
    public void A_cell_that_is_not_understood_names_file_line_and_cell(string row, string place, string text)
    {
        using var folder = new TemporaryFolder();
        string table = Matrix[..Matrix.IndexOf("| 25", StringComparison.Ordinal)] + row + "\n";
        var (code, output, errors) = Check(folder, table, Path.Combine(Samples, "clean", "capture.pcap"));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(place, errors, StringComparison.Ordinal);
        Assert.Contains(text, errors, StringComparison.Ordinal);
        Assert.Contains("(cell \"", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matrix_without_rows_is_refused()
    {
        using var folder = new TemporaryFolder();
        var (code, _, errors) = Check(folder, "# Ports\n\nNone.\n", Path.Combine(Samples, "clean", "capture.pcap"));
        Assert.Equal(2, code);
        Assert.Contains("no rows", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_that_never_appear_are_named_with_those_that_do()
    {
        using var folder = new TemporaryFolder();
        var (code, output, _) = Check(folder, Matrix, Path.Combine(Samples, "clean", "capture.pcap"), "192.0.2.222");
        Assert.Equal(4, code);
        Assert.Contains("192.0.2.222", output, StringComparison.Ordinal);
        Assert.Contains("10.0.0.10", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--protect", "10.0.0")]
    [InlineData("--protect", "nobody.example.net")]
    [InlineData("--protect", "10.0.0.5/33")]
    [InlineData("--protect", "ghost=10.0.0.5,x")]
    [InlineData("--fail-on", "sometimes")]
    [InlineData("--idle-timeout", "udp=-1")]
    [InlineData("--max-flows", "0")]
    [InlineData("--min-visibility", "G")]
    [InlineData("--with", "pmm")]
    [InlineData("--flows", "flows.xls")]
    [InlineData("--output", "report.doc")]
    [InlineData("--no-such-option", "1")]
    public void A_wrong_option_is_named_and_exits_2(string option, string value)
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = Check(folder, Matrix, Path.Combine(Samples, "clean", "capture.pcap"), "10.0.0.10", option, value);
        Assert.Equal((2, ""), (code, output));
        Assert.True(errors.Contains(option, StringComparison.Ordinal) || errors.Contains(value, StringComparison.Ordinal), errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_found_before_the_run()
    {
        using var folder = new TemporaryFolder();
        string nowhere = Path.Combine(folder.Root, "none", "flows.csv");
        var (code, output, errors) = Check(folder, Matrix, Path.Combine(Samples, "clean", "capture.pcap"), "10.0.0.10", "--flows", nowhere);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("flows.csv", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Check(
        TemporaryFolder folder, string matrix, string capture, string protect = "10.0.0.10", params string[] more)
    {
        string path = folder.Write("matrix.md", System.Text.Encoding.UTF8.GetBytes(matrix));
        return Run(["check", capture, "-m", path, "-p", protect, .. more]);
    }
}
