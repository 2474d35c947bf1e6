using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>
/// Sums of probes: what a finding has, and what only scans have. Sums, minima and sets, so that neither the order of probes nor of their
/// parts has a part in it.
/// </summary>
internal sealed class ScanTotals(HostBudget budget)
{
    private const int AnsweredSample = 16;

    public FindingState State { get; private set; } = new(budget);

    public PortSet Ports { get; private set; } = new();

    /// <summary>What was found open, and how that was judged, with the first frame of the try.</summary>
    public EarliestSample<(IpAddress Target, int Port), Verdict> Answered { get; private set; } = new(AnsweredSample);

    /// <summary>Probes that were answered.</summary>
    public long AnsweredFlows { get; private set; }

    /// <summary>Probes that no row allows, by reason.</summary>
    public long[] Unexpected { get; private set; } = new long[(int)Reason.LinkScope + 1];

    /// <summary>By row set, the tries at what rows allow.</summary>
    public Dictionary<int, ProbedRows> Rows { get; private set; } = new(0);

    public HostCounter Targets(FlowDirection direction) => direction == FlowDirection.In ? State.Hosts : State.Peers;

    public void Add(in Probe probe, in ProbeCause cause)
    {
        State.Add(in probe, in cause);
        Ports.Add(probe.Port);
        if (cause.Answered)
        {
            AnsweredFlows++;
            Answered.Add(probe.FirstNs, probe.FirstFrame, (probe.Target, probe.Port), cause.Verdict);
        }

        if (cause.Verdict == Verdict.Unexpected) Unexpected[(int)cause.Key.Reason]++;
        if (cause.Verdict == Verdict.Allowed)
        {
            ref ProbedRows rows = ref CollectionsMarshal.GetValueRefOrAddDefault(Rows, cause.Key.Rows, out _);
            rows = cause.Key.Unanswered ? rows with { Unanswered = rows.Unanswered + 1 }
                : cause.Square == Square.Failing ? rows with { Failed = rows.Failed + 1 }
                : rows with { Worked = rows.Worked + 1 };
        }
    }

    public ScanTotals Fork(ForkScope scope)
    {
        var fork = (ScanTotals)MemberwiseClone();
        fork.State = State.Fork(scope);
        fork.Ports = Ports.Fork();
        fork.Answered = Answered.Fork();
        fork.Unexpected = (long[])Unexpected.Clone();
        fork.Rows = new(Rows);
        return fork;
    }

    public void Add(ScanTotals other)
    {
        State.Add(other.State);
        Ports.Add(other.Ports);
        AnsweredFlows += other.AnsweredFlows;
        Answered.Add(other.Answered);
        for (int i = 0; i < Unexpected.Length; i++) Unexpected[i] += other.Unexpected[i];
        foreach (var (set, more) in other.Rows) ProbedRows.Add(Rows, set, more);
    }
}

/// <summary>Tries at what a row set allows that were a scan's or a flood's.</summary>
internal readonly record struct ProbedRows(long Failed, long Unanswered, long Worked)
{
    public static void Add(Dictionary<int, ProbedRows> rows, int set, ProbedRows more)
    {
        ref ProbedRows at = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, set, out _);
        at = new(at.Failed + more.Failed, at.Unanswered + more.Unanswered, at.Worked + more.Worked);
    }
}
