using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Recognition;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// The second of the two runs that explain a flow: the engine of <c>check</c> over the whole input, with an eye on the packets of the flow, whose
/// lives are known from <see cref="FlowSearch"/>. Feed it all frames in their order, then ask <see cref="Finish"/> once.
/// </summary>
public sealed class FlowTrace : IDisposable
{
    private static readonly AllowedMatrix s_nothing = new() { Name = "", Sources = [], Subjects = [], Rows = [] };

    private readonly FlowTarget _target;
    private readonly FoundFlow _found;
    private readonly CaptureInterfaces _interfaces;
    private readonly bool _hasMatrix;
    private readonly TunnelPorts _ports;
    private readonly FlowPacketWatch _packets;
    private readonly SpeechStory _speech;
    private readonly Watch _watch;
    private readonly CheckEngine _engine;

    /// <param name="found">From a search over the same input with the same options.</param>
    /// <param name="matrix">Null for no verdicts.</param>
    /// <param name="protectedHosts">For each subject of the matrix, in its order, its addresses.</param>
    /// <exception cref="MatrixTooLargeException">The matrix cannot be compiled.</exception>
    public FlowTrace(
        FlowTarget target, FoundFlow found, AllowedMatrix? matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> protectedHosts, CaptureInterfaces interfaces, EngineOptions options)
    {
        _target = target;
        _found = found;
        _interfaces = interfaces;
        _hasMatrix = matrix is not null;
        _ports = new TunnelPorts(options.TunnelPorts);
        _packets = new FlowPacketWatch(target, found.LivesFound, options, _ports);
        _speech = new SpeechStory(target, found.LivesFound, _packets);
        _watch = new Watch(target, found.LivesFound, options.VlanInKey);
        _engine = new CheckEngine(
            matrix ?? s_nothing, matrix is null ? [] : protectedHosts, interfaces, options with { ReadNames = true, ReadSpeech = true }, keepRows: false, _watch)
        {
            SpeechWatch = _speech,
        };
    }

    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public unsafe void Process(FrameBatch batch, int start, int count, long firstNumber)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int done = 0;
        for (int i = 0; i < count; i++)
        {
            FrameDescriptor frame = batch.Frames[start + i];
            if (!_packets.Sees(batch.Buffer + frame.Offset, in frame, firstNumber + i, out SeenPacket seen)) continue;

            // Its frame alone between two looks at the counters: they tell what became of it.
            _engine.Process(batch, start + done, i - done, firstNumber + done);
            _engine.Drain();
            long copies = _engine.Copies, errors = _engine.IcmpErrorsOfFlows;
            _engine.Process(batch, start + i, 1, firstNumber + i);
            _engine.Drain();
            _packets.Note(in seen, _engine.Copies > copies, _engine.IcmpErrorsOfFlows > errors);
            done = i + 1;
        }

