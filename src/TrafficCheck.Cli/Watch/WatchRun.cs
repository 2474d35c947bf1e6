using System.CommandLine;
using TrafficCheck.Capture.Live;
using TrafficCheck.Cli.Commands;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Live.Run;
using TrafficCheck.Live.Terminal;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Watch;

/// <summary>One run of <c>watch</c>: opens what the options name, puts the parts together, and writes the report at the end.</summary>
internal sealed class WatchRun(WatchOptions options, ParseResult parsed, TextWriter output, TextWriter errors)
{
    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>The user that the program has become; null where it is who started it.</summary>
    private string? _became;

    public int Run()
    {
        try
        {
            return Watch();
        }
        catch (UsageException e) when (_became is not null && e.Message.Contains("denied", StringComparison.Ordinal))
        {
            // Who started it as root has all rights, and would not think of that.
            throw new UsageException(e.Message, [.. e.More, OtherUser]);
        }
    }

    private string OtherUser =>
        $"Started as root, the program runs as '{_became}' now: let that user have the files (sudo chown {_became} ...), or name another with --user (--user root stays root).";

    private int Watch()
    {
        // Everything that can be wrong with the command line is said before anything is captured.
        EngineOptions engineOptions = options.Judging.ReadEngineOptions(parsed);
        LiveRunOptions runOptions = ReadRunOptions();
        string[] reportPaths = parsed.GetValue(options.Reports.Output) ?? [];
        foreach (string path in reportPaths) OptionText.CheckReportPath(path);
        string? flowsPath = parsed.GetValue(options.Flows);
        if (flowsPath is not null) OptionText.CheckFlowsPath(flowsPath);
        if (runOptions.Rotate is not null && reportPaths.Length == 0 && flowsPath is null)
            throw new UsageException("--rotate writes files for each period: say which with --output or --flows");
        using var companions = new WatchCompanions(options, parsed, engineOptions);
        if (companions.UsesStandardOutput && !parsed.GetValue(options.Reports.Quiet) && reportPaths.Length == 0)
            throw new UsageException("--alert -: standard output is for alerts then; say with --output where the report goes, or that nobody wants it with --quiet");

        // Files that the program needs are touched with the rights it will have.
        using var source = LiveCaptureSource.Open(ReadInterfaces());
        DropPrivileges();
        foreach (string path in reportPaths) OptionText.CheckWritable("--output", path);
        if (flowsPath is not null) OptionText.CheckWritable("--flows", flowsPath);
        string? ledgerPath = parsed.GetValue(options.Judging.Ledger);
        using StateFolder? state = parsed.GetValue(options.State) is { } folder ? StateFolder.Open(folder, _time, hasLedger: ledgerPath is null) : null;
        LedgerFile? ledger = ledgerPath is not null ? new LedgerFile(ledgerPath, write: true) : state?.Ledger;
        engineOptions = engineOptions with { KeptServers = ledger?.Servers };
        var matrixSource = new MatrixSource(options.Judging, parsed, engineOptions, ledger?.Path, parsed.GetValue(options.Filter), _time);
        MatrixInForce? matrix = matrixSource.Read(errors);
        if (matrix is null)
        {
            if (_became is not null && matrixSource.Paths.Any(IsDenied)) errors.WriteLine(TerminalText.Clean(OtherUser));
            return ExitCode.WrongUsage;
        }

        CheckReport? earlier = state?.Read(matrix.Matrix, errors);

        using CheckEngine engine = EngineLimits.Say(() => new CheckEngine(matrix.Matrix, matrix.Protected, source.Registry, engineOptions, keepRows: flowsPath is not null));
        var progress = new LiveProgress(engine.Counters);
        using var board = new StatusBoard(source, progress, matrix.State, _time);
        using var outputs = new WatchOutputs(reportPaths, flowsPath, runOptions.Rotate is not null, parsed.GetValue(options.Reports.Verbose), _time) { Board = board, State = state };

        // From here on a signal ends the run with its report, also one that comes before the run has begun.
        LiveRun? run = null;
        LiveDisplay? display = null;
        bool stopped = false;
        Action reload = () => { };
        void Stop()
        {
            Volatile.Write(ref stopped, true);
            Volatile.Read(ref run)?.Stop();
        }

        using var signals = new LiveSignals(Stop, () => Volatile.Read(ref reload)(), () => Volatile.Read(ref display)?.Abandon());
        companions.Start(board, outputs, source.Registry, earlier, errors);
        CheckReport report;
        Exception? failure;
        using (var desk = new ReportDesk(outputs, board, _time, earlier))
        {
            var judging = new LiveRun(engine, matrix, source, runOptions, progress, desk, _time, companions.Tee);
            Volatile.Write(ref run, judging);
            Volatile.Write(ref reload, () => Reload(matrixSource, judging, desk));
            if (Volatile.Read(ref stopped)) judging.Stop();
            using LiveDisplay? shown = Display(board);
            Volatile.Write(ref display, shown);
            board.Start();
            report = judging.Run();
            board.End();
            Volatile.Write(ref reload, () => { });
            failure = desk.Failure;
        }

        int code;
        try
        {
            code = Conclude(report, ledger, engine, reportPaths, companions.UsesStandardOutput);
        }
        finally
        {
            companions.Complete();
        }

        foreach (string trouble in outputs.Troubles) errors.WriteLine("trafficcheck: " + TerminalText.Clean(trouble));
        if (failure is not null)
        {
            errors.WriteLine(TerminalText.Clean($"trafficcheck: internal error during the run, please report it: {failure.GetType().Name}: {failure.Message}"));
            return ExitCode.InternalError;
        }

        return outputs.Troubles.Count == 0 || code == ExitCode.InternalError ? code : ExitCode.InputDamaged;
    }

