using System.Net;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// A run: batches of frames in, a report out. Feed it with <see cref="Process"/> in the order of the merged input, then call
/// <see cref="Finish"/> once. Not thread-safe.
/// </summary>
public sealed class CheckEngine : IDisposable
{
    private readonly FlowLimits _limits;
    private readonly FrameIntake<JudgeSink> _intake;
    private readonly FlowJudge _judge;
    private readonly FindingLedger _findings;
    private readonly CoverageLedger _coverage;
    private readonly HostTally _tally = new();
    private readonly CompiledMatrix _matrix;
    private readonly IReadOnlyList<IReadOnlyList<IPNetwork>> _protected;
    private readonly FlowSorter? _rows;
    private readonly PeerNaming? _names;
    private readonly RelatedFlows? _related;
    private readonly RelatedLedger? _relatedLedger;
    private readonly FlowReader _reader;
    private readonly CaptureInterfaces _interfaces;
    private readonly int _threads, _batchesBeforeThreads;
    private bool _disposed;

    /// <param name="protectedHosts">For each subject of the matrix, in its order, the addresses protected in this run.</param>
    /// <param name="interfaces">The interfaces that frame descriptors refer to; may grow while frames are processed.</param>
    /// <param name="keepRows">Whether <see cref="WriteRows"/> will be asked for every flow.</param>
    /// <param name="observer">Sees every judged flow as well, or null.</param>
    /// <exception cref="MatrixTooLargeException">The matrix cannot be compiled.</exception>
    /// <exception cref="InsufficientMemoryException">The system refuses the address space for the flow limit.</exception>
    public CheckEngine(
        AllowedMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> protectedHosts, CaptureInterfaces interfaces, EngineOptions options, bool keepRows,
        IJudgedFlowSink? observer = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(protectedHosts.Count, matrix.Subjects.Count);
        _interfaces = interfaces;
        _matrix = CompiledMatrix.Compile(matrix);
        _protected = protectedHosts;
        var hosts = new ProtectedHosts(protectedHosts);
        Hosts = hosts;
        var budget = new HostBudget();
        _coverage = new CoverageLedger(matrix.Subjects.Count, hosts, budget);
        _findings = new FindingLedger(hosts, budget, _coverage.ShowsAnswers);
        _limits = new FlowLimits(options.MaxFlows);
        _rows = keepRows ? new FlowSorter() : null;
        var notes = new FlowNotes();
        if (keepRows || options.ReadNames || matrix.Rows.Any(r => r.Peers.Any(p => p.Name is not null))) _names = new PeerNaming(matrix, notes, hosts);
        var ports = new ControlPorts(_matrix);
        var ftp = new FtpPairs(matrix, options.FtpPassiveRange);
        if (ports.Any) _related = new RelatedFlows(ports, notes, ftp);
        if (_related is not null) _relatedLedger = new RelatedLedger(_matrix, _related);
        IJudgedFlowSink[] sinks = _rows is null ? [_coverage, _findings, _tally] : [_coverage, _findings, _tally, _rows];
        if (_relatedLedger is not null) sinks = [.. sinks, _relatedLedger];
        if (observer is not null) sinks = [.. sinks, observer];
        var servers = new ServerLedger(matrix, options.Seed ?? HashSeed.Random(), options.KeptServers, details: options.KeptServers is not null || observer is not null);
        _judge = new FlowJudge(_matrix, hosts, servers, _names, _related, ftp, options.JudgeLinkScope, sinks);
        bool speech = options.ReadSpeech || _names is not null || matrix.Rows.Any(r => r.Application is not null);
        _reader = new FlowReader(notes, _names, _related, speech);
        options = options with { ReadSpeech = speech };
        (_threads, _batchesBeforeThreads) = (options.Threads, options.BatchesBeforeThreads);
        if (_threads > 2) _judge.Share(_batchesBeforeThreads);
        _intake = new FrameIntake<JudgeSink>(options, interfaces, _limits, new JudgeSink(_judge, _reader), _names, ports.Any ? ports : null);
    }

    /// <summary>Frames processed so far.</summary>
    public long FramesRead => _intake.Frames.FramesRead;

    public long LiveFlows => _limits.Live;

    /// <summary>So far; for those who watch a run.</summary>
    internal long FlowsOpened => _intake.V4.Opened + _intake.V6.Opened;

    internal long FlowsExpired => _intake.V4.Expired + _intake.V6.Expired;

    /// <summary>The matrix as compiled; row sets of judgements are looked up in it.</summary>
    public CompiledMatrix Matrix => _matrix;

    internal ProtectedHosts Hosts { get; }

    internal FlowJudge Judge => _judge;

    /// <summary>Null when nobody asks for names.</summary>
    internal PeerNaming? Names => _names;

