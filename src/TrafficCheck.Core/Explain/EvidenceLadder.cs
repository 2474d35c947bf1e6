using System.Globalization;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// The evidence ladder of one flow, every rung of it, from the marks that the verdict was read from, with the frames that set them. It decides
/// nothing: which rung does is what the judgement says.
/// </summary>
internal sealed class EvidenceLadder
{
    private readonly FlowSummary _flow;
    private readonly Judgement _judgement;
    private readonly LifePackets _packets;
    private readonly IReadOnlyList<SpeechStep> _speech;
    private readonly CheckEngine _engine;
    private readonly bool _hasMatrix;
    private readonly List<(EvidenceRung Rung, bool High)> _rungs = [];

    public EvidenceLadder(in FlowSummary flow, in Judgement judgement, LifePackets packets, IReadOnlyList<SpeechStep> speech, CheckEngine engine, bool hasMatrix)
    {
        (_flow, _judgement, _packets, _speech, _engine, _hasMatrix) = (flow, judgement, packets, speech, engine, hasMatrix);
        Syn();
        SynAck();
        Application();
        Related();
        Ledger();
        Service();
        Degree();
        FirstPacket();
        if (judgement.Method == EvidenceMethod.None)
            Add(EvidenceMethod.None, RungState.Seen, null, _packets.EarliestFrame, "evidence of equal rank contradicts itself: nobody can tell who initiated");
    }

    public IReadOnlyList<EvidenceRung> Rungs => [.. _rungs.Select(r => r.Rung)];

    /// <summary>Evidence came frame by frame (what was too weak to count apart); whenever stronger evidence named the other end, the flow was turned round.</summary>
    public IReadOnlyList<EvidenceFlip> Flips()
    {
        var flips = new List<EvidenceFlip>();
        (EvidenceRung Rung, bool High)? known = null;
        var telling = _rungs.Where(r => r.Rung is { State: RungState.Seen, Initiator: not null, Frame: > 0 } && r.Rung.Method >= _judgement.Method);
        foreach (var frame in telling.GroupBy(r => r.Rung.Frame!.Value).OrderBy(g => g.Key))
        {
            var best = frame.MinBy(r => r.Rung.Method);
            if (known is { } before && before.Rung.Method <= best.Rung.Method) continue;
            if (known is { } old && old.High != best.High) flips.Add(new(frame.Key, old.Rung.Method, old.Rung.Initiator!, best.Rung.Method, best.Rung.Initiator!));
            known = best;
        }

        return flips;
    }

    private uint Side(bool high) => (high ? _flow.Marks >> FlowMarks.SideBits : _flow.Marks) & FlowMarks.SideMask;

    private bool Has(bool high, uint mark) => (Side(high) & mark) != 0;

    private string Name(bool high) => Socket(_flow.Protocol, _flow.Ends.Address(high), _flow.Ends.Port(high));

    public static string Socket(byte protocol, IpAddress address, ushort port) =>
        TransportNames.HasPorts(protocol) ? ControlConnection.Text(address, port) : address.ToString();

    private void Syn()
    {
        if (_flow.Protocol != Ip.Tcp)
        {
            Absent(EvidenceMethod.Syn, "only TCP has SYNs");
            return;
        }

        bool low = Has(false, FlowMarks.Syn), high = Has(true, FlowMarks.Syn);
        if (!low && !high)
        {
            Add(EvidenceMethod.Syn, RungState.NotSeen, null, 0, "no SYN without ACK was captured");
            return;
        }

        bool first = high && (!low || (_flow.Marks & FlowMarks.FirstSynFromHigh) != 0);
        string both = low && high ? $"; {Name(!first)} sent one, too{In(_packets.Of(!first).Syn)}: the first counts" : "";
        Add(EvidenceMethod.Syn, RungState.Seen, first, _packets.Of(first).Syn, $"SYN from {Name(first)}{In(_packets.Of(first).Syn)}{both}");
    }

    private void SynAck()
    {
        if (_flow.Protocol != Ip.Tcp)
        {
            Absent(EvidenceMethod.SynAck, "only TCP has SYN-ACKs");
            return;
        }

        bool low = Has(false, FlowMarks.SynAck), high = Has(true, FlowMarks.SynAck);
        if (!low && !high)
        {
            Add(EvidenceMethod.SynAck, RungState.NotSeen, null, 0, "no SYN-ACK was captured");
            return;
        }

        if (low && high)
        {
            Add(EvidenceMethod.SynAck, RungState.Contradictory, null, Math.Max(_packets.Low.SynAck, _packets.High.SynAck),
                $"both ends sent a SYN-ACK{In(_packets.Low.SynAck)} and{In(_packets.High.SynAck)}: a contradiction");
            return;
        }

        SidePackets asker = _packets.Of(!high);
        long borneOut = Earlier(asker.Ack, asker.Data);
        bool isBorneOut = (Side(!high) & (FlowMarks.Ack | FlowMarks.Data)) != 0;
        long synAck = _packets.Of(high).SynAck;
        Add(EvidenceMethod.SynAck, RungState.Seen, !high, isBorneOut ? Math.Max(synAck, borneOut) : synAck,
            $"SYN-ACK from {Name(high)}{In(synAck)}, " + (isBorneOut
                ? $"borne out by what {Name(!high)} sent{In(borneOut)}"
                : "which nothing bears out: a scan looks the same, so that alone it is weak"));
    }

