using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Core.Tests.Engine;

/// <summary>A run of the engine over built frames: the set-up by names, and what came out. Every run checks that the accounting adds up.</summary>
internal sealed class EngineRun
{
    /// <summary>The host of the first subject, unless said otherwise.</summary>
    public const string Host = "10.0.0.5";

    public const string Peer = "192.0.2.7";

    private readonly List<FlowRow> _rows = [];

    private EngineRun(CheckReport report) => Report = report;

    public CheckReport Report { get; }

    public IReadOnlyList<FlowRow> Rows => _rows;

    /// <summary>The only flow.</summary>
    public FlowRow Row => Assert.Single(_rows);

    public RowCoverage Coverage(string row) => Report.Coverage.Single(c => c.Row.Id == row);

    public static EngineRun Of(
        IEnumerable<TimedFrame> frames, AllowedMatrix? matrix = null, string[]? protect = null, EngineOptions? options = null,
        ExitRules? rules = null, bool damaged = false, int chunk = int.MaxValue, bool keepRows = true,
        IReadOnlyList<ushort>? interfaces = null)
    {
        matrix ??= MatrixOf(Allow("R0", 1));
        protect ??= [Host];
        TimedFrame[] all = [.. frames];
        var known = new CaptureInterfaces();
        for (int i = 0; i <= (interfaces?.Max() ?? 0); i++) known.Add(new CaptureInterface(0, i, interfaces is null ? null : $"eth{i}", LinkType.Ethernet, 0));
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts =
            [.. matrix.Subjects.Select((_, i) => (IReadOnlyList<IPNetwork>)[.. protect[Math.Min(i, protect.Length - 1)].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Network)])];
        using var engine = new CheckEngine(matrix, hosts, known, (options ?? new EngineOptions { MaxFlows = 100_000 }) with { Seed = options?.Seed ?? HashSeed.Fixed }, keepRows);
        int begun = 0;
        foreach (TimedFrame[] part in chunk == int.MaxValue ? [all] : all.Chunk(chunk))
        {
            using FrameBatch batch = FrameBatches.Of(part, interfaces is null ? null : [.. interfaces.Skip(begun).Take(part.Length)]);
            begun += part.Length;
            engine.Process(batch, 0, part.Length);
        }

        InputProblem[] problems = damaged ? [new InputProblem(ProblemSeverity.Damage, "truncated-record", 0, "cut")] : [];
        var summary = new InputSummary { Path = "x", Format = "pcap", LinkTypes = [LinkType.Ethernet], Frames = all.Length, Bytes = 0, Problems = problems };
        var run = new EngineRun(engine.Finish([summary], [], rules ?? new ExitRules()));
        if (keepRows) engine.WriteRows(run._rows.Add);
        Assert.Empty(run.Report.Accounting.BrokenIdentities);
        return run;
    }

    public static AllowedMatrix MatrixOf(params MatrixRow[] rows) => new()
    {
        Name = "test",
        Sources = [],
        Subjects = [.. Enumerable.Range(1, rows.Length == 0 ? 1 : rows.Max(r => r.Subject) + 1).Select(i => new MatrixSubject($"subject-{i}", []))],
        Rows = rows,
    };

    /// <summary>A TCP row for one port, Out, unless said otherwise.</summary>
    public static MatrixRow Allow(
        string id, ushort port, RowDirection direction = RowDirection.Out, byte[]? transports = null, string[]? peers = null, int subject = 0,
        ushort? last = null, RowNeed need = RowNeed.Required) => new()
        {
            Id = id,
            Subject = subject,
            Ports = [new PortRange(port, last ?? port)],
            Transports = transports ?? [TransportNames.Tcp],
            Direction = direction,
            Peers = [.. (peers ?? []).Select(p => char.IsAsciiDigit(p[0]) || p.Contains(':', StringComparison.Ordinal) ? RowPeer.Of(Network(p)) : RowPeer.Of(p))],
            Need = need,
            Source = new RowSource("test.md", 1, 1),
        };

    /// <summary>An address is a network with its full prefix length.</summary>
    public static IPNetwork Network(string text) =>
        text.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(text) : new IPNetwork(IPAddress.Parse(text), text.Contains(':', StringComparison.Ordinal) ? 128 : 32);
}
