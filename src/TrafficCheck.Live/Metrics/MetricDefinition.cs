using TrafficCheck.Live.Page;

namespace TrafficCheck.Live.Metrics;

internal enum MetricKind : byte
{
    /// <summary>Only grows while the process lives.</summary>
    Counter,

    /// <summary>Goes up and down, and adds up over its attributes.</summary>
    UpDownCounter,

    /// <summary>Goes up and down, and does not add up.</summary>
    Gauge,
}

/// <summary>One value of a metric.</summary>
internal readonly record struct MetricPoint(double Value, KeyValuePair<string, string>[] Attributes)
{
    public static MetricPoint Of(double value) => new(value, []);

    public static MetricPoint Of(double value, string attribute, string text) => new(value, [new(attribute, text)]);

    public static MetricPoint Of(double value, string first, string firstText, string second, string secondText) => new(value, [new(first, firstText), new(second, secondText)]);
}

/// <summary>A metric by the conventions of OpenTelemetry: what the meter and the Prometheus endpoint are both made from.</summary>
/// <param name="Name">Dotted lower case.</param>
/// <param name="Unit">UCUM: <c>By</c>, <c>s</c>, or an annotation such as <c>{frame}</c>.</param>
/// <param name="Fraction">Its values are no whole numbers.</param>
/// <param name="Points">Its values of a status. What is not known has no point. The number of points is bounded by the configuration of the run, never by its traffic.</param>
internal sealed record MetricDefinition(
    string Name, string Unit, string Description, MetricKind Kind, Func<LiveStatus, PageCounters?, IEnumerable<MetricPoint>> Points, bool Fraction = false);
