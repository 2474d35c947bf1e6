using System.Text.Json;
using TrafficCheck.TestSupport.CaptureFiles;
using static TrafficCheck.Cli.Tests.TheProgram;

namespace TrafficCheck.Cli.Tests;

public sealed class InterfacesTests
{
    [Fact]
    public void The_list_has_the_loopback_interface_with_its_address()
    {
        string output = Listed("text");
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Matches("^NAME +STATE +ADDRESSES +LINK TYPE +SPEED +DESCRIPTION$", lines[0]);
        string loopback = Assert.Single(lines, line => line.StartsWith("lo ", StringComparison.Ordinal));
        Assert.Matches(@"^lo +up +127\.0\.0\.1 .*ethernet", loopback);
    }

    [Fact]
    public void The_list_as_json_has_the_same_interfaces_with_their_facts()
    {
        using JsonDocument list = JsonDocument.Parse(Listed("json"));
        Assert.Equal("trafficcheck-interfaces/1", list.RootElement.GetProperty("schema").GetString());
        JsonElement[] all = [.. list.RootElement.GetProperty("interfaces").EnumerateArray()];
        JsonElement loopback = Assert.Single(all, item => item.GetProperty("name").GetString() == "lo");
        Assert.Equal("up", loopback.GetProperty("state").GetString());
        Assert.True(loopback.GetProperty("loopback").GetBoolean());
        Assert.Equal("ethernet", loopback.GetProperty("linkType").GetString());
        Assert.Equal(JsonValueKind.Null, loopback.GetProperty("speedMbits").ValueKind);
        Assert.Contains("127.0.0.1", loopback.GetProperty("addresses").EnumerateArray().Select(a => a.GetString()));
        string text = Listed("text");
        Assert.All(all, item => Assert.Contains("\n" + item.GetProperty("name").GetString() + " ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_libpcap_is_missing_both_commands_that_need_it_name_the_command_that_installs_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loader is misled in the way of Linux");
        using var folder = new TemporaryFolder();
        string matrix = Path.Combine(Samples, "clean", "matrix.md");
        foreach (string[] args in (string[][])[["interfaces"], ["watch", "-i", "lo", "-m", matrix, "--for", "1s"]])
        {
            var (code, output, errors) = RunWithoutLibpcap(folder.Root, args);
            Assert.Equal((2, ""), (code, output));
            Assert.StartsWith("trafficcheck: libpcap is not installed", errors, StringComparison.Ordinal);
            Assert.Contains("apt-get install libpcap0.8", errors, StringComparison.Ordinal);
            Assert.Contains("dnf install libpcap", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_interface_that_is_not_there_is_answered_with_those_that_are()
    {
        SkipUnlessListed();
        var (code, output, errors) = Run("watch", "-i", "no-such-port", "-m", Path.Combine(Samples, "clean", "matrix.md"), "--for", "1s");
        Assert.Equal((2, ""), (code, output));
        Assert.Matches(@"There is no interface 'no-such-port'\. There are: .*\blo\b.*\. See 'trafficcheck interfaces'\.", errors);
    }

    [Fact]
    public void Without_the_right_to_capture_the_commands_that_give_it_are_named()
    {
        SkipUnlessListed();
        Assert.SkipWhen(Environment.IsPrivilegedProcess || Invocation.Length == 1, "this user may capture, or the published program may");
        var (code, _, errors) = Run("watch", "-i", "lo", "-m", Path.Combine(Samples, "clean", "matrix.md"), "--for", "1s");
        Assert.Equal(2, code);
        Assert.Contains("needs the capability CAP_NET_RAW", errors, StringComparison.Ordinal);
        Assert.Contains("sudo", errors, StringComparison.Ordinal);
    }

    private static string Listed(string format)
    {
        SkipUnlessListed();
        var (code, output, errors) = Run("interfaces", "--format", format);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    private static void SkipUnlessListed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the loopback interface has its name on Linux");
        Assert.SkipUnless(HasLibpcap, "libpcap is not installed");
    }
}
