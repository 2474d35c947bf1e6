using System.Globalization;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Reporting;

/// <summary>
/// The report for machines, <c>trafficcheck-report/1</c>: stable camelCase names, times in RFC 3339 with nanoseconds, counts as integers,
/// arrays in the order of the model. A figure that is not known is null, never 0.
/// </summary>
public static class JsonReport
{
    public const string Schema = "trafficcheck-report/1";

    /// <summary>Writes UTF-8 with a final line end and flushes; the stream stays open.</summary>
    public static void Write(CheckReport report, Stream output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json => Document(json, report));
    }

    /// <summary>As <see cref="Write(CheckReport, Stream)"/>; the document is built in memory.</summary>
    public static void Write(CheckReport report, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json => Document(json, report));
    }

    private static void Document(Utf8JsonWriter json, CheckReport report)
    {
        json.WriteStartObject();
        json.WriteOrigin(Schema);
        Parameters(json, report);
        Matrix(json, report);
        Inputs(json, report);
        Visibility(json, report.Visibility);
        Accounting(json, report.Accounting);
        json.WriteEvidence(report.Evidence);
        Summary(json, report.Summary);
        json.WriteFindings(report);
        json.WriteRelated(report);
        json.WriteCoverage(report);
        json.WriteEndObject();
    }

    /// <summary>A parameter that was given several times is an array in the place of the first.</summary>
    private static void Parameters(Utf8JsonWriter json, CheckReport report)
    {
        json.WriteStartObject("parameters");
        foreach (var named in report.Parameters.GroupBy(p => p.Key, StringComparer.Ordinal))
        {
            var values = named.Select(p => p.Value).ToList();
            if (values.Count == 1) json.WriteString(named.Key, values[0]);
            else json.WriteStrings(named.Key, values);
        }

        json.WriteEndObject();
    }

    private static void Matrix(Utf8JsonWriter json, CheckReport report)
    {
        json.WriteStartObject("matrix");
        json.WriteString("name", report.Matrix.Name);
        json.WriteSources(report.Matrix);
        json.WriteObjects("subjects", report.Subjects, subject =>
        {
            json.WriteString("name", subject.Name);
            json.WriteStrings("addresses", subject.Addresses);
            json.WriteBoolean("seen", subject.Seen);
            json.WriteString("chosen", subject.Chosen);
        });
        json.WriteNumber("rows", report.Matrix.Rows.Count);
        json.WriteNumber("notEnforced", report.Matrix.Rows.Count(r => !r.Enforced));
        if (report.MatrixChanges.Count > 0) json.WriteStrings("changes", report.MatrixChanges);
        json.WriteEndObject();
    }

    private static void Inputs(Utf8JsonWriter json, CheckReport report)
    {
        json.WriteObjects("inputs", report.Inputs, input =>
        {
            json.WriteString("path", input.Path);
            json.WriteString("format", input.Format);
            json.WriteStrings("linkTypes", input.LinkTypes.Select(LinkTypeNames.Of));
            json.WriteNumber("frames", input.Frames);
            json.WriteNumber("bytes", input.Bytes);
            json.WriteTime("first", input.FirstNs);
            json.WriteTime("last", input.LastNs);
            json.WriteCount("droppedFrames", input.DroppedFrames);
            json.WriteBoolean("damaged", input.Damaged);
            json.WriteObjects("problems", input.Problems, problem =>
            {
                json.WriteString("severity", problem.Severity == ProblemSeverity.Damage ? "damage" : "note");
                json.WriteString("code", problem.Code);
                json.WriteCount("byteOffset", problem.ByteOffset >= 0 ? problem.ByteOffset : null);
                json.WriteString("message", problem.Message);
                json.WriteNumber("count", problem.Count);
            });
        });
    }

    private static void Visibility(Utf8JsonWriter json, VisibilityReport seen)
    {
        json.WriteStartObject("visibility");
        json.WriteString("grade", seen.Grade.ToString(CultureInfo.InvariantCulture));
        json.WriteStrings("gradeReasons", seen.GradeReasons);
        json.WriteObjects("gradeRules", seen.GradeRules, rule =>
        {
            json.WriteString("figure", rule.Name);
            json.WriteString("meaning", "share " + rule.What);
            json.WriteShare("share", rule.Share);
            json.WriteString("grade", rule.Grade.ToString(CultureInfo.InvariantCulture));
            json.WriteStartObject("limits");
            for (int i = 0; i < rule.Limits.Count; i++) json.WriteShare("ABCDEF"[i].ToString(CultureInfo.InvariantCulture), rule.Limits[i]);
            json.WriteEndObject();
        });
        json.WriteCount("droppedFrames", seen.DroppedFrames);
        json.WriteShare("oneWayShare", seen.OneWayShare);
        json.WriteShare("undecodedShare", seen.UndecodedShare);
        json.WriteNumber("gaps", seen.Gaps);
        json.WriteNumber("missingBytes", seen.MissingBytes);
        json.WriteNumber("syns", seen.Syns);
        json.WriteNumber("synAcks", seen.SynAcks);
        json.WriteStartObject("duplicates");
        json.WriteCount("total", seen.Duplicates);
        json.WriteCounts("byKind", seen.DuplicatesByKind);
        json.WriteObjects("pairs", seen.DuplicatePairs, pair =>
        {
            json.WriteString("kind", pair.Kind);
            json.WriteString("first", pair.First);
            json.WriteString("second", pair.Second);
            json.WriteNumber("count", pair.Count);
        });
        json.WriteEndObject();
        json.WriteNumber("truncatedFrames", seen.TruncatedFrames);
        json.WriteNumber("badChecksums", seen.BadChecksums);
        json.WriteCounts("badChecksumsByKind", seen.BadChecksumsByKind);
        json.WriteNumber("offloadedChecksums", seen.OffloadedChecksums);
        json.WriteNumber("packetsAbove1500", seen.PacketsAbove1500);
        json.WriteNumber("packetsAbove9216", seen.PacketsAbove9216);
        json.WriteShare("uncoveredTimeShare", seen.UncoveredTimeShare);
        json.WriteObjects("timeGaps", seen.TimeGaps, gap =>
        {
            json.WriteTime("from", gap.FromNs);
            json.WriteTime("to", gap.ToNs);
        });
        json.WriteNumber("outOfOrder", seen.OutOfOrder);
        json.WriteNumber("reordered", seen.Reordered);
        json.WriteNumber("late", seen.Late);
        json.WriteNumber("clockStepsForward", seen.ClockStepsForward);
        json.WriteNumber("clockStepsBack", seen.ClockStepsBack);
        json.WriteNumber("framesWithoutTime", seen.FramesWithoutTime);
        json.WriteObjects("oneWayBySegment", seen.OneWayBySegment, segment =>
        {
            json.WriteString("segment", segment.Segment);
            json.WriteNumber("conversations", segment.Conversations);
            json.WriteNumber("oneWay", segment.OneWay);
        });
        json.WriteStrings("notes", seen.Notes);
        json.WriteEndObject();
    }

    private static void Accounting(Utf8JsonWriter json, AccountingReport counted)
    {
        json.WriteStartObject("accounting");
        json.WriteNumber("framesRead", counted.FramesRead);
        if (counted.FramesFilteredOut > 0) json.WriteNumber("framesFilteredOut", counted.FramesFilteredOut);
        json.WriteNumber("framesDecoded", counted.FramesDecoded);
        json.WriteCounts("framesNotDecoded", counted.FramesNotDecoded);
        json.WriteNumber("furtherPackets", counted.FurtherPackets);
        json.WriteCounts("furtherPartsNotDecoded", counted.FurtherPartsNotDecoded);
        json.WriteNumber("packetsInFlows", counted.PacketsInFlows);
        json.WriteCounts("packetsWithoutFlow", counted.PacketsWithoutFlow);
        json.WriteNumber("duplicates", counted.Duplicates);
        json.WriteNumber("flowsOpened", counted.FlowsOpened);
        json.WriteNumber("flowsExpired", counted.FlowsExpired);
        json.WriteNumber("flowsEvicted", counted.FlowsEvicted);
        json.WriteCounts("flowsEvictedByKind", counted.EvictedByKind);
        json.WriteNumber("flowsLive", counted.FlowsLive);
        json.WriteCounts("oddities", counted.Oddities);
        json.WriteCounts("notKept", counted.NotKept);
        json.WriteStrings("brokenIdentities", counted.BrokenIdentities);
        json.WriteEndObject();
    }

    private static void Summary(Utf8JsonWriter json, SummaryReport summary)
    {
        json.WriteStartObject("summary");
        json.WriteString("result", summary.Pass ? "pass" : "fail");
        json.WriteNumber("exitCode", summary.ExitCode);
        json.WriteStrings("exitReasons", summary.ExitReasons);
        json.WriteNumber("flows", summary.Flows);
        json.WriteNumber("judged", summary.Judged);
        json.WriteNumber("allowed", summary.Allowed);
        json.WriteNumber("related", summary.Related);
        json.WriteNumber("unexpected", summary.Unexpected);
        json.WriteNumber("undetermined", summary.Undetermined);
        json.WriteCounts("outOfScope", summary.OutOfScope);
        json.WriteNumber("permitted", summary.Permitted);
        json.WriteNumber("failing", summary.Failing);
        json.WriteNumber("inVain", summary.InVain);
        json.WriteNumber("escaped", summary.Escaped);
        json.WriteNumber("attempted", summary.Attempted);
        json.WriteEndObject();
    }
}