        _engine.Process(batch, start + done, count - done, firstNumber + done);
    }

    /// <param name="inputs">What the sources say of themselves, in the order of the arguments.</param>
    public FlowExplanation Finish(IReadOnlyList<InputSummary> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _engine.Finish(inputs, [], new ExitRules(FailOn.Never, 'F'));
        var lives = new List<FlowLife>();
        for (int i = 0; i < _watch.Judged.Length; i++)
        {
            if (_watch.Judged[i] is { Count: > 0 } judged) lives.Add(Tell(i, judged));
        }

        return new FlowExplanation
        {
            Asked = _target,
            Frames = _engine.FramesRead,
            Inputs = inputs,
            LifeCount = _found.Lives,
            Lives = lives,
            VerdictCounts = _hasMatrix ? [.. _watch.Verdicts.OrderBy(v => v.Key).Select(v => KeyValuePair.Create(v.Key.Word(), v.Value))] : [],
        };
    }

    public void Dispose()
    {
        _engine.Dispose();
        _ports.Dispose();
    }

    private FlowLife Tell(int index, List<(FlowSummary Flow, Judgement Judgement)> judged)
    {
        (FlowSummary flow, Judgement first) = judged[0];
        LifePackets packets = _packets.Packets[index];
        IReadOnlyList<SpeechStep> speech = _speech.Steps[index];
        var ladder = new EvidenceLadder(in flow, in first, packets, speech, _engine, _hasMatrix);
        bool high = first.InitiatorIsHigh;
        return new FlowLife
        {
            Number = index + 1,
            Flow = FlowFacts.Of(in flow, [.. judged.Select(j => j.Judgement)], _engine, _hasMatrix),
            Initiator = Side(in flow, packets, high),
            Responder = Side(in flow, packets, !high),
            LastFrame = packets.LastFrame,
            Ladder = ladder.Rungs,
            Flips = ladder.Flips(),
            Spoken = ConsideredRows.Spoken(in flow),
            Speech = [.. speech.Select(s => Speech(in flow, s))],
            MissingBytes = flow.MissingBytes,
            Copies = packets.Copies,
            FirstCopy = Seen(packets.FirstCopy),
            IcmpErrors = packets.Errors,
            FirstIcmpError = Seen(packets.FirstError),
            IcmpErrorText = packets.ErrorText,
            FirstCut = Seen(packets.FirstCut),
            FirstFragment = Seen(packets.FirstFragment),
            Segment = SegmentNames.Of(_interfaces, flow.Interface, flow.Vlan),
            Tunnel = flow.Tunnel.ToString(),
            Verdicts = _hasMatrix ? [.. judged.Select(j => Case(j.Flow, j.Judgement))] : [],
        };
    }

    private static SideFacts Side(in FlowSummary flow, LifePackets packets, bool high)
    {
        SidePackets side = packets.Of(high);
        bool icmp = flow.Protocol is Ip.Icmp or Ip.Icmpv6;
        return new(
            EvidenceLadder.Socket(flow.Protocol, flow.Ends.Address(high), flow.Ends.Port(high)), high ? flow.HighPackets : flow.LowPackets, high ? flow.HighBytes : flow.LowBytes,
            Seen(side.First), icmp ? null : Seen(side.Syn), icmp ? null : Seen(side.SynAck), Seen(side.Ack), Seen(side.Data), Seen(side.Fin), Seen(side.Rst),
            icmp ? Seen(side.Syn) : null, icmp ? Seen(side.SynAck) : null, Seen(side.Gap), side.GapBytes);
    }

    private static SpeechFacts Speech(in FlowSummary flow, SpeechStep step)
    {
        byte protocol = flow.Protocol;
        FlowEndpoints ends = flow.Ends;
        return new(
            step.Frame, Socket(step.FromHigh), step.Application > Application.Unrecognized ? ApplicationNames.Of(step.Application) : null,
            step.Confidence == RecognitionConfidence.Payload, step.Clients is 1 or 2 ? Socket(step.Clients == 2) : null, SpeechFacts.TextsOf(step.NewMarks));

        string Socket(bool end) => EvidenceLadder.Socket(protocol, ends.Address(end), ends.Port(end));
    }

    private VerdictCase Case(FlowSummary flow, Judgement judgement)
    {
        ExplainedVerdict verdict = FlowFacts.Of(in flow, [judgement], _engine, true).Verdicts[0];
        if (judgement.Subject < 0)
        {
            return new VerdictCase
            {
                Verdict = verdict,
                Host = null,
                Peer = null,
                Square = Square.None,
                Readings = [],
                Missing = [],
                Settle = null,
                WouldChange = new VerdictChanges(_engine, in flow, in judgement, null, null).All,
            };
        }

        bool high = FlowFacts.SubjectIsHigh(in judgement), inbound = judgement.Direction == FlowDirection.In;
        IpAddress host = flow.Ends.Address(high), peer = flow.Ends.Address(!high);
        ulong subjects = _engine.Hosts.SubjectsOf(host) & ~_engine.Hosts.SubjectsOf(peer);
        FlowTrial judged = _engine.Judge.Try(in flow, subjects, high, inbound), other = _engine.Judge.Try(in flow, subjects, high, !inbound);
        var readings = new List<RowReading> { ConsideredRows.Of(in flow, in judgement, judged, _engine.Matrix, subjects, high, isJudged: true) };
        if (ConsideredRows.AreBothAsked(in judgement, judged)) readings.Add(ConsideredRows.Of(in flow, in judgement, other, _engine.Matrix, subjects, high, isJudged: false));
        var (missing, settle) = Missing(in flow, in judgement, high);
        return new VerdictCase
        {
            Verdict = verdict,
            Host = host.ToString(),
            Peer = peer.ToString(),
            Square = judgement.Square(in flow),
            Readings = readings,
            Missing = missing,
            Settle = settle,
            WouldChange = new VerdictChanges(_engine, in flow, in judgement, judged, other).All,
        };
    }

    private (IReadOnlyList<MissingEvidence> Missing, string? Settle) Missing(in FlowSummary flow, in Judgement judgement, bool subjectIsHigh)
    {
        if (judgement.Verdict != Verdict.Undetermined) return ([], null);
        var alone = new FindingState(new HostBudget());
        alone.Add(in flow, in judgement, subjectIsHigh);
        return new MissingWords(_engine.Names, _interfaces).Of(judgement.Reason, alone);
    }

    private static long? Seen(long frame) => frame > 0 ? frame : null;

    /// <summary>Keeps the judgements of the lives that are told, and counts those of all.</summary>
    private sealed class Watch(FlowTarget target, FlowLives lives, bool vlanInKey) : IJudgedFlowSink
    {
        /// <summary>By life.</summary>
        public List<(FlowSummary Flow, Judgement Judgement)>[] Judged { get; } = [.. Enumerable.Range(0, lives.ToldCount).Select(_ => new List<(FlowSummary, Judgement)>())];

        public Dictionary<Verdict, long> Verdicts { get; } = [];

        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            FlowEndpoints ends = flow.Ends;
            if (!target.IsOf(flow.Protocol, in ends)) return;
            Verdicts[judgement.Verdict] = Verdicts.GetValueOrDefault(judgement.Verdict) + 1;
            int life = lives.Of(flow.FirstFrame, FlowPacketWatch.KeyOf(flow.Protocol, in ends, flow.Vlan, vlanInKey));
            if (life >= 0) Judged[life].Add((flow, judgement));
        }
    }
}
