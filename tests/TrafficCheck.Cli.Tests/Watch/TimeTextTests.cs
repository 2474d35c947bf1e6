using System.Globalization;
using TrafficCheck.Cli.Watch;

namespace TrafficCheck.Cli.Tests.Watch;

public class TimeTextTests
{
    private static readonly TimeZoneInfo s_zone = Zone();

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("1.5m", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData(" 7d ", 604_800)]
    [InlineData("500ms", 0.5)]
    [InlineData("1m500ms", 60.5)]
    public void SpansAreRead(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), TimeText.ParseSpan("--for", text, TimeSpan.FromMilliseconds(1)));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5s")]
    [InlineData("5 minutes")]
    [InlineData("1H")]
    [InlineData("h")]
    [InlineData("1.2.3s")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("99999d")]
    [InlineData("999999999999999999999999999999999999999999d")]
    public void WhatIsNoSpanIsRefusedWithAnExample(string text)
    {
        var e = Assert.Throws<UsageException>(() => TimeText.ParseSpan("--rotate", text, TimeSpan.FromSeconds(1)));
        Assert.Equal($"--rotate '{text}': give a time from 1 s, such as 90s, 30m, 1h or 7d", e.Message);
    }

    [Theory]
    [InlineData("2030-01-15T10:00:00Z", "18:00", "2030-01-15T17:00:00Z")] // today
    [InlineData("2030-01-15T10:00:00Z", "9:30", "2030-01-16T08:30:00Z")] // over midnight
    [InlineData("2030-01-15T17:00:00Z", "18:00", "2030-01-16T17:00:00Z")] // right now is tomorrow
    [InlineData("2030-03-30T20:00:00Z", "12:00", "2030-03-31T10:00:00Z")] // over the change to summer
    [InlineData("2030-03-30T20:00:00Z", "2:30", "2030-03-31T01:00:00Z")] // left out by it: three o'clock
    [InlineData("2030-03-30T20:00:00Z", "2:30:10", "2030-03-31T01:00:00Z")]
    [InlineData("2030-10-26T20:00:00Z", "2:30", "2030-10-27T00:30:00Z")] // twice: the first
    [InlineData("2030-10-27T00:40:00Z", "2:30", "2030-10-27T01:30:00Z")] // the second
    [InlineData("2030-10-27T01:40:00Z", "2:30", "2030-10-28T01:30:00Z")] // both are over
    public void ATimeOfDayIsTheNextOne(string now, string text, string until) =>
        Assert.Equal(Time(until), TimeText.ParseUntil("--until", text, Time(now), s_zone).ToUniversalTime());

    [Theory]
    [InlineData("2030-01-31T18:00:00Z", "2030-01-31T18:00:00Z")]
    [InlineData("2030-01-31T18:00:00.5+01:00", "2030-01-31T17:00:00.5Z")]
    [InlineData("2030-01-31 18:00Z", "2030-01-31T18:00:00Z")]
    public void AFullTimeIsTakenAsItIs(string text, string until) =>
        Assert.Equal(Time(until), TimeText.ParseUntil("--until", text, Time("2030-01-01T00:00:00Z"), s_zone).ToUniversalTime());

    [Theory]
    [InlineData("2029-12-31T18:00:00Z", "this time is over")]
    [InlineData("25:00", "give a time of day such as 18:00")]
    [InlineData("noon", "give a time of day such as 18:00")]
    [InlineData("", "give a time of day such as 18:00")]
    public void WhatIsNoTimeIsRefused(string text, string says) =>
        Assert.Contains(says, Assert.Throws<UsageException>(() => TimeText.ParseUntil("--until", text, Time("2030-01-01T00:00:00Z"), s_zone)).Message, StringComparison.Ordinal);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();

    /// <summary>As in central Europe, without asking this machine for it.</summary>
    private static TimeZoneInfo Zone()
    {
        var begins = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday);
        var ends = TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday);
        var summer = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), begins, ends);
        return TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test", "test summer", [summer]);
    }
}
