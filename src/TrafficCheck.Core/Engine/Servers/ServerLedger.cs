using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// The sockets that flows of this run proved servers, and those of the ledger kept from earlier runs. It is written while flows end and asked when
/// all have ended, so that what it says does not depend on their order.
/// </summary>
internal sealed class ServerLedger
{
    /// <summary>Sockets remembered of each family: at most 16 MB each, and 24 MB and 12 MB more when times are kept.</summary>
    private const int MostV4 = 750_000, MostV6 = 375_000;

    private const EvidenceConflicts Disproofs = EvidenceConflicts.BothSyn | EvidenceConflicts.PayloadAgainstSynAck;

    private readonly ServicePorts _services;
    private readonly bool _times;
    private readonly SocketTable<V4Socket> _v4;
    private readonly SocketTable<V6Socket> _v6;

    /// <param name="kept">What earlier runs proved, in any order; null for nothing.</param>
    /// <param name="times">Whether <see cref="Proven"/> will be asked.</param>
    public ServerLedger(AllowedMatrix matrix, HashSeed seed, IReadOnlyList<ProvenServer>? kept, bool times, int most = int.MaxValue)
    {
        _services = new ServicePorts(matrix);
        _times = times;
        _v4 = new(seed, Math.Min(most, MostV4), times);
        _v6 = new(seed, Math.Min(most, MostV6), times);
        foreach (ProvenServer server in kept ?? []) Note(server.Address, server.Port, server.Transport, SocketFacts.Kept, 0, protects: true);
    }

    public long NotKept => _v4.NotKept + _v6.NotKept;

    /// <summary>Sockets that this run proved servers; those of them that it proved clients too; those that only earlier runs proved.</summary>
    public (long Servers, long AlsoClients, long OnlyKept) Counts => (
        CountOf(f => (f & SocketFacts.Server) != 0),
        CountOf(f => (f & (SocketFacts.Server | SocketFacts.Client)) == (SocketFacts.Server | SocketFacts.Client)),
        CountOf(f => (f & (SocketFacts.Server | SocketFacts.Kept)) == SocketFacts.Kept));

    /// <summary>The sockets with a lasting proof by flows of protected hosts, by address, port and transport.</summary>
    public IReadOnlyList<ProvenServer> Proven => [.. _v4.Proven().Concat(_v6.Proven()).Order(ProvenServer.BySocket)];

    /// <summary>A flow ended. What it proves of its sockets is remembered.</summary>
    /// <param name="protects">The flow has a protected end.</param>
    public void Note(in FlowSummary flow, in FlowReading reading, bool protects)
    {
        if (reading.Confidence != Confidence.Proven || reading.Method > EvidenceMethod.Related || !TransportNames.HasPorts(flow.Protocol)) return;
        if ((reading.Conflicts & Disproofs) != 0 || !IsAnswered(in flow, reading.InitiatorIsHigh)) return;
        bool clientIsHigh = reading.InitiatorIsHigh;
        FlowEndpoints ends = flow.Ends;
        IpAddress server = ends.Address(!clientIsHigh);
        if (AddressKind.CannotInitiate(server)) return;

        // A socket that was announced serves one connection: it says something of this run, and nothing of the next.
        bool lasts = _times && protects && flow.Note.Parent == 0;
        int slot = Note(server, ends.Port(!clientIsHigh), flow.Protocol, SocketFacts.Server, flow.FirstFrame, protects);
        if (lasts && slot >= 0)
        {
            if (server.IsV4) _v4.Time(slot, flow.FirstNs, flow.LastNs);
            else _v6.Time(slot, flow.FirstNs, flow.LastNs);
        }

        if (_services.Has(ends.Port(clientIsHigh))) Note(ends.Address(clientIsHigh), ends.Port(clientIsHigh), flow.Protocol, SocketFacts.Client, 0, protects: false);
    }

    /// <summary>Which end of a flow was proven a server elsewhere, and only that.</summary>
    public ServerFinding Look(in FlowSummary flow)
    {
        FlowEndpoints ends = flow.Ends;
        SocketFacts low = Of(ends, flow.Protocol, high: false, out long lowFrame), high = Of(ends, flow.Protocol, high: true, out long highFrame);
        if (((low | high) & (SocketFacts.Server | SocketFacts.Kept)) == 0) return default;
        bool lowNow = (low & SocketFacts.Server) != 0, highNow = (high & SocketFacts.Server) != 0;
        bool lowKept = (low & SocketFacts.Kept) != 0, highKept = (high & SocketFacts.Kept) != 0;

        // Proof of this run before that of earlier ones.
        bool now = lowNow || highNow, lowServes = now ? lowNow : lowKept, highServes = now ? highNow : highKept;
        if (lowServes && highServes) return new(ServingEnd.None, EvidenceConflicts.BothServers, 0);
        if (((lowServes ? low : high) & SocketFacts.Client) != 0 && _services.Has(ends.Port(high: lowServes)))
            return new(ServingEnd.None, EvidenceConflicts.ServerAndClient, 0);
        bool against = now && (lowServes ? highKept : lowKept);
        return new(
            lowServes ? ServingEnd.Low : ServingEnd.High, against ? EvidenceConflicts.KeptLedgerAgainstRun : EvidenceConflicts.None,
            lowServes ? lowFrame : highFrame);
    }

    /// <summary>What is known of one end of a flow.</summary>
    /// <param name="frame">The first frame of the earliest flow that proved it a server in this run, or 0.</param>
    public SocketFacts Of(in FlowEndpoints ends, byte transport, bool high, out long frame)
    {
        IpAddress address = ends.Address(high);
        ushort port = ends.Port(high);
        return address.IsV4 ? _v4.Of(V4Socket.Of(address, port, transport), out frame) : _v6.Of(V6Socket.Of(address, port, transport), out frame);
    }

    /// <summary>
    /// Whether both ends took part, so that neither a scan nor a forged answer proves a server. Where a mirror delivers one side of TCP only, data
    /// and acknowledgements of that side take the place of the other.
    /// </summary>
    private static bool IsAnswered(in FlowSummary flow, bool initiatorIsHigh)
    {
        bool both = flow.LowPackets > 0 && flow.HighPackets > 0;
        if (flow.Protocol != TransportNames.Tcp) return both;
        const uint Took = FlowMarks.SynAck | FlowMarks.Ack | FlowMarks.Data | FlowMarks.Fin, OneSide = FlowMarks.Ack | FlowMarks.Data;
        uint low = flow.Marks & FlowMarks.SideMask, high = (flow.Marks >> FlowMarks.SideBits) & FlowMarks.SideMask;
        if (!both) return ((low | high) & OneSide) == OneSide;
        uint initiator = initiatorIsHigh ? high : low, responder = initiatorIsHigh ? low : high;
        return (responder & Took) != 0 && (initiator & (Took | FlowMarks.Syn)) != 0;
    }

    private int Note(IpAddress address, ushort port, byte transport, SocketFacts facts, long frame, bool protects) => address.IsV4
        ? _v4.Note(V4Socket.Of(address, port, transport), facts, frame, protects)
        : _v6.Note(V6Socket.Of(address, port, transport), facts, frame, protects);

    private long CountOf(Func<SocketFacts, bool> which) => _v4.CountOf(which) + _v6.CountOf(which);
}

/// <summary>An end of a flow that serves, if only one does.</summary>
internal enum ServingEnd : byte { None, Low, High }

/// <param name="Frame">The first frame of the earliest flow of this run that proved it, or 0.</param>
internal readonly record struct ServerFinding(ServingEnd End, EvidenceConflicts Conflicts, long Frame);
