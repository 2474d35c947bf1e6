using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// Where flows meet the matrix. Judges each flow when it ends, once for each end that is protected (and whose subjects the other end does not share). A flow
/// whose verdict depends on others (active FTP data on its control connection, a direction that only proven servers tell) waits for the end of the
/// input, because the others may end later.
/// </summary>
internal sealed partial class FlowJudge : IDisposable
{
    private const int MaxWaiting = 500_000;

    /// <summary>Flows that wait for a name: it may be shown after they ended.</summary>
    private const int MaxWaitingForNames = 100_000;

    /// <summary>Applications that one matrix may ask for; there are not so many.</summary>
    private const int MaxApplications = 256;

    private CompiledMatrix _matrix;
    private RowMatcher _matcher;
    private readonly ProtectedHosts _hosts;
    private readonly bool _judgeLinkScope;
    private FtpPairs? _ftp;
    private FtpPairs _controls;
    private FlowList _waiting = new();
    private PeerNaming? _names;
    private RelatedFlows? _related;
    private JudgedLine _line;
    private int _waitingForNames;
    private long _namesUntilNs;
    private bool _nameMayCome;

    public FlowJudge(
        CompiledMatrix matrix, ProtectedHosts hosts, ServerLedger servers, PeerNaming? names, RelatedFlows? related, FtpPairs ftp, bool judgeLinkScope,
        params IJudgedFlowSink[] sinks)
    {
        _servers = servers;
        _names = names;
        _related = related;
        _matrix = matrix;
        _matcher = new RowMatcher(matrix);
        _hosts = hosts;
        _judgeLinkScope = judgeLinkScope;
        _line = new JudgedLine(servers, sinks);
        _controls = ftp;
        if (matrix.ServerPortRows.Any(rows => rows.Count > 0)) _ftp = ftp;
    }

    /// <summary>Flows received.</summary>
    public long Flows { get; private set; }

    /// <summary>Packets of the flows received.</summary>
    public long Packets { get; private set; }

    /// <summary>TCP conversations with gaps, the bytes they lack, and the bytes of all.</summary>
    public long GapFlows { get; private set; }

    public long MissingBytes { get; private set; }

    public long TcpBytes { get; private set; }

    /// <summary>Verdicts given: one for each flow, one more for each further subject concerned.</summary>
    public long Judgements { get; private set; }

    /// <summary>Flows whose verdict another flow or a later name might have changed, and for which there was no room to wait.</summary>
    public long NotPutOff { get; private set; }

    /// <summary>Sets of rows that name their first rows only, because there was no room for more.</summary>
    public long RowSetsShortened => _matrix.Sets.Shortened;

    /// <summary>FTP control connections not remembered for their data.</summary>
    public long FtpPairsNotKept => _controls.NotKept;

    /// <summary>Bit s is set when a flow had an end of subject s, in scope or not.</summary>
    public ulong SubjectsSeen { get; private set; }

    public void Judge(in FlowSummary flow)
    {
        Flows++;
        Packets += flow.LowPackets + flow.HighPackets;
        if (flow.Protocol == TransportNames.Tcp)
        {
            TcpBytes += flow.LowBytes + flow.HighBytes;
            MissingBytes += flow.MissingBytes;
            if (flow.MissingBytes > 0) GapFlows++;
        }

        _ftp?.Note(in flow);
        _names?.Dns.Ended(in flow);
        Judge(in flow, Stage.Ended);
    }

    /// <summary>The input is over: judges what waited, control connections before the flows that belong to them.</summary>
    public void End()
    {
        _line.Drain();
        _allProven = true;
        _withoutDirection.ForEach(JudgeOrCount);
        CountLiveForDegrees();
        _withoutDirection.ForEach(AddToDegrees);
        AddLiveToDegrees();
        _degrees.Build();
        _degreesKnown = true;
        JudgeLiveControls();
        _withoutDirection.ForEach((in flow) => JudgeWaiting(in flow, Stage.ServersKnown, belongs: false));
        for (int i = 0; i < _waiting.Count; i++) JudgeWaiting(in _waiting[i], Stage.Over, belongs: false);
        _withoutDirection.ForEach((in flow) => JudgeWaiting(in flow, Stage.ServersKnown, belongs: true));
        for (int i = 0; i < _waiting.Count; i++) JudgeWaiting(in _waiting[i], Stage.Over, belongs: true);
        _waiting.Clear();
        _line.Drain();
    }

    /// <inheritdoc cref="JudgedLine.Share"/>
    public void Share(int untilThread) => _line.Share(untilThread);

