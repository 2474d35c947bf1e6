using System.Net;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Run;
using TrafficCheck.TestSupport.Frames;

namespace TrafficCheck.Live.Tests.Run;

/// <summary>A live run without a machine around it: all of its parts, a source that plays a script, and outputs that remember.</summary>
internal sealed class TestRun : IRunOutputs, IDisposable
{
    public const string Gateway = "10.0.0.5";

    private readonly LiveRunOptions _options;
    private readonly EngineOptions _engineOptions;
    private readonly bool _keepRows;
    private CheckEngine? _engine;
    private LiveProgress? _progress;
    private StatusBoard? _board;
    private ReportDesk? _desk;
    private LiveRun? _run;

    public TestRun(LiveRunOptions? options = null, bool rows = false, int threads = 1)
    {
        (_options, _keepRows) = (options ?? new LiveRunOptions(), rows);
        _engineOptions = new EngineOptions { Seed = HashSeed.Fixed, Threads = threads };
        Source = new ScriptedSource(Clock);
    }

    public RunClock Clock { get; } = new();

    public ScriptedSource Source { get; }

    public List<(CheckReport Report, bool IsFinal)> Pictures { get; } = [];

    public List<CheckReport> Checkpoints { get; } = [];

    public List<(CheckReport Report, DateTimeOffset Began, DateTimeOffset Ended)> Periods { get; } = [];

    public List<(FlowRow[] Rows, DateTimeOffset Began, bool IsLast)> RowSets { get; } = [];

    /// <summary>Called by each output with its name; may throw, may wait.</summary>
    public Action<string>? OnOutput { get; set; }

    public bool WantsRows => _keepRows;

    public StatusBoard Board => Begun(_board);

    public ReportDesk Desk => Begun(_desk);

    public LiveRun Live => Begun(_run);

    public LiveProgress Progress => Begun(_progress);

    public CheckEngine Engine => Begun(_engine);

    public LiveStatus Status
    {
        get
        {
            Board.Publish();
            return Board.Feed.Current;
        }
    }

    public static MatrixInForce Matrix(string name = "first", params ushort[] furtherPorts) => new(
        new AllowedMatrix
        {
            Name = name,
            Sources = [new MatrixSource(name, new string('a', 64))],
            Subjects = [new MatrixSubject("gateway", [])],
            Rows = [Row(1, 25, RowDirection.In), Row(2, 443, RowDirection.Out), .. furtherPorts.Select((p, i) => Row(3 + i, p, RowDirection.In))],
        },
        [[IPNetwork.Parse(Gateway + "/32")]], new ExitRules(), [new("matrix", name)], [name + ".md"], RunClock.Begin);

    /// <summary>A whole connection to the gateway.</summary>
    public static IReadOnlyList<TimedFrame> Mail(ushort clientPort, TimeSpan after, ushort port = 25) =>
        Open(clientPort, after, port).ClientCloses().Frames;

    public static TcpConversation Open(ushort clientPort, TimeSpan after, ushort port = 25) =>
        new TcpConversation("203.0.113.7", clientPort, Gateway, port, RunClock.BeginNs + (after.Ticks * 100)).Handshake().ServerSends("220 hello").ClientSends("EHLO x");

    /// <summary>What <c>check</c> says of the same frames.</summary>
    public static CheckReport Check(ScriptedSource source, MatrixInForce matrix, IEnumerable<TimedFrame> frames)
    {
        using var engine = new CheckEngine(matrix.Matrix, matrix.Protected, source.Registry, new EngineOptions { Seed = HashSeed.Fixed }, keepRows: false);
        FrameBatch batch = source.Batch([.. frames.OrderBy(f => f.TimestampNs)]);
        engine.Process(batch, 0, batch.Count);
        return engine.Finish(source.Summaries, matrix.Parameters, matrix.Rules);
    }

    /// <summary>Opens the parts; the run is not on yet.</summary>
    public TestRun Set(MatrixInForce? matrix = null, CheckReport? earlier = null, LiveRun.FrameTee? tee = null)
    {
        matrix ??= Matrix();
        _engine = new CheckEngine(matrix.Matrix, matrix.Protected, Source.Registry, _engineOptions, _keepRows);
        _progress = new LiveProgress(_engine.Counters);
        _board = new StatusBoard(Source, _progress, matrix.State, Clock);
        _desk = new ReportDesk(this, _board, Clock, earlier);
        _run = new LiveRun(_engine, matrix, Source, _options, _progress, _desk, Clock, tee);
        return this;
    }

    /// <summary>Runs to the end, on this thread.</summary>
    public CheckReport Run()
    {
        if (_run is null) Set();
        return Live.Run();
    }

    /// <summary>A step that waits until the desk has done what it was given.</summary>
    public void Settle()
    {
        Assert.True(SpinWait.SpinUntil(() => Desk.IsIdle, TimeSpan.FromSeconds(30)), "the desk works for 30 s");
    }

    public void Picture(CheckReport whole, bool isFinal)
    {
        Pictures.Add((whole, isFinal));
        OnOutput?.Invoke(nameof(Picture));
    }

    public void Checkpoint(CheckReport whole, IReadOnlyList<ProvenServer> servers)
    {
        Checkpoints.Add(whole);
        OnOutput?.Invoke(nameof(Checkpoint));
    }

    public void Period(CheckReport period, DateTimeOffset beganUtc, DateTimeOffset endedUtc)
    {
        Periods.Add((period, beganUtc, endedUtc));
        OnOutput?.Invoke(nameof(Period));
    }

    public void Rows(Action<Action<FlowRow>> write, DateTimeOffset beganUtc, bool isLast)
    {
        OnOutput?.Invoke(nameof(Rows));
        var rows = new List<FlowRow>();
        write(rows.Add);
        RowSets.Add(([.. rows], beganUtc, isLast));
    }

    public void Dispose()
    {
        _desk?.Dispose();
        _board?.Dispose();
        _engine?.Dispose();
        Source.Dispose();
    }

    private static MatrixRow Row(int number, ushort port, RowDirection direction) => new()
    {
        Id = "R" + number,
        Subject = 0,
        Ports = [new PortRange(port, port)],
        Transports = [TransportNames.Tcp],
        Direction = direction,
        Purpose = "",
        Source = new RowSource("m.md", number + 2, 1),
    };

    private static T Begun<T>(T? part) where T : class => part ?? throw new InvalidOperationException("Set comes first.");
}
