using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>The rungs of the ladder that other flows and the matrix hold: ledger, matrix, degree.</summary>
internal sealed partial class FlowJudge
{
    private ServerLedger _servers;
    private WaitingFlows _withoutDirection = new();
    private DegreeServers _degrees = new();

    /// <summary>All flows have ended: what the ledger says now is the same for every order of them.</summary>
    private bool _allProven;

    /// <summary>All flows that the ledger does not tell about were counted.</summary>
    private bool _degreesKnown;

    private enum Stage
    {
        /// <summary>The flow has just ended.</summary>
        Ended,

        /// <summary>It waited for the servers that others prove, and for nothing else.</summary>
        ServersKnown,

        /// <summary>Everything is known that ever will be.</summary>
        Over,
    }

    /// <summary>How the directions of the flows in scope are known.</summary>
    public EvidenceTally Evidence { get; private set; } = new();

    /// <summary>Flows that the ledger might have told about, and for which there was no room to wait.</summary>
    public long LedgerNotAsked { get; private set; }

    public ServerLedger Servers => _servers;

    public DegreeServers Degrees => _degrees;

    /// <summary>Whether a flow's own evidence leaves room for what other flows prove of its sockets.</summary>
    private static bool LacksProof(byte protocol, in FlowReading reading) =>
        (reading.Method > EvidenceMethod.Ledger || reading.Confidence >= Confidence.Weak) && TransportNames.HasPorts(protocol);

    /// <summary>Puts a flow off to the end of the input, when its direction is not proven: a server may be proven later.</summary>
    private bool WaitsForServers(in FlowSummary flow, in FlowReading reading) => LacksProof(flow.Protocol, in reading) && _withoutDirection.TryAdd(in flow);

    /// <summary>
    /// Judges a flow that waited when the ledger or the matrix tells its direction, and else counts it for the degrees of its sockets. What may belong to
    /// a control connection is judged later in any case.
    /// </summary>
    private bool JudgeOrCount(in FlowSummary flow)
    {
        if (MayBelong(in flow))
        {
            if (IsForDegrees(in flow)) _degrees.Count(in flow);
            return false;
        }

        if (Judge(in flow, Stage.ServersKnown)) return true;
        _degrees.Count(in flow);
        return false;
    }

    /// <summary>A flow that is left waits for the number of its peers; all but those that may belong to a control connection do.</summary>
    private bool AddToDegrees(in FlowSummary flow)
    {
        if (!MayBelong(in flow) || IsForDegrees(in flow)) _degrees.Add(in flow);
        return false;
    }

    private bool IsForDegrees(in FlowSummary flow)
    {
        ulong concerned = _hosts.SubjectsOf(flow.Ends.LowAddress) ^ _hosts.SubjectsOf(flow.Ends.HighAddress);
        return WithServerEvidence(in flow, FlowReading.Of(in flow), concerned).Method > EvidenceMethod.Degree;
    }

    /// <summary>The strongest of what the flow shows itself, what others prove of its sockets, the matrix, and the number of peers.</summary>
    private FlowReading WithServerEvidence(in FlowSummary flow, FlowReading reading, ulong concerned)
    {
        if (!LacksProof(flow.Protocol, in reading)) return reading;
        ServingEnd matrix = reading.Method > EvidenceMethod.Ledger || _allProven ? ServiceEnd(in flow, concerned) : ServingEnd.None;
        if (_allProven)
        {
            ServerFinding found = _servers.Look(in flow);
            EvidenceConflicts conflicts = found.Conflicts;
            if (found.End != ServingEnd.None && MayInitiate(in flow, found.End))
            {
                bool initiatorIsHigh = found.End == ServingEnd.Low;
                if (reading.Method == EvidenceMethod.SynAck && reading.InitiatorIsHigh != initiatorIsHigh) conflicts |= EvidenceConflicts.SynAckAgainstLedger;
                if (matrix != ServingEnd.None && matrix != found.End) conflicts |= EvidenceConflicts.MatrixAgainstLedger;
                return new(initiatorIsHigh, EvidenceMethod.Ledger, Confidence.Likely, reading.Conflicts | conflicts);
            }

            reading = reading with { Conflicts = reading.Conflicts | conflicts };
        }

        if (reading.Method > EvidenceMethod.Matrix && matrix != ServingEnd.None && MayInitiate(in flow, matrix)) return ByMatrix(in flow, in reading, matrix);
        return reading.Method > EvidenceMethod.Degree && _allProven ? ByDegree(in flow, reading) : reading;
    }

    /// <summary>
    /// A source port is no service by itself: where the end with the service port opened the flow before the eyes of the capture and the other never
    /// spoke, a scan from that port looks the same as answers of which the requests were not captured. The direction is weak then.
    /// </summary>
    private static FlowReading ByMatrix(in FlowSummary flow, in FlowReading reading, ServingEnd server)
    {
        bool initiatorIsHigh = server == ServingEnd.Low;
        uint marks = (flow.Marks >> (initiatorIsHigh ? FlowMarks.SideBits : 0)) & FlowMarks.SideMask;
        bool silent = (initiatorIsHigh ? flow.HighPackets : flow.LowPackets) == 0 || (flow.Protocol == TransportNames.Tcp && marks == FlowMarks.Rst);
        return silent && reading.Method == EvidenceMethod.FirstPacket
            ? new(initiatorIsHigh, EvidenceMethod.Matrix, Confidence.Weak, reading.Conflicts | EvidenceConflicts.FirstPacketAgainstMatrix)
            : new(initiatorIsHigh, EvidenceMethod.Matrix, Confidence.Likely, reading.Conflicts);
    }

    private FlowReading ByDegree(in FlowSummary flow, FlowReading reading)
    {
        bool low = _degrees.Has(flow.Ends, flow.Protocol, high: false), high = _degrees.Has(flow.Ends, flow.Protocol, high: true);
        if (low && high) return reading with { Conflicts = reading.Conflicts | EvidenceConflicts.BothDegree };
        if (low == high || !MayInitiate(in flow, low ? ServingEnd.Low : ServingEnd.High)) return reading;
        return new(low, EvidenceMethod.Degree, Confidence.Likely, reading.Conflicts);
    }

    /// <summary>The end whose port is a service port in the matrix for the subjects concerned, if exactly one end's is.</summary>
    private ServingEnd ServiceEnd(in FlowSummary flow, ulong concerned)
    {
        bool low = Serves(in flow, concerned, high: false), high = Serves(in flow, concerned, high: true);
        return low == high ? ServingEnd.None : low ? ServingEnd.Low : ServingEnd.High;
    }

    /// <summary>Whether the port of one end is a service port in the matrix for any of the subjects.</summary>
    public bool Serves(in FlowSummary flow, ulong subjects, bool high)
    {
        for (ulong left = subjects; left != 0; left &= left - 1)
        {
            if (_matrix.IsServicePort(System.Numerics.BitOperations.TrailingZeroCount(left), flow.Protocol, flow.Ends.Port(high))) return true;
        }

        return false;
    }

    private static bool MayInitiate(in FlowSummary flow, ServingEnd server) => !AddressKind.CannotInitiate(flow.Ends.Address(high: server == ServingEnd.Low));
}
