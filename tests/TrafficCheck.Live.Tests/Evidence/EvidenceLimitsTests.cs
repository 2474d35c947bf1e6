using TrafficCheck.Live.Evidence;

namespace TrafficCheck.Live.Tests.Evidence;

public sealed class EvidenceLimitsTests
{
    [Fact]
    public void Sizes_and_ages_have_units()
    {
        Assert.Equal((100_000_000, 2_000, 3_000_000_000), (EvidenceLimits.ParseSize("100MB"), EvidenceLimits.ParseSize("2kb"), EvidenceLimits.ParseSize("3GB")));
        Assert.Equal((TimeSpan.FromDays(30), TimeSpan.FromMinutes(5), null), (EvidenceLimits.ParseAge("30d"), EvidenceLimits.ParseAge("5m"), EvidenceLimits.ParseAge("none")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("100")]
    [InlineData("MB")]
    [InlineData("-1MB")]
    [InlineData("0MB")]
    [InlineData("1.5GB")]
    [InlineData("99999999999999999999TB")]
    [InlineData("9999999999d")]
    public void What_is_no_limit_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => EvidenceLimits.ParseSize(text));
        Assert.Throws<FormatException>(() => EvidenceLimits.ParseAge(text));
    }
}
