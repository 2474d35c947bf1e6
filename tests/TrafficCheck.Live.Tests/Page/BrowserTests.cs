using System.Globalization;
using TrafficCheck.Live.Page;

namespace TrafficCheck.Live.Tests.Page;

/// <summary>The page in a real browser, as a person uses it.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private const string Findings = "document.querySelectorAll('#findings > li').length";

    /// <summary>The worst contrast of any text that is shown, with what it says.</summary>
    private const string Contrast = """
        (() => {
          const read = c => { const n = c.match(/[\d.]+/g).map(Number); return { rgb: n.slice(0, 3), a: n[3] ?? 1 }; };
          const light = rgb => rgb.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((a, v, i) => a + v * [.2126, .7152, .0722][i], 0);
          const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          let worst = [99, ""];
          while (texts.nextNode()) {
            const node = texts.currentNode, own = node.parentElement;
            if (!node.data.trim() || !own.checkVisibility() || own.closest('.unseen, noscript, option, svg')) continue;
            let back = own;
            while (back && read(getComputedStyle(back).backgroundColor).a === 0) back = back.parentElement;
            const a = light(read(getComputedStyle(own).color).rgb), b = light(read(getComputedStyle(back ?? document.body).backgroundColor).rgb);
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < worst[0]) worst = [ratio, node.data.trim()];
          }
          return worst[0] >= 4.5 ? "good" : worst.join(" ");
        })()
        """;

    private readonly LiveFeed _feed = new(Samples.Status(1, Samples.Gateway));
    private LivePage? _page;
    private Browser? _browser;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Browser Tab => _browser!;

    public async ValueTask InitializeAsync()
    {
        _page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null) with { StreamInterval = TimeSpan.FromMilliseconds(50) }, _feed, Cancel);
        _browser = await Browser.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        if (_page is not null) await _page.DisposeAsync();
    }

    [Fact]
    public async Task It_loads_follows_the_run_and_asks_nobody_else()
    {
        await OpenAsync();
        await Tab.ExpectAsync("✕ FAIL", "document.getElementById('result').textContent");
        await Tab.ExpectAsync("32 of 40 rows proven", "document.getElementById('proven').textContent");
        await Tab.ExpectAsync("40", "document.querySelectorAll('#coverage tbody tr').length");
        await Tab.ExpectAsync("2", "document.querySelectorAll('#interfaces tbody tr').length");
        await Tab.ExpectAsync("3", "document.querySelectorAll('#rates svg[role=img] title').length");
        _feed.Publish(Samples.Status(2, Samples.Gateway) with { Warnings = ["the matrix was refused"] });
        await Tab.ExpectAsync("Warning: the matrix was refused", "document.getElementById('spoken').textContent");
        _feed.Publish(Samples.Status(3, Samples.Scan) with { Warnings = ["no frames arrive at span0"], FramesRead = 987_654_321 });
        await Tab.ExpectAsync("true", "document.getElementById('run').textContent.replaceAll('\\u00a0', ' ').includes('987 654 321').toString()");
        await Tab.ExpectAsync("no frames arrive at span0", "document.getElementById('warnings').textContent");
        await Tab.ExpectAsync("7", Findings);
        await Tab.ExpectAsync("true", "document.getElementById('spoken').textContent.includes('new findings').toString()");
        _feed.Publish(Samples.Status(4, Samples.Scan) with { Ended = true });
        await Tab.ExpectAsync("the run has ended", "document.getElementById('connection').textContent");
        Assert.Empty(Tab.Complaints);
        Assert.NotEmpty(Tab.Requests);
        Assert.All(Tab.Requests, r => Assert.True(r.StartsWith(_page!.Address.ToString(), StringComparison.Ordinal) || r.StartsWith("data:", StringComparison.Ordinal), r));
    }

    [Fact]
    public async Task The_keyboard_reaches_everything_and_updates_leave_it_where_it_is()
    {
        await OpenAsync();
        var order = new List<string>();
        for (int i = 0; i < 9; i++)
        {
            await Tab.TabAsync();
            order.Add(await Tab.EvaluateAsync("document.activeElement.id || document.activeElement.name || document.activeElement.className || document.activeElement.tagName.toLowerCase()"));
        }

        Assert.Equal(["skip", "pause", "theme", "group", "finding-sort", "finding-text", "summary", "summary", "summary"], order);
        string focused = "document.activeElement.querySelector('.id')?.textContent";
        Assert.Equal("F3", await Tab.EvaluateAsync(focused));
        Assert.Equal("solid", await Tab.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle"));
        await Tab.PressAsync("Enter", 13, "\r");
        await Tab.ExpectAsync("true", "document.activeElement.parentElement.open.toString()");
        await Tab.ExpectAsync("true", "document.activeElement.parentElement.querySelector('.detail').textContent.includes('To settle it').toString()");

        // The same findings the other way round, with other counts: the one with the focus stays open and keeps it.
        _feed.Publish(Samples.Status(2, Samples.Gateway with { Findings = [.. Samples.Gateway.Findings.Reverse().Select(f => f with { Flows = f.Flows + 1000 })] }));
        await Tab.ExpectAsync("F20", "document.querySelector('#findings .id').textContent");
        Assert.Equal("F3", await Tab.EvaluateAsync(focused));
        Assert.Equal("true", await Tab.EvaluateAsync("document.activeElement.parentElement.open.toString()"));
        Assert.Equal("F20 F19 F18", await Tab.EvaluateAsync("[...document.querySelectorAll('#findings .id')].slice(0, 3).map(n => n.textContent).join(' ')"));
        Assert.Equal("1002 flows", (await Tab.EvaluateAsync("document.activeElement.querySelector('.flows').textContent")).Replace("\u00A0", "", StringComparison.Ordinal).Replace("flows", " flows", StringComparison.Ordinal));
        Assert.Empty(Tab.Complaints);
    }

    [Fact]
    public async Task Findings_and_rows_are_chosen_by_the_keyboard()
    {
        await OpenAsync();
        await Tab.EvaluateAsync("document.querySelector('input[name=group]').focus()");
        await Tab.PressAsync("ArrowRight", 39);
        await Tab.ExpectAsync("16", Findings);
        await Tab.PressAsync("ArrowRight", 39);
        await Tab.ExpectAsync("1", Findings);
        await Tab.EvaluateAsync("document.querySelector('input[name=rows]').focus()");
        await Tab.PressAsync("ArrowRight", 39);
        await Tab.ExpectAsync("8", "document.querySelectorAll('#coverage tbody tr').length");
        await Tab.EvaluateAsync("document.querySelector('input[name=group]').click(); document.getElementById('finding-text').focus()");
        await Tab.SendAsync("Input.insertText", new() { ["text"] = "3389" });
        await Tab.ExpectAsync("1", Findings);
        await Tab.SendAsync("Input.insertText", new() { ["text"] = "no such thing" });
        await Tab.ExpectAsync("No finding is like that.", "document.getElementById('findings-more').textContent");
        Assert.Empty(Tab.Complaints);
    }

    [Fact]
    public async Task Paused_lists_wait()
    {
        await OpenAsync();
        await Tab.EvaluateAsync("document.getElementById('pause').click()");
        _feed.Publish(Samples.Status(2, Samples.Scan));
        await Tab.ExpectAsync("1 of 2 rows proven", "document.getElementById('proven').textContent");
        Assert.Equal("20", await Tab.EvaluateAsync(Findings));
        await Tab.EvaluateAsync("document.getElementById('pause').click()");
        await Tab.ExpectAsync("7", Findings);
    }

    [Fact]
    public async Task Both_themes_can_be_read_and_chosen()
    {
        const string Back = "getComputedStyle(document.body).backgroundColor";
        foreach (string theme in new[] { "light", "dark" })
        {
            await Tab.PreferAsync(theme);
            await OpenAsync();
            await Tab.EvaluateAsync("document.querySelectorAll('#findings details').forEach(d => d.open = true)");
            await Tab.ExpectAsync(theme == "light" ? "rgb(244, 246, 248)" : "rgb(15, 20, 26)", Back);
            await Tab.ExpectAsync("good", Contrast);
        }

        await Tab.EvaluateAsync("document.getElementById('theme').value = 'light'; document.getElementById('theme').dispatchEvent(new Event('change'))");
        await Tab.ExpectAsync("rgb(244, 246, 248)", Back);
        await OpenAsync();
        await Tab.ExpectAsync("rgb(244, 246, 248)", Back);
        Assert.Equal("light", await Tab.EvaluateAsync("document.getElementById('theme').value"));
        Assert.Empty(Tab.Complaints);
    }

    [Fact]
    public async Task Without_the_token_there_is_nothing_to_see()
    {
        const string Token = "correct horse+battery/staple=";
        Assert.Throws<LivePageException>(() => LivePageOptions.Parse("127.0.0.1:0", Token));
        string token = Token.Replace(' ', '-');
        await using LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", token), _feed, Cancel);
        await Tab.OpenAsync(page.Address);
        await Tab.ExpectAsync("false true", "document.getElementById('login').hidden + ' ' + document.getElementById('main').hidden");
        await Tab.ExpectAsync("token", "document.activeElement.id");
        await Tab.SendAsync("Input.insertText", new() { ["text"] = "wrong-wrong-wrong-wrong" });
        await Tab.PressAsync("Enter", 13, "\r");
        await Tab.ExpectAsync("This token is not the right one.", "document.getElementById('login-error').textContent");
        Assert.Equal("0", await Tab.EvaluateAsync(Findings));
        await Tab.SendAsync("Input.insertText", new() { ["text"] = token });
        await Tab.PressAsync("Enter", 13, "\r");
        await Tab.ExpectAsync("20", Findings);
        await Tab.ExpectAsync("true", "document.getElementById('login').hidden.toString()");

        await Tab.EvaluateAsync("sessionStorage.clear()");
        await Tab.OpenAsync(new Uri("about:blank"));
        await Tab.OpenAsync(new Uri(page.Address, "#token=" + Uri.EscapeDataString(token)));
        await Tab.ExpectAsync("20", Findings);
        Assert.Equal("", await Tab.EvaluateAsync("location.hash"));
        Assert.Equal("", await Tab.EvaluateAsync("document.cookie"));
        Assert.All(Tab.Requests, r => Assert.DoesNotContain("battery", r.Split('#')[0], StringComparison.Ordinal));
        Assert.Equal("ok", await Tab.EvaluateAsync("import('/feed.js').then(async f => { const a = await f.ask('/api/report.txt'); return (await a.text()).includes('Coverage of 40 rows') ? 'ok' : 'no'; })"));
        Assert.All(Tab.Complaints, c => Assert.Contains("401", c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hostile_text_is_only_text()
    {
        _feed.Publish(Samples.Status(2, Samples.WithHostileText()) with { Warnings = [Samples.Hostile], Receivers = [new ReceiverStatus(Samples.Hostile, 1, 2, 3, Samples.Hostile)], Files = [new RunFile("evidence", Samples.Hostile, "/none", 1, Samples.Start)] });
        await OpenAsync();
        await Tab.EvaluateAsync("document.querySelectorAll('#findings details').forEach(d => d.open = true)");
        await Tab.ExpectAsync("true", "document.querySelector('.detail').textContent.includes('<img src=x onerror=alert(1)> \\\\x1B[31mred \\\\u202Egnp.exe').toString()");
        Assert.Equal("0", await Tab.EvaluateAsync("document.querySelectorAll('img, body script').length"));
        Assert.Equal("false", await Tab.EvaluateAsync(@"/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent).toString()"));
        Assert.InRange(int.Parse(await Tab.EvaluateAsync("document.body.textContent.length"), CultureInfo.InvariantCulture), 1000, 80_000);
        Assert.Empty(Tab.Complaints);
    }

    [Fact]
    public async Task Ten_thousand_findings_leave_the_page_readable()
    {
        _feed.Publish(Samples.Status(2, Samples.Many(10_000)));
        await OpenAsync(200);
        await Tab.ExpectAsync("true", "document.getElementById('findings-more').textContent.replaceAll('\\u00a0', ' ').startsWith('and 9 800 more').toString()");
        Assert.InRange(int.Parse(await Tab.EvaluateAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 500, 6000);
        Assert.Empty(Tab.Complaints);
    }

    [Theory]
    [InlineData(320)]
    [InlineData(768)]
    [InlineData(1920)]
    public async Task It_fits_narrow_and_wide_windows(int width)
    {
        _feed.Publish(Samples.Status(2, Samples.WithHostileText()) with { Warnings = [Samples.Hostile] });
        await Tab.SizeAsync(width, 900);
        await OpenAsync();
        await Tab.EvaluateAsync("document.querySelectorAll('#findings details').forEach(d => d.open = true)");
        Assert.Equal(width, int.Parse(await Tab.EvaluateAsync("document.documentElement.scrollWidth"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_screen_reader_finds_landmarks_headings_tables_and_names()
    {
        await OpenAsync();
        Assert.Equal("1 1 1", await Tab.EvaluateAsync("['main', 'h1', '[role=status][aria-live=polite]'].map(s => document.querySelectorAll(s).length).join(' ')"));
        Assert.Equal("", await Tab.EvaluateAsync("[...document.querySelectorAll('section')].filter(s => !document.getElementById(s.getAttribute('aria-labelledby'))).map(s => s.outerHTML).join()"));
        Assert.Equal("", await Tab.EvaluateAsync("[...document.querySelectorAll('table')].filter(t => !t.caption || [...t.querySelectorAll('th')].some(h => !h.scope)).map(t => t.id).join()"));
        Assert.Equal("", await Tab.EvaluateAsync("[...document.querySelectorAll('input, select')].filter(i => !i.labels.length).map(i => i.id).join()"));
        Assert.Equal("", await Tab.EvaluateAsync("[...document.querySelectorAll('td.state')].filter(t => !/[a-z]{5}/.test(t.textContent)).map(t => t.textContent).join()"));
    }

    private async Task OpenAsync(int findings = 20)
    {
        await Tab.OpenAsync(_page!.Address);
        await Tab.ExpectAsync(findings.ToString(CultureInfo.InvariantCulture), Findings);
    }
}
