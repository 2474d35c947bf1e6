using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>Who starts <c>watch</c> as root does not think of files that the user it becomes may not read.</summary>
public sealed class DeniedFilesTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("--output")]
    [InlineData("--state")]
    [InlineData("--evidence")]
    public void Where_a_file_is_denied_the_user_that_the_program_became_is_named(string? option)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root becomes another user");
        Assert.SkipUnless(HasLibpcap, "libpcap is not installed");
        using var open = new TemporaryFolder();
        using var closed = new TemporaryFolder();
        string matrix = Path.Combine(option is null ? closed.Root : open.Root, "matrix.md");
        File.Copy(Path.Combine(Samples, "clean", "matrix.md"), matrix);
#pragma warning disable CA1416 // Linux, see above
        File.SetUnixFileMode(open.Root, (UnixFileMode)Convert.ToInt32("755", 8));
        File.SetUnixFileMode(matrix, (UnixFileMode)Convert.ToInt32("644", 8));
        File.SetUnixFileMode(closed.Root, (UnixFileMode)Convert.ToInt32("700", 8));
#pragma warning restore CA1416
        string[] further = option is null ? [] : [option, Path.Combine(closed.Root, "report.json")];
        var (code, output, errors) = Run(["watch", "-i", "lo", "-m", matrix, "-p", "127.0.0.1", "--user", "nobody", "--for", "1s", "-q", .. further]);
        Assert.SkipWhen(errors.Contains("Could not load file or assembly", StringComparison.Ordinal), "nobody may not run the program where it lies");
        Assert.SkipWhen(errors.Contains("no user 'nobody'", StringComparison.Ordinal), "there is no user nobody");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("denied", errors, StringComparison.Ordinal);
        Assert.Contains("the program runs as 'nobody' now", errors, StringComparison.Ordinal);
        Assert.Contains("sudo chown nobody", errors, StringComparison.Ordinal);
    }
}
