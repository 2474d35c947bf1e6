using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>A scan or a flood.</summary>
/// <param name="Who">The initiator of a scan, or the target of a flood: what tells groups of one kind apart.</param>
/// <param name="Port">Its only service port, or -1.</param>
/// <param name="PeakSources">For a flood, the most hosts in one minute.</param>
/// <param name="Sources">For a scan whose sources are many addresses of one network, their number; else 1 or 0.</param>
/// <param name="TalkedOn">For a scan, ports on which the same host had conversations, ascending; they are judged by themselves.</param>
internal sealed record ScanGroup(
    FindingKind Kind, Initiator Who, int Port, ScanTotals Totals, long PeakSources, IReadOnlyCollection<int> TalkedOn, int Sources = 1)
{
    public FlowDirection Direction => Who.Direction;

    /// <summary>For a flood, the port that it was told by, or -1 for one over many ports.</summary>
    public int FloodPort { get; init; } = -1;

    /// <summary>The network whose hosts scanned together, such as <c>2001:db8:1:2::/64</c>; null for all other groups.</summary>
    public string? Network => Sources > 1 ? $"{Who.Address}/{ScannerNetworks.PrefixLength}" : null;
}

/// <summary>What the end of the input tells of all probes.</summary>
/// <param name="Groups">In no order.</param>
/// <param name="Rows">By row set, tries that were of a scan or flood.</param>
internal sealed record ScanReading(IReadOnlyList<ScanGroup> Groups, IReadOnlyDictionary<int, ProbedRows> Rows);
