using System.Net;
using System.Text;
using System.Text.Json;
using TrafficCheck.Live.Page;

namespace TrafficCheck.Live.Tests.Page;

/// <summary>The API over HTTP, as a program sees it.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private readonly LiveFeed _feed = new(Samples.Status(1, Samples.Gateway));
    private readonly HttpClient _http = new();
    private LivePage? _page;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null) with { StreamInterval = TimeSpan.FromMilliseconds(5) }, _feed, Cancel);
        _http.BaseAddress = _page.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _page!.DisposeAsync();
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_protect_it()
    {
        foreach (string path in PageAssets.All.Keys.Concat(PageApplication.Routes.Where(r => r != "/api/events")).Append("/nothing"))
        {
            using HttpResponseMessage answer = await _http.GetAsync(path, Cancel);
            string Header(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
            Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
            Assert.Equal("no-store", Header("Cache-Control"));
            Assert.Equal("", Header("Set-Cookie"));
            Assert.Equal("", Header("Server"));
            Assert.Equal("", Header("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public void The_page_has_nothing_inline_and_asks_nobody_else()
    {
        foreach (var (path, asset) in PageAssets.All)
        {
            string text = Encoding.UTF8.GetString(asset.Bytes);
            if (path != "/icon.svg") Assert.DoesNotContain("://", text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
            Assert.DoesNotContain("style=\"", text, StringComparison.Ordinal);
            if (path == "/") Assert.DoesNotMatch(@"<script(?![^>]*src=)|\son\w+=", text);
        }
    }

    [Fact]
    public async Task Read_only_whatever_the_method()
    {
        foreach (string method in new[] { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND" })
        {
            using HttpResponseMessage answer = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/api/status"), Cancel);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
            Assert.Equal("GET,HEAD", string.Join(",", answer.Content.Headers.Allow));
        }

        Assert.Equal(7, _page!.Counters.Refused.Single(r => r.Key == "method").Value);
    }

    [Fact]
    public async Task Head_gives_what_get_gives_without_the_body()
    {
        foreach (string path in new[] { "/", "/api/status", "/api/report.txt", "/metrics", "/api/events" })
        {
            using HttpResponseMessage answer = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
            if (path != "/api/events") Assert.True(answer.Content.Headers.ContentLength > 100);
        }
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("192.0.2.1", 421)]
    [InlineData("localhost.evil.example:80", 421)]
    [InlineData("localhost:9000", 200)]
    [InlineData("LOCALHOST.", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:99", 200)]
    public async Task Only_its_own_names_are_served(string host, int code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status") { Headers = { Host = host } };
        using HttpResponseMessage answer = await _http.SendAsync(request, Cancel);
        Assert.Equal(code, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_name_that_was_given_is_served()
    {
        LivePageOptions options = LivePageOptions.Parse("127.0.0.1:0", null) with { Hosts = ["monitor.example.net"] };
        await using LivePage page = await LivePage.StartAsync(options, _feed, Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page.Address, "/")) { Headers = { Host = "Monitor.Example.net" } };
        using HttpResponseMessage answer = await _http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task Other_sites_get_no_data(string site, int code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status") { Headers = { { "Sec-Fetch-Site", site } } };
        using HttpResponseMessage answer = await _http.SendAsync(request, Cancel);
        Assert.Equal(code, (int)answer.StatusCode);
    }

    [Fact]
    public async Task With_a_token_only_the_empty_page_is_shown_without()
    {
        const string Token = "correct-horse-battery";
        await using LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", Token), _feed, Cancel);
        foreach (string path in PageApplication.Routes.Append("/nothing"))
        {
            foreach (string? sent in new[] { null, "Bearer wrong", "Bearer correct-horse-batter", "Basic " + Token, Token, "Bearer " })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page.Address, path));
                if (sent is not null) request.Headers.TryAddWithoutValidation("Authorization", sent);
                using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
                Assert.Contains("Authorization: Bearer", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            }
        }

        using var good = new HttpRequestMessage(HttpMethod.Get, new Uri(page.Address, "/api/status")) { Headers = { { "Authorization", "bearer " + Token } } };
        using HttpResponseMessage shown = await _http.SendAsync(good, Cancel);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.Contains("Token needed", await _http.GetStringAsync(page.Address, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_has_every_route_and_no_other()
    {
        JsonElement description = await JsonAsync("/api/openapi.json");
        Assert.StartsWith("3.1", description.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var described = description.GetProperty("paths").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal);
        Assert.Equal(PageApplication.Routes.Concat(["/", "/api/openapi.json"]).Order(StringComparer.Ordinal), described);
        string text = description.GetRawText();
        foreach (System.Text.RegularExpressions.Match reference in System.Text.RegularExpressions.Regex.Matches(text, "\"#/([^\"]+)\""))
        {
            JsonElement at = description;
            foreach (string step in reference.Groups[1].Value.Split('/')) at = at.GetProperty(step);
        }

        JsonElement status = description.GetProperty("components").GetProperty("schemas").GetProperty("Status").GetProperty("properties");
        JsonElement answer = await JsonAsync("/api/status");
        Assert.Equal(status.EnumerateObject().Select(p => p.Name).Concat(["history", "report"]).Order(StringComparer.Ordinal), answer.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_report_is_that_of_check()
    {
        JsonElement report = await JsonAsync("/api/report");
        Assert.Equal("trafficcheck-report/1", report.GetProperty("schema").GetString());
        Assert.Equal(20, report.GetProperty("findings").GetArrayLength());
        Assert.Contains("Coverage of 40 rows", await _http.GetStringAsync("/api/report.txt", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_the_first_report_there_is_none_and_the_status_says_so()
    {
        await using LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null), new LiveFeed(Samples.Status(1)), Cancel);
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(page.Address, "/api/findings"), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        using JsonDocument status = JsonDocument.Parse(await _http.GetStringAsync(new Uri(page.Address, "/api/status"), Cancel));
        Assert.Equal(JsonValueKind.Null, status.RootElement.GetProperty("report").ValueKind);
    }

    [Fact]
    public async Task Findings_come_in_pages_and_by_group_text_and_order()
    {
        _feed.Publish(Samples.Status(2, Samples.Many(10_000)));
        JsonElement first = await JsonAsync("/api/findings?limit=500");
        Assert.Equal(10_000, first.GetProperty("total").GetInt32());
        Assert.Equal(500, first.GetProperty("findings").GetArrayLength());
        Assert.Equal(500, first.GetProperty("next").GetInt32());
        JsonElement last = await JsonAsync("/api/findings?limit=500&offset=9990");
        Assert.Equal(10, last.GetProperty("findings").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, last.GetProperty("next").ValueKind);
        Assert.Equal("F10000", (await JsonAsync("/api/findings?sort=flows&limit=1")).GetProperty("findings")[0].GetProperty("id").GetString());
        Assert.Equal(1, (await JsonAsync("/api/findings?q=9999/TCP")).GetProperty("matching").GetInt32());
        Assert.Equal(0, (await JsonAsync("/api/findings?group=failing")).GetProperty("matching").GetInt32());
        Assert.True((await _http.GetByteArrayAsync("/api/findings?limit=500", Cancel)).Length < ReportJson.MostBytes);
    }

    [Theory]
    [InlineData("/api/findings?limit=501")]
    [InlineData("/api/findings?offset=-1")]
    [InlineData("/api/findings?group=x")]
    [InlineData("/api/findings?sort=x")]
    [InlineData("/api/coverage?show=x")]
    [InlineData("/api/files?limit=x")]
    public async Task What_is_not_served_is_said(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("error", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_come_by_state()
    {
        JsonElement all = await JsonAsync("/api/coverage");
        Assert.Equal(40, all.GetProperty("coverage").GetArrayLength());
        Assert.Equal(8, (await JsonAsync("/api/coverage?show=not-proven")).GetProperty("matching").GetInt32());
        Assert.Equal(32, (await JsonAsync("/api/coverage?show=proven")).GetProperty("matching").GetInt32());
    }

    [Fact]
    public async Task An_answer_of_long_texts_ends_early_and_says_where_to_go_on()
    {
        string text = new('p', 100_000);
        _feed.Publish(Samples.Status(2, Samples.Gateway with { Coverage = [.. Enumerable.Repeat(Samples.Gateway.Coverage[0], 200).Select(r => r with { Note = text })] }));
        JsonElement rows = await JsonAsync("/api/coverage");
        Assert.InRange(rows.GetProperty("coverage").GetArrayLength(), 30, 60);
        Assert.Equal(rows.GetProperty("coverage").GetArrayLength(), rows.GetProperty("next").GetInt32());
    }

    [Fact]
    public async Task Only_files_of_the_run_are_given_out()
    {
        string folder = Directory.CreateTempSubdirectory("trafficcheck-page").FullName;
        try
        {
            const string Name = "F1 <b>ü.pcapng";
            await File.WriteAllTextAsync(Path.Combine(folder, Name), "evidence", Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "secret", Cancel);
            _feed.Publish(Samples.Status(2) with { Files = [new RunFile("evidence", Name, Path.Combine(folder, Name), 8, Samples.Start), new RunFile("report", "gone.json", Path.Combine(folder, "gone.json"), 8, Samples.Start)] });
            Assert.Equal(Name, (await JsonAsync("/api/files")).GetProperty("files")[0].GetProperty("name").GetString());
            using HttpResponseMessage file = await _http.GetAsync("/api/files/" + Uri.EscapeDataString(Name), Cancel);
            Assert.Equal("evidence", await file.Content.ReadAsStringAsync(Cancel));
            Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(Name, file.Content.Headers.ContentDisposition.FileNameStar);
            Assert.Contains("sandbox", string.Join("", file.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            foreach (string wrong in new[] { "secret", "../secret", "..%2fsecret", "%2e%2e%2fsecret", "..%5csecret", Uri.EscapeDataString(Path.Combine(folder, "secret")), "gone.json", "", ".", "%00" })
            {
                var address = new Uri(_page!.Address.ToString() + "api/files/" + wrong, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
                using HttpResponseMessage answer = await _http.GetAsync(address, Cancel);
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, wrong);
                Assert.DoesNotContain("secret\n", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Events_follow_the_feed_and_send_the_report_only_when_it_is_new()
    {
        using HttpResponseMessage answer = await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var events = new EventReader(await answer.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal(180, (await events.NextAsync("history")).GetProperty("samples").GetArrayLength());
        Assert.Equal(1, (await events.NextAsync("status")).GetProperty("sequence").GetInt64());
        Assert.Equal(20, (await events.NextAsync("report")).GetProperty("findings").GetProperty("all").GetInt32());
        _feed.Publish(Samples.Status(2, Samples.Gateway));
        Assert.Equal(2, (await events.NextAsync("status")).GetProperty("sequence").GetInt64());
        _feed.Publish(Samples.Status(3, Samples.Scan) with { Ended = true });
        Assert.Equal(3, (await events.NextAsync("status")).GetProperty("sequence").GetInt64());
        JsonElement report = await events.NextAsync("report");
        Assert.Equal(2, report.GetProperty("version").GetInt32());
        Assert.True(report.GetProperty("recent").GetArrayLength() > 0);
        await events.NextAsync("end");
        Assert.Null(await events.LineAsync());
    }

    [Fact]
    public async Task As_many_streams_as_are_served_and_no_more()
    {
        var open = new List<HttpResponseMessage>();
        try
        {
            for (int i = 0; i < 16; i++) open.Add(await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel));
            Assert.All(open, o => Assert.Equal(HttpStatusCode.OK, o.StatusCode));
            using HttpResponseMessage refused = await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal(16, _page!.Counters.Streams);
        }
        finally
        {
            open.ForEach(o => o.Dispose());
        }

        // A stream whose client is gone is given back when it has something to send.
        for (int tries = 0; _page.Counters.Streams > 0 && tries < 500; tries++)
        {
            _feed.Publish(Samples.Status(_feed.Current.Sequence + 1));
            await Task.Delay(10, Cancel);
        }

        Assert.Equal(0, _page.Counters.Streams);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_holds_up_neither_the_run_nor_others()
    {
        using var mute = new System.Net.Sockets.TcpClient();
        await mute.ConnectAsync(IPAddress.Loopback, _page!.Address.Port, Cancel);
        await mute.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/events HTTP/1.1\r\nHost: {_page.Address.Authority}\r\n\r\n"), Cancel);
        for (int tries = 0; _page.Counters.Streams == 0 && tries < 500; tries++) await Task.Delay(10, Cancel);
        Assert.Equal(1, _page.Counters.Streams);
        string text = new('w', 400);
        LiveStatus large = Samples.Status(2) with { Warnings = [.. Enumerable.Repeat(text, 50)] };
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 2; i < 20_000; i++) _feed.Publish(large with { Sequence = i });
        Assert.InRange(clock.ElapsedMilliseconds, 0, 3000);
        using HttpResponseMessage answer = await _http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var events = new EventReader(await answer.Content.ReadAsStreamAsync(Cancel));
        await events.NextAsync("history");
        Assert.Equal(19_999, (await events.NextAsync("status")).GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task The_page_ends_at_once_though_streams_are_open()
    {
        LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null), _feed, Cancel);
        using HttpResponseMessage open = await _http.GetAsync(new Uri(page.Address, "/api/events"), HttpCompletionOption.ResponseHeadersRead, Cancel);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await page.DisposeAsync();
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1500);
    }

    [Fact]
    public void A_finding_keeps_the_time_at_which_it_was_found()
    {
        var log = new ReportLog();
        ReportPicture first = log.Take(Samples.Status(1, Samples.Gateway))!;
        ReportPicture second = log.Take(Samples.Status(5, Samples.Many(3) with { Findings = [.. Samples.Gateway.Findings, .. Samples.Many(1).Findings] }))!;
        Assert.Equal(2, second.Version);
        Assert.Equal(first.AtUtc, second.Found(Samples.Gateway.Findings[0]));
        Assert.Equal(second.AtUtc, second.Found(Samples.Many(1).Findings[0]));
        Assert.Same(second, log.Take(Samples.Status(6)));
    }

    private async Task<JsonElement> JsonAsync(string path)
    {
        using JsonDocument document = JsonDocument.Parse(await _http.GetStringAsync(path, Cancel));
        return document.RootElement.Clone();
    }

    private sealed class EventReader(Stream stream) : IDisposable
    {
        private readonly StreamReader _lines = new(stream);

        public void Dispose() => _lines.Dispose();

        public async Task<string?> LineAsync() => await _lines.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Cancel);

        /// <summary>The data of the next event, which has to be of this name.</summary>
        public async Task<JsonElement> NextAsync(string name)
        {
            Assert.Equal("event: " + name, await LineAsync());
            string data = (await LineAsync())!;
            Assert.StartsWith("data: ", data, StringComparison.Ordinal);
            Assert.Equal("", await LineAsync());
            using JsonDocument document = JsonDocument.Parse(data[6..]);
            return document.RootElement.Clone();
        }
    }
}