    public void Dispose()
    {
        _line.Dispose();
        _withoutDirection.Dispose();
        _live?.Dispose();
        _degrees.Dispose();
        _servers.Dispose();
    }

    private bool JudgeWaiting(in FlowSummary flow, Stage stage, bool belongs)
    {
        if (MayBelong(in flow) != belongs) return false;
        Judge(in flow, stage);
        return true;
    }

    /// <returns>False when only the number of peers, which is being counted, may tell the direction: nothing was judged.</returns>
    private bool Judge(in FlowSummary ended, Stage stage)
    {
        ulong low = _hosts.SubjectsOf(ended.Ends.LowAddress), high = _hosts.SubjectsOf(ended.Ends.HighAddress);
        SubjectsSeen |= low | high;
        LinkScopeKind link = LinkScope.KindOf(in ended);
        FlowReading reading = FlowReading.Of(in ended);
        if (link != LinkScopeKind.None && !_judgeLinkScope)
        {
            OutOfScope(in ended, reading, Reason.LinkScope, link, noted: false);
            return true;
        }

        if (low == high)
        {
            _line.Note(in ended, in reading, protects: low != 0);
            OutOfScope(in ended, reading, low == 0 ? Reason.Transit : Reason.Internal, LinkScopeKind.None, noted: true);
            return true;
        }

        if (_related is null || (ended.Note.Parent == 0 && stage == Stage.Ended)) return JudgeInScope(in ended, in ended, reading, low, high, stage);
        FlowSummary flow = ended;
        reading = WithRelatedEvidence(ref flow, reading);
        return JudgeInScope(in ended, in flow, reading, low, high, stage);
    }

    /// <param name="flow">The flow as its control connection knows it.</param>
    private bool JudgeInScope(in FlowSummary ended, in FlowSummary flow, FlowReading reading, ulong low, ulong high, Stage stage)
    {
        bool mayWait = stage == Stage.Ended;
        ulong concerned = low ^ high;
        if (mayWait)
        {
            _line.Note(in flow, in reading, protects: true);
            if (WaitsForServers(in ended, in reading)) return true;
        }

        bool early = !_allProven && LacksProof(flow.Protocol, in reading);
        reading = WithServerEvidence(in flow, reading, concerned);
        if (stage == Stage.ServersKnown && !_degreesKnown && reading.Method > EvidenceMethod.Degree) return false;

        // What is known by the end of the flow does not depend on when it is judged; what comes later counts for all flows at the end.
        _namesUntilNs = stage == Stage.Over ? long.MaxValue : flow.LastNs;
        ulong atLow = low & ~high, atHigh = high & ~low;
        bool allowed = ForEnds(in flow, atLow, atHigh, reading, mayWait, out Judgement first, out Judgement second);
        if (mayWait && !allowed && Waits(in ended, concerned, high)) return true;
        if (stage == Stage.ServersKnown && !allowed && _nameMayCome)
        {
            _namesUntilNs = long.MaxValue;
            ForEnds(in flow, atLow, atHigh, reading, mayWait, out first, out second);
        }

        if (!_isSilent)
        {
            if (early) LedgerNotAsked++;
            Evidence.Add(in flow, in reading);
        }

        if (atLow != 0) Deliver(in flow, in first, noted: mayWait);
        if (atHigh != 0) Deliver(in flow, in second, noted: mayWait && atLow == 0);
        return true;
    }

    /// <returns>Whether the flow is allowed at each of its ends that is protected.</returns>
    private bool ForEnds(in FlowSummary flow, ulong atLow, ulong atHigh, FlowReading reading, bool mayWait, out Judgement first, out Judgement second)
    {
        _nameMayCome = false;
        first = atLow != 0 ? ForEnd(in flow, atLow, subjectIsHigh: false, reading, mayWait) : default;
        second = atHigh != 0 ? ForEnd(in flow, atHigh, subjectIsHigh: true, reading, mayWait) : default;
        return (atLow == 0 || first.Verdict == Verdict.Allowed) && (atHigh == 0 || second.Verdict == Verdict.Allowed);
    }

    /// <summary>Puts a flow off to the end of the input, when that may change its verdict.</summary>
    private bool Waits(in FlowSummary flow, ulong concerned, ulong high)
    {
        bool control = MayBelong(in flow) || NeedsControl(in flow, concerned, high);
        if (!control && !_nameMayCome) return false;
        bool room = control ? _waiting.Count < MaxWaiting : _waitingForNames < MaxWaitingForNames;
        if (!room)
        {
            NotPutOff++;
            Judge(in flow, Stage.Over);
            return true;
        }

        if (!control) _waitingForNames++;
        _waiting.Add(in flow);
        return true;
    }

