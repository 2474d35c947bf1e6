using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Json;

internal static class CoverageFields
{
    public static void WriteCoverage(this Utf8JsonWriter json, CheckReport report)
    {
        bool several = report.Matrix.Sources.Count > 1;
        json.WriteObjects("coverage", report.Coverage, row => json.WriteRowCoverage(row, several));
    }

    /// <summary>The fields of one row, inside an object that is begun.</summary>
    /// <param name="several">The matrix has several documents, so that a line alone says too little.</param>
    public static void WriteRowCoverage(this Utf8JsonWriter json, RowCoverage row, bool several)
    {
        json.WriteRow(row.Row, row.Subject, several);
        json.WriteString("state", row.State.Word());
        json.WriteString("note", row.Note);
        json.WriteHits("exclusive", row.Exclusive);
        json.WriteHits("shared", row.Shared);
        json.WriteHits("covered", row.Covered);
        json.WriteHits("related", row.Related);
        json.WriteNumber("worked", row.Worked);
        json.WriteNumber("failed", row.Failed);
        json.WriteNumber("reversed", row.Reversed);
        json.WriteTime("first", row.FirstNs);
        json.WriteTime("last", row.LastNs);
        json.WriteStartObject("initiators");
        json.WriteNumber("in", row.InitiatedIn);
        json.WriteNumber("out", row.InitiatedOut);
        json.WriteEndObject();
        json.WriteNumber("distinctPeers", row.Peers.Count);
        json.WriteBoolean("distinctPeersAtLeast", row.Peers.AtLeast);
        json.WriteShare("distinctPeersError", row.Peers.Error);
        json.WriteStrings("peerSample", row.Peers.Sample);
        json.WriteStrings("ambiguousWith", row.AmbiguousWith);
    }
}
