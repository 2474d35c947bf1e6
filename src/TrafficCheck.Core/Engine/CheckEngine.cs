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
public sealed partial class CheckEngine : IDisposable
{
    private readonly FlowLimits _limits;
    private readonly FrameIntake<JudgeSink> _intake;
    private readonly EngineOptions _options;
    private readonly CaptureInterfaces _interfaces;
    private readonly IJudgedFlowSink? _observer;
    private readonly bool _keepRows;
    private readonly FlowNotes _notes = new();
    private readonly FtpPairs _ftp;
    private readonly Seat _seat;
    private PeerNaming? _names;
    private RelatedFlows? _related;
    private JudgedPeriod _period;
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
        (_interfaces, _options, _keepRows, _observer) = (interfaces, options, keepRows, observer);
        CompiledMatrix compiled = CompiledMatrix.Compile(matrix);
        var hosts = new ProtectedHosts(protectedHosts);
        var ports = new ControlPorts(compiled);
        _limits = new FlowLimits(options.MaxFlows);
        _ftp = new FtpPairs(matrix, options.FtpPassiveRange);
        if (AsksForNames(matrix)) _names = new PeerNaming(matrix, _notes, hosts);
        if (ports.Any) _related = new RelatedFlows(ports, _notes, _ftp);
        var servers = new ServerLedger(matrix, options.Seed ?? HashSeed.Random(), options.KeptServers, KeepsProofs);
        _period = new JudgedPeriod(compiled, protectedHosts, hosts, servers, _names, _related, _ftp, options.JudgeLinkScope, keepRows, observer);
        _seat = new Seat { Judge = _period.Judge, Reader = new FlowReader(_notes, _names, _related, AsksForSpeech(matrix)) };
        if (options.Threads > 2) _period.Judge.Share(options.BatchesBeforeThreads);
        _intake = new FrameIntake<JudgeSink>(
            options with { ReadSpeech = AsksForSpeech(matrix) }, interfaces, _limits, new JudgeSink(_seat), _names, ports.Any ? ports : null);
    }

    /// <summary>Frames processed so far.</summary>
    public long FramesRead => _intake.Frames.FramesRead;

    public long LiveFlows => _limits.Live;

    /// <summary>Where the run stands; any thread may read it while the engine works.</summary>
    public RunCounters Counters => _intake.Counters;

    /// <summary>So far; for those who watch a run.</summary>
    internal long FlowsOpened => _intake.V4.Opened + _intake.V6.Opened;

    internal long FlowsExpired => _intake.V4.Expired + _intake.V6.Expired;

    /// <summary>The matrix as compiled; row sets of judgements are looked up in it.</summary>
    public CompiledMatrix Matrix => _period.Matrix;

    internal ProtectedHosts Hosts => _period.Hosts;

    internal FlowJudge Judge => _period.Judge;

    /// <summary>Null when nobody asks for names.</summary>
    internal PeerNaming? Names => _names;

    /// <summary>Null when no flow that the matrix allows announces others.</summary>
    internal RelatedFlows? Related => _related;

    /// <summary>Sees each payload that is read; set it before the first frame.</summary>
    internal ISpeechWatch? SpeechWatch
    {
        set => _seat.Reader.Watch = value;
    }

    /// <summary>What this run proved for a ledger that is kept (<see cref="EngineOptions.KeptServers"/>), by address, port and transport; after <see cref="Finish"/>.</summary>
    public IReadOnlyList<ProvenServer> ProvenServers => Proven();

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
        _closed?.Dispose();
        _closed = null;

        // Live flows are judged all at once now, and the thread that decoded has time. What judges until then must have come to rest.
        _intake.Drain();
        if (_options.Threads > 1) _period.Judge.Share(_options.BatchesBeforeThreads);
        _intake.End();
        return _period.Report(StageCounts.Of(_intake, 0, 0, Order), _earlier, _interfaces, inputs, parameters, rules);
    }

    /// <summary>Hands over every flow of the period, ordered by time and frame, after <see cref="Finish"/>; after <see cref="ClosePeriod"/> those of the closed one.</summary>
    public void WriteRows(Action<FlowRow> write)
    {
        if (!_keepRows) throw new InvalidOperationException("The engine was not asked to keep flow rows.");
        if (_closed is not null) _closed.WriteRows(write);
        else _period.Rows!.Write(_period.Matrix, _names, _related, write);
    }

    /// <summary>What a judged flow showed of names and relations, in sentences.</summary>
    internal IEnumerable<string> StoryOf(in FlowSummary flow) => FlowStory.Of(flow.Note, _names, _related);

    /// <summary>What speaks for and against the direction of a judged flow, in sentences.</summary>
    internal IEnumerable<string> EvidenceOf(FlowSummary flow, Judgement judgement) => EvidenceStory.Of(flow, judgement, _period.Judge.Servers);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _intake.Dispose();
        _period.Dispose();
        _closed?.Dispose();
    }

    private bool KeepsProofs => _options.KeptServers is not null || _observer is not null;

    private bool AsksForNames(AllowedMatrix matrix) => _keepRows || _options.ReadNames || matrix.Rows.Any(r => r.Peers.Any(p => p.Name is not null));

    private bool AsksForSpeech(AllowedMatrix matrix) => _options.ReadSpeech || _names is not null || matrix.Rows.Any(r => r.Application is not null);

    /// <summary>Who judges flows and reads them: others after a period.</summary>
    private sealed class Seat
    {
        public required FlowJudge Judge;
        public required FlowReader Reader;
    }

    private readonly struct JudgeSink(Seat seat) : IFlowSink
    {
        public bool WantsOpenings => seat.Reader.WantsOpenings;

        public void Open(in FlowPayload packet, ref FlowSpeech speech) => seat.Reader.Open(in packet, ref speech);

        public bool Read(in FlowPayload payload, ref FlowSpeech speech) => seat.Reader.Read(in payload, ref speech);

        public void Close(in FlowSummary flow, FlowEnd end)
        {
            if (flow.Speech.Note == 0) seat.Judge.Judge(in flow);
            else seat.Judge.Judge(seat.Reader.End(in flow));
        }
    }
}
