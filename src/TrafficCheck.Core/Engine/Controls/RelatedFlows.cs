using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Recognition.Related;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine.Controls;

/// <summary>
/// Control connections and the flows that belong to them. Each address family is read by itself, in the order of its frames, so that nothing
/// depends on how the input was cut into batches.
/// </summary>
internal sealed class RelatedFlows
{
    private readonly ControlReader _v4, _v6;
    private readonly FtpPairs _ftp;
    private readonly Func<uint, IpAddress, bool> _isEnd;
    private readonly (long Announced, long Evicted, long Expired, long Waiting)? _expectations;
    private bool _hasCalls;

    public RelatedFlows(ControlPorts ports, FlowNotes notes, FtpPairs ftp)
    {
        _ftp = ftp;
        _hasCalls = ports.HasCalls;
        _v4 = new ControlReader(ports, notes, _ftp, 0);
        _v6 = new ControlReader(ports, notes, _ftp, 1);
        _isEnd = (number, address) => this[number] is var control && (control.Client == address || control.Server == address);
    }

    private RelatedFlows(RelatedFlows from)
    {
        _v4 = from._v4.Fork();
        _v6 = from._v6.Fork();
        _ftp = from._ftp.Fork(number => this[number]);
        _hasCalls = from._hasCalls;
        _expectations = from.Expectations;
        _isEnd = (_, _) => false;
    }

    /// <summary>FTP control connections by their hosts.</summary>
    public FtpPairs Ftp => _ftp;

    public bool WantsOpenings => _v4.Announced.Any || _v6.Announced.Any;

    public long NotFollowed => _v4.NotFollowed + _v6.NotFollowed;

    /// <summary>Announcements of media of the other address family that found no room.</summary>
    public long OtherFamilyNotKept => _v4.Announced.OtherFamily.NotKept + _v6.Announced.OtherFamily.NotKept;

    public long GivenUp => _v4.GivenUp + _v6.GivenUp;

    public long Refused => _v4.Refused + _v6.Refused + _v4.Announced.Refused + _v6.Announced.Refused;

    /// <summary>What was announced, and how many of it gave way to others, waited in vain, and waits.</summary>
    public (long Announced, long Evicted, long Expired, long Waiting) Expectations
    {
        get
        {
            if (_expectations is { } then) return then;
            var (a, b) = (_v4.Announced.Table, _v6.Announced.Table);
            return ((a?.Added ?? 0) + (b?.Added ?? 0), (a?.Evicted ?? 0) + (b?.Evicted ?? 0), (a?.Expired ?? 0) + (b?.Expired ?? 0), (a?.Count ?? 0) + (b?.Count ?? 0));
        }
    }

    /// <summary>Other service ports are those of control connections from now on.</summary>
    public void Ask(ControlPorts ports)
    {
        _hasCalls = ports.HasCalls;
        _v4.Ask(ports);
        _v6.Ask(ports);
    }

    /// <summary>The control connections that are kept.</summary>
    public IEnumerable<ControlConnection> All => _v4.All.Concat(_v6.All);

    /// <summary>Forgets control connections that ended before a time, and that nothing speaks of any more.</summary>
    /// <param name="used">Numbers of those that live flows have in their notes.</param>
    public void Forget(long endedBeforeNs, IReadOnlySet<uint> used)
    {
        _v4.Forget(endedBeforeNs, used);
        _v6.Forget(endedBeforeNs, used);
        _ftp.Forget(endedBeforeNs, number => !((number & 1) == 0 ? _v4 : _v6).Has(number));
    }

    /// <summary>As it is now; flows end in the fork and are judged, and none opens.</summary>
    public RelatedFlows Fork() => new(this);

    public ControlConnection this[uint number] => ((number & 1) == 0 ? _v4 : _v6)[number];

    public void Open(in FlowPayload packet, ref FlowSpeech speech) => ReaderOf(packet.Ends).Announced.Open(in packet, ref speech, _isEnd);

    /// <summary>Whether what the flow speaks must be known to tell whose data it is.</summary>
    public bool MayBeFtpData(in FlowPayload payload) => payload.Protocol == Ip.Tcp && _ftp.Has(payload.Ends);

    public bool IsControlPort(in FlowPayload payload) => _v4.IsControlPort(in payload);

    public bool IsWholeDnsAnswer(in FlowPayload payload) => _v4.IsWholeDnsAnswer(in payload);

    public ControlKind KindOf(in FlowPayload payload, in FlowSpeech speech, out bool clientIsHigh) =>
        ReaderOf(payload.Ends).KindOf(in payload, in speech, out clientIsHigh);

    public bool Read(ControlKind kind, in FlowPayload payload, bool clientIsHigh, ref FlowSpeech speech) =>
        ReaderOf(payload.Ends).Read(kind, in payload, clientIsHigh, ref speech);

    public void End(uint number, in FlowSummary flow) => ((number & 1) == 0 ? _v4 : _v6).End(number, in flow);

    /// <summary>Whether the flow may belong to a control connection: announced, between the ends of one for FTP, or media where there may be calls.</summary>
    public bool MayBelong(in FlowSummary flow) => flow.Note.Parent != 0 || (flow.Note.Control == 0
        && ((flow.Protocol == Ip.Tcp && _ftp.Has(flow.Ends)) || (_hasCalls && OtherFamilyMedia.MayBe(in flow))));

    /// <summary>
    /// The flow with what it belongs to in its note. What was announced stands, unless the handshake shows that the other end opened the flow;
    /// else it may be inferred.
    /// </summary>
    public FlowSummary Relate(in FlowSummary flow, in FlowReading reading)
    {
        FlowNote note = flow.Note;
        if (note.Parent != 0)
        {
            bool handshake = reading.Method is EvidenceMethod.Syn or EvidenceMethod.SynAck && reading.Confidence == Confidence.Proven;
            if (note.Initiator == 0 || !handshake || reading.InitiatorIsHigh == (note.Initiator == 2)) return flow;
            note.Parent = 0;
        }
        else if (note.Control == 0 && _ftp.Infer(in flow, reading.InitiatorIsHigh, out RelatedBy by) is { } control)
        {
            note.Parent = control.Number;
            note.Announcement = (byte)by;
            note.AnnouncedFrame = control.Tls?.Frame ?? control.FirstFrame;
        }
        else if (note.Control == 0 && (flow.Ends.LowAddress.IsV4 ? _v6 : _v4).Announced.OtherFamily.TryFind(in flow, out Expectation media, out bool isGuess))
        {
            note.Parent = media.Control;
            note.Announcement = (byte)RelatedByExtensions.Of(media.Kind);
            note.AnnouncedFrame = media.Frame;
            note.IsGuess = isGuess;
        }

        return flow with { Note = note };
    }

    private ControlReader ReaderOf(in FlowEndpoints ends) => ends.LowAddress.IsV4 ? _v4 : _v6;
}