    /// <summary>Who runs as root to capture needs nothing else of it. A hole in what reads hostile frames must not be a hole in the machine.</summary>
    private void DropPrivileges()
    {
        string? user = parsed.GetValue(options.User);
        if (!OperatingSystem.IsLinux())
        {
            if (user is not null) throw new UsageException("--user: only on Linux");
            return;
        }

        if (!Privileges.AreRoot)
        {
            if (user is not null) throw new UsageException("--user: only root can become another user");
            return;
        }

        user ??= Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } caller && caller != "root" ? caller : "nobody";
        if (user == "root") return;
        try
        {
            Privileges.Drop(user);
            _became = user;
        }
        catch (LiveCaptureException e)
        {
            throw new UsageException("--user: " + e.Message);
        }
    }

    private static bool IsDenied(string path)
    {
        try
        {
            using (File.OpenHandle(path)) return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Reads the matrix on the thread of the signal; the run takes it when it comes round.</summary>
    private static void Reload(MatrixSource source, LiveRun run, ReportDesk desk)
    {
        if (source.ReadAgain(out string why) is { } next) run.Replace(next);
        else desk.Refuse(null, why);
    }

    private LiveDisplay? Display(StatusBoard board)
    {
        if (parsed.GetValue(options.Reports.Quiet) || parsed.GetValue(options.Reports.NoProgress)) return null;
        bool terminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return LiveDisplay.Start(board.Feed, errors, terminal, color: TerminalStyle.Colored(parsed.GetValue(options.Reports.NoColor)), () => (Console.WindowWidth, Console.WindowHeight));
    }

    private int Conclude(CheckReport report, LedgerFile? ledger, CheckEngine engine, string[] reportPaths, bool outputIsTaken)
    {
        string? notKept = null;
        if (ledger is not null && report.Accounting.BrokenIdentities.Count == 0)
        {
            try
            {
                report = report with { Evidence = report.Evidence with { Ledger = ledger.Update(engine.ProvenServers) } };
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
            {
                notKept = e.Message;
            }
        }

        bool verbose = parsed.GetValue(options.Reports.Verbose);
        foreach (string path in reportPaths)
        {
            // One that cannot be written must not cost the others.
            try
            {
                ReportFiles.Replace(path, report, verbose);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                string why = $"'{path}' could not be written: {e.Message}";
                notKept = notKept is null ? why : $"{notKept}; {why}";
            }
        }

        if (!parsed.GetValue(options.Reports.Quiet) && !outputIsTaken)
        {
            if (parsed.GetValue(options.Reports.Format) == "json") JsonReport.Write(report, output);
            else TextReport.Write(report, output, TerminalStyle.Of(parsed.GetValue(options.Reports.NoColor)) with { Verbose = verbose });
        }

        if (notKept is not null) errors.WriteLine("trafficcheck: " + TerminalText.Clean(notKept));
        if (report.Accounting.BrokenIdentities.Count == 0) return notKept is null ? report.Summary.ExitCode : ExitCode.InputDamaged;
        foreach (string broken in report.Accounting.BrokenIdentities) errors.WriteLine("internal error, accounting does not add up: " + broken);
        return ExitCode.InternalError;
    }

    private LiveRunOptions ReadRunOptions()
    {
        TimeSpan? Span(Option<string?> option, TimeSpan least) => parsed.GetValue(option) is { } text ? TimeText.ParseSpan(option.Name, text, least) : null;
        long? frames = parsed.GetValue(options.Frames);
        if (frames < 1) throw new UsageException("--frames: give a number from 1");
        return new LiveRunOptions
        {
            For = Span(options.For, TimeSpan.FromMilliseconds(1)),
            Until = parsed.GetValue(options.Until) is { } until ? TimeText.ParseUntil("--until", until, _time.GetUtcNow(), TimeZoneInfo.Local) : null,
            Frames = frames,
            Rotate = Span(options.Rotate, TimeSpan.FromSeconds(1)),
            CheckpointEvery = TimeText.ParseSpan("--checkpoint", parsed.GetValue(options.Checkpoint)!, TimeSpan.FromSeconds(1)),
        };
    }

    private List<LiveOptions> ReadInterfaces()
    {
        int snap = parsed.GetValue(options.SnapLength), buffer = parsed.GetValue(options.Buffer);
        if (snap is < 64 or > 262_144) throw new UsageException("--snap-length: give a number from 64 to 262144");
        if (buffer is < 2 or > 2048) throw new UsageException("--buffer: give a number of megabytes from 2 to 2048");
        string[] names = parsed.GetValue(options.Interfaces)!;
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new UsageException("--interface: an interface is named twice");
        return [.. names.Select(name => new LiveOptions
        {
            Interface = name,
            SnapLength = snap,
            BufferBytes = buffer << 20,
            Promiscuous = !parsed.GetValue(options.NoPromiscuous),
            Filter = parsed.GetValue(options.Filter),
        })];
    }
}
