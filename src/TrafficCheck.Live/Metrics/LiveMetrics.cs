using System.Diagnostics.Metrics;
using System.Globalization;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using TrafficCheck.Live.Page;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Metrics;

/// <summary>
/// The meter of a run (<see cref="MeterName"/>), and the export of it by OTLP where the standard environment variables ask for one. Instruments are read when
/// somebody listens or an export is due, on the reader's thread: a dead or slow receiver is waited for by the exporter's own thread and by nothing else.
/// </summary>
public sealed class LiveMetrics : IDisposable
{
    public const string MeterName = "TrafficCheck";

    /// <summary>For the last export, when the run ends.</summary>
    private const int FarewellMs = 500;

    private readonly Meter _meter;
    private readonly MeterProvider? _provider;

    public LiveMetrics(LiveFeed feed)
        : this(feed, null, Environment.GetEnvironmentVariable)
    {
    }

    /// <param name="page">What the page counts, where there is one.</param>
    public LiveMetrics(LiveFeed feed, PageCounters? page)
        : this(feed, page, Environment.GetEnvironmentVariable)
    {
    }

    internal LiveMetrics(LiveFeed feed, PageCounters? page, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(feed);
        _meter = new Meter(MeterName, ReportTool.Version);
        foreach (MetricDefinition metric in MetricTable.All)
        {
            if (metric.Fraction) Add<double>(metric, () => metric.Points(feed.Current, page).Select(p => new Measurement<double>(p.Value, Tags(p))));
            else Add<long>(metric, () => metric.Points(feed.Current, page).Select(p => new Measurement<long>((long)p.Value, Tags(p))));
        }

        var asked = OtlpSettings.Read(environment);
        Problem = asked.Problem;
        if (asked.Endpoint is null) return;
        ExportsTo = asked.Endpoint;
        _provider = Provider(asked);
    }

    /// <summary>Where metrics are sent, or null where nobody asked for it.</summary>
    public Uri? ExportsTo { get; }

    /// <summary>What is wrong with the environment variables, so that nothing is exported: one sentence, or null.</summary>
    public string? Problem { get; }

    public void Dispose()
    {
        // Sends what is new once more, and gives up on a receiver that does not take it: the run must end.
        _provider?.Shutdown(FarewellMs);
        _provider?.Dispose();
        _meter.Dispose();
    }

    private static IEnumerable<KeyValuePair<string, object?>> Tags(MetricPoint point) => point.Attributes.Select(a => KeyValuePair.Create<string, object?>(a.Key, a.Value));

    private void Add<T>(MetricDefinition metric, Func<IEnumerable<Measurement<T>>> observe)
        where T : struct
    {
        switch (metric.Kind)
        {
            case MetricKind.Counter:
                _meter.CreateObservableCounter(metric.Name, observe, metric.Unit, metric.Description);
                break;
            case MetricKind.UpDownCounter:
                _meter.CreateObservableUpDownCounter(metric.Name, observe, metric.Unit, metric.Description);
                break;
            default:
                _meter.CreateObservableGauge(metric.Name, observe, metric.Unit, metric.Description);
                break;
        }
    }

    private static MeterProvider Provider(OtlpSettings asked) => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty()
            .AddService("trafficcheck", serviceVersion: ReportTool.Version)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector())
        .AddMeter(MeterName)
        .AddOtlpExporter((exporter, reader) =>
        {
            exporter.Endpoint = asked.Endpoint!;
            exporter.Protocol = asked.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
            exporter.TimeoutMilliseconds = asked.TimeoutMs;
            if (asked.Headers is not null) exporter.Headers = asked.Headers;
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = asked.IntervalMs;
            reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = asked.TimeoutMs;
            reader.TemporalityPreference = asked.IsDelta ? MetricReaderTemporalityPreference.Delta : MetricReaderTemporalityPreference.Cumulative;
        })
        .Build();
}

/// <summary>What the standard environment variables of OpenTelemetry ask for: those of metrics over those of all signals.</summary>
/// <param name="Endpoint">Null when no export is asked for, or when it cannot be understood.</param>
internal sealed record OtlpSettings(Uri? Endpoint, bool IsGrpc, string? Headers, int IntervalMs, int TimeoutMs, bool IsDelta, string? Problem)
{
    private static readonly OtlpSettings s_none = new(null, false, null, 0, 0, false, null);

    public static OtlpSettings Read(Func<string, string?> environment)
    {
        string? Of(string name) => environment(name) is { } text && text.Trim() is { Length: > 0 } trimmed ? trimmed : null;
        string? Either(string name) => Of("OTEL_EXPORTER_OTLP_METRICS_" + name) ?? Of("OTEL_EXPORTER_OTLP_" + name);

        string? exporters = Of("OTEL_METRICS_EXPORTER");
        bool isNamed = exporters is not null && exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.OrdinalIgnoreCase);
        string? own = Of("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
        string? common = Of("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (string.Equals(Of("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return s_none;
        if (exporters is null ? own is null && common is null : !isNamed) return s_none;

        string protocol = Either("PROTOCOL") ?? "http/protobuf";
        bool isGrpc = protocol == "grpc";
        if (!isGrpc && protocol != "http/protobuf") return Wrong($"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}'; metrics are sent as grpc or http/protobuf");

        // The common address is a base to which the path of the signal is added; that of the signal is taken as it is.
        string address = own ?? common ?? (isGrpc ? "http://localhost:4317" : "http://localhost:4318");
        if (own is null && !isGrpc) address = address.TrimEnd('/') + "/v1/metrics";
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https")) return Wrong($"'{address}' is no http or https address to send metrics to (OTEL_EXPORTER_OTLP_ENDPOINT)");
        if (!Milliseconds(Of("OTEL_METRIC_EXPORT_INTERVAL"), 60_000, out int interval)) return Wrong("OTEL_METRIC_EXPORT_INTERVAL is a number of milliseconds");
        if (!Milliseconds(Either("TIMEOUT"), 10_000, out int timeout)) return Wrong("OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds");
        bool isDelta = string.Equals(Of("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"), "delta", StringComparison.OrdinalIgnoreCase);
        return new OtlpSettings(endpoint, isGrpc, Either("HEADERS"), interval, timeout, isDelta, null);
    }

    private static bool Milliseconds(string? text, int usual, out int value)
    {
        value = usual;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0);
    }

    private static OtlpSettings Wrong(string problem) => s_none with { Problem = problem + "; metrics are not exported" };
}
