namespace TrafficCheck.Cli.Tests.Watch;

public class WatchUsageTests
{
    private static readonly string[] s_run = ["watch", "-i", "no-such-iface0", "-m", "samples/clean/matrix.md", "-p", "10.0.0.5", "--no-progress"];

    [Theory]
    [InlineData("--for 0", "--for '0': give a time from 1 ms")]
    [InlineData("--rotate 10ms --output r.json", "--rotate '10ms': give a time from 1 s")]
    [InlineData("--rotate 1h", "--rotate writes files for each period: say which with --output or --flows")]
    [InlineData("--until 26:00", "--until '26:00': give a time of day")]
    [InlineData("--frames 0", "--frames: give a number from 1")]
    [InlineData("--checkpoint 1x", "--checkpoint '1x': give a time from 1 s")]
    [InlineData("--snap-length 10", "--snap-length: give a number from 64 to 262144")]
    [InlineData("--buffer 1", "--buffer: give a number of megabytes from 2 to 2048")]
    [InlineData("-i no-such-iface0", "--interface: an interface is named twice")]
    [InlineData("--output r.xml", "--output 'r.xml': the extension chooses the format")]
    [InlineData("--flows f.txt", "--flows: ")]
    [InlineData("--page nowhere", "--page: ")]
    [InlineData("--page 192.0.2.1:8080", "--page")]
    [InlineData("--page 127.0.0.1:8080 --page-token secret-in-the-open", "--page-token: ")]
    [InlineData("--page 127.0.0.1:8080 --page-token env:NO_SUCH_VARIABLE_HERE", "--page-token: ")]
    [InlineData("--alert gopher://x", "--alert: ")]
    [InlineData("--alert -", "--alert -: standard output is for alerts then")]
    [InlineData("--alert-on everything", "--alert-on: ")]
    [InlineData("--evidence e --evidence-size 5", "--evidence-size: ")]
    public void WhatIsWrongIsSaidBeforeAnythingIsCaptured(string more, string says)
    {
        (int code, string output, string errors) = TheProgram.Run([.. s_run, .. more.Split(' ')]);
        Assert.True(code == 2, $"exit code {code}: {errors}");
        Assert.Contains(says, errors, StringComparison.Ordinal);
        Assert.Equal("", output);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownInterfaceIsNamed()
    {
        (int code, _, string errors) = TheProgram.Run(s_run);
        Assert.Equal(2, code);
        Assert.True(errors.Contains("no-such-iface0", StringComparison.Ordinal) || errors.Contains("libpcap", StringComparison.Ordinal), errors);
    }

    [Fact]
    public void TheHelpTellsHowARunEndsAndWhatItsCodesMean()
    {
        (int code, string output, _) = TheProgram.Run("watch", "--help");
        Assert.Equal(0, code);
        foreach (string word in (string[])["Ctrl+C", "SIGHUP", "Exit codes", "--rotate", "--state", "--page", "cap_net_raw"]) Assert.Contains(word, output, StringComparison.Ordinal);
    }
}
