using System.Text.RegularExpressions;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

/// <summary>The unit of <c>samples/systemd</c> starts the program as it is.</summary>
public sealed class ServiceUnitTests
{
    private static readonly string s_folder = Path.Combine(Samples, "systemd");

    [Fact]
    public void Every_option_of_the_unit_and_its_options_file_is_one_of_the_program()
    {
        string[] words = CommandLine();
        string help = Run("watch", "--help").Output;
        string[] options = [.. words.Where(word => word.StartsWith('-'))];
        Assert.Contains("--state", options);
        Assert.Contains("--rotate", options);
        Assert.All(options, option => Assert.Matches($"(?m)^  (-., )?{Regex.Escape(option)}[ ,]", help));
    }

    [Fact]
    public void The_command_of_the_unit_is_understood_as_far_as_the_interface_that_is_not_here()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && HasLibpcap, "libpcap is not installed");
        string[] words = CommandLine();
        words[Array.IndexOf(words, "-i") + 1] = "no-such-port";
        var (code, _, errors) = Run(words[1..]);
        Assert.Equal(2, code);
        Assert.StartsWith("trafficcheck: There is no interface 'no-such-port'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_findings_are_no_failure_and_its_reload_is_the_signal_that_the_program_takes()
    {
        string[] unit = File.ReadAllLines(Path.Combine(s_folder, "trafficcheck.service"));
        Assert.Contains("SuccessExitStatus=1 4", unit);
        Assert.Contains("ExecReload=/bin/kill -HUP $MAINPID", unit);
        Assert.Contains("SIGHUP reads the matrix again", Run("watch", "--help").Output, StringComparison.Ordinal);
    }

    /// <summary>As systemd makes it of the two files: continued lines joined, variables in place, specifiers of folders replaced.</summary>
    private static string[] CommandLine()
    {
        string unit = File.ReadAllText(Path.Combine(s_folder, "trafficcheck.service")).Replace("\\\n", " ", StringComparison.Ordinal);
        string command = Assert.Single(unit.Split('\n'), line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];
        foreach (string line in File.ReadAllLines(Path.Combine(s_folder, "watch.conf")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] pair = line.Split('=', 2);
            Assert.Contains(pair[0], command, StringComparison.Ordinal);
            command = command.Replace("${" + pair[0] + "}", pair[1], StringComparison.Ordinal).Replace("$" + pair[0], pair[1], StringComparison.Ordinal);
        }

        Assert.DoesNotContain("$", command, StringComparison.Ordinal);
        return command.Replace("%S", "/var/lib", StringComparison.Ordinal).Replace("%L", "/var/log", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
