using SharpPcap;
using TrafficCheck.Capture.Live;

namespace TrafficCheck.Capture.Tests;

public sealed class OpeningErrorsTests
{
    [Theory]
    [InlineData(PcapError.PermissionDenied, "CAP_NET_RAW", "sudo")]
    [InlineData(PcapError.PromiscuousPermissionDenied, "CAP_NET_RAW", "sudo")]
    [InlineData(PcapError.InterfaceNotUp, "is down", "sudo ip link set eth7 up")]
    [InlineData(PcapError.Generic, "eth7", "trafficcheck interfaces")]
    public void Each_reason_names_what_mends_it(PcapError error, string reason, string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the commands are those of Linux");
        string said = OpeningErrors.Explain("eth7", error, "the words of libpcap");
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains(command, said, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_interface_is_answered_with_those_that_there_are()
    {
        string said = OpeningErrors.Unknown("eth7", ["eth0", "lo"]);
        Assert.Contains("eth0, lo", said, StringComparison.Ordinal);
        Assert.Contains("trafficcheck interfaces", said, StringComparison.Ordinal);
    }
}
