using System.Globalization;
using System.Text.Json;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Json;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Page;

/// <summary>
/// Parts of a report as JSON: what the page shows at once, and pages of findings and rows with the same fields as in the report. An answer has at most
/// <see cref="FindingQuery.MostItems"/> items and about <see cref="MostBytes"/>; <c>next</c> says where to go on.
/// </summary>
internal static class ReportJson
{
    /// <summary>Items after which an answer would be longer than this are left to the next page.</summary>
    public const int MostBytes = 4 << 20;

    private const int MostRecent = 10;
    private const int MostNotes = 50;

    /// <summary>What stays small however much was found: result, visibility, totals, and what was found last.</summary>
    public static void WriteSummary(Utf8JsonWriter json, ReportPicture picture)
    {
        CheckReport report = picture.Report;
        SummaryReport summary = report.Summary;
        json.WriteNumber("version", picture.Version);
        json.WriteUtc("at", picture.AtUtc);
        json.WriteString("matrix", StatusJson.Short(report.Matrix.Name));
        json.WriteObjects("subjects", report.Subjects.Take(MostNotes), subject =>
        {
            json.WriteString("name", StatusJson.Short(subject.Name));
            json.WriteStrings("addresses", subject.Addresses.Take(MostNotes));
            json.WriteNumber("addressesMore", Math.Max(0, subject.Addresses.Count - MostNotes));
            json.WriteBoolean("seen", subject.Seen);
            json.WriteString("chosen", StatusJson.Short(subject.Chosen));
        });
        json.WriteBoolean("pass", summary.Pass);
        json.WriteStrings("reasons", Texts(summary.ExitReasons));
        Visibility(json, report.Visibility);
        json.WriteStartObject("verdicts");
        json.WriteNumber("flows", summary.Flows);
        json.WriteNumber("judged", summary.Judged);
        json.WriteNumber("allowed", summary.Allowed);
        json.WriteNumber("related", summary.Related);
        json.WriteNumber("unexpected", summary.Unexpected);
        json.WriteNumber("undetermined", summary.Undetermined);
        json.WriteNumber("outOfScope", summary.OutOfScope.Sum(o => o.Value));
        json.WriteNumber("permitted", summary.Permitted);
        json.WriteNumber("failing", summary.Failing);
        json.WriteNumber("inVain", summary.InVain);
        json.WriteNumber("escaped", summary.Escaped);
        json.WriteNumber("attempted", summary.Attempted);
        json.WriteEndObject();
        json.WriteCounts("rows", Enum.GetValues<CoverageState>().Select(s => KeyValuePair.Create(s.Word(), (long)report.Coverage.Count(r => r.State == s))));
        json.WriteCounts("findings", FindingQuery.Groups.Select(g => KeyValuePair.Create(g, (long)report.Findings.Count(f => FindingQuery.IsIn(f, g)))));
        json.WriteCounts("notKept", report.Accounting.NotKept.Take(MostNotes));
        json.WriteStrings("brokenIdentities", Texts(report.Accounting.BrokenIdentities));
        json.WriteObjects("recent", Recent(picture), finding =>
        {
            json.WriteString("key", ReportPicture.Key(finding));
            json.WriteString("id", finding.Id);
            json.WriteString("severity", finding.Severity.Word());
            json.WriteString("cause", FindingText.Cause(finding));
            json.WriteString("direction", FindingText.Direction(finding.Direction));
            json.WriteString("service", FindingText.Service(finding));
            json.WriteUtc("found", picture.Found(finding));
        });
    }

    public static void WriteFindings(Utf8JsonWriter json, ReportPicture picture, FindingQuery query)
    {
        List<Finding> matching = query.Select(picture);
        json.WriteNumber("version", picture.Version);
        json.WriteUtc("at", picture.AtUtc);
        json.WriteUtc("since", picture.SinceUtc);
        json.WriteNumber("total", picture.Report.Findings.Count);
        json.WriteNumber("matching", matching.Count);
        Items(json, "findings", matching, query.Offset, query.Limit, finding =>
        {
            json.WriteString("key", ReportPicture.Key(finding));
            json.WriteUtc("found", picture.Found(finding));
            json.WriteString("cause", FindingText.Cause(finding));
            json.WriteString("service", FindingText.Service(finding));
            json.WriteString("ends", FindingText.Ends(finding));
            json.WriteFinding(finding);
        });
    }

    public static void WriteCoverage(Utf8JsonWriter json, ReportPicture picture, CoverageQuery query)
    {
        IReadOnlyList<RowCoverage> all = picture.Report.Coverage;
        List<RowCoverage> matching = [.. all.Where(query.Matches)];
        bool several = picture.Report.Matrix.Sources.Count > 1;
        json.WriteNumber("version", picture.Version);
        json.WriteUtc("at", picture.AtUtc);
        json.WriteNumber("total", all.Count);
        json.WriteNumber("matching", matching.Count);
        Items(json, "coverage", matching, query.Offset, query.Limit, row => json.WriteRowCoverage(row, several));
    }

    public static void Items<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> all, int offset, int limit, Action<T> write)
    {
        json.WriteNumber("offset", offset);
        long end = Math.Min(all.Count, (long)offset + limit);
        long start = json.BytesCommitted + json.BytesPending;
        int at = offset;
        json.WriteStartArray(name);
        while (at < end && json.BytesCommitted + json.BytesPending - start < MostBytes)
        {
            json.WriteStartObject();
            write(all[at++]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteCount("next", at < all.Count ? at : null);
    }

    private static void Visibility(Utf8JsonWriter json, VisibilityReport seen)
    {
        json.WriteStartObject("visibility");
        json.WriteString("grade", seen.Grade.ToString(CultureInfo.InvariantCulture));
        json.WriteStrings("reasons", Texts(seen.GradeReasons));
        json.WriteStrings("notes", Texts(seen.Notes));
        json.WriteCount("droppedFrames", seen.DroppedFrames);
        json.WriteShare("oneWayShare", seen.OneWayShare);
        json.WriteShare("undecodedShare", seen.UndecodedShare);
        json.WriteNumber("gaps", seen.Gaps);
        json.WriteNumber("missingBytes", seen.MissingBytes);
        json.WriteNumber("truncatedFrames", seen.TruncatedFrames);
        json.WriteNumber("badChecksums", seen.BadChecksums);
        json.WriteCount("duplicates", seen.Duplicates);
        json.WriteEndObject();
    }

    private static IEnumerable<Finding> Recent(ReportPicture picture) =>
        picture.Report.Findings.OrderByDescending(picture.Found).ThenBy(f => f.Severity).Take(MostRecent);

    private static IEnumerable<string> Texts(IReadOnlyList<string> texts) => texts.Take(MostNotes).Select(t => StatusJson.Short(t));
}
