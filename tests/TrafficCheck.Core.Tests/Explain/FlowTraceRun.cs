using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;
using static TrafficCheck.Core.Tests.Engine.EngineRun;

namespace TrafficCheck.Core.Tests.Explain;

/// <summary>What <c>explain --flow</c> finds out about a flow of built frames.</summary>
internal static class FlowTraceRun
{
    public static readonly EngineOptions Options = new() { Seed = HashSeed.Fixed, MaxFlows = 2_000 };

    /// <summary>The only life of a flow between <see cref="Host"/> and <see cref="Peer"/>.</summary>
    public static FlowLife Only(byte protocol, ushort hostPort, ushort peerPort, IReadOnlyList<TimedFrame> frames, AllowedMatrix matrix, IReadOnlyList<ProvenServer>? kept) =>
        Assert.Single(Traced(Target(protocol, hostPort, peerPort), frames, matrix, Options with { KeptServers = kept }).Lives);

    public static FlowTarget Target(byte protocol, ushort hostPort, ushort peerPort) =>
        new(IpAddress.From(IPAddress.Parse(Host)), hostPort, IpAddress.From(IPAddress.Parse(Peer)), peerPort, protocol);

    public static FlowExplanation Traced(
        FlowTarget target, IReadOnlyList<TimedFrame> frames, AllowedMatrix? matrix = null, EngineOptions? options = null, int chunk = int.MaxValue, string[]? hosts = null)
    {
        options ??= Options;
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, "span0", LinkType.Ethernet, 0));
        var summary = new InputSummary { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = frames.Count, Bytes = 0, Problems = [] };
        using var search = new FlowSearch(target, interfaces, options);
        Feed(search.Process);
        FoundFlow found = search.Finish([summary]);
        IReadOnlyList<IReadOnlyList<IPNetwork>> guarded = [.. (matrix?.Subjects ?? []).Select((_, i) => (IReadOnlyList<IPNetwork>)[Network((hosts ?? [Host])[i])])];
        using var trace = new FlowTrace(target, found, matrix, guarded, interfaces, options);
        Feed(trace.Process);
        return trace.Finish([summary]);

        void Feed(Action<FrameBatch, int, int, long> process)
        {
            long number = 1;
            foreach (TimedFrame[] part in frames.Chunk(Math.Min(chunk, frames.Count)))
            {
                using FrameBatch batch = FrameBatches.Of(part);
                process(batch, 0, part.Length, number);
                number += part.Length;
            }
        }
    }
}
