using System.Buffers;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// An alert as JSON, schema <c>trafficcheck-alert/1</c>: one object on one line, escaped as all JSON of this program. Fields are added in later versions,
/// never changed.
/// <list type="table">
/// <item><term>schema, tool</term><description>as in reports: <c>tool.name</c>, <c>tool.version</c></description></item>
/// <item><term>id</term><description>differs from that of any other alert; an alert that is sent again has the same</description></item>
/// <item><term>event</term><description><c>new</c>, <c>update</c>, <c>withdrawn</c> (reports have it no more) or <c>summary</c></description></item>
/// <item><term>at</term><description>RFC 3339, UTC: when it was found, by the clock of the host</description></item>
/// <item><term>host</term><description>name of the host that watches</description></item>
/// <item><term>text</term><description>the same in one line for people</description></item>
/// <item><term>finding</term><description>null for a summary; else key, kind, reason, severity, subject, direction, transport, servicePort, ports, application,
/// peers and hosts (count, atLeast, error, sample), peerNames, flows, packets, bytes, first, last (packet time), outcomes, escaped, attempted, permitted,
/// failing, answered, nearestRow, nearestRowLine, explanation, suggestion, frames: the totals of the whole run</description></item>
/// <item><term>before</term><description>flows, packets, bytes as they were told last; null for a new one</description></item>
/// <item><term>further</term><description>summary only: <c>new</c> findings that are not told one by one, <c>bySeverity</c>, <c>byKind</c>, <c>updates</c> left out, and
/// <c>notRemembered</c>, the findings beyond those that are remembered</description></item>
/// </list>
/// </summary>
internal static class AlertJson
{
    public const string Schema = "trafficcheck-alert/1";

    public static byte[] Of(Alert alert)
    {
        var bytes = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = SafeJson.Encoder }))
        {
            json.WriteStartObject();
            json.WriteOrigin(Schema);
            json.WriteString("id", alert.Id);
            json.WriteString("event", alert.EventWord);
            json.WriteTime("at", Nanoseconds(alert.At));
            json.WriteString("host", SyslogText.HostName);
            json.WriteString("text", AlertText.Of(alert));
            if (alert.Finding is { } finding) Write(json, finding);
            else json.WriteNull("finding");
            if (alert.Before is { } before) Write(json, before);
            else json.WriteNull("before");
            if (alert.Further is { } further) Write(json, further);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject("finding");
        json.WriteString("key", FindingIdentity.Of(finding));
        json.WriteCause(finding);
        json.WriteHosts("hosts", finding.Hosts);
        json.WriteObjects("peerNames", finding.PeerNames, name =>
        {
            json.WriteString("address", name.Address);
            json.WriteString("name", name.Name);
            json.WriteString("proof", name.Proof);
        });
        json.WriteTotals(finding);
        json.WriteNumber("answered", finding.AnsweredFlows);
        json.WriteString("nearestRow", finding.NearestRow);
        json.WriteCount("nearestRowLine", finding.NearestRowLine);
        json.WriteString("explanation", finding.Explanation);
        json.WriteString("suggestion", finding.Suggestion);
        json.WriteFrames(finding);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FindingTotals before)
    {
        json.WriteStartObject("before");
        json.WriteNumber("flows", before.Flows);
        json.WriteNumber("packets", before.Packets);
        json.WriteNumber("bytes", before.Bytes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FurtherFindings further)
    {
        json.WriteStartObject("further");
        json.WriteNumber("new", further.New);
        json.WriteCounts("bySeverity", further.BySeverity.Select((count, severity) => KeyValuePair.Create(((FindingSeverity)severity).Word(), count)));
        json.WriteCounts("byKind", further.ByKind);
        json.WriteNumber("updates", further.Updates);
        json.WriteNumber("notRemembered", further.NotRemembered);
        json.WriteEndObject();
    }
}
