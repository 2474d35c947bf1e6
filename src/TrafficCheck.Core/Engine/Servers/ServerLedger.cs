using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Servers;

/// <summary>
/// The sockets that flows of this run proved servers, and those of the ledger kept from earlier runs. It is written while flows end and asked when
/// all have ended, so that what it says does not depend on their order.
/// </summary>
internal sealed class ServerLedger : IDisposable
{
    /// <summary>Sockets remembered of each family, in 8 MB and 6 MB; details take 32 MB and 8 MB more.</summary>
    private const int MostV4 = 750_000, MostV6 = 190_000;

    /// <summary>Sockets that are kept of both.</summary>
    public const int Most = MostV4 + MostV6;

    /// <summary>Which part of the room earlier runs may take, and what passes by: see <see cref="SocketTable{TKey}"/>.</summary>
    private const byte OldPart = 2, PassingPart = 4;

    private const EvidenceConflicts Disproofs = EvidenceConflicts.BothSyn | EvidenceConflicts.PayloadAgainstSynAck;

    private readonly ServicePorts _services;
    private readonly SocketTable<V4Socket> _v4;
    private readonly SocketTable<V6Socket> _v6;

    private ServerLedger(ServicePorts services, SocketTable<V4Socket> v4, SocketTable<V6Socket> v6) => (_services, _v4, _v6) = (services, v4, v6);

    /// <param name="kept">What earlier runs proved, in any order; null for nothing.</param>
    /// <param name="details">Whether <see cref="Proven"/> and the frames of proofs will be asked for.</param>
    public ServerLedger(AllowedMatrix matrix, HashSeed seed, IReadOnlyList<ProvenServer>? kept, bool details, int most = int.MaxValue)
    {
        _services = new ServicePorts(matrix);
        _v4 = new(seed, Math.Min(most, MostV4), details);
        _v6 = new(seed, Math.Min(most, MostV6), details);
        foreach (ProvenServer server in kept ?? []) Note(server.Address, server.Port, server.Transport, SocketFacts.Kept, OldPart, default);
    }

    public long NotKept => _v4.NotKept + _v6.NotKept;

    /// <summary>Sockets that this run proved servers, and those of them that it proved clients, too.</summary>
    public (long Servers, long AlsoClients) Counts =>
        (_v4.Servers.Servers + _v6.Servers.Servers, _v4.Servers.AlsoClients + _v6.Servers.AlsoClients);

    /// <summary>The sockets with a lasting proof by flows of protected hosts, by address, port and transport.</summary>
    public IReadOnlyList<ProvenServer> Proven => [.. _v4.Proven().Concat(_v6.Proven()).Order(ProvenServer.BySocket)];

    /// <summary>What is known now, without <see cref="Proven"/> and the frames of proofs.</summary>
    public ServerLedger Fork() => new(_services, _v4.Fork(), _v6.Fork());

    /// <summary>
    /// The ledger of the next period: what this one knows as from earlier runs, what this period proved first, as far as there is room for old knowledge.
    /// </summary>
    public ServerLedger Next(AllowedMatrix matrix, HashSeed seed, bool details, int most = int.MaxValue)
    {
        var next = new ServerLedger(matrix, seed, null, details, most);
        foreach (SocketFacts facts in (ReadOnlySpan<SocketFacts>)[SocketFacts.Server, SocketFacts.Kept])
        {
            foreach (V4Socket socket in _v4.With(facts)) next._v4.Note(V4Socket.Of(socket.Address, socket.Port, socket.Transport).With(SocketFacts.Kept), OldPart, default);
            foreach (V6Socket socket in _v6.With(facts)) next._v6.Note(V6Socket.Of(socket.Address, socket.Port, socket.Transport).With(SocketFacts.Kept), OldPart, default);
        }

        return next;
    }

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
        var proof = new SocketProof(flow.FirstFrame, flow.FirstNs, flow.LastNs, Lasts: protects && flow.Note.Parent == 0);
        Note(server, ends.Port(!clientIsHigh), flow.Protocol, SocketFacts.Server, protects ? (byte)1 : PassingPart, in proof);
        if (_services.Has(ends.Port(clientIsHigh))) Note(ends.Address(clientIsHigh), ends.Port(clientIsHigh), flow.Protocol, SocketFacts.Client, PassingPart, default);
    }

    /// <summary>Which end of a flow was proven a server elsewhere, and only that.</summary>
    public ServerFinding Look(in FlowSummary flow)
    {
        FlowEndpoints ends = flow.Ends;
        SocketFacts low = Of(ends, flow.Protocol, high: false, out _), high = Of(ends, flow.Protocol, high: true, out _);
        if (((low | high) & (SocketFacts.Server | SocketFacts.Kept)) == 0) return default;
        bool lowNow = (low & SocketFacts.Server) != 0, highNow = (high & SocketFacts.Server) != 0;
        bool lowKept = (low & SocketFacts.Kept) != 0, highKept = (high & SocketFacts.Kept) != 0;

        // Proof of this run before that of earlier ones.
        bool now = lowNow || highNow, lowServes = now ? lowNow : lowKept, highServes = now ? highNow : highKept;
        if (lowServes && highServes) return new(ServingEnd.None, EvidenceConflicts.BothServers);
        if (((lowServes ? low : high) & SocketFacts.Client) != 0 && _services.Has(ends.Port(high: lowServes)))
            return new(ServingEnd.None, EvidenceConflicts.ServerAndClient);
        bool against = now && (lowServes ? highKept : lowKept);
        return new(lowServes ? ServingEnd.Low : ServingEnd.High, against ? EvidenceConflicts.KeptLedgerAgainstRun : EvidenceConflicts.None);
    }

    /// <summary>What is known of one end of a flow.</summary>
    /// <param name="frame">The first frame of the earliest flow that proved it a server in this run; 0 for none, and without details.</param>
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

    public void Dispose()
    {
        _v4.Dispose();
        _v6.Dispose();
    }

    private void Note(IpAddress address, ushort port, byte transport, SocketFacts facts, byte part, in SocketProof proof)
    {
        if (address.IsV4) _v4.Note(V4Socket.Of(address, port, transport).With(facts), part, in proof);
        else _v6.Note(V6Socket.Of(address, port, transport).With(facts), part, in proof);
    }
}

/// <summary>An end of a flow that serves, if only one does.</summary>
internal enum ServingEnd : byte { None, Low, High }

/// <param name="Conflicts">Why there is none, or what speaks against it.</param>
internal readonly record struct ServerFinding(ServingEnd End, EvidenceConflicts Conflicts);
