using System.Globalization;
using TrafficCheck.Live.Page;

namespace TrafficCheck.Live.Tests.Page;

/// <summary>Pictures to look at: set TRAFFICCHECK_SCREENSHOTS to a folder.</summary>
public sealed class PicturesTests
{
    [Fact]
    public async Task The_page_in_both_themes_wide_and_narrow()
    {
        string? folder = Environment.GetEnvironmentVariable("TRAFFICCHECK_SCREENSHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "TRAFFICCHECK_SCREENSHOTS names no folder");
        Directory.CreateDirectory(folder!);
        var feed = new LiveFeed(Samples.Status(1, Samples.Gateway) with { Files = [new RunFile("evidence", "F1.pcapng", "/none", 4711, Samples.Start), new RunFile("report", "report-08.json", "/none", 91_000, Samples.Start)] });
        await using LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null), feed, TestContext.Current.CancellationToken);
        await using Browser browser = await Browser.StartAsync();
        await PicturesAsync("gateway", 20);
        feed.Publish(Samples.Status(2, Samples.WithHostileText()) with { Warnings = ["no frames arrive at span0 since 08:39:12", Samples.Hostile] });
        await PicturesAsync("hostile", 20);

        async Task PicturesAsync(string name, int findings)
        {
            foreach ((string theme, int width) in new[] { ("light", 1400), ("dark", 1400), ("light", 320), ("dark", 320), ("light", 900) })
            {
                await browser.SizeAsync(width, 1000);
                await browser.PreferAsync(theme);
                await browser.OpenAsync(page.Address);
                await browser.ExpectAsync(findings.ToString(CultureInfo.InvariantCulture), "document.querySelectorAll('#findings > li').length");
                await browser.EvaluateAsync("document.querySelector('#findings details').open = true");
                await browser.ExpectAsync("40", "document.querySelectorAll('#coverage tbody tr').length");
                await Task.Delay(400, TestContext.Current.CancellationToken);
                string overflow = await browser.EvaluateAsync("document.documentElement.scrollWidth");
                TestContext.Current.TestOutputHelper?.WriteLine($"{name} {theme} {width}: {overflow} wide");
                const int Part = 1200;
                int height = int.Parse(await browser.EvaluateAsync("document.documentElement.scrollHeight"), CultureInfo.InvariantCulture);
                for (int from = 0, i = 0; from < height && i < 3; from += Part, i++)
                {
                    await browser.PictureAsync(Path.Combine(folder!, $"{name}-{theme}-{width}-{i}.png"), from, width, Math.Min(Part, height - from));
                }
            }

            Assert.Empty(browser.Complaints);
        }
    }
}