    private void Application()
    {
        bool icmp = _flow.Protocol is Ip.Icmp or Ip.Icmpv6;
        if (icmp)
        {
            bool lowAsks = Has(false, FlowMarks.Syn), highAsks = Has(true, FlowMarks.Syn), lowReplies = Has(false, FlowMarks.SynAck), highReplies = Has(true, FlowMarks.SynAck);
            if (lowAsks || highAsks)
            {
                bool asks = highAsks && (!lowAsks || (_flow.Marks & FlowMarks.FirstSynFromHigh) != 0);
                Add(EvidenceMethod.Application, RungState.Seen, asks, _packets.Of(asks).Syn, $"a request from {Name(asks)}{In(_packets.Of(asks).Syn)}");
            }
            else if (lowReplies != highReplies)
                Add(EvidenceMethod.Application, RungState.Seen, lowReplies, _packets.Of(highReplies).SynAck, $"a reply to {Name(lowReplies)}{In(_packets.Of(highReplies).SynAck)}");
            else if (lowReplies)
                Add(EvidenceMethod.Application, RungState.Contradictory, null, _packets.EarliestFrame, "both ends sent replies: a contradiction");
            else Add(EvidenceMethod.Application, RungState.NotSeen, null, 0, "the messages are neither requests nor replies");
            return;
        }

        SpeechStep? shown = _speech.Where(s => s.ShowsClient).Select(s => (SpeechStep?)s).LastOrDefault();
        string spoken = PayloadReader.Of(in _flow) is { Application: > Recognition.Application.Unrecognized } known ? ApplicationNames.Of(known.Application) : "the payload";
        switch (_flow.Speech.Clients)
        {
            case 1 or 2:
                bool client = _flow.Speech.Clients == 2;
                string by = shown is { } step ? $"{(step.FromHigh == client ? "what it sent" : $"what {Name(step.FromHigh)} sent")} in frame {Number(step.Frame)}" : "what was sent";
                Add(EvidenceMethod.Application, RungState.Seen, client, shown?.Frame ?? 0, $"{spoken}: {by} shows that {Name(client)} is the client");
                return;
            case 3:
                Add(EvidenceMethod.Application, RungState.Contradictory, null, shown?.Frame ?? 0, $"payloads contradict each other{In(shown?.Frame ?? 0)}: both ends look like clients");
                return;
        }

        int read = _flow.Speech.LowRead + _flow.Speech.HighRead;
        Add(EvidenceMethod.Application, RungState.NotSeen, null, 0, read > 0
            ? $"{(read == 1 ? "one payload was" : Number(read) + " payloads were")} looked at, and none tells the client from the server"
            : (_flow.Marks & (FlowMarks.Data | (FlowMarks.Data << FlowMarks.SideBits))) == 0 ? "no payload was sent"
            : _flow.Protocol is Ip.Tcp or Ip.Udp ? "no payload was captured" : "payloads are looked at over TCP and UDP only");
    }

    private void Related()
    {
        if (_engine.Related is not { } related)
        {
            Absent(EvidenceMethod.Related, _hasMatrix ? "no row allows connections that announce others" : "without a matrix nobody knows which connections may announce others");
            return;
        }

        FlowNote note = _flow.Note;
        if (note.Parent == 0)
        {
            Add(EvidenceMethod.Related, RungState.NotSeen, null, 0, "no control connection announced it");
            return;
        }

        string announced = $"{((RelatedBy)note.Announcement).Word()}, {((RelatedBy)note.Announcement).Grade(note.IsGuess)} by {related[note.Parent]} in frame {Number(note.AnnouncedFrame)}";
        if (note.Initiator == 0) Add(EvidenceMethod.Related, RungState.NotSeen, null, 0, announced + ", which does not say who begins");
        else Add(EvidenceMethod.Related, RungState.Seen, note.Initiator == 2, Math.Max(_flow.FirstFrame, note.AnnouncedFrame), announced);
    }

    /// <summary>What other flows show has no frame in this one: it turned nothing round while the flow went on.</summary>
    private void Ledger()
    {
        if (!TransportNames.HasPorts(_flow.Protocol))
        {
            Absent(EvidenceMethod.Ledger, $"{TransportNames.Of(_flow.Protocol)} has no ports");
            return;
        }

        ServerFinding found = _engine.Judge.Servers.Look(in _flow);
        string known = string.Join("; ", ((string?[])[Known(false), Known(true)]).OfType<string>());
        if (found.End != ServingEnd.None) Add(EvidenceMethod.Ledger, RungState.Seen, found.End == ServingEnd.Low, 0, known);
        else if (found.Conflicts != EvidenceConflicts.None) Add(EvidenceMethod.Ledger, RungState.Contradictory, null, 0, known + ": it says nothing");
        else Add(EvidenceMethod.Ledger, RungState.NotSeen, null, 0, "no other flow proved either socket a server");

        string? Known(bool end) => EvidenceStory.Known(
            in _flow, end, _engine.Judge.Servers, frame => frame == _flow.FirstFrame ? "is this one" : "began" + In(frame));
    }

