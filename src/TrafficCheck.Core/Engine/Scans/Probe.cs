using System.Runtime.InteropServices;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Scans;

/// <summary>A host that initiated flows of one transport into or out of one subject.</summary>
internal readonly record struct Initiator(IpAddress Address, int Subject, FlowDirection Direction, byte Protocol) : IComparable<Initiator>
{
    public int CompareTo(Initiator other) =>
        (Subject, Direction, Protocol, Address).CompareTo((other.Subject, other.Direction, other.Protocol, other.Address));
}

/// <summary>What probes have in common: few values, so that each probe needs only their number.</summary>
/// <param name="Key">The finding that they belong to unless they are of a scan or flood; its port is 0 and kept with each probe.</param>
/// <param name="IsFinding">Whether there is such a finding; none for tries that are allowed and were answered.</param>
internal readonly record struct ProbeCause(FindingKey Key, bool IsFinding, Verdict Verdict, Outcome Outcome, Square Square, bool Answered, ushort Vlan, TunnelPath Tunnel)
{
    public static ProbeCause Of(in FlowSummary flow, in Judgement judgement, in FindingKey key, bool isFinding, ProbeClass kind) =>
        new(key with { Port = 0 }, isFinding, judgement.Verdict, judgement.Outcome, judgement.Square(in flow), kind == ProbeClass.Answered, flow.Vlan, flow.Tunnel);

    public FindingKey KeyAt(int port) => Key with { Port = port };
}

/// <summary>A flow that was a mere try, 80 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Probe
{
    public IpAddress Source, Target;
    public long FirstNs, LastNs, FirstFrame, Bytes;
    public uint Packets;

    /// <summary>Number of its <see cref="ProbeCause"/>.</summary>
    public int Cause;

    /// <summary>Service port or ICMP type.</summary>
    public int Port;

    /// <summary>Place of the next probe of the same initiator plus one, 0 for the last one.</summary>
    public int Next;

    /// <summary>Summed as part of a flood.</summary>
    public bool IsTaken
    {
        readonly get => Port < 0;
        set => Port = value ? -1 : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public static Probe Of(in FlowSummary flow, in Judgement judgement)
    {
        IpAddress low = flow.Ends.LowAddress, high = flow.Ends.HighAddress;
        return new Probe
        {
            Source = judgement.InitiatorIsHigh ? high : low,
            Target = judgement.InitiatorIsHigh ? low : high,
            FirstNs = flow.FirstNs,
            LastNs = flow.LastNs,
            FirstFrame = flow.FirstFrame,
            Bytes = flow.LowBytes + flow.HighBytes,
            Packets = (uint)Math.Min(uint.MaxValue, flow.LowPackets + flow.HighPackets),
            Port = judgement.Port,
        };
    }
}
