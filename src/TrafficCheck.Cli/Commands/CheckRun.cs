using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Matrices;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Commands;

/// <summary>One run of <c>check</c>: reads the matrix, feeds the engine, writes what was asked for.</summary>
internal sealed class CheckRun(CheckOptions options, ParseResult parsed, TextWriter output, TextWriter errors)
{
    public int Run()
    {
        // Everything that can be wrong with the command line is said before the first frame is read.
        ExitRules rules = new(OptionText.ParseFailOn(parsed.GetValue(options.FailOn) ?? []), parsed.GetValue(options.MinVisibility)![0]);
        EngineOptions engineOptions = ReadEngineOptions();
        string? flowsPath = parsed.GetValue(options.Flows);
        if (flowsPath is not null) OptionText.CheckFlowsPath(flowsPath);
        string[] reportPaths = parsed.GetValue(options.Output) ?? [];
        foreach (string path in reportPaths) OptionText.CheckReportPath(path);
        if (flowsPath is not null) OptionText.CheckWritable("--flows", flowsPath);
        string? evidencePath = parsed.GetValue(options.Evidence);
        if (evidencePath is not null) OptionText.CheckWritable("--evidence", evidencePath);
        foreach (string path in reportPaths) OptionText.CheckWritable("--output", path);

        LedgerFile? ledger = parsed.GetValue(options.Ledger) is { } ledgerPath ? new LedgerFile(ledgerPath, write: true) : null;
        engineOptions = engineOptions with { KeptServers = ledger?.Servers };

        string[] matrixPaths = parsed.GetValue(options.Matrix)!;
        AllowedMatrix? matrix = MatrixLoading.Load(matrixPaths, parsed.GetValue(options.Lenient), parsed.GetValue(options.Verbose), errors);
        if (matrix is null) return ExitCode.WrongUsage;
        rules = rules with { With = OptionText.CheckConditions(parsed.GetValue(options.With) ?? [], matrix) };
        string[] protect = parsed.GetValue(options.Protect) ?? [];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, protect);

        IReadOnlyList<CaptureInput> inputs = CommandInputs.Expand(parsed.GetValue(options.Inputs)!, errors);
        if (evidencePath is not null && inputs.Any(i => i.IsStandardInput)) throw new UsageException(CheckEvidenceFile.ReadOnce);
        CheckReport? report = null;
        Exception? notKept = null;
        for (bool repairs = false; report is null; repairs = true)
        {
            using var set = new CaptureSet(inputs);
            using CheckEngine engine = EngineLimits.Say(() => new CheckEngine(matrix, hosts, set.Interfaces, engineOptions, flowsPath is not null));
            if (!ReadAll(set, engine, repairs)) continue;
            report = engine.Finish(set.Summaries, Parameters(matrixPaths, protect, rules, engineOptions, ledger?.Path), rules);
            if (ledger is not null) report = report with { Evidence = report.Evidence with { Ledger = Update(ledger, report, engine, out notKept) } };
            Write(report, engine, flowsPath, reportPaths);
            if (evidencePath is null) continue;
            if (!set.CanReadAgain) throw new UsageException(CheckEvidenceFile.ReadOnce);
            CheckEvidenceFile.Write(evidencePath, report, engineOptions, new CaptureSet(inputs), repairs);
        }

