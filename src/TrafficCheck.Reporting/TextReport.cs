using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Reporting;

/// <summary>
/// The report for a person at a terminal: the verdict in one line, how far it can be trusted, what must be done, and what the traffic says
/// about the matrix; then where everything that was read went.
/// </summary>
public static class TextReport
{
    /// <param name="report">What to write; its text may be hostile.</param>
    /// <param name="output">UTF-8 text, lines end with LF. Not flushed.</param>
    /// <param name="style">Colour, width and whether lists are cut; what is cut is counted.</param>
    public static void Write(CheckReport report, TextWriter output, TextStyle style)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(style);

        var canvas = new TextCanvas(output, style);
        var scope = new ReportScope(report, canvas);
        HeadlineSection.Write(scope);
        canvas.Blank();
        VisibilitySection.Write(scope);
        FindingsSection.Write(scope, "Unexpected", FindingKind.Unexpected, FindingKind.NearMiss);
        FindingsSection.Write(
            scope, "Scans and floods", FindingKind.PortScan, FindingKind.HostSweep, FindingKind.BlockScan, FindingKind.SynFlood, FindingKind.UdpFlood, FindingKind.IcmpFlood);
        FindingsSection.Write(scope, "Needed, but failing", FindingKind.Failing);
        FindingsSection.Write(scope, "Undetermined", FindingKind.Undetermined);
        RelatedSection.Write(scope);
        CoverageSection.Write(scope);
        NotJudgedSection.Write(scope);
        AccountingSection.Write(scope);
    }
}