    private void Degree()
    {
        if (!TransportNames.HasPorts(_flow.Protocol) || _judgement.Method < EvidenceMethod.Degree)
        {
            Absent(EvidenceMethod.Degree, TransportNames.HasPorts(_flow.Protocol) ? "peers are counted for flows that nothing above tells" : $"{TransportNames.Of(_flow.Protocol)} has no ports");
            return;
        }

        bool low = _engine.Judge.Degrees.Has(_flow.Ends, _flow.Protocol, high: false), high = _engine.Judge.Degrees.Has(_flow.Ends, _flow.Protocol, high: true);
        string many = $"at least {DegreeServers.Ports} high ports of {DegreeServers.Peers} hosts or more";
        if (low && high) Add(EvidenceMethod.Degree, RungState.Contradictory, null, 0, $"both sockets talk with {many}: their number says nothing");
        else if (low || high) Add(EvidenceMethod.Degree, RungState.Seen, low, 0, $"{Name(high)} talks with {many}");
        else Add(EvidenceMethod.Degree, RungState.NotSeen, null, 0, $"neither socket talks with {many}");
    }

    private void Service()
    {
        ulong low = _engine.Hosts.SubjectsOf(_flow.Ends.LowAddress), high = _engine.Hosts.SubjectsOf(_flow.Ends.HighAddress), concerned = low ^ high;
        if (!_hasMatrix || concerned == 0 || !TransportNames.HasPorts(_flow.Protocol))
        {
            Absent(EvidenceMethod.Matrix, !_hasMatrix ? "no matrix was given" : concerned == 0 ? "no subject's rows apply" : $"{TransportNames.Of(_flow.Protocol)} has no ports");
            return;
        }

        bool lowServes = _engine.Judge.Serves(in _flow, concerned, high: false), highServes = _engine.Judge.Serves(in _flow, concerned, high: true);
        string ports = $"{Number(_flow.Ends.LowPort)} at {_flow.Ends.LowAddress} {(lowServes ? "is" : "is not")} a service port of the rows, "
            + $"{Number(_flow.Ends.HighPort)} at {_flow.Ends.HighAddress} {(highServes ? "is" : "is not")}";
        if (lowServes == highServes || AddressKind.CannotInitiate(_flow.Ends.Address(lowServes))) Add(EvidenceMethod.Matrix, RungState.NotSeen, null, 0, ports);
        else Add(EvidenceMethod.Matrix, RungState.Seen, lowServes, _flow.FirstFrame, ports);
    }

    private void FirstPacket()
    {
        bool high = (_flow.Marks & FlowMarks.FirstFromHigh) != 0, mayBeOlder = (_flow.Marks & FlowMarks.MayPredateCapture) != 0;
        long frame = _packets.EarliestFrame == 0 ? _flow.FirstFrame : _packets.EarliestFrame;
        string first = $"the first packet came from {Name(high)}{In(frame)}";
        if (mayBeOlder) Add(EvidenceMethod.FirstPacket, RungState.NotSeen, null, 0, "the capture had not run for as long as such a flow may be idle");
        else Add(EvidenceMethod.FirstPacket, RungState.Seen, high, frame, first + ", when the capture had run for longer than a flow may be idle");
        if (mayBeOlder) Add(EvidenceMethod.FirstSeen, RungState.Seen, high, frame, first + "; there may have been others before the capture");
        else Absent(EvidenceMethod.FirstSeen, "the flow is no older than the capture");
    }

    private void Absent(EvidenceMethod method, string why)
    {
        if (_judgement.Method == method) Add(method, RungState.Seen, _judgement.InitiatorIsHigh, _flow.FirstFrame, $"{Name(_judgement.InitiatorIsHigh)} is the initiator");
        else Add(method, RungState.NotAsked, null, 0, why);
    }

    /// <param name="high">Whom the rung makes the initiator, before it is asked whether that address can initiate at all.</param>
    private void Add(EvidenceMethod method, RungState state, bool? high, long frame, string detail)
    {
        if (high is { } end && AddressKind.CannotInitiate(_flow.Ends.Address(end)))
        {
            bool other = !AddressKind.CannotInitiate(_flow.Ends.Address(!end));
            detail += other ? $"; {_flow.Ends.Address(end)} never initiates, so that it is the other end" : "; neither address can initiate";
            high = other ? !end : null;
        }

        _rungs.Add((new(
            method, state, high is { } one ? Name(one) : null, frame > 0 ? frame : null, detail, method == _judgement.Method,
            state == RungState.Contradictory || (high is { } named && named != _judgement.InitiatorIsHigh)), high ?? false));
    }

    private static long Earlier(long a, long b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);

    private static string In(long frame) => frame > 0 ? " in frame " + Number(frame) : "";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
