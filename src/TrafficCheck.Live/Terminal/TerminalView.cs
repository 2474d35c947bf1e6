using System.Globalization;
using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Terminal;

/// <summary>The state of a run on one screen: how much comes in, what is lost, how far the traffic can be trusted, what was found, what is proven.</summary>
public static class TerminalView
{
    /// <summary>Column at which what a label names begins.</summary>
    private const int Label = 12;

    private const int MostWarnings = 4, MostLinesOfWarning = 2, MostCurve = 60;

    /// <summary>Lines that findings get at least, their heading included, on a screen of some height.</summary>
    private const int LinesOfFindings = 5;

    /// <summary>Some frames always wait; so many are a backlog.</summary>
    private const int WorthSaying = 10_000;

    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>What goes first when there is no room for all; what is <see cref="Keep"/> stays.</summary>
    private enum Rank : byte { Keep, Figure, Detail, Picture, Gap }

    /// <summary>Lines for a screen: at most <paramref name="height"/>, none wider than <paramref name="width"/> columns.</summary>
    /// <param name="color">Whether SGR sequences are written; no other escape sequence is in any case.</param>
    public static IReadOnlyList<string> Render(LiveStatus status, int width, int height, bool color)
    {
        (width, height) = (Math.Max(width, 1), Math.Max(height, 1));
        List<(StyledText Line, Rank Rank)> head = [.. Head(status, width)];
        int findings = status.Report is { Findings.Count: > 0 } report ? Math.Min(LinesOfFindings, report.Findings.Count + 1) : 1;
        int room = height - (height >= 14 ? findings + 1 : 0);
        for (Rank rank = Rank.Gap; rank > Rank.Keep; rank--)
        {
            for (int i = head.Count - 1; i >= 0 && head.Count > room; i--)
            {
                if (head[i].Rank == rank) head.RemoveAt(i);
            }
        }

        var lines = new List<StyledText>(head.Select(h => h.Line).Take(height));
        int left = height - lines.Count - 1;
        if (left >= 1) lines.AddRange(FindingLines.Of(status.Report, width, left));
        if (lines.Count < height) lines.Add(new StyledText().Add("Ctrl+C ends the run with its report", Ink.Faint));
        return [.. lines.Select(l => ScreenLine.Of(l, width, color))];
    }

    private static IEnumerable<(StyledText Line, Rank Rank)> Head(LiveStatus status, int width)
    {
        CheckReport? report = status.Report;
        yield return (Title(status, width), Rank.Keep);
        yield return (Result(report), Rank.Keep);
        yield return (new StyledText(), Rank.Gap);
        yield return (Line("Traffic").Add($"{Figures.Count((long)status.Rate.FramesPerSecond)} frames/s").Space(2).Add(Bits(status.Rate.BitsPerSecond)).Space(2)
            .Add($"{Figures.Count(status.FramesRead, "frame")}, {Figures.Bytes(status.BytesRead)}, {Figures.Count(status.LiveFlows, "live flow")}", Ink.Faint), Rank.Keep);
        yield return (Curve(status.History, width), Rank.Picture);
        yield return (Loss(status), Rank.Keep);
        if (status.Interfaces.Count > 1) foreach (StyledText line in Interfaces(status.Interfaces)) yield return (line, Rank.Detail);
        if (report is null)
        {
            yield return (new StyledText().Add("the first picture is being taken", Ink.Faint), Rank.Figure);
        }
        else
        {
            yield return (Line("Visibility").Add(report.Visibility.Grade.ToString(), GradeInk(report.Visibility.Grade)).Space(2)
                .Add(string.Join("; ", report.Visibility.GradeReasons), Ink.Faint), Rank.Figure);
            yield return (Verdicts(report.Summary), Rank.Figure);
            yield return (Coverage(report.Coverage, width), Rank.Figure);
        }

        foreach (string warning in status.Warnings.Take(MostWarnings))
        {
            Rank rank = Rank.Keep;
            foreach (string line in ScreenLine.Wrap(warning, Math.Max(8, width - 2), MostLinesOfWarning))
            {
                yield return (new StyledText().Add(rank == Rank.Keep ? "! " : "  ", Ink.StrongWarning).Add(line, Ink.Warning), rank);
                rank = Rank.Detail;
            }
        }

        if (status.Warnings.Count > MostWarnings) yield return (new StyledText().Add($"! and {status.Warnings.Count - MostWarnings} more warnings", Ink.Warning), Rank.Figure);
        yield return (new StyledText(), Rank.Gap);
    }