    /// <param name="noted">What the flow proves of its sockets was noted just before.</param>
    private void Deliver(in FlowSummary flow, in Judgement judgement, bool noted)
    {
        if (flow.Note.Control != 0) _related?[flow.Note.Control].Judged(in judgement);
        if (_isSilent) return;
        Judgements++;
        _line.Deliver(in flow, in judgement, noted);
    }

    private void OutOfScope(in FlowSummary flow, FlowReading reading, Reason reason, LinkScopeKind link, bool noted)
    {
        var judgement = new Judgement(
            -1, reading.InitiatorIsHigh, FlowDirection.None, reading.Method, reading.Confidence, FlowReading.OutcomeOf(in flow, reading.InitiatorIsHigh),
            Verdict.OutOfScope, reason, link, ServicePort(flow.Protocol, flow.Ends, !reading.InitiatorIsHigh), RowSets.None, reading.Conflicts);
        Deliver(in flow, in judgement, noted);
    }

    /// <summary>The judgement for the subjects that one end belongs to. A host that is several subjects may do what any of them may.</summary>
    private Judgement ForEnd(in FlowSummary flow, ulong subjects, bool subjectIsHigh, FlowReading reading, bool mayWait)
    {
        bool inbound = reading.InitiatorIsHigh != subjectIsHigh, judgedInbound = inbound;
        Span<ApplicationAnswer> room = stackalloc ApplicationAnswer[Math.Min(_matrix.Applications.Count, MaxApplications)];
        ReadOnlySpan<ApplicationAnswer> applications = Applications(in flow, room);
        Evaluation judged = EvaluateAll(in flow, subjects, subjectIsHigh, inbound, applications);
        if (reading.Confidence is Confidence.Weak or Confidence.Unknown)
        {
            // The two-readings rule: a direction that is not known may decide nothing.
            Evaluation other = EvaluateAll(in flow, subjects, subjectIsHigh, !inbound, applications);
            if (other.Verdict != judged.Verdict)
            {
                if (other.Rank < judged.Rank) (judgedInbound, judged) = (!inbound, other);
                bool control = judged.Reason == Reason.ControlConnectionUnseen;
                judged = judged with { Verdict = Verdict.Undetermined, Reason = control ? judged.Reason : Reason.DirectionUnknown };
            }
            else if (judged.Verdict == Verdict.Allowed)
            {
                // Allowed whoever began; but which rows answer, only the direction would tell.
                judged = judged with { Rows = _matrix.Sets.Union(judged.Rows, other.Rows) };
            }
        }

        if (judged.Verdict != Verdict.Allowed && !mayWait && Related(in flow, subjects, in judged) is { } related) (judged, judgedInbound) = (related, inbound);
        return new(
            judged.Subject, reading.InitiatorIsHigh, inbound ? FlowDirection.In : FlowDirection.Out, reading.Method, reading.Confidence,
            FlowReading.OutcomeOf(in flow, reading.InitiatorIsHigh), judged.Verdict, judged.Reason, LinkScopeKind.None,
            ServicePort(flow.Protocol, flow.Ends, serviceIsHigh: judgedInbound == subjectIsHigh), judged.Rows, reading.Conflicts);
    }

    private Evaluation EvaluateAll(in FlowSummary flow, ulong subjects, bool subjectIsHigh, bool inbound, ReadOnlySpan<ApplicationAnswer> applications)
    {
        Evaluation best = default;
        for (ulong left = subjects; left != 0; left &= left - 1)
        {
            Evaluation next = Evaluate(in flow, System.Numerics.BitOperations.TrailingZeroCount(left), subjectIsHigh, inbound, applications);
            if (left == subjects || next.Rank < best.Rank) best = next;
        }

        return best;
    }

