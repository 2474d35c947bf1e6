using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;

namespace TrafficCheck.Core.Engine;

/// <summary>What one undetermined flow did not show.</summary>
internal enum Lack : byte
{
    /// <summary>Nothing that a look at the flow alone tells.</summary>
    None,

    /// <summary>Nothing that the peer sent was captured.</summary>
    FromPeer,

    /// <summary>Nothing that the protected host sent was captured.</summary>
    FromHost,

    /// <summary>The capture shows no beginning of the conversation.</summary>
    Beginning,

    /// <summary>It was first seen so soon after the capture began that it may be older.</summary>
    MayBeOlder,

    /// <summary>Both ends look like servers, or like clients.</summary>
    Contradiction,

    /// <summary>A SYN-ACK that no SYN asked for in sight, and that nothing but a reset answered.</summary>
    UnaskedSynAck,

    /// <summary>It is data of FTP, and the control connection is not captured.</summary>
    Control,

    /// <summary>Packets were cut before what would tell.</summary>
    Cut,

    /// <summary>It is encrypted, and what was before that is not captured, or never was.</summary>
    Encrypted,

    /// <summary>What was read fits an application, and others as well.</summary>
    Doubtful,

    /// <summary>What was read belongs to no application that is known.</summary>
    Unrecognized,

    /// <summary>The client calls its server by no name.</summary>
    ServerName,

    Count,
}

/// <summary>The words for them in reports, and what decides between them.</summary>
internal static class Lacks
{
    public static string Word(this Lack lack) => lack switch
    {
        Lack.FromPeer => "peer-side-not-captured",
        Lack.FromHost => "protected-side-not-captured",
        Lack.Beginning => "beginning-not-captured",
        Lack.MayBeOlder => "may-predate-capture",
        Lack.Contradiction => "evidence-contradicts",
        Lack.UnaskedSynAck => "syn-ack-unasked",
        Lack.Control => "control-connection-not-captured",
        Lack.Cut => "packets-cut",
        Lack.Encrypted => "encrypted",
        Lack.Doubtful => "application-doubtful",
        Lack.Unrecognized => "application-unrecognized",
        Lack.ServerName => "server-name-not-shown",
        _ => "",
    };

    public static Lack Of(in FlowSummary flow, Reason reason, bool subjectIsHigh) => reason switch
    {
        Reason.DirectionUnknown => OfDirection(in flow, subjectIsHigh),
        Reason.ApplicationUnknown => OfApplication(in flow, subjectIsHigh),
        Reason.PeerNameUnknown => OfName(in flow),
        Reason.ControlConnectionUnseen => Lack.Control,
        _ => Lack.None,
    };

    private static Lack OfDirection(in FlowSummary flow, bool subjectIsHigh)
    {
        if (MissingSide(in flow, subjectIsHigh) is var side and not Lack.None) return side;
        uint both = flow.Marks & (flow.Marks >> FlowMarks.SideBits), either = flow.Marks | (flow.Marks >> FlowMarks.SideBits);
        return (both & FlowMarks.SynAck) != 0 || flow.Speech.Clients == 3 ? Lack.Contradiction
            : flow.Protocol == TransportNames.Tcp && (either & FlowMarks.SynAck) != 0 ? Lack.UnaskedSynAck
            : flow.Protocol == TransportNames.Tcp ? Lack.Beginning : Lack.MayBeOlder;
    }

    private static Lack OfApplication(in FlowSummary flow, bool subjectIsHigh)
    {
        RecognizedApplication seen = PayloadReader.Of(in flow);
        if (seen.Application is Application.Tls or Application.Quic) return Lack.Encrypted;
        if ((flow.Marks & FlowMarks.Cut) != 0) return Lack.Cut;
        if (BeganBefore(in flow)) return Lack.Beginning;
        if (MissingSide(in flow, subjectIsHigh) is var side and not Lack.None) return side;
        return seen.Application is Application.Unknown or Application.Unrecognized ? Lack.Unrecognized : Lack.Doubtful;
    }

    /// <summary>The names that DNS would give are no matter of the flow; those that clients say are.</summary>
    private static Lack OfName(in FlowSummary flow)
    {
        if (flow.Protocol == TransportNames.Tcp && BeganBefore(in flow)) return Lack.Beginning;
        if ((flow.Marks & FlowMarks.Cut) != 0) return Lack.Cut;
        return PayloadReader.Of(in flow).Application is Application.Tls or Application.Quic or Application.Http ? Lack.ServerName : Lack.None;
    }

    private static Lack MissingSide(in FlowSummary flow, bool subjectIsHigh)
    {
        bool low = flow.LowPackets > 0, high = flow.HighPackets > 0;
        return low && high ? Lack.None : low == subjectIsHigh ? Lack.FromHost : Lack.FromPeer;
    }

    private static bool BeganBefore(in FlowSummary flow) => flow.Protocol == TransportNames.Tcp
        && ((flow.Marks | (flow.Marks >> FlowMarks.SideBits)) & (FlowMarks.Syn | FlowMarks.SynAck)) == 0;
}

/// <summary>What the flows of a finding lack: exact counts, and the places of the first few.</summary>
internal sealed class LackTally
{
    private const int Places = 3;

    private long[] _flows = new long[(int)Lack.Count];
    private EarliestSample<(ushort Interface, ushort Vlan), bool>?[] _places = new EarliestSample<(ushort, ushort), bool>?[(int)Lack.Count];

    public long this[Lack lack] => _flows[(int)lack];

    public void Add(in FlowSummary flow, Lack lack)
    {
        _flows[(int)lack]++;
        (_places[(int)lack] ??= new(Places)).Add(flow.FirstNs, flow.FirstFrame, (flow.Interface, flow.Vlan), true);
    }

    public void Add(LackTally other)
    {
        for (int i = 0; i < _flows.Length; i++)
        {
            _flows[i] += other._flows[i];
            if (other._places[i] is { } places) (_places[i] ??= new(Places)).Add(places);
        }
    }

    public LackTally Fork()
    {
        var fork = (LackTally)MemberwiseClone();
        fork._flows = (long[])_flows.Clone();
        fork._places = [.. _places.Select(p => p?.Fork())];
        return fork;
    }

    public IReadOnlyList<(ushort Interface, ushort Vlan)> PlacesOf(Lack lack, out bool more)
    {
        more = _places[(int)lack] is { HasMore: true };
        return [.. (_places[(int)lack]?.Items ?? []).Select(p => p.Key)];
    }
}