    private static StyledText Title(LiveStatus status, int width)
    {
        TimeSpan age = status.AtUtc - status.StartedAtUtc;
        string clock = $"{Age(age)}  {status.AtUtc.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}";
        StyledText title = Line("trafficcheck", Ink.Strong).Add(Cells.Fit(string.Join(", ", status.Interfaces.Select(i => i.Name)), Math.Max(4, width - Label - clock.Length - 6)));
        return title.Space(Math.Max(2, width - title.Width - clock.Length)).Add(clock, Ink.Faint);
    }

    private static StyledText Result(CheckReport? report)
    {
        if (report is null || report.Accounting.FramesRead == 0) return Line("Result").Add("none yet", Ink.Faint);
        if (report.Summary.Pass) return Line("Result").Add("PASS so far", Ink.StrongGood).Space(2).Add("nothing to report", Ink.Faint);
        return Line("Result").Add("FAIL so far", Ink.StrongBad).Space(2).Add(string.Join("; ", report.Summary.ExitReasons));
    }

    private static StyledText Loss(LiveStatus status)
    {
        StyledText line = Lost(status);
        return status.FramesWaiting < WorthSaying ? line : line.Add($", {Figures.Count(status.FramesWaiting)} wait to be judged", Ink.Warning);
    }

    private static StyledText Lost(LiveStatus status)
    {
        StyledText line = Line("Loss");
        if (status.Interfaces.Any(i => i.KernelDrops is null) && status.Drops == 0) return line.Add("unknown: the system does not say what it drops", Ink.Warning);
        if (status.Drops == 0) return line.Add("none known", Ink.Good);
        long kernel = status.Interfaces.Sum(i => i.KernelDrops ?? 0), card = status.Interfaces.Sum(i => i.InterfaceDrops ?? 0), queue = status.Interfaces.Sum(i => i.QueueDrops);
        var parts = new List<string>();
        if (kernel > 0) parts.Add($"{Figures.Count(kernel)} by the system's ring");
        if (card > 0) parts.Add($"{Figures.Count(card)} by the interface");
        if (queue > 0) parts.Add($"{Figures.Count(queue)} before they were judged");
        return line.Add($"{Figures.Count(status.Drops, "frame")} lost", Ink.StrongBad).Add(": " + string.Join(", ", parts));
    }

    private static IEnumerable<StyledText> Interfaces(IReadOnlyList<WatchedInterface> interfaces)
    {
        string[] frames = [.. interfaces.Select(i => Figures.Count(i.FramesRead, "frame"))];
        int name = Math.Min(20, interfaces.Max(i => Cells.Of(Cells.Fit(i.Name, 20)))), wide = frames.Max(f => f.Length);
        for (int i = 0; i < interfaces.Count; i++)
        {
            WatchedInterface one = interfaces[i];
            long lost = (one.KernelDrops ?? 0) + (one.InterfaceDrops ?? 0) + one.QueueDrops;
            string back = one.Interruptions == 0 ? "" : $", {Figures.Count(one.Interruptions, "interruption")}";
            yield return Line(i == 0 ? "Interfaces" : "").AddColumn(Cells.Fit(one.Name, 20), name + 2).AddColumn(Cells.Fit(one.State, 6), 6, one.State == "up" ? Ink.Good : Ink.StrongBad)
                .AddColumn(frames[i], wide, Ink.Faint, right: true).Space(2).Add($"{Figures.Count(lost)} lost", lost > 0 ? Ink.Bad : Ink.Faint).Add(back, Ink.Warning);
        }
    }