    /// <summary>The verdict if the flow was initiated in this direction.</summary>
    private Evaluation Evaluate(in FlowSummary flow, int subject, bool subjectIsHigh, bool inbound, ReadOnlySpan<ApplicationAnswer> applications)
    {
        FlowEndpoints ends = flow.Ends;
        IpAddress peer = subjectIsHigh ? ends.LowAddress : ends.HighAddress;
        ushort port = ServicePort(flow.Protocol, ends, serviceIsHigh: inbound == subjectIsHigh);
        RowMatch match = _matcher.Match(subject, flow.Protocol, port, inbound, peer, [], applications);
        if (_names is not null && (match.Answer == MatchAnswer.CannotTell || _matrix.Sets[match.RowSet].Possible.Count > 0))
        {
            // Rows ask for names: what the capture says of the peer decides, and it decides again when it says nothing.
            string[] names = [.. _names.NamesOf(in flow, peerIsHigh: !subjectIsHigh, _namesUntilNs).Select(n => n.Name)];
            if (names.Length > 0) match = _matcher.Match(subject, flow.Protocol, port, inbound, peer, names, applications);
            _nameMayCome |= match.Answer != MatchAnswer.Yes && !IsNamed(in flow, peerIsHigh: !subjectIsHigh);
        }

        if (match.Answer == MatchAnswer.Yes) return new(subject, Verdict.Allowed, Reason.None, match.RowSet);
        int dataRow = ServerPortRow(in flow, subject, subjectIsHigh, inbound);
        if (dataRow >= 0 && ControlIsLive(in flow, subjectIsHigh, inbound)) return new(subject, Verdict.Allowed, Reason.None, _matrix.Sets.Intern([dataRow], [], []));
        if (match.Answer == MatchAnswer.CannotTell) return new(subject, Verdict.Undetermined, Reason.PeerNameUnknown, match.RowSet);
        if (match.Answer == MatchAnswer.CannotTellApplication) return new(subject, Verdict.Undetermined, Reason.ApplicationUnknown, match.RowSet);
        if (match.Answer == MatchAnswer.OtherApplication) return new(subject, Verdict.Unexpected, Reason.Application, match.RowSet);
        if (match.Answer == MatchAnswer.OtherPeer) return new(subject, Verdict.Unexpected, Reason.Peer, match.RowSet);
        int otherWay = _matcher.AllAtPort(subject, flow.Protocol, port, !inbound);
        if (otherWay != RowSets.None) return new(subject, Verdict.Unexpected, Reason.Direction, otherWay);
        foreach (byte other in (ReadOnlySpan<byte>)[TransportNames.Tcp, TransportNames.Udp, TransportNames.Sctp])
        {
            if (other == flow.Protocol || !TransportNames.HasPorts(flow.Protocol)) continue;
            int otherTransport = _matcher.AllAtPort(subject, other, port, inbound);
            if (otherTransport != RowSets.None) return new(subject, Verdict.Unexpected, Reason.Transport, otherTransport);
        }

        return dataRow >= 0 && MayLackItsControl(in flow, port)
            ? new(subject, Verdict.Undetermined, Reason.ControlConnectionUnseen, _matrix.Sets.Intern([dataRow], [], []))
            : new(subject, Verdict.Unexpected, Reason.Port, RowSets.None);
    }

    /// <summary>The client said in the flow itself whom it means; no name that comes later says it better.</summary>
    private static bool IsNamed(in FlowSummary flow, bool peerIsHigh) =>
        flow.Note.Name != 0 && flow.Note.NameIsOfHigh == peerIsHigh && ((NameKind)flow.Note.NameKind).IsSure();

    /// <summary>
    /// For each application that rows ask for, whether the flow speaks it. Empty when no payload was captured: the port then stands for the
    /// application, because a try that was refused says nothing, and is still a try at what the row allows.
    /// </summary>
    private Span<ApplicationAnswer> Applications(in FlowSummary flow, Span<ApplicationAnswer> answers)
    {
        FlowSpeech speech = flow.Speech;
        if (speech.LowRead + speech.HighRead == 0) return [];
        RecognizedApplication seen = PayloadReader.Of(in flow);
        uint either = flow.Marks | (flow.Marks >> FlowMarks.SideBits);
        bool startSeen = flow.Protocol != TransportNames.Tcp || (either & (FlowMarks.Syn | FlowMarks.SynAck)) != 0;
        for (int i = 0; i < answers.Length; i++) answers[i] = ApplicationMatch.Answer(_matrix.Applications[i], in seen, startSeen);
        return answers;
    }

    private readonly record struct Evaluation(int Subject, Verdict Verdict, Reason Reason, int Rows)
    {
        /// <summary>Allowed first, then what a name would settle, then the nearest miss.</summary>
        public int Rank => Verdict == Verdict.Allowed ? 0 : Verdict == Verdict.Undetermined ? 1 : 2 + (int)Reason;
    }

    /// <summary>The port that the flow's service would have at one end; the type for ICMP, 0 for protocols with neither.</summary>
    internal static ushort ServicePort(byte protocol, FlowEndpoints ends, bool serviceIsHigh)
    {
        ushort port = serviceIsHigh ? ends.HighPort : ends.LowPort;
        return protocol is TransportNames.Icmp or TransportNames.Icmpv6 ? (ushort)(port >> 8) : port;
    }
}
