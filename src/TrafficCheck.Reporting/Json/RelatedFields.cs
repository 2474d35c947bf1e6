using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Json;

internal static class RelatedFields
{
    public static void WriteRelated(this Utf8JsonWriter json, CheckReport report)
    {
        json.WriteObjects("related", report.Related, group =>
        {
            if (group.EarlierMatrix) json.WriteBoolean("earlierMatrix", true);
            json.WriteString("by", group.By);
            json.WriteString("grade", group.Grade);
            json.WriteString("subject", group.Subject);
            json.WriteString("direction", group.Direction.Word());
            json.WriteString("transport", group.Transport);
            json.WriteStrings("rows", group.Rows);
            json.WriteNumber("flows", group.Flows);
            json.WriteNumber("packets", group.Packets);
            json.WriteNumber("bytes", group.Bytes);
            json.WriteTime("first", group.FirstNs);
            json.WriteTime("last", group.LastNs);
            json.WriteNumber("permitted", group.Permitted);
            json.WriteNumber("failing", group.Failing);
            json.WriteObjects("samples", group.Samples, sample =>
            {
                json.WriteString("flow", sample.Flow);
                json.WriteNumber("frame", sample.Frame);
                json.WriteNumber("announcedFrame", sample.AnnouncedFrame);
                json.WriteString("control", sample.Control);
            });
        });
    }
}