    private static StyledText Verdicts(SummaryReport summary) => Line("Flows")
        .Add($"{Figures.Count(summary.Unexpected)} unexpected", summary.Unexpected > 0 ? Ink.StrongBad : Ink.Faint).Add(", ")
        .Add($"{Figures.Count(summary.Undetermined)} undetermined", summary.Undetermined > 0 ? Ink.Warning : Ink.Faint)
        .Add($", {Figures.Count(summary.Allowed)} allowed, {Figures.Count(summary.Related)} related")
        .Add($", {Figures.Count(summary.OutOfScope.Sum(o => o.Value))} out of scope", Ink.Faint);

    /// <summary>Only rows that are enforced can be proven.</summary>
    private static StyledText Coverage(IReadOnlyList<RowCoverage> rows, int width)
    {
        (int proven, int all) = PlainLine.RowsProven(rows);
        int bar = Math.Clamp(width / 5, 8, 30), full = all == 0 ? 0 : (int)((long)proven * bar / all);
        var others = new List<string>();
        foreach (CoverageState state in Enum.GetValues<CoverageState>())
        {
            int count = rows.Count(r => r.State == state);
            if (count > 0 && state is not (CoverageState.Proven or CoverageState.NotEnforced)) others.Add($"{count} {state.Word().Replace('-', ' ')}");
        }

        return Line("Coverage").Add(new string('█', full), Ink.Good).Add(new string('░', bar - full), Ink.Faint)
            .Add($" {proven} of {all} rows proven").Space(2).Add(string.Join(", ", others), Ink.Faint);
    }

    /// <summary>Frames a second in the last minutes, newest at the right; the highest bar is the highest rate, which stands beside it.</summary>
    private static StyledText Curve(IReadOnlyList<RateSample> history, int width)
    {
        RateSample[] shown = [.. history.TakeLast(Math.Clamp(width - Label - 20, 0, MostCurve))];
        double most = shown.Length == 0 ? 0 : shown.Max(s => s.FramesPerSecond);
        if (most <= 0) return Line("").Add(shown.Length == 0 ? "" : new string(Bars[0], shown.Length), Ink.Faint);
        var text = new StringBuilder();
        foreach (RateSample sample in shown) text.Append(sample.FramesPerSecond <= 0 ? ' ' : Bars[Math.Clamp((int)Math.Ceiling(sample.FramesPerSecond / most * 8), 1, 8) - 1]);
        return Line("").Add(text.ToString(), Ink.Good).Space(2).Add($"most {Figures.Count((long)most)}/s", Ink.Faint);
    }

    private static StyledText Line(string label, Ink ink = Ink.Plain)
    {
        StyledText line = new StyledText().Add(label, ink);
        return line.Space(Math.Max(label.Length == Label ? 2 : 0, Label - label.Length));
    }

    private static Ink GradeInk(char grade) => grade <= 'B' ? Ink.StrongGood : grade <= 'C' ? Ink.StrongWarning : Ink.StrongBad;

    private static string Bits(double perSecond) => perSecond switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0} bit/s"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e3:0.0} kbit/s"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e6:0.0} Mbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e9:0.00} Gbit/s"),
    };

    /// <summary><c>0:00:42</c>, <c>3d 04:05:06</c>: every digit at its place, so that the line does not jump.</summary>
    private static string Age(TimeSpan age)
    {
        if (age < TimeSpan.Zero) age = TimeSpan.Zero;
        return age.Days > 0 ? age.ToString(@"d'd 'hh\:mm\:ss", CultureInfo.InvariantCulture) : age.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
    }
}
