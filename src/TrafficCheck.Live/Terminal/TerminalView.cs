using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Layout;
using TrafficCheck.Reporting.Sections;

namespace TrafficCheck.Live.Terminal;

/// <summary>The state of a run on one screen: how much comes in, what is lost, how far the traffic can be trusted, what was found, what is proven.</summary>
public static class TerminalView
{
    private const string Bars = " ▁▂▃▄▅▆▇█";

    /// <summary>Smaller screens are drawn for as if they had this size; the terminal cuts them.</summary>
    private const int LeastWidth = 60, LeastHeight = 12;

    /// <summary>Lines for a screen: at most <paramref name="height"/>, none wider than <paramref name="width"/> columns.</summary>
    /// <param name="color">Whether SGR sequences are written; no other escape sequence is in any case.</param>
    public static IReadOnlyList<string> Render(LiveStatus status, int width, int height, bool color)
    {
        (width, height) = (Math.Max(width, LeastWidth), Math.Max(height, LeastHeight));
        List<string> head = Lines(Head(status, width), width, color), foot = Lines([new Markup("[dim]Ctrl+C ends the run with its report[/]")], width, color);
        int room = height - head.Count - foot.Count - 1;
        List<string> findings = room >= 3 ? Lines(Findings(status, room - 2), width, color) : [];
        return [.. head.Take(height - foot.Count), .. findings.Take(Math.Max(0, room)), .. foot];
    }

    private static IEnumerable<IRenderable> Head(LiveStatus status, int width)
    {
        CheckReport? report = status.Report;
        string names = string.Join(", ", status.Interfaces.Select(i => i.Name));
        yield return Line($"[bold]trafficcheck[/]  {Text(names, width / 2)}  [dim]{Duration(status.AtUtc - status.StartedAtUtc)}, {status.AtUtc.ToLocalTime():HH:mm:ss}[/]");
        yield return Line(Result(report));
        yield return Line("");
        yield return Line($"Traffic     {Figures.Count((long)status.Rate.FramesPerSecond)} frames/s  {Bits(status.Rate.BitsPerSecond)}  "
            + $"[dim]{Figures.Count(status.FramesRead, "frame")}, {Figures.Count(status.LiveFlows, "live flow")}[/]");
        yield return Line($"            [blue]{Curve(status.History, Math.Min(60, width - 14))}[/]");
        yield return Line($"Loss        {Loss(status)}");
        if (status.Interfaces.Count > 1) foreach (WatchedInterface i in status.Interfaces) yield return Line(Interface(i, width));
        if (report is null)
        {
            yield return Line("[dim]the first picture is being taken[/]");
        }
        else
        {
            string reasons = string.Join("; ", report.Visibility.GradeReasons);
            yield return Line($"Visibility  [{GradeInk(report.Visibility.Grade)}]{report.Visibility.Grade}[/]  [dim]{Text(reasons, width - 16)}[/]");
            yield return Line(Verdicts(report.Summary));
            yield return Line(Coverage(report.Coverage, width));
        }

        foreach (string warning in status.Warnings.Take(4)) yield return new Markup($"[yellow]! {Text(warning, 3 * width)}[/]");
        if (status.Warnings.Count > 4) yield return Line($"[yellow]! and {status.Warnings.Count - 4} more warnings[/]");
        yield return Line("");
    }

    private static string Result(CheckReport? report)
    {
        if (report is null) return "[dim]no result yet[/]";
        if (report.Summary.Pass) return "[green]PASS so far[/]  nothing to report";
        return $"[red]FAIL so far[/]  {Text(string.Join("; ", report.Summary.ExitReasons), 200)}";
    }

    private static string Loss(LiveStatus status)
    {
        if (status.Interfaces.Any(i => i.KernelDrops is null) && status.Drops == 0) return "[yellow]unknown: the system does not say what it drops[/]";
        if (status.Drops == 0) return "[green]none known[/]";
        long kernel = status.Interfaces.Sum(i => i.KernelDrops ?? 0), card = status.Interfaces.Sum(i => i.InterfaceDrops ?? 0), queue = status.Interfaces.Sum(i => i.QueueDrops);
        var parts = new List<string>();
        if (kernel > 0) parts.Add($"{Figures.Count(kernel)} by the system's ring");
        if (card > 0) parts.Add($"{Figures.Count(card)} by the interface");
        if (queue > 0) parts.Add($"{Figures.Count(queue)} before they were judged");
        return $"[red]{Figures.Count(status.Drops, "frame")} lost[/]: {string.Join(", ", parts)}";
    }

    private static string Interface(WatchedInterface i, int width)
    {
        string ink = i.State == "up" ? "dim" : "red";
        string lost = Figures.Count((i.KernelDrops ?? 0) + (i.InterfaceDrops ?? 0) + i.QueueDrops);
        return $"            [{ink}]{Text(i.Name, width / 3)} {Text(i.State, 10)}, {Figures.Count(i.FramesRead, "frame")}, {lost} lost[/]";
    }

