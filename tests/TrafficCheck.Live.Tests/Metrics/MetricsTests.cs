using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using TrafficCheck.Live.Metrics;
using TrafficCheck.Live.Page;
using TrafficCheck.Live.Tests.Page;

namespace TrafficCheck.Live.Tests.Metrics;

public sealed partial class MetricsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_text_keeps_the_rules_of_its_format()
    {
        LiveStatus status = Samples.Status(1, Samples.Gateway);
        const string Wild = "a\"b\\c\nd";
        status = status with
        {
            Interfaces = [.. status.Interfaces, status.Interfaces[0] with { Name = Wild }],
            Receivers = [new ReceiverStatus(new string('x', 200), 1, 2, 3, null), new ReceiverStatus(new string('x', 200), 10, 20, 30, null)],
        };
        Dictionary<string, double> series = Parse(Encoding.UTF8.GetString(PrometheusText.Write(status, new PageCounters())));
        Assert.Equal(212, series["trafficcheck_frames_dropped_total{network_interface_name=\"span0\",where=\"kernel\"}"]);
        Assert.DoesNotContain(series.Keys, k => k.Contains("span1", StringComparison.Ordinal) && k.Contains("kernel", StringComparison.Ordinal));
        Assert.Equal(86, series["trafficcheck_flows{verdict=\"unexpected\"}"]);
        Assert.Equal(32, series["trafficcheck_rows{state=\"proven\"}"]);
        Assert.Equal(12, series["trafficcheck_findings{kind=\"unexpected\",severity=\"high\"}"]);
        Assert.Equal(0, series["trafficcheck_findings{kind=\"syn-flood\",severity=\"high\"}"]);
        Assert.Equal(5, series["trafficcheck_visibility_grade"]);
        Assert.Contains(series.Keys, k => k.Contains("a\\\"b\\\\", StringComparison.Ordinal));
        Assert.Contains(33, series.Where(s => s.Key.StartsWith("trafficcheck_alerts_total{receiver=\"xxx", StringComparison.Ordinal)).Select(s => s.Value));
        Assert.True(series["process_memory_usage_bytes"] > 1e6);
    }

    [Fact]
    public void The_number_of_series_does_not_depend_on_what_is_found()
    {
        static string[] Names(LiveStatus status) => [.. Parse(Encoding.UTF8.GetString(PrometheusText.Write(status, null))).Keys.Order(StringComparer.Ordinal)];
        Assert.Equal(Names(Samples.Status(1, Samples.Gateway)), Names(Samples.Status(1, Samples.Many(10_000))));
        var full = Samples.Status(1) with { Interfaces = [.. Enumerable.Range(0, 5000).Select(i => Samples.Status(1).Interfaces[0] with { Name = $"if{i}" })] };
        Assert.InRange(Names(full).Length, 100, 1000);
    }

    [Fact]
    public async Task The_page_serves_them()
    {
        await using LivePage page = await LivePage.StartAsync(LivePageOptions.Parse("127.0.0.1:0", null), new LiveFeed(Samples.Status(1, Samples.Gateway)), Cancel);
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.GetAsync(new Uri(page.Address, "/metrics"), Cancel);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(1, Parse(await answer.Content.ReadAsStringAsync(Cancel))["trafficcheck_page_requests_total"]);
    }

    [Fact]
    public void The_meter_has_the_names_and_units_of_the_conventions()
    {
        var seen = new Dictionary<string, (string? Unit, double Sum)>(StringComparer.Ordinal);
        using var metrics = new LiveMetrics(new LiveFeed(Samples.Status(1, Samples.Gateway)), new PageCounters(), _ => null);
        using var listener = new MeterListener();
        var mine = new HashSet<Instrument>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == LiveMetrics.MeterName && mine.Count < MetricTable.All.Count && mine.Add(instrument)) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((i, v, _, _) => seen[i.Name] = (i.Unit, seen.GetValueOrDefault(i.Name).Sum + v));
        listener.SetMeasurementEventCallback<double>((i, v, _, _) => seen[i.Name] = (i.Unit, seen.GetValueOrDefault(i.Name).Sum + v));
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(MetricTable.All.Select(m => m.Name).Except(["trafficcheck.not_kept"]).Order(StringComparer.Ordinal), seen.Keys.Except(["trafficcheck.not_kept"]).Order(StringComparer.Ordinal));
        Assert.Equal(("{finding}", 20), seen["trafficcheck.findings"]);
        Assert.Equal(("{frame}", 212), seen["trafficcheck.frames.dropped"]);
        Assert.All(MetricTable.All, m => Assert.Matches(@"^[a-z][a-z_]*(\.[a-z_]+)+$", m.Name));
        Assert.All(MetricTable.All, m => Assert.Matches(@"^(By|s|\{[a-z]+\})$", m.Unit));
        Assert.Equal(MetricTable.All.Count, MetricTable.All.Select(PrometheusText.Name).Distinct().Count());
    }

    [Fact]
    public async Task They_are_sent_where_the_environment_asks_for_it()
    {
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        Task<string> request = ReceiveAsync(receiver);
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{receiver.LocalEndpoint}", ["OTEL_METRIC_EXPORT_INTERVAL"] = "100", ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=abc" };
        using var metrics = new LiveMetrics(new LiveFeed(Samples.Status(1, Samples.Gateway)), null, environment.GetValueOrDefault);
        Assert.Equal($"http://{receiver.LocalEndpoint}/v1/metrics", metrics.ExportsTo!.ToString());
        string sent = await request.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.StartsWith("POST /v1/metrics HTTP/1.1", sent, StringComparison.Ordinal);
        Assert.Contains("application/x-protobuf", sent, StringComparison.Ordinal);
        Assert.Contains("x-key: abc", sent, StringComparison.Ordinal);
        foreach (string name in new[] { "service.name", "trafficcheck", "trafficcheck.frames.dropped", "{frame}", "network.interface.name", "span0", "trafficcheck.findings", "syn-flood", "process.cpu.time" })
        {
            Assert.Contains(name, sent, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_receiver_that_is_dead_or_mute_holds_nothing_up(bool dead)
    {
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        EndPoint at = receiver.LocalEndpoint;
        if (dead) receiver.Stop();
        var feed = new LiveFeed(Samples.Status(1, Samples.Gateway));
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{at}", ["OTEL_METRIC_EXPORT_INTERVAL"] = "10" };
        var clock = Stopwatch.StartNew();
        var metrics = new LiveMetrics(feed, null, environment.GetValueOrDefault);
        LiveStatus status = Samples.Status(2);
        for (int i = 2; i < 100_000; i++) feed.Publish(status with { Sequence = i });
        Assert.InRange(clock.ElapsedMilliseconds, 0, 3000);
        clock.Restart();
        metrics.Dispose();
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1500);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("OTEL_METRICS_EXPORTER=none OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1", null, null)]
    [InlineData("OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1", null, null)]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", "http://localhost:4318/v1/metrics", null)]
    [InlineData("OTEL_METRICS_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "http://localhost:4317/", null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1/base/", "http://a:1/base/v1/metrics", null)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://a/own OTEL_EXPORTER_OTLP_ENDPOINT=http://b:1", "https://a/own", null)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=a:1", null, "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1 OTEL_EXPORTER_OTLP_PROTOCOL=http/json", null, "OTEL_EXPORTER_OTLP_PROTOCOL")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://a:1 OTEL_METRIC_EXPORT_INTERVAL=often", null, "OTEL_METRIC_EXPORT_INTERVAL")]
    public void The_environment_is_read_by_the_standard(string environment, string? endpoint, string? problem)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        OtlpSettings settings = OtlpSettings.Read(variables.GetValueOrDefault);
        Assert.Equal(endpoint, settings.Endpoint?.ToString());
        if (problem is null) Assert.Null(settings.Problem);
        else Assert.Contains(problem, settings.Problem, StringComparison.Ordinal);
    }

    /// <summary>Takes one request whole and answers it.</summary>
    private static async Task<string> ReceiveAsync(TcpListener receiver)
    {
        using TcpClient client = await receiver.AcceptTcpClientAsync(Cancel);
        NetworkStream stream = client.GetStream();
        byte[] room = new byte[1 << 16];
        var text = new StringBuilder();
        while (true)
        {
            int read = await stream.ReadAsync(room, Cancel);
            if (read == 0) break;
            text.Append(Encoding.Latin1.GetString(room, 0, read));
            string all = text.ToString();
            int end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && Length().Match(all) is { Success: true } length && all.Length >= end + 4 + int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture)) break;
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancel);
        return text.ToString();
    }

    /// <summary>Reads the text as a scraper does, and fails on what the format forbids.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var series = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var helped = new HashSet<string>(StringComparer.Ordinal);
        string current = "";
        foreach (string line in text.Split('\n')[..^1])
        {
            if (HelpLine().Match(line) is { Success: true } help)
            {
                current = help.Groups[1].Value;
                Assert.True(helped.Add(current), line);
            }
            else if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.Equal(current, type.Groups[1].Value);
                Assert.True(types.TryAdd(current, type.Groups[2].Value), line);
                Assert.Equal(type.Groups[2].Value == "counter", current.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                Match sample = SampleLine().Match(line);
                Assert.True(sample.Success, line);
                Assert.Equal(current, sample.Groups[1].Value);
                Assert.True(types.ContainsKey(current), line);
                double value = double.Parse(sample.Groups[3].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
                Assert.True(types[current] != "counter" || value >= 0, line);
                Assert.True(series.TryAdd(sample.Groups[1].Value + sample.Groups[2].Value, value), line);
            }
        }

        return series;
    }

    [GeneratedRegex(@"Content-Length: (\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex Length();

    [GeneratedRegex(@"^# HELP ([a-z_:][a-z0-9_:]*) [^\\]+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_][a-z0-9_]*="(?:[^"\\]|\\[\\"n])*",?)+\})? (-?[0-9.E+]+)$""")]
    private static partial Regex SampleLine();
}
