using TrafficCheck.Live.Run;

namespace TrafficCheck.Live.Tests.Run;

public class PeriodClockTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 8, 20, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("01:00:00", "2026-03-02T09:00:00Z")]
    [InlineData("00:05:00", "2026-03-02T08:25:00Z")]
    [InlineData("00:00:01", "2026-03-02T08:20:06Z")]
    [InlineData("1.00:00:00", "2026-03-03T00:00:00Z")]
    [InlineData("06:00:00", "2026-03-02T12:00:00Z")]
    public void PeriodsEndAtRoundTimes(string length, string ends) =>
        Assert.Equal(DateTimeOffset.Parse(ends, System.Globalization.CultureInfo.InvariantCulture), new PeriodClock(TimeSpan.Parse(length, System.Globalization.CultureInfo.InvariantCulture), s_now).EndsUtc);

    [Fact]
    public void APeriodThatBeginsAtARoundTimeIsAWholeOne()
    {
        var clock = new PeriodClock(TimeSpan.FromHours(1), s_now);
        Assert.False(clock.IsOver(s_now.AddMinutes(39)));
        Assert.True(clock.IsOver(clock.EndsUtc));
        clock.Begin(clock.EndsUtc);
        Assert.Equal((s_now.Date.AddHours(9), s_now.Date.AddHours(10)), (clock.BeganUtc.DateTime, clock.EndsUtc.DateTime));
    }

    [Fact]
    public void AClockThatIsSetBackMakesNoPeriodOfDays()
    {
        var clock = new PeriodClock(TimeSpan.FromHours(1), s_now);
        DateTimeOffset back = s_now.AddDays(-3);
        Assert.False(clock.IsOver(back));
        Assert.Equal(back.Date.AddHours(9), clock.EndsUtc.DateTime);
        Assert.True(clock.IsOver(back.AddHours(1)));
    }

    [Fact]
    public void AClockThatIsSetForwardEndsOnePeriod()
    {
        var clock = new PeriodClock(TimeSpan.FromHours(1), s_now);
        DateTimeOffset later = s_now.AddYears(5);
        Assert.True(clock.IsOver(later));
        clock.Begin(later);
        Assert.False(clock.IsOver(later));
    }

    [Fact]
    public void ALengthBelowASecondIsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PeriodClock(TimeSpan.FromMilliseconds(999), s_now));

    [Fact]
    public void TheEndOfTimeIsAnEnd() => Assert.False(new PeriodClock(TimeSpan.FromDays(3000), DateTimeOffset.MaxValue.AddDays(-2)).IsOver(DateTimeOffset.MaxValue.AddDays(-1)));
}
