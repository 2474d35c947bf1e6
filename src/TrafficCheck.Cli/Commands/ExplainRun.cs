using System.CommandLine;
using System.Globalization;
using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Cli.Explain;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Explain;

namespace TrafficCheck.Cli.Commands;

/// <summary>
/// One run of <c>explain</c>. The input is read twice: to find the frame or flow, and to follow it through the whole run, because its flow is judged by all
/// of its packets.
/// </summary>
internal sealed class ExplainRun(ExplainOptions options, ParseResult parsed, TextWriter output, TextWriter errors)
{
    public int Run()
    {
        long? asked = parsed.GetValue(options.Frame);
        string? flowText = parsed.GetValue(options.Flow);
        if (asked is null == flowText is null) throw new UsageException("explain needs --frame N or --flow FLOW, one of the two");
        FlowTarget? flow = flowText is null ? null : FlowOption.Parse(flowText);
        if (asked is { } number && number < 1) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--frame {number}: frames are counted from 1"));
        var engineOptions = new EngineOptions
        {
            Threads = 1, // what is watched frame by frame must be in the flows before the next
            Timeouts = OptionText.ParseTimeouts(parsed.GetValue(options.IdleTimeout)),
            VlanInKey = parsed.GetValue(options.VlanInKey),
            Decapsulate = !parsed.GetValue(options.NoDecap),
            TunnelPorts = options.TunnelPorts.Read(parsed),
            MaxFlows = OptionText.CheckMaxFlows(parsed.GetValue(options.MaxFlows)),
            KeepCopies = parsed.GetValue(options.KeepDuplicates),
            FtpPassiveRange = OptionText.ParseRange("--ftp-passive-range", parsed.GetValue(options.FtpPassiveRange)),
            KeptServers = parsed.GetValue(options.Ledger) is { } ledger ? new LedgerFile(ledger, write: false).Servers : null,
            JudgeLinkScope = parsed.GetValue(options.LinkScope) == "judge",
        };
        string[] matrixPaths = parsed.GetValue(options.Matrix) ?? [], protect = parsed.GetValue(options.Protect) ?? [];
        if (matrixPaths.Length == 0 && protect.Length > 0) throw new UsageException("--protect says whose traffic a matrix speaks about: give --matrix, too");
        AllowedMatrix? matrix = null;
        IReadOnlyList<IReadOnlyList<IPNetwork>> hosts = [];
        if (matrixPaths.Length > 0)
        {
            matrix = MatrixLoading.Load(matrixPaths, parsed.GetValue(options.Lenient), false, errors);
            if (matrix is null) return ExitCode.WrongUsage;
            hosts = ProtectOption.Resolve(matrix, protect);
        }

        IReadOnlyList<CaptureInput> inputs = CommandInputs.Expand(parsed.GetValue(options.Inputs)!, errors);
        using StandardInputCopy? copy = inputs.Any(i => i.IsStandardInput) ? StandardInputCopy.Take() : null;
        if (flow is { } target)
        {
            FlowExplanation story = ExplainFlow.Run(target, () => new CaptureSet(inputs, copy?.Open()), matrix, hosts, engineOptions, SayDamage, out bool cut);
            if (parsed.GetValue(options.Format) == "json") FlowExplanationJson.Write(story, output);
            else FlowExplanationText.Write(story, output);
            return cut ? ExitCode.InputDamaged : ExitCode.Nothing;
        }

        ExplainedFrame frame = Find(inputs, copy, asked!.Value);
        FrameExplanation explanation = Follow(inputs, copy, frame, matrix, hosts, engineOptions, out bool damaged);
        explanation = explanation with
        {
            Other = PacketDotNetReading.Of(frame, explanation.Walk),
            Parts = [explanation.Parts[0], .. explanation.Parts.Skip(1).Select(p => p with { Other = PacketDotNetReading.OfPart(frame, p.Walk) })],
        };
        if (parsed.GetValue(options.Format) == "json") ExplanationJson.Write(explanation, output);
        else ExplanationText.Write(explanation, output);
        return damaged ? ExitCode.InputDamaged : ExitCode.Nothing;
    }

    /// <exception cref="UsageException">There are fewer frames.</exception>
    private ExplainedFrame Find(IReadOnlyList<CaptureInput> inputs, StandardInputCopy? copy, long number)
    {
        using var set = new CaptureSet(inputs, copy?.Open());
        using var frames = new OrderedCapture(set, repairs: true);
        long read = 0;
        while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first))
        {
            if (number >= first && number < first + count) return ExplainedFrame.From(batch, start + (int)(number - first), number);
            read += count;
        }

        bool damaged = SayDamage(set.Summaries);
        string where = inputs.Count == 1 ? inputs[0].Path : string.Create(CultureInfo.InvariantCulture, $"the {inputs.Count} inputs");
        string have = read switch
        {
            0 => "no frames",
            1 => "1 frame",
            _ => string.Create(CultureInfo.InvariantCulture, $"{read} frames"),
        };
        throw new UsageException(string.Create(
            CultureInfo.InvariantCulture, $"--frame {number}: {where} {(inputs.Count == 1 ? "has" : "have")} {have}{(damaged ? " that can be read" : "")}"));
    }

    private FrameExplanation Follow(
        IReadOnlyList<CaptureInput> inputs, StandardInputCopy? copy, ExplainedFrame frame, AllowedMatrix? matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts,
        EngineOptions engineOptions, out bool damaged)
    {
        using var set = new CaptureSet(inputs, copy?.Open());
        bool cut = false;
        FrameExplanation explanation = EngineLimits.Say(() =>
        {
            using var trace = new FrameTrace(frame, matrix, hosts, set.Interfaces, engineOptions);
            using var frames = new OrderedCapture(set, repairs: true);
            while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first)) trace.Process(batch, start, count, first);
            cut = SayDamage(set.Summaries);
            return trace.Finish(set.Summaries);
        });
        damaged = cut;
        return explanation;
    }

    private bool SayDamage(IReadOnlyList<InputSummary> summaries)
    {
        foreach (InputSummary summary in summaries)
        {
            foreach (InputProblem problem in summary.Problems.Where(p => p.Severity == ProblemSeverity.Damage))
            {
                string where = problem.ByteOffset < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", byte {problem.ByteOffset}");
                errors.WriteLine(TerminalText.Clean($"{summary.Path}{where}: {problem.Message}"));
            }
        }

        return summaries.Any(s => s.Damaged);
    }
}
