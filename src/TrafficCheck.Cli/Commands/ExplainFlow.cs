using System.Globalization;
using System.Net;
using TrafficCheck.Capture;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Explain;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Cli.Commands;

/// <summary>
/// <c>explain --flow</c>: the input is read twice, to find the lives of the flow, and to follow each through the whole run.
/// </summary>
internal static class ExplainFlow
{
    /// <param name="open">Opens the inputs anew.</param>
    /// <param name="sayDamage">Says what could not be read; whether there was any.</param>
    /// <exception cref="UsageException">The flow is not there; the message names those that come near.</exception>
    public static FlowExplanation Run(
        FlowTarget target, Func<CaptureSet> open, AllowedMatrix? matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> hosts, EngineOptions options,
        Func<IReadOnlyList<InputSummary>, bool> sayDamage, out bool damaged)
    {
        FoundFlow found = Search(target, open, options, sayDamage);
        using CaptureSet set = open();
        bool cut = false;
        FlowExplanation story = EngineLimits.Say(() =>
        {
            using var trace = new FlowTrace(target, found, matrix, hosts, set.Interfaces, options);
            using var frames = new OrderedCapture(set, repairs: true);
            while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first)) trace.Process(batch, start, count, first);
            cut = sayDamage(set.Summaries);
            return trace.Finish(set.Summaries);
        });
        damaged = cut;
        return story;
    }

    private static FoundFlow Search(FlowTarget target, Func<CaptureSet> open, EngineOptions options, Func<IReadOnlyList<InputSummary>, bool> sayDamage)
    {
        using CaptureSet set = open();
        using FlowSearch search = EngineLimits.Say(() => new FlowSearch(target, set.Interfaces, options));
        using var frames = new OrderedCapture(set, repairs: true);
        while (frames.ReadRun(out FrameBatch? batch, out int start, out int count, out long first)) search.Process(batch, start, count, first);
        FoundFlow found = search.Finish(set.Summaries);
        if (found.Lives > 0) return found;
        bool damaged = sayDamage(set.Summaries);
        throw NotThere(target, found, damaged);
    }

    private static UsageException NotThere(FlowTarget target, FoundFlow found, bool damaged)
    {
        string read = damaged ? " that could be read" : "";
        string said = Text($"--flow {target}: not among the {found.Flows} {(found.Flows == 1 ? "flow" : "flows")} of {found.Frames} {(found.Frames == 1 ? "frame" : "frames")}{read}");
        var lines = new List<string>();
        Near(lines, "between the same two hosts", found.SameHosts);
        Near(lines, "of other hosts with one of the two ends", found.SameSocket);
        if (lines.Count == 0) lines.Add(Text($"  {target.First} has {Count(found.FirstHost)}, {target.Second} has {Count(found.SecondHost)}"));
        return new UsageException(said, lines);
    }

    private static void Near(List<string> lines, string what, NearFlows near)
    {
        if (near.Flows == 0) return;
        lines.Add(Text($"  {Count(near.Flows)} {what}:"));
        foreach (string flow in near.Sample) lines.Add("    " + flow);
        if (near.Flows > near.Sample.Count) lines.Add(Text($"    and {near.Flows - near.Sample.Count} more"));
    }

    private static string Count(long flows) => flows == 1 ? "1 flow" : Text($"{flows} flows");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
