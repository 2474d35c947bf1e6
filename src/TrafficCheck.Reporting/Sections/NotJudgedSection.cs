using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Explain;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>What was seen and not judged, by kind: frames without an IP packet, packets without a flow, flows that cross no boundary.</summary>
internal static class NotJudgedSection
{
    private static readonly Dictionary<string, DecodeStatus> s_statuses =
        Enumerable.Range(0, (int)DecodeStatus.Count).Select(s => (DecodeStatus)s).ToDictionary(DecodeStatusNames.Of, StringComparer.Ordinal);

    public static void Write(ReportScope scope)
    {
        AccountingReport counted = scope.Report.Accounting;
        var kinds = scope.Report.Summary.OutOfScope;
        if (counted.FramesNotDecoded.Count + counted.FurtherPartsNotDecoded.Count + counted.PacketsWithoutFlow.Count + kinds.Count == 0) return;
        var table = new TextTable(new TextTable.Column("kind", Most: 32), new TextTable.Column("count", Right: true), new TextTable.Column("of"), new TextTable.Column("what it is"));
        foreach (var (name, count) in counted.FramesNotDecoded) table.Add((name, Ink.Plain), (Figures.Count(count), Ink.Plain), (count == 1 ? "frame" : "frames", Ink.Plain), (Meaning(name), Ink.Faint));
        foreach (var (name, count) in counted.FurtherPartsNotDecoded) table.Add((name, Ink.Plain), (Figures.Count(count), Ink.Plain), (count == 1 ? "part" : "parts", Ink.Plain), ("in an 802.11 aggregate: " + Meaning(name), Ink.Faint));
        foreach (var (name, count) in counted.PacketsWithoutFlow) table.Add((name, Ink.Plain), (Figures.Count(count), Ink.Plain), (count == 1 ? "packet" : "packets", Ink.Plain), (WithoutFlow(name), Ink.Faint));
        foreach (var (name, count) in kinds) table.Add((name, Ink.Plain), (Figures.Count(count), Ink.Plain), (count == 1 ? "flow" : "flows", Ink.Plain), (OutOfScope(name), Ink.Faint));
        scope.Canvas.Blank();
        scope.Canvas.Line(new StyledText().Add("Not judged", Ink.Strong));
        table.Write(scope.Canvas, 4);
    }

    private static string Meaning(string name) => s_statuses.TryGetValue(name, out DecodeStatus status)
        ? DecodeStatusNames.IsNonIp(status) ? DecodeWords.Of(status) : DecodeWords.Of(status) + ": it may hold IP that was not seen"
        : "";

    private static string WithoutFlow(string name) => name switch
    {
        "fragment-without-first" => "later fragments whose first was not captured in time",
        "fragment-of-tunnel-packet" => "rests of tunnel packets whose first fragment gave the packet inside",
        "icmp-error-of-ended-flow" => "errors about a flow that had ended and was judged without them",
        "icmp-error-of-known-flow" => "errors about a flow, which is marked by them",
        _ => Meaning(name),
    };

    private static string OutOfScope(string name) => name switch
    {
        "internal" => "both ends protected, by the same subject",
        "transit" => "neither end protected",
        _ when name.StartsWith("link-scope", StringComparison.Ordinal) => "stays on its link (--link-scope judge)",
        _ => "",
    };
}
