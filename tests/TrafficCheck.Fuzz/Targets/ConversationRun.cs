using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Tests.Engine;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Fuzz.Targets;

/// <summary>Built frames through the engine, whose accounts must add up.</summary>
internal sealed class ConversationRun
{
    public const string Host = "10.0.0.5", Peer = "192.0.2.7";

    private static readonly IReadOnlyList<IReadOnlyList<IPNetwork>> s_hosts = [[IPNetwork.Parse(Host + "/32")]];

    private static readonly EngineOptions s_options = new()
    {
        MaxFlows = 64,
        Seed = HashSeed.Fixed,
        ReadSpeech = true,
        ReadNames = true,
        FtpPassiveRange = new PortRange(50000, 50010),
    };

    private ConversationRun(CheckReport report, List<FlowRow> rows) => (Report, Rows) = (report, rows);

    public CheckReport Report { get; }

    public IReadOnlyList<FlowRow> Rows { get; }

    /// <param name="ports">A row each, over TCP and UDP, Out; those of the web ask for a name.</param>
    public static AllowedMatrix MatrixOf(params ushort[] ports) => new()
    {
        Name = "fuzz",
        Sources = [],
        Subjects = [new MatrixSubject("subject-1", [])],
        Rows =
        [
            .. ports.Select((port, i) => new MatrixRow
            {
                Id = $"R{i + 1}",
                Subject = 0,
                Ports = [new PortRange(port, port)],
                Transports = [TransportNames.Tcp, TransportNames.Udp],
                Direction = RowDirection.Out,
                Peers = port is 80 or 443 ? [RowPeer.Of("*.example.net")] : [],
                Source = new RowSource("fuzz", i + 1, 1),
            }),
        ],
    };

    public static ConversationRun Of(IReadOnlyList<TimedFrame> frames, AllowedMatrix matrix, int chunk = int.MaxValue)
    {
        CaptureInterfaces interfaces = Interfaces();
        using var engine = new CheckEngine(matrix, s_hosts, interfaces, s_options, keepRows: true);
        Feed(frames, chunk, (batch, count, first) => engine.Process(batch, 0, count, first));
        var run = new ConversationRun(engine.Finish([Summary(frames)], [], new ExitRules()), []);
        if (run.Report.Accounting.BrokenIdentities.Count > 0) throw new BrokenPromiseException("the accounts add up", string.Join("\n", run.Report.Accounting.BrokenIdentities));
        engine.WriteRows(((List<FlowRow>)run.Rows).Add);
        return run;
    }

    /// <summary>What <c>explain --flow</c> says of a flow between the two hosts.</summary>
    public static FlowExplanation Explain(IReadOnlyList<TimedFrame> frames, AllowedMatrix matrix, byte protocol, ushort hostPort, ushort peerPort)
    {
        var target = new FlowTarget(IpAddress.From(IPAddress.Parse(Host)), hostPort, IpAddress.From(IPAddress.Parse(Peer)), peerPort, protocol);
        CaptureInterfaces interfaces = Interfaces();
        using var search = new FlowSearch(target, interfaces, s_options);
        Feed(frames, int.MaxValue, (batch, count, first) => search.Process(batch, 0, count, first));
        using var trace = new FlowTrace(target, search.Finish([Summary(frames)]), matrix, s_hosts, interfaces, s_options);
        Feed(frames, int.MaxValue, (batch, count, first) => trace.Process(batch, 0, count, first));
        return trace.Finish([Summary(frames)]);
    }

    private static CaptureInterfaces Interfaces()
    {
        var interfaces = new CaptureInterfaces();
        interfaces.Add(new CaptureInterface(0, 0, null, LinkType.Ethernet, 0));
        return interfaces;
    }

    private static InputSummary Summary(IReadOnlyList<TimedFrame> frames) =>
        new() { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = frames.Count, Bytes = 0, Problems = [] };

    private static void Feed(IReadOnlyList<TimedFrame> frames, int chunk, Action<FrameBatch, int, long> process)
    {
        long number = 1;
        foreach (TimedFrame[] part in frames.Chunk(Math.Min(chunk, frames.Count)))
        {
            using FrameBatch batch = FrameBatches.Of(part);
            process(batch, part.Length, number);
            number += part.Length;
        }
    }
}
