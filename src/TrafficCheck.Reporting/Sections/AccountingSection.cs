using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Sections;

/// <summary>Where every frame, packet and flow went, and what was wrong with the inputs.</summary>
internal static class AccountingSection
{
    internal const int Indent = 13;

    public static void Write(ReportScope scope)
    {
        var canvas = scope.Canvas;
        canvas.Blank();
        Entry(canvas, "Frames", Frames(scope.Report.Accounting));
        if (Parts(scope.Report.Accounting) is { } parts) Entry(canvas, "Aggregates", parts);
        Entry(canvas, "Packets", Packets(scope.Report.Accounting));
        Entry(canvas, "Flows", Flows(scope.Report.Accounting));
        Entry(canvas, "Judged", Judged(scope.Report.Summary));
        if (scope.Report.Summary.OutOfScope.Count > 0)
            Entry(canvas, "Out of scope", ReportScope.Causes(scope.Report.Summary.OutOfScope));
        EvidenceSection.Write(scope);
        if (scope.Report.Accounting.Oddities.Count > 0) Entry(canvas, "Oddities", ReportScope.Causes(scope.Report.Accounting.Oddities));
        if (scope.Report.Accounting.NotKept.Count > 0) Entry(canvas, "Not kept", ReportScope.Causes(scope.Report.Accounting.NotKept));
        Inputs(scope);
        if (canvas.Verbose) Sources(scope);
    }

    private static string Frames(AccountingReport counted)
    {
        long not = counted.FramesNotDecoded.Sum(c => c.Value);
        string causes = not == 0 ? "none left out" : $"{Figures.Count(not)} not: {ReportScope.Causes(counted.FramesNotDecoded)}";
        return $"{Figures.Count(counted.FramesRead)} read, {Figures.Count(counted.FramesDecoded)} decoded, {causes}"
            + (counted.FramesFilteredOut == 0 ? "" : $"; {Figures.Count(counted.FramesFilteredOut)} more did not match --filter");
    }

    /// <summary>Null where no frame holds more than one packet, which is nearly always.</summary>
    private static string? Parts(AccountingReport counted)
    {
        long not = counted.FurtherPartsNotDecoded.Sum(c => c.Value);
        if (counted.FurtherPackets + not == 0) return null;
        string causes = not == 0 ? "" : $", {Figures.Count(not, "part", "parts")} without: {ReportScope.Causes(counted.FurtherPartsNotDecoded)}";
        return $"{Figures.Count(counted.FurtherPackets, "packet", "packets")} beyond the first of a frame{causes}";
    }

    private static string Packets(AccountingReport counted)
    {
        long without = counted.PacketsWithoutFlow.Sum(c => c.Value);
        string causes = without == 0 ? "" : $" ({ReportScope.Causes(counted.PacketsWithoutFlow)})";
        return $"{Figures.Count(counted.PacketsInFlows)} in flows, {Figures.Count(without)} without{causes}, "
            + $"{Figures.Count(counted.Duplicates)} {(counted.Duplicates == 1 ? "copy" : "copies")} not counted twice";
    }

    private static StyledText Flows(AccountingReport counted)
    {
        var text = new StyledText().Add(
            $"{Figures.Count(counted.FlowsOpened)} opened, {Figures.Count(counted.FlowsExpired)} ended by timeout, {Figures.Count(counted.FlowsLive)} live at the end, ");
        return counted.FlowsEvicted == 0
            ? text.Add("0 evicted")
            : text.Add($"{Figures.Count(counted.FlowsEvicted)} evicted for lack of room (--max-flows): {ReportScope.Causes(counted.EvictedByKind)}", Ink.Warning);
    }

