using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>A scan or a flood.</summary>
/// <param name="Who">The initiator of a scan, or the target of a flood: what tells groups of one kind apart.</param>
/// <param name="Port">Its only service port, or -1.</param>
/// <param name="PeakSources">For a flood, the most hosts in one minute.</param>
/// <param name="TalkedOn">For a scan, ports on which the same host had conversations, ascending; they are judged by themselves.</param>
internal sealed record ScanGroup(
    FindingKind Kind, Initiator Who, int Port, ScanTotals Totals, long PeakSources, IReadOnlyCollection<int> TalkedOn)
{
    public FlowDirection Direction => Who.Direction;
}

/// <summary>What the end of the input tells of all probes.</summary>
/// <param name="Groups">In no order.</param>
/// <param name="Rows">By row set, tries that were of a scan or flood.</param>
internal sealed record ScanReading(IReadOnlyList<ScanGroup> Groups, IReadOnlyDictionary<int, ProbedRows> Rows);
