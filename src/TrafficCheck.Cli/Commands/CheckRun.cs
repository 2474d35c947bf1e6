using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Text;
using TrafficCheck.Capture;
using TrafficCheck.Capture.Filters;
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
        ExitRules rules = options.Judging.ReadRules(parsed);
        EngineOptions engineOptions = options.Judging.ReadEngineOptions(parsed);
        string? flowsPath = parsed.GetValue(options.Flows);
        if (flowsPath is not null) OptionText.CheckFlowsPath(flowsPath);
        string[] reportPaths = parsed.GetValue(options.Reports.Output) ?? [];
        foreach (string path in reportPaths) OptionText.CheckReportPath(path);
        if (flowsPath is not null) OptionText.CheckWritable("--flows", flowsPath);
        string? evidencePath = parsed.GetValue(options.Evidence);
        if (evidencePath is not null) OptionText.CheckWritable("--evidence", evidencePath);
        foreach (string path in reportPaths) OptionText.CheckWritable("--output", path);

        FrameFilter? filter = FilterOption.Read(parsed.GetValue(options.Filter));
        LedgerFile? ledger = parsed.GetValue(options.Judging.Ledger) is { } ledgerPath ? new LedgerFile(ledgerPath, write: true) : null;
        engineOptions = engineOptions with { KeptServers = ledger?.Servers };

        string[] matrixPaths = parsed.GetValue(options.Judging.Matrix)!;
        AllowedMatrix? matrix = MatrixLoading.Load(matrixPaths, parsed.GetValue(options.Judging.Lenient), parsed.GetValue(options.Reports.Verbose), errors);
        if (matrix is null) return ExitCode.WrongUsage;
        rules = rules with { With = OptionText.CheckConditions(parsed.GetValue(options.Judging.With) ?? [], matrix) };
        string[] protect = parsed.GetValue(options.Judging.Protect) ?? [];
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = ProtectOption.Resolve(matrix, protect);

        IReadOnlyList<CaptureInput> inputs = CommandInputs.Expand(parsed.GetValue(options.Inputs)!, errors);
        if (evidencePath is not null && inputs.Any(i => i.IsStandardInput)) throw new UsageException(CheckEvidenceFile.ReadOnce);
        CheckReport? report = null;
        Exception? notKept = null;
        for (bool repairs = false; report is null; repairs = true)
        {
            using var set = new CaptureSet(inputs);
            using CheckEngine engine = EngineLimits.Say(() => new CheckEngine(matrix, hosts, set.Interfaces, engineOptions, flowsPath is not null));
            if (!ReadAll(set, engine, repairs, filter, out IReadOnlyList<InputSummary> read)) continue;
            report = engine.Finish(read, JudgingOptions.Parameters(matrixPaths, protect, rules, engineOptions, ledger?.Path, filter?.Expression), rules);
            if (ledger is not null) report = report with { Evidence = report.Evidence with { Ledger = Update(ledger, report, engine, out notKept) } };
            Write(report, engine, flowsPath, reportPaths);
            if (evidencePath is null) continue;
            if (!set.CanReadAgain) throw new UsageException(CheckEvidenceFile.ReadOnce);
            CheckEvidenceFile.Write(evidencePath, report, engineOptions, new CaptureSet(inputs), repairs, filter);
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
    private bool ReadAll(CaptureSet set, CheckEngine engine, bool repairs, FrameFilter? filter, out IReadOnlyList<InputSummary> read)
    {
        using var frames = new OrderedCapture(set, repairs);
        var passing = new FilteredCapture(frames, filter, set.Interfaces);
        read = [];
        bool show = !parsed.GetValue(options.Reports.Quiet) && !parsed.GetValue(options.Reports.NoProgress) && !Console.IsErrorRedirected;
        using var progress = new ProgressDisplay(show ? errors : null, () => (set.BytesConsumed, set.TotalBytes));
        engine.Meanwhile = frames.TryReadAhead;
        try
        {
            while (passing.ReadRun(out FrameBatch? batch, out int start, out int count, out long firstNumber))
            {
                engine.Process(batch, start, count, firstNumber);
                if (engine.SawDisorder && !frames.Repairs) return false;
                progress.Tick(engine.FramesRead);
            }
        }
        catch (FilterException e)
        {
            throw new UsageException("--filter: " + e.Message);
        }
        finally
        {
            engine.Meanwhile = null; // the frames go before the engine does
        }

        read = passing.Complete(set.Summaries);
        engine.Order = (frames.Reordered, frames.NotHeld);
        return true;
    }

    private void Write(CheckReport report, CheckEngine engine, string? flowsPath, string[] reportPaths)
    {
        if (flowsPath is not null)
        {
            using IFlowExport export = FlowExport.Open(flowsPath);
            engine.WriteRows(row => export.Add(in row));
            export.Complete();
        }

        bool verbose = parsed.GetValue(options.Reports.Verbose);
        foreach (string path in reportPaths) ReportFiles.Write(path, report, verbose);
        if (parsed.GetValue(options.Reports.Quiet)) return;
        if (parsed.GetValue(options.Reports.Format) == "json") JsonReport.Write(report, output);
        else TextReport.Write(report, output, TerminalStyle.Of(parsed.GetValue(options.Reports.NoColor)) with { Verbose = verbose });
    }
}
