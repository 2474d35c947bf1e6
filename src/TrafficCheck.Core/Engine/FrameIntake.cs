using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Stages;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// The way of frames into flows: the stage that decodes, the stage that keeps the flows, and the line between them. With one thread each batch is taken at
/// once; with more, the flows are kept by a thread of their own. What comes out is the same.
/// </summary>
internal sealed class FrameIntake<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    private readonly FlowStage<TSink> _flows;
    private readonly IPacketLine _line;
    private readonly FrameStage _frames;

    /// <param name="names">Learns from DNS answers; null when nobody asks for names.</param>
    /// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
    /// <param name="takesShortWay">Whether ordinary frames are read by <see cref="OrdinaryFrames"/>; if not, all are decoded by <see cref="FrameDecoder"/>.</param>
    public FrameIntake(EngineOptions options, CaptureInterfaces interfaces, FlowLimits limits, TSink sink, PeerNaming? names = null,
        ControlPorts? controlPorts = null, bool takesShortWay = true)
    {
        HashSeed seed = options.Seed ?? HashSeed.Random();
        List<PartFate> fates = [];
        _flows = new FlowStage<TSink>(seed, options.Timeouts, limits, sink, names) { PartFates = options.Threads == 1 ? fates : null, Counters = Counters };
        _line = options.Threads == 1 ? new InlineLine<TSink>(_flows) : new ChannelLine<TSink>(_flows, options.BatchesBeforeThreads);
        _frames = new FrameStage(options, seed, interfaces, _line, names is not null, controlPorts, takesShortWay, fates) { Counters = Counters };
    }

    /// <summary>Where the run stands; any thread may read it.</summary>
    public RunCounters Counters { get; } = new();

    /// <summary>What the first stage counted.</summary>
    public FrameStage Frames => _frames;

    /// <summary>What the second stage counted; settled after <see cref="Drain"/> and <see cref="End"/>.</summary>
    public FlowStage<TSink> Flows => _flows;

    public FlowTable<Ipv4Key> V4 => _flows.V4;

    public FlowTable<Ipv6Key> V6 => _flows.V6;

    /// <summary>Processes frames whose numbers go on from those before.</summary>
    public void Process(FrameBatch batch, int start, int count) => _frames.Process(batch, start, count);

    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Process(FrameBatch batch, int start, int count, long firstNumber) => _frames.Process(batch, start, count, firstNumber);

    /// <inheritdoc cref="IPacketLine.Meanwhile"/>
    public Func<bool>? Meanwhile
    {
        set => _line.Meanwhile = value;
    }

    /// <summary>Hands on what has been decoded, and waits for nothing.</summary>
    public void Flush() => _frames.Send();

    /// <inheritdoc cref="FlowStage{TSink}.Visit"/>
    public void Visit<TOther>(ref TOther sink)
        where TOther : struct, IFlowSink => _flows.Visit(ref sink);

    /// <inheritdoc cref="FlowStage{TSink}.Tick"/>
    public bool Tick(long nowNs, int budget)
    {
        Drain();
        return _flows.Tick(nowNs, budget);
    }

    /// <summary>From now on other payloads are of use. To be called after <see cref="Drain"/>.</summary>
    /// <param name="names">Learns from DNS answers; null when nobody asks for names.</param>
    /// <param name="controlPorts">Where flows are read although nobody asks what they speak; null for nowhere.</param>
    public void Ask(bool speech, PeerNaming? names, ControlPorts? controlPorts)
    {
        _frames.Ask(new SpeechDemand(speech, controlPorts), names is not null);
        _flows.Names = names;
    }

    /// <summary>Waits until all that was processed is in the flows.</summary>
    public void Drain() => _frames.Drain();

    /// <summary>The input is over: all flows end.</summary>
    public void End()
    {
        _frames.End();
        _flows.End();
    }

    public void Dispose()
    {
        // The line first: nothing is taken any more when the stages go.
        _line.Dispose();
        _frames.Dispose();
        _flows.Dispose();
    }
}
