using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>How it is known who began the flows in scope, and what contradicts it.</summary>
internal static class EvidenceSection
{
    public static void Write(ReportScope scope)
    {
        EvidenceReport evidence = scope.Report.Evidence;
        if (evidence.Flows > 0) Entry(scope, "Direction", new StyledText().Add($"{Figures.Count(evidence.Flows, "flow")} in scope by {ReportScope.Causes(evidence.Methods)}"));
        if (evidence.Flips.Count > 0)
        {
            long flips = evidence.Flips.Sum(f => f.Value);
            Entry(scope, "", new StyledText().Add(
                $"the first packet captured came from the responder in {Figures.Count(flips, "flow")}: turned by {ReportScope.Causes(evidence.Flips)}"));
        }

        if (evidence.Conflicts.Count > 0) Entry(scope, "", new StyledText().Add($"contradictions: {ReportScope.Causes(evidence.Conflicts)}", Ink.Warning));
        if (evidence.Servers > 0 || evidence.ServersByDegree > 0) Entry(scope, "Servers", new StyledText().Add(Servers(evidence)));
        if (evidence.Ledger is { } ledger) Entry(scope, "Ledger", new StyledText().Add(Ledger(ledger)));
    }

    private static string Servers(EvidenceReport evidence)
    {
        string clients = evidence.ServersAlsoClients > 0 ? $" ({Figures.Count(evidence.ServersAlsoClients)} also as clients)" : "";
        string degree = evidence.ServersByDegree > 0 ? $", {Figures.Count(evidence.ServersByDegree)} likely by the number of their peers" : "";
        return $"{Figures.Count(evidence.Servers, "socket")} proven{clients}{degree}";
    }

    private static string Ledger(KeptLedgerReport ledger)
    {
        string dropped = ledger.Dropped > 0 ? $", {Figures.Count(ledger.Dropped)} dropped for lack of room (those proven longest ago)" : "";
        string written = ledger.Written is { } count ? $"{Figures.Count(count)} now" : "not written";
        return $"{ledger.Path}: {Figures.Count(ledger.Read)} read, {Figures.Count(ledger.Confirmed)} of them proven again, {Figures.Count(ledger.Added)} added{dropped}, {written}";
    }

    private static void Entry(ReportScope scope, string name, StyledText text) =>
        scope.Canvas.Line(new StyledText().Add(name, Ink.Strong).PadTo(AccountingSection.Indent).Add(text), AccountingSection.Indent);
}