    /// <summary>Null when no flow that the matrix allows announces others.</summary>
    internal RelatedFlows? Related => _related;

    /// <summary>Sees each payload that is read; set it before the first frame.</summary>
    internal ISpeechWatch? SpeechWatch
    {
        set => _reader.Watch = value;
    }

    /// <summary>What this run proved for a ledger that is kept (<see cref="EngineOptions.KeptServers"/>), by address, port and transport; after <see cref="Finish"/>.</summary>
    public IReadOnlyList<ProvenServer> ProvenServers => _judge.Servers.Proven;

    internal long IcmpErrorsOfFlows => _intake.Flows.IcmpErrorsOfFlows;

    internal long IcmpErrorsOfEndedFlows => _intake.Flows.IcmpErrorsOfEndedFlows;

    internal IReadOnlyList<PartFate> PartFates => _intake.Frames.PartFates;

    internal long Copies => _intake.Frames.Copies?.Copies ?? 0;

    internal long WaitingFragments => _intake.Frames.Fragments.Waiting;

    /// <summary>
    /// A frame came after one with a later time, and close enough that the two should have been put in order. Who feeds the engine as cheaply as it
    /// goes asks this, and begins again in order.
    /// </summary>
    public bool SawDisorder => _intake.Frames.Clock.OutOfOrder > _intake.Frames.Clock.Late;

    /// <summary>Frames that were put in order before they came here, and those that could not be held long enough for it.</summary>
    public (long Reordered, long NotHeld) Order { get; set; }

    /// <summary>Processes frames of a batch; their numbers go on from those before.</summary>
    public void Process(FrameBatch batch, int start, int count) => Process(batch, start, count, FramesRead + 1);

    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Process(FrameBatch batch, int start, int count, long firstNumber) => _intake.Process(batch, start, count, firstNumber);

    /// <summary>
    /// What a thread of the engine that has to wait for another does instead, such as reading ahead; called by any of them, says whether there was anything
    /// to do. Null for nothing.
    /// </summary>
    public Func<bool>? Meanwhile
    {
        set => _intake.Meanwhile = value;
    }

    /// <summary>Waits until all that was processed is in the flows.</summary>
    public void Drain() => _intake.Drain();

    /// <summary>Ends all flows and gathers the report.</summary>
    /// <param name="inputs">What the sources say of themselves, in the order of the arguments.</param>
    public CheckReport Finish(IReadOnlyList<InputSummary> inputs, IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules)
    {
        // Live flows are judged all at once now, and the thread that decoded has time. What judges until then must have come to rest.
        _intake.Drain();
        if (_threads > 1) _judge.Share(_batchesBeforeThreads);
        _intake.End();
        _judge.End();
        IReadOnlyList<RelatedGroup> related = _relatedLedger?.Build() ?? [];
        var accounting = RunAccounting.Build(
            _intake, _judge, _coverage, _findings, inputs, NotKept.Of(_judge, _findings, _names, _related, Order.NotHeld), _related, related);
        return new ReportBuilder(_matrix, _protected, _findings, _coverage, _judge, _tally, _names, _interfaces)
            .Build(accounting, related, RunVisibility.Build(_intake, _judge, _coverage, accounting, inputs, _interfaces, Order.Reordered), inputs, parameters, rules);
    }

    /// <summary>Hands over every flow, ordered by time and frame, after <see cref="Finish"/>.</summary>
    public void WriteRows(Action<FlowRow> write)
    {
        if (_rows is null) throw new InvalidOperationException("The engine was not asked to keep flow rows.");
        _rows.Write(_matrix, _names, _related, write);
    }

    /// <summary>What a judged flow showed of names and relations, in sentences.</summary>
    internal IEnumerable<string> StoryOf(in FlowSummary flow) => FlowStory.Of(flow.Note, _names, _related);

    /// <summary>What speaks for and against the direction of a judged flow, in sentences.</summary>
    internal IEnumerable<string> EvidenceOf(FlowSummary flow, Judgement judgement) => EvidenceStory.Of(flow, judgement, _judge.Servers);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _intake.Dispose();
        _judge.Dispose();
        _rows?.Dispose();
    }

    private readonly struct JudgeSink(FlowJudge judge, FlowReader reader) : IFlowSink
    {
        public bool WantsOpenings => reader.WantsOpenings;

        public void Open(in FlowPayload packet, ref FlowSpeech speech) => reader.Open(in packet, ref speech);

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => reader.Read(in payload, ref speech);

        public void Close(in FlowSummary flow, FlowEnd end)
        {
            if (flow.Speech.Note == 0) judge.Judge(in flow);
            else judge.Judge(reader.End(in flow));
        }
    }
}
