using System.Globalization;
using System.Text;
using TrafficCheck.Live.Page;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Metrics;

/// <summary>
/// The text format of Prometheus 0.0.4, with names by OpenTelemetry's rules for Prometheus: dots become underscores, the unit stands in the name, counters end in
/// <c>_total</c>. Written from the same table as the meter, at the time of the request: there is nothing between the status and the scraper that could grow old.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static byte[] Write(LiveStatus status, PageCounters? page)
    {
        var text = new StringBuilder(8192);
        text.Append("# HELP target_info The program.\n# TYPE target_info gauge\ntarget_info{service_name=\"trafficcheck\",service_version=\"");
        Escape(text, ReportTool.Version, quote: true);
        text.Append("\"} 1\n");
        var series = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (MetricDefinition metric in MetricTable.All)
        {
            series.Clear();
            foreach (MetricPoint point in metric.Points(status, page))
            {
                // Two receivers may have one name once they are cut; a series must not occur twice.
                string labels = Labels(point.Attributes);
                series[labels] = series.GetValueOrDefault(labels) + point.Value;
            }

            if (series.Count == 0) continue;
            string name = Name(metric);
            text.Append("# HELP ").Append(name).Append(' ');
            Escape(text, metric.Description, quote: false);
            text.Append("\n# TYPE ").Append(name).Append(metric.Kind == MetricKind.Counter ? " counter\n" : " gauge\n");
            foreach (var (labels, value) in series) text.Append(name).Append(labels).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    internal static string Name(MetricDefinition metric)
    {
        string name = metric.Name.Replace('.', '_');
        name += metric.Unit switch { "By" => "_bytes", "s" => "_seconds", _ => "" };
        return metric.Kind == MetricKind.Counter ? name + "_total" : name;
    }

    private static string Labels(KeyValuePair<string, string>[] attributes)
    {
        if (attributes.Length == 0) return "";
        var text = new StringBuilder("{");
        foreach (var (name, value) in attributes)
        {
            if (text.Length > 1) text.Append(',');
            text.Append(name.Replace('.', '_')).Append("=\"");
            Escape(text, value, quote: true);
            text.Append('"');
        }

        return text.Append('}').ToString();
    }

    private static void Escape(StringBuilder text, string value, bool quote)
    {
        foreach (char c in value)
        {
            if (c == '\\') text.Append("\\\\");
            else if (c == '\n') text.Append("\\n");
            else if (c == '"' && quote) text.Append("\\\"");
            else text.Append(c);
        }
    }
}
