using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Explain;

/// <summary>
/// The first of the two runs that explain a flow: which lives it has, or, if there are none, which flows come near. Feed it all frames in their
/// order, then call <see cref="Finish"/> once.
/// </summary>
public sealed class FlowSearch : IDisposable
{
    private static readonly AllowedMatrix s_nothing = new() { Name = "", Sources = [], Subjects = [], Rows = [] };

    private readonly CheckEngine _engine;
    private readonly Watch _watch;

    public FlowSearch(FlowTarget target, CaptureInterfaces interfaces, EngineOptions options)
    {
        _watch = new Watch(target, options.VlanInKey);

        // Which packets are one flow does not depend on the matrix.
        _engine = new CheckEngine(s_nothing, [], interfaces, options with { ReadNames = false, ReadSpeech = false }, keepRows: false, _watch);
    }

    /// <param name="firstNumber">Number of the first frame; the others follow it.</param>
    public void Process(FrameBatch batch, int start, int count, long firstNumber) => _engine.Process(batch, start, count, firstNumber);

    /// <param name="inputs">What the sources say of themselves.</param>
    public FoundFlow Finish(IReadOnlyList<InputSummary> inputs)
    {
        _engine.Finish(inputs, [], new ExitRules(FailOn.Never, 'F'));
        _watch.Lives.Close();
        return new FoundFlow(_watch.Lives)
        {
            Frames = _engine.FramesRead,
            Flows = _watch.Flows,
            SameHosts = _watch.SameHosts.ToNearFlows(),
            SameSocket = _watch.SameSocket.ToNearFlows(),
            FirstHost = _watch.FirstHost,
            SecondHost = _watch.SecondHost,
        };
    }

    public void Dispose() => _engine.Dispose();

    private sealed class Watch(FlowTarget target, bool vlanInKey) : IJudgedFlowSink
    {
        public FlowLives Lives { get; } = new();

        public NearCount SameHosts { get; } = new();

        public NearCount SameSocket { get; } = new();

        public long Flows { get; private set; }

        public long FirstHost { get; private set; }

        public long SecondHost { get; private set; }

        public void Add(in FlowSummary flow, in Judgement judgement)
        {
            Flows++;
            FlowEndpoints ends = flow.Ends;
            if (target.IsOf(flow.Protocol, in ends)) Lives.Add(flow.FirstFrame, FlowPacketWatch.KeyOf(flow.Protocol, in ends, flow.Vlan, vlanInKey));
            else if (target.HasAddresses(in ends)) SameHosts.Add(in flow);
            else if (target.SharesEnd(flow.Protocol, in ends)) SameSocket.Add(in flow);
            if (ends.LowAddress == target.First || ends.HighAddress == target.First) FirstHost++;
            if (ends.LowAddress == target.Second || ends.HighAddress == target.Second) SecondHost++;
        }
    }

    /// <summary>Flows of one kind: how many, and those that opened first.</summary>
    private sealed class NearCount
    {
        private const int Listed = 5;

        private readonly EarliestSample<(byte Protocol, FlowEndpoints Ends), bool> _sample = new(Listed);
        private long _count;

        public void Add(in FlowSummary flow)
        {
            _count++;
            _sample.Add(flow.FirstNs, flow.FirstFrame, (flow.Protocol, flow.Ends), true);
        }

        public NearFlows ToNearFlows() => new(_count, [.. _sample.Items.Select(f => FlowTarget.TextOf(f.Key.Protocol, f.Key.Ends))]);
    }
}

/// <summary>Flows that come near to one that was asked for.</summary>
/// <param name="Flows">How many there are, each life counted.</param>
/// <param name="Sample">Those that opened first, in the form in which they can be asked for.</param>
public sealed record NearFlows(long Flows, IReadOnlyList<string> Sample);

/// <summary>What the first run over an input found of a flow.</summary>
public sealed class FoundFlow
{
    internal FoundFlow(FlowLives lives) => LivesFound = lives;

    internal FlowLives LivesFound { get; }

    /// <summary>How many flows are meant: lives of one, or several where VLANs or ICMP types tell them apart.</summary>
    public long Lives => LivesFound.Count;

    public required long Frames { get; init; }

    /// <summary>Flows of the input.</summary>
    public required long Flows { get; init; }

    /// <summary>Other flows between the same two hosts.</summary>
    public required NearFlows SameHosts { get; init; }

    /// <summary>Flows of other hosts with one of the two sockets.</summary>
    public required NearFlows SameSocket { get; init; }

    /// <summary>Flows of each of the two hosts.</summary>
    public required long FirstHost { get; init; }

    public required long SecondHost { get; init; }
}
