using System.Globalization;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Reporting.Tests;

public sealed class TextReportTests
{
    [Fact]
    public void The_report_says_the_verdict_first_and_names_cause_row_line_and_frame()
    {
        string text = Write(SampleRun.Run().Report, TextStyle.Plain);
        string[] order = ["FAIL", "Visibility", "Unexpected", "Needed, but failing", "Undetermined", "Coverage of 7 rows", "Frames", "Input"];
        int at = -1;
        foreach (string section in order)
        {
            int next = text.IndexOf(section, at + 1, StringComparison.Ordinal);
            Assert.True(next > at, $"{section} is missing or not in its place:\n{text}");
            at = next;
        }

        Assert.Contains("R2 (line 4) names other hosts (198.51.100.0/24)", text, StringComparison.Ordinal);
        Assert.Contains("R3 (line 5) allows it only In", text, StringComparison.Ordinal);
        Assert.Contains("| 3389 | TCP | In | ... |", text, StringComparison.Ordinal);
        Assert.Contains("R4 (line 6) was tried and never worked", text, StringComparison.Ordinal);
        Assert.Contains("transit 1", text, StringComparison.Ordinal);
        Assert.Contains("4711", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60, false)]
    [InlineData(100, false)]
    [InlineData(100, true)]
    [InlineData(200, true)]
    public void Lines_keep_to_the_width(int width, bool verbose)
    {
        string text = Write(SampleRun.Run().Report, TextStyle.Plain with { Width = width, Verbose = verbose });
        foreach (string line in text.Split('\n')) Assert.True(line.Length <= width, $"{line.Length} columns: {line}");
        Assert.DoesNotContain(text.Split('\n'), line => line.EndsWith(' '));
    }

    [Fact]
    public void The_same_run_gives_the_same_bytes_in_every_culture()
    {
        string once = Write(SampleRun.Run().Report, TextStyle.Plain with { Verbose = true });
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            odd.NumberFormat.NumberDecimalSeparator = ",";
            odd.NumberFormat.NumberGroupSeparator = "'";
            odd.NumberFormat.NegativeSign = "~";
            odd.DateTimeFormat.TimeSeparator = ".";
            CultureInfo.CurrentCulture = odd;
            Assert.Equal(once, Write(SampleRun.Run().Report, TextStyle.Plain with { Verbose = true }));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hostile_text_never_reaches_the_terminal_as_a_command(bool verbose)
    {
        var (report, _) = SampleRun.Run(SampleRun.Hostile, subject: SampleRun.Hostile);
        string text = Write(report, TextStyle.Plain with { Verbose = verbose });
        Assert.DoesNotContain(text, c => (char.IsControl(c) && c != '\n') || c is '\u202E' or '\u200B');
        Assert.Contains(@"\x1B", text, StringComparison.Ordinal);
        string table = Written(w => MatrixTable.Write(report.Matrix, w, TextStyle.Plain));
        Assert.DoesNotContain(table, c => (char.IsControl(c) && c != '\n') || c == '\u202E');
    }

    [Fact]
    public void Colour_adds_colour_and_changes_no_word()
    {
        CheckReport report = SampleRun.Run().Report;
        string plain = Write(report, TextStyle.Plain), colour = Write(report, TextStyle.Plain with { Color = true });
        Assert.Contains("\e[", colour, StringComparison.Ordinal);
        Assert.Equal(plain, System.Text.RegularExpressions.Regex.Replace(colour, "\e\\[[0-9;]*m", ""));
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a\e[2Jb", @"a\x1B[2Jb")]
    [InlineData("a\nb\r\tc", @"a\x0Ab\x0D\x09c")]
    [InlineData("\u202Egpj.exe", @"\u202Egpj.exe")]
    [InlineData("zero\u200Bwidth", @"zero\u200Bwidth")]
    [InlineData("c1\u009B31m", @"c1\x9B31m")]
    [InlineData("Grüße, 日本", "Grüße, 日本")]
    [InlineData(null, "")]
    public void Terminal_text_spells_out_what_would_act(string? text, string expected) => Assert.Equal(expected, TerminalText.Clean(text));

    [Fact]
    public void Lone_surrogates_and_long_texts_are_cut_with_a_count()
    {
        Assert.Equal(@"a\uD800b", TerminalText.Clean("a\uD800b"));
        Assert.Equal("abc… (+7 characters)", TerminalText.Clean("abcdefghij", 3));
    }

    private static string Write(CheckReport report, TextStyle style) => Written(w => TextReport.Write(report, w, style));

    private static string Written(Action<TextWriter> write)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        write(text);
        return text.ToString();
    }
}