        if (notKept is not null) ExceptionDispatchInfo.Throw(notKept);
        if (report.Accounting.BrokenIdentities.Count == 0) return report.Summary.ExitCode;
        foreach (string broken in report.Accounting.BrokenIdentities) errors.WriteLine("internal error, accounting does not add up: " + broken);
        return ExitCode.InternalError;
    }

    /// <summary>What cannot be kept is said behind the report, which does not suffer for it. A run that does not add up proves nothing.</summary>
    private static KeptLedgerReport Update(LedgerFile ledger, CheckReport report, CheckEngine engine, out Exception? failure)
    {
        failure = null;
        try
        {
            if (report.Accounting.BrokenIdentities.Count == 0) return ledger.Update(engine.ProvenServers);
        }
        catch (Exception e) when (e is IOException or UsageException)
        {
            failure = e;
        }

        return new KeptLedgerReport(ledger.Path, ledger.Servers.Count, 0, 0, 0, null);
    }

    /// <returns>False when frames are out of order that were not put in order: then the inputs must be read again, with repairs.</returns>
    private bool ReadAll(CaptureSet set, CheckEngine engine, bool repairs)
    {
        using var frames = new OrderedCapture(set, repairs);
        bool show = !parsed.GetValue(options.Quiet) && !parsed.GetValue(options.NoProgress) && !Console.IsErrorRedirected;
        using var progress = new ProgressDisplay(show ? errors : null, () => (set.BytesConsumed, set.TotalBytes));
        engine.Meanwhile = frames.TryReadAhead;
        try
        {
            while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long firstNumber))
            {
                engine.Process(batch, start, count, firstNumber);
                if (engine.SawDisorder && !frames.Repairs) return false;
                progress.Tick(engine.FramesRead);
            }
        }
        finally
        {
            engine.Meanwhile = null; // the frames go before the engine does
        }

        engine.Order = (frames.Reordered, frames.NotHeld);
        return true;
    }

    private EngineOptions ReadEngineOptions()
    {
        long maxFlows = OptionText.CheckMaxFlows(parsed.GetValue(options.MaxFlows));
        int threads = parsed.GetValue(options.Threads);
        if (threads is < 1 or > CheckOptions.MaxThreads)
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--threads {threads}: give a number from 1 to {CheckOptions.MaxThreads}"));

        return new EngineOptions
        {
            Timeouts = OptionText.ParseTimeouts(parsed.GetValue(options.IdleTimeout)),
            Threads = threads,
            MaxFlows = maxFlows,
            KeepCopies = parsed.GetValue(options.KeepDuplicates),
            Decapsulate = !parsed.GetValue(options.NoDecap),
            TunnelPorts = options.TunnelPorts.Read(parsed),
            VlanInKey = parsed.GetValue(options.VlanInKey),
            FtpPassiveRange = OptionText.ParseRange("--ftp-passive-range", parsed.GetValue(options.FtpPassiveRange)),
            JudgeLinkScope = parsed.GetValue(options.LinkScope) == "judge",
        };
    }

    /// <summary>What decides the result, and nothing else: the report of the same input must be the same.</summary>
    private static List<KeyValuePair<string, string>> Parameters(string[] matrixPaths, string[] protect, ExitRules rules, EngineOptions engine, string? ledger) =>
    [
        new("matrix", string.Join(',', matrixPaths)),
        new("protect", string.Join(' ', protect)),
        new("failOn", OptionText.Words(rules.FailOn)),
        new("with", string.Join(',', rules.With)),
        new("minVisibility", rules.MinGrade.ToString()),
        new("idleTimeout", OptionText.Words(engine.Timeouts)),
        new("maxFlows", engine.MaxFlows.ToString(CultureInfo.InvariantCulture)),
        new("vlanInKey", engine.VlanInKey ? "true" : "false"),
        new("keepDuplicates", engine.KeepCopies ? "true" : "false"),
        new("decapsulate", engine.Decapsulate ? "true" : "false"),
        new("tunnelPorts", OptionText.Words(engine.TunnelPorts)),
        new("ftpPassiveRange", engine.FtpPassiveRange?.ToString() ?? "none"),
        new("ledger", ledger ?? "none"),
        new("linkScope", engine.JudgeLinkScope ? "judge" : "count"),
    ];

    private void Write(CheckReport report, CheckEngine engine, string? flowsPath, string[] reportPaths)
    {
        if (flowsPath is not null)
        {
            using IFlowExport export = FlowExport.Open(flowsPath);
            engine.WriteRows(row => export.Add(in row));
            export.Complete();
        }

        bool verbose = parsed.GetValue(options.Verbose);
        foreach (string path in reportPaths)
        {
            using var file = new StreamWriter(path, false, new UTF8Encoding(false)) { NewLine = "\n" };
            if (OptionText.IsJson(path)) JsonReport.Write(report, file);
            else TextReport.Write(report, file, TextStyle.Plain with { Verbose = verbose });
        }

        if (parsed.GetValue(options.Quiet)) return;
        if (parsed.GetValue(options.Format) == "json") JsonReport.Write(report, output);
        else TextReport.Write(report, output, TerminalStyle.Of(parsed.GetValue(options.NoColor)) with { Verbose = verbose });
    }
}