    private static string Verdicts(SummaryReport summary)
    {
        string unexpected = summary.Unexpected > 0 ? "red" : "dim", undetermined = summary.Undetermined > 0 ? "yellow" : "dim";
        return $"Flows       {Figures.Count(summary.Allowed)} allowed, {Figures.Count(summary.Related)} related, [{unexpected}]{Figures.Count(summary.Unexpected)} unexpected[/], "
            + $"[{undetermined}]{Figures.Count(summary.Undetermined)} undetermined[/], [dim]{Figures.Count(summary.OutOfScope.Sum(o => o.Value))} out of scope[/]";
    }

    /// <summary>Only rows that are enforced can be proven.</summary>
    private static string Coverage(IReadOnlyList<RowCoverage> rows, int width)
    {
        int all = rows.Count(r => r.State != CoverageState.NotEnforced), proven = rows.Count(r => r.State == CoverageState.Proven);
        int bar = Math.Clamp(width / 4, 10, 30), full = all == 0 ? 0 : proven * bar / all;
        var others = new List<string>();
        foreach (CoverageState state in Enum.GetValues<CoverageState>())
        {
            int count = rows.Count(r => r.State == state);
            if (count > 0 && state is not (CoverageState.Proven or CoverageState.NotEnforced)) others.Add($"{count} {state.Word().Replace('-', ' ')}");
        }

        return $"Coverage    [green]{new string('█', full)}[/][dim]{new string('░', bar - full)}[/] {proven} of {all} rows proven  [dim]{string.Join(", ", others)}[/]";
    }

    private static IEnumerable<IRenderable> Findings(LiveStatus status, int room)
    {
        if (status.Report is not { } report) yield break;
        if (report.Findings.Count == 0)
        {
            yield return Line("[dim]no findings[/]");
            yield break;
        }

        // The newest in front; a screen that is too small says how many it hides.
        List<Finding> newest = [.. report.Findings.OrderByDescending(f => f.FirstNs).ThenBy(f => f.Id, StringComparer.Ordinal)];
        int shown = newest.Count <= room ? newest.Count : Math.Max(1, room - 1);
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, Expand = false };
        table.AddColumn(new TableColumn("[dim]since[/]").NoWrap());
        table.AddColumn(new TableColumn("[dim]newest findings[/]").NoWrap());
        table.AddColumn(new TableColumn("[dim]service[/]").NoWrap());
        table.AddColumn(new TableColumn("[dim]from -> to[/]").NoWrap());
        table.AddColumn(new TableColumn("[dim]flows[/]").NoWrap().RightAligned());
        foreach (Finding f in newest.Take(shown))
        {
            string what = f.Kind == FindingKind.Unexpected ? f.Reason.Word() : f.Kind.Word();
            table.AddRow(
                $"[dim]{LocalTime(f.FirstNs)}[/]", $"[{Ink(f.Kind)}]{Text(what, 20)}[/]", Text($"{FindingText.Direction(f.Direction)} {FindingText.Service(f)}", 24),
                Text(FindingText.Ends(f), 90), Figures.Count(f.Flows));
        }

        yield return table;
        if (newest.Count > shown) yield return Line($"[dim]and {Figures.Count(newest.Count - shown)} more[/]");
    }

    private static string Ink(FindingKind kind) => kind == FindingKind.Failing ? "yellow" : kind == FindingKind.Undetermined ? "dim" : "red";

    private static string GradeInk(char grade) => grade <= 'B' ? "green" : grade <= 'C' ? "yellow" : "red";

    private static string Curve(IReadOnlyList<RateSample> history, int width)
    {
        RateSample[] shown = [.. history.TakeLast(width)];
        double most = shown.Length == 0 ? 0 : shown.Max(s => s.FramesPerSecond);
        var text = new StringBuilder();
        foreach (RateSample sample in shown) text.Append(sample.FramesPerSecond <= 0 ? ' ' : Bars[Math.Clamp((int)Math.Ceiling(sample.FramesPerSecond / most * 8), 1, 8)]);
        return text.ToString();
    }

    private static string Bits(double perSecond) => perSecond switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0} bit/s"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e3:0.0} kbit/s"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e6:0.0} Mbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e9:0.00} Gbit/s"),
    };

    private static string Duration(TimeSpan span) => Figures.Duration((ulong)Math.Max(0, span.Ticks) * 100);

    private static string LocalTime(long ns) =>
        new DateTimeOffset(DateTimeOffset.UnixEpoch.UtcTicks + (ns / 100), TimeSpan.Zero).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Text(string text, int limit) => Markup.Escape(TerminalText.Clean(text, Math.Max(8, limit)));

    private static Markup Line(string markup) => new(markup) { Overflow = Overflow.Ellipsis };

    private static List<string> Lines(IEnumerable<IRenderable> parts, int width, bool color)
    {
        using var text = new StringWriter { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        foreach (IRenderable part in parts)
        {
            console.Write(part);
            if (part is Markup) console.WriteLine();
        }

        List<string> lines = [.. text.ToString().Replace(Figures.Glue, ' ').Split('\n')];
        if (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return lines;
    }
}
