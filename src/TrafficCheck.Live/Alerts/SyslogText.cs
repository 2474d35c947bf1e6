using System.Globalization;
using System.Text;
using System.Text.Unicode;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;

namespace TrafficCheck.Live.Alerts;

/// <summary>An alert as a syslog message of RFC 5424, with its fields as structured data and its line as message, in UTF-8 with a byte order mark.</summary>
internal static class SyslogText
{
    /// <summary>32473 is the number that RFC 5612 keeps for examples: this program has none of its own.</summary>
    private const string DataId = "finding@32473";

    /// <summary>Bytes that receivers of UDP should take (RFC 5426 section 3.2), and those of TLS (RFC 5425 section 4.3.1).</summary>
    public const int MostUdpBytes = 2048, MostStreamBytes = 8192;

    /// <summary>UTF-16 units kept of one value, and where all of them together would leave no room for the message.</summary>
    private const int MostValue = 120, FewOfValue = 32;

    /// <summary>Bytes that are left for the message.</summary>
    private const int RoomForMessage = 256;

    private const string CutMark = " [cut]";

    /// <summary>RFC 5424 section 6.2.4: printable ASCII, else the nil value.</summary>
    public static string HostName { get; } = Token(Environment.MachineName, 255);

    private static readonly string s_process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    /// <param name="facility">0 to 23.</param>
    /// <param name="mostBytes">A longer message is cut at a whole character, and says so.</param>
    public static byte[] Of(Alert alert, int facility, int mostBytes) => Of(alert, facility, mostBytes, HostName, s_process);

    internal static byte[] Of(Alert alert, int facility, int mostBytes, string host, string process)
    {
        // Structured data are never cut: a message without the end of them is none.
        string start = Start(alert, facility, host, process, MostValue);
        if (Encoding.UTF8.GetByteCount(start) > mostBytes - RoomForMessage) start = Start(alert, facility, host, process, FewOfValue);
        return Encode($"{start} \ufeff{AlertText.Of(alert)}", mostBytes);
    }

    /// <summary>The header and the structured data.</summary>
    private static string Start(Alert alert, int facility, string host, string process, int mostValue)
    {
        var text = new StringBuilder(1024);
        string time = alert.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"<{(facility * 8) + SeverityOf(alert)}>1 {time} {host} {ReportTool.Name} {process} {Token(alert.KindWord, 32)} ");
        text.Append('[').Append(DataId);
        Parameter(text, "id", alert.Id, mostValue);
        Parameter(text, "event", alert.EventWord, mostValue);
        if (alert.Finding is { } finding) Parameters(text, alert, finding, mostValue);
        if (alert.Further is { } further)
        {
            Parameter(text, "new", further.New);
            Parameter(text, "updates", further.Updates);
            Parameter(text, "notRemembered", further.NotRemembered);
        }

        return text.Append(']').ToString();
    }

    /// <summary>RFC 5424 table 2: high is an error, medium a warning, low a notice; what is withdrawn is information.</summary>
    private static int SeverityOf(Alert alert) => alert.Event == AlertEvent.Withdrawn ? 6 : alert.Severity switch
    {
        FindingSeverity.High => 3,
        FindingSeverity.Medium => 4,
        _ => 5,
    };

    private static void Parameters(StringBuilder text, Alert alert, Finding finding, int most)
    {
        Parameter(text, "key", FindingIdentity.Of(finding), most);
        Parameter(text, "kind", finding.Kind.Word(), most);
        Parameter(text, "reason", finding.Reason.Word(), most);
        Parameter(text, "severity", finding.Severity.Word(), most);
        Parameter(text, "subject", finding.Subject, most);
        Parameter(text, "direction", finding.Direction.Word(), most);
        Parameter(text, "transport", finding.Transport, most);
        if (finding.ServicePort is { } port) Parameter(text, "port", port);
        Parameter(text, "application", finding.Application, most);
        if (finding.Peers.Sample.Count > 0) Parameter(text, "peer", finding.Peers.Sample[0], most);
        Parameter(text, "peers", finding.Peers.Count);
        if (finding.Hosts.Sample.Count > 0) Parameter(text, "host", finding.Hosts.Sample[0], most);
        Parameter(text, "hosts", finding.Hosts.Count);
        Parameter(text, "flows", finding.Flows);
        Parameter(text, "packets", finding.Packets);
        Parameter(text, "bytes", finding.Bytes);
        if (alert.Before is { } before) Parameter(text, "flowsBefore", before.Flows);
        Parameter(text, "escaped", finding.Escaped);
        Parameter(text, "attempted", finding.Attempted);
        Parameter(text, "first", Rfc3339.Text(finding.FirstNs), most);
        Parameter(text, "last", Rfc3339.Text(finding.LastNs), most);
        Parameter(text, "row", finding.NearestRow, most);
        if (finding.Frames.Count > 0) Parameter(text, "frame", finding.Frames[0]);
    }

    private static void Parameter(StringBuilder text, string name, long value) => text.Append(CultureInfo.InvariantCulture, $" {name}=\"{value}\"");

    /// <summary>What would act on a terminal is spelled out first; then quote, backslash and bracket are escaped (section 6.3.3).</summary>
    private static void Parameter(StringBuilder text, string name, string? value, int most)
    {
        if (string.IsNullOrEmpty(value)) return;
        text.Append(' ').Append(name).Append("=\"");
        foreach (char c in TerminalText.Clean(value, most))
        {
            if (c is '"' or '\\' or ']') text.Append('\\');
            text.Append(c);
        }

        text.Append('"');
    }

    private static byte[] Encode(string text, int mostBytes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= mostBytes) return bytes;
        byte[] cut = new byte[mostBytes];
        Utf8.FromUtf16(text, cut.AsSpan(0, mostBytes - CutMark.Length), out _, out int written);
        written += Encoding.UTF8.GetBytes(CutMark, cut.AsSpan(written));
        return cut[..written];
    }

    private static string Token(string text, int most)
    {
        string token = new([.. text.Where(c => c is > ' ' and <= '~').Take(most)]);
        return token.Length > 0 ? token : "-";
    }
}
