using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Scans;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>Running totals of one finding. Everything in it is a sum, a minimum or a maximum, so the order of flows has no part in it.</summary>
internal sealed class FindingState(HostBudget budget)
{
    private const int FrameSample = 5;

    private const int NameSample = 5;

    public long Flows { get; private set; }

    public long Packets { get; private set; }

    public long Bytes { get; private set; }

    public long FirstNs { get; private set; } = long.MaxValue;

    public long LastNs { get; private set; } = long.MinValue;

    public long Escaped { get; private set; }

    public long Attempted { get; private set; }

    /// <summary>Of what rows allow; only scans and floods have any of these beside the two above.</summary>
    public long Permitted { get; private set; }

    public long Failing { get; private set; }

    public long[] Outcomes { get; private set; } = new long[(int)Outcome.OneWay + 1];

    public HostCounter Peers { get; private set; } = new(budget);

    public HostCounter Hosts { get; private set; } = new(budget);

    public CarrierSample Carriers { get; private set; } = new();

    public EarliestSample<long, bool> Frames { get; private set; } = new(FrameSample);

    /// <summary>Names by which the flows themselves called their peers, by the number that notes have, those shown first.</summary>
    public EarliestSample<uint, (NameKind Kind, IpAddress Peer)> Names { get; private set; } = new(NameSample);

    /// <summary>Of a finding that sums many ports; null where the key of the finding tells the port.</summary>
    public PortSet? Ports { get; set; }

    /// <summary>What undetermined flows lack; null for other findings.</summary>
    public LackTally? Lacks { get; private set; }

    public void Add(in FlowSummary flow, in Judgement judgement, bool subjectIsHigh)
    {
        Count(flow.LowPackets + flow.HighPackets, flow.LowBytes + flow.HighBytes, flow.FirstNs, flow.LastNs, judgement.Outcome, judgement.Square(in flow));
        IpAddress low = flow.Ends.LowAddress, high = flow.Ends.HighAddress;
        Peers.Add(subjectIsHigh ? low : high, flow.FirstNs);
        Hosts.Add(subjectIsHigh ? high : low, flow.FirstNs);
        Carriers.Add(flow.FirstNs, flow.FirstFrame, flow.Vlan, flow.Tunnel);
        Frames.Add(flow.FirstNs, flow.FirstFrame, flow.FirstFrame, true);
        if (flow.Note.Name != 0 && flow.Note.NameIsOfHigh != subjectIsHigh)
            Names.Add(flow.FirstNs, flow.Note.NameFrame, flow.Note.Name, ((NameKind)flow.Note.NameKind, subjectIsHigh ? low : high));
        if (judgement.Verdict == Verdict.Undetermined) (Lacks ??= new()).Add(in flow, Engine.Lacks.Of(in flow, judgement.Reason, subjectIsHigh));
    }

    public void Add(in Probe probe, in ProbeCause cause)
    {
        Count(probe.Packets, probe.Bytes, probe.FirstNs, probe.LastNs, cause.Outcome, cause.Square);
        bool inbound = cause.Key.Direction == FlowDirection.In;
        Peers.Add(inbound ? probe.Source : probe.Target, probe.FirstNs);
        Hosts.Add(inbound ? probe.Target : probe.Source, probe.FirstNs);
        Carriers.Add(probe.FirstNs, probe.FirstFrame, cause.Vlan, cause.Tunnel);
        Frames.Add(probe.FirstNs, probe.FirstFrame, probe.FirstFrame, true);
    }

    public void Add(FindingState other)
    {
        Flows += other.Flows;
        Packets += other.Packets;
        Bytes += other.Bytes;
        FirstNs = Math.Min(FirstNs, other.FirstNs);
        LastNs = Math.Max(LastNs, other.LastNs);
        Escaped += other.Escaped;
        Attempted += other.Attempted;
        Permitted += other.Permitted;
        Failing += other.Failing;
        for (int i = 0; i < Outcomes.Length; i++) Outcomes[i] += other.Outcomes[i];
        Peers.AddAll(other.Peers);
        Hosts.AddAll(other.Hosts);
        Carriers.Add(other.Carriers);
        Frames.Add(other.Frames);
        Names.Add(other.Names);
        if (other.Ports is not null) Ports?.Add(other.Ports);
        if (other.Lacks is { } lacks) (Lacks ??= new()).Add(lacks);
    }

    public FindingState Fork(ForkScope scope)
    {
        var fork = (FindingState)MemberwiseClone();
        fork.Outcomes = (long[])Outcomes.Clone();
        fork.Peers = Peers.Fork(scope);
        fork.Hosts = Hosts.Fork(scope);
        fork.Carriers = Carriers.Fork();
        fork.Frames = Frames.Fork();
        fork.Names = Names.Fork();
        fork.Ports = Ports?.Fork();
        fork.Lacks = Lacks?.Fork();
        return fork;
    }

    private void Count(long packets, long bytes, long firstNs, long lastNs, Outcome outcome, Square square)
    {
        Flows++;
        Packets += packets;
        Bytes += bytes;
        FirstNs = Math.Min(FirstNs, firstNs);
        LastNs = Math.Max(LastNs, lastNs);
        Outcomes[(int)outcome]++;
        switch (square)
        {
            case Square.Escaped: Escaped++; break;
            case Square.Attempted: Attempted++; break;
            case Square.Permitted: Permitted++; break;
            case Square.Failing: Failing++; break;
        }
    }
}
