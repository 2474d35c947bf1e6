using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Alerts;
using static TrafficCheck.Live.Tests.Findings;

namespace TrafficCheck.Live.Tests.Alerts;

public sealed class FindingNewsTests
{
    private DateTimeOffset _now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_finding_is_new_once_and_its_growth_is_told_after_a_minute_then_ten_then_each_hour()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        List<(double Minute, string Event, long Flows, long? Before)> told = [];
        for (int second = 0; second <= 3 * 3600; second += 5)
        {
            DateTimeOffset at = _now.AddSeconds(second);
            foreach (Alert alert in news.Take(Report(Of("k", flows: 3 + second)), at, false))
                told.Add((second / 60.0, alert.EventWord, alert.Finding!.Flows, alert.Before?.Flows));
        }

        Assert.Equal([(0, "new", 3, null), (1, "update", 63, 3), (11, "update", 663, 63), (71, "update", 4263, 663), (131, "update", 7863, 4263)], told);
    }

    [Fact]
    public void Equal_totals_are_told_once_however_often_they_are_reported()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        Assert.Single(Take(news, Of("k")));
        for (int i = 0; i < 100; i++) Assert.Empty(Take(news.Also(() => Wait(3600)), Of("k") with { Id = $"F{i}" }));
    }

    [Fact]
    public void What_becomes_more_severe_is_told_at_once()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        Take(news, Of("k", severity: FindingSeverity.Low));
        Wait(1);
        Assert.Equal(AlertEvent.Update, Assert.Single(Take(news, Of("k", flows: 4, severity: FindingSeverity.High))).Event);
        Wait(1);
        Assert.Empty(Take(news, Of("k", flows: 5, severity: FindingSeverity.Low)));
    }

    [Fact]
    public void A_finding_that_reports_have_no_more_is_withdrawn_after_a_while_and_new_when_it_comes_again()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        Take(news, Of("k"));
        Wait(10);
        Assert.Empty(Take(news));
        Wait(10);
        Assert.Empty(Take(news, Of("k")));
        Wait(29);
        Assert.Empty(Take(news));
        Wait(1);
        Assert.Equal((AlertEvent.Withdrawn, "k"), Assert.Single(Take(news)) is var a ? (a.Event, a.Finding!.Key) : default);
        Assert.Empty(Take(news));
        Assert.Equal(AlertEvent.New, Assert.Single(Take(news, Of("k"))).Event);
    }

    [Fact]
    public void The_last_report_tells_what_grew_and_withdraws_what_is_gone()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        Take(news, Of("a"), Of("b"), Of("c"));
        Wait(2);
        Assert.Equal(
            [(AlertEvent.Update, "a"), (AlertEvent.Withdrawn, "c")],
            news.Take(Report(Of("a", flows: 9), Of("b")), _now, isFinal: true).Select(a => (a.Event, a.Finding!.Key)));
    }

    [Fact]
    public void More_than_a_minute_may_have_are_told_as_a_sum_the_most_severe_by_themselves()
    {
        var news = new FindingNews(new AlertOptions { MostPerMinute = 5 }, "run");
        Finding[] many = [.. Enumerable.Range(0, 1000).Select(i => Of($"k{i}", severity: i % 100 == 99 ? FindingSeverity.High : FindingSeverity.Low))];
        List<Alert> alerts = Take(news, many);
        Assert.Equal(["k99", "k199", "k299", "k399", "k499"], alerts.Take(5).Select(a => a.Finding!.Key));
        Assert.Equal(AlertEvent.Summary, alerts[5].Event);
        Assert.Equal(6, alerts.Count);
        Assert.Equal((995, 5, 990), (alerts[5].Further!.New, alerts[5].Further!.BySeverity[0], alerts[5].Further!.BySeverity[2]));
        Assert.Contains("995 further new findings (5 high, 990 low; 995 unexpected)", AlertText.Of(alerts[5]), StringComparison.Ordinal);

        // The storm goes on: one sum a minute, with all that came in between.
        int sums = 0;
        long summed = 0;
        for (int i = 0; i < 24; i++)
        {
            Wait(5);
            many = [.. many, Of($"more{i}")];
            foreach (Alert alert in Take(news, many).Where(a => a.Event == AlertEvent.Summary)) (sums, summed) = (sums + 1, summed + alert.Further!.New);
        }

        Assert.InRange(sums, 1, 2);
        Assert.InRange(summed, 10, 24);
    }

    [Fact]
    public void Memory_is_bounded_and_what_is_not_remembered_is_counted()
    {
        var news = new FindingNews(new AlertOptions { MostRemembered = 100, MostPerMinute = 1000 }, "run");
        Finding[] many = [.. Enumerable.Range(0, 500).Select(i => Of($"k{i}"))];
        List<Alert> alerts = Take(news, many);
        Assert.Equal((101, 400), (alerts.Count, alerts[^1].Further!.NotRemembered));
        Wait(120);
        Assert.Empty(Take(news, many));
        Assert.Equal(100, news.Remembered);
    }

    [Fact]
    public void Only_chosen_kinds_are_told()
    {
        var news = new FindingNews(new AlertOptions { Kinds = AlertKindWords.Parse(["scan,failing"]) }, "run");
        Assert.Equal(
            ["port-scan", "failing"],
            Take(news, Of("a"), Of("b", kind: FindingKind.PortScan), Of("c", kind: FindingKind.SynFlood), Of("d", kind: FindingKind.Failing), Of("e", kind: FindingKind.Undetermined))
                .Select(a => a.KindWord));
        Assert.Equal(AlertKinds.All, AlertKindWords.Parse(["all"]));
        Assert.Throws<FormatException>(() => AlertKindWords.Parse(["nonsense"]));
        Assert.Throws<FormatException>(() => AlertKindWords.Parse([" , "]));
    }

    [Fact]
    public void What_a_run_had_before_it_was_started_again_is_not_new()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        news.Assume(Report(Of("a")), _now);
        Assert.Equal("b", Assert.Single(Take(news, Of("a"), Of("b"))).Finding!.Key);
    }

    [Fact]
    public void Findings_without_a_key_are_known_by_what_they_are_about()
    {
        var news = new FindingNews(new AlertOptions(), "run");
        Assert.Equal(2, Take(news, Of(""), Of("") with { ServicePort = 80 }).Count);
        Assert.Empty(Take(news, Of("") with { ServicePort = 80, Id = "F9" }, Of("")));
    }

    private void Wait(double seconds) => _now = _now.AddSeconds(seconds);

    private List<Alert> Take(FindingNews news, params IReadOnlyList<Finding> findings) => news.Take(Report(findings), _now, false);
}

internal static class AlsoExtension
{
    public static T Also<T>(this T value, Action action)
    {
        action();
        return value;
    }
}