    private static string Judged(SummaryReport summary)
    {
        long outOfScope = summary.OutOfScope.Sum(c => c.Value);
        string twice = summary.Judged > summary.Flows
            ? $" ({Figures.Count(summary.Judged - summary.Flows)} between two subjects, from both ends)"
            : "";
        return $"{Figures.Count(summary.Flows, "flow")}{twice}: {Figures.Count(summary.Allowed)} allowed, {Figures.Count(summary.Related)} related, "
            + $"{Figures.Count(summary.Unexpected)} unexpected, {Figures.Count(summary.Undetermined)} undetermined, {Figures.Count(outOfScope)} out of scope; "
            + $"{Figures.Count(summary.Permitted)} permitted, {Figures.Count(summary.Failing)} failing, "
            + $"{Figures.Count(summary.Escaped)} escaped, {Figures.Count(summary.Attempted)} attempted"
            + (summary.InVain == 0 ? "" : $", {Figures.Count(summary.InVain)} allowed in vain by scans and floods");
    }

    private static void Inputs(ReportScope scope)
    {
        var canvas = scope.Canvas;
        canvas.Blank();
        var inputs = scope.Report.Inputs;
        if (inputs.Count > 1) canvas.Line(new StyledText().Add("Inputs", Ink.Strong).Space(3).Add(Figures.Count(inputs.Count, "file"), Ink.Faint));

        // Inputs with problems are never among those that are cut.
        int plain = 0;
        int hidden = 0;
        long hiddenFrames = 0;
        foreach (var input in inputs)
        {
            if (input.Problems.Count == 0 && plain >= scope.Limit)
            {
                hidden++;
                hiddenFrames += input.Frames;
                continue;
            }

            if (input.Problems.Count == 0) plain++;
            Input(canvas, input, inputs.Count == 1);
        }

        if (hidden > 0)
        {
            canvas.Line(
                $"  and {Figures.Count(hidden, "more input", "more inputs")} without problems ({Figures.Count(hiddenFrames, "frame")}): --verbose shows them",
                Ink.Warning,
                2);
        }
    }

    private static void Input(TextCanvas canvas, InputSummary input, bool only)
    {
        var line = only ? new StyledText().Add("Input", Ink.Strong).PadTo(Indent) : new StyledText().Space(2);
        int hang = line.Width + 2;
        string links = input.LinkTypes.Count == 0 ? "" : ", " + string.Join('+', input.LinkTypes.Select(LinkTypeNames.Of));
        string dropped = input.DroppedFrames is { } d and > 0 ? $", {Figures.Count(d)} dropped by the capturing system" : "";
        canvas.Line(
            line.Add(input.Path).Space(2)
                .Add($"{input.Format}{links}, {Figures.Count(input.Frames, "frame")}, {Figures.Bytes(input.Bytes)}{dropped}", Ink.Faint),
            hang);
        foreach (var problem in input.Problems)
        {
            bool damage = problem.Severity == ProblemSeverity.Damage;
            string offset = problem.ByteOffset >= 0 ? $" at byte {problem.ByteOffset}" : "";
            string times = problem.Count > 1 ? $" ({Figures.Count(problem.Count)} times, this is the first)" : "";
            canvas.Line(
                new StyledText().Space(hang)
                    .Add(problem.Code == InputSummary.NoPackets ? "empty" : damage ? "damaged" : "note", damage ? Ink.StrongBad : Ink.Warning)
                    .Add($"{offset}: {problem.Message}{times} [{problem.Code}]"),
                hang + 2);
        }
    }

    private static void Sources(ReportScope scope)
    {
        foreach (var source in scope.Report.Matrix.Sources)
            scope.Canvas.Line(new StyledText().Add("Matrix", Ink.Strong).PadTo(Indent).Add(source.Path).Add($"  sha256 {source.Sha256}", Ink.Faint), Indent + 2);
        foreach (var (name, value) in scope.Report.Parameters)
            scope.Canvas.Line(new StyledText().Add("Parameter", Ink.Strong).PadTo(Indent).Add($"{name} = {value}"), Indent + 2);
    }

    private static void Entry(TextCanvas canvas, string name, string text) => Entry(canvas, name, new StyledText().Add(text));

    private static void Entry(TextCanvas canvas, string name, StyledText text) =>
        canvas.Line(new StyledText().Add(name, Ink.Strong).PadTo(Indent).Add(text), Indent);
}
