using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Live.Terminal;

namespace TrafficCheck.Live.Tests.Terminal;

public partial class TerminalViewTests
{
    private const string Hostile = Findings.Hostile + " [red]x[/] [/] 日本語日本語 e\u0301\u0301\u0301\u0301\u0301\u0301 \0\b\t";

    [Fact]
    public void EveryScreenFitsWhateverStandsInIt()
    {
        CheckReport[] reports = [LiveStatuses.Report(0), LiveStatuses.Report(1), LiveStatuses.Report(3000, Hostile), LiveStatuses.Report(7, new string('日', 5000))];
        LiveStatus[] statuses =
        [
            LiveStatuses.Of(history: 0, interfaces: 0),
            .. reports.Select(r => LiveStatuses.Of(r)),
            .. reports.Select(r => LiveStatuses.Of(r, Hostile, interfaces: 5, warnings: 9, lost: true)),
        ];
        foreach (LiveStatus status in statuses)
        {
            foreach (int width in (int[])[1, 5, 20, 40, 41, 59, 60, 79, 99, 120, 199, 200])
            {
                foreach (int height in (int[])[1, 2, 5, 8, 11, 14, 24, 37, 60])
                {
                    IReadOnlyList<string> plain = TerminalView.Render(status, width, height, color: false), colored = TerminalView.Render(status, width, height, color: true);
                    Assert.InRange(plain.Count, 1, height);
                    Assert.Equal(plain, colored.Select(l => Sgr().Replace(l, "")));
                    foreach (string line in plain)
                    {
                        Assert.InRange(Cells(line), 0, width);
                        Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u202e' or '\u00a0' || char.IsSurrogate(c));
                    }
                }
            }
        }
    }

    [Fact]
    public void TextThatLooksLikeMarkupIsText()
    {
        IReadOnlyList<string> lines = TerminalView.Render(LiveStatuses.Of(LiveStatuses.Report(2, "[red]x[/]"), "[bold]eth1[/]"), 120, 30, color: true);
        Assert.Contains("[bold]eth1[/]", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("[red]x[/]", StringComparison.Ordinal));
    }

    [Fact]
    public void TheNewestFindingsStandFirstAndTheOthersAreCounted()
    {
        IReadOnlyList<string> lines = TerminalView.Render(LiveStatuses.Of(LiveStatuses.Report(3000)), 120, 24, color: false);
        int heading = lines.ToList().FindIndex(l => l.Contains("from -> to", StringComparison.Ordinal));
        Assert.Contains("and 2 999 others", lines[heading + 1], StringComparison.Ordinal);
        Assert.Contains("and 2 998 others", lines[heading + 2], StringComparison.Ordinal);
        int shown = lines.Count - heading - 3;
        Assert.Equal($"and {3000 - shown:#,##0} more".Replace(',', ' '), lines[^2]);
        Assert.Equal(24, lines.Count);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]
    public void ASmallScreenKeepsResultTrafficAndLoss(int height)
    {
        IReadOnlyList<string> lines = TerminalView.Render(LiveStatuses.Of(LiveStatuses.Report(50), interfaces: 9, lost: true), 80, height, color: false);
        Assert.Contains(lines, l => l.StartsWith("Result", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("Traffic", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("Loss        1 112 004 frames", StringComparison.Ordinal) || l.Contains("frames lost", StringComparison.Ordinal));
    }

    [Fact]
    public void LossThatTheSystemDoesNotTellIsNoNone()
    {
        LiveStatus status = LiveStatuses.Of(LiveStatuses.Report(0));
        status = status with { Interfaces = [status.Interfaces[0] with { KernelDrops = null }] };
        Assert.Contains(TerminalView.Render(status, 100, 24, false), l => l.StartsWith("Loss        unknown", StringComparison.Ordinal));
    }

    [Fact]
    public void WarningsAreWrappedBetweenWords()
    {
        string[] lines = [.. TerminalView.Render(LiveStatuses.Of(LiveStatuses.Report(0), warnings: 1), 60, 30, false)];
        int at = Array.FindIndex(lines, l => l.StartsWith("! warning 0: eth1 word", StringComparison.Ordinal));
        Assert.EndsWith("word", lines[at], StringComparison.Ordinal);
        Assert.StartsWith("  word", lines[at + 1], StringComparison.Ordinal);
        Assert.EndsWith("…", lines[at + 1], StringComparison.Ordinal);
    }

    [Fact]
    public void ALineForLogsHasNoControlCharacterAndNoOddSpace()
    {
        string line = PlainLine.Of(LiveStatuses.Of(LiveStatuses.Report(3, Hostile), Hostile));
        Assert.StartsWith("2026-03-02T08:00:00Z 1 488 095 frames/s, ", line, StringComparison.Ordinal);
        Assert.Contains(", 3 findings, ", line, StringComparison.Ordinal);
        foreach (string text in (string[])[line, PlainLine.Of(LiveStatuses.Report(1, Hostile).Findings[0])]) Assert.DoesNotContain(text, c => char.IsControl(c) || c is '\u202e' or '\u00a0');
    }

    private static int Cells(string line) => line.EnumerateRunes().Sum(r => r.Value is >= 0x2E80 and < 0xA000 ? 2 : Rune.GetUnicodeCategory(r) == UnicodeCategory.NonSpacingMark ? 0 : 1);

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Sgr();
}
