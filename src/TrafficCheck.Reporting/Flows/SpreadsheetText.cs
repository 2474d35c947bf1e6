using System.Buffers;
using System.Text;

namespace TrafficCheck.Reporting.Flows;

/// <summary>
/// Text that neither a terminal nor a spreadsheet takes for a command. A character that starts a formula gets an apostrophe in front, at
/// the start of the text and behind each character that some locale's spreadsheet takes for the end of a cell. CsvHelper's own option
/// covers the start and ASCII only; spreadsheets also accept the full-width forms.
/// </summary>
internal static class SpreadsheetText
{
    private static readonly SearchValues<char> s_triggers = SearchValues.Create("=+-@\t\r＝＋－＠");

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        string clean = TerminalText.Clean(text, int.MaxValue);
        if (!text.AsSpan().ContainsAny(s_triggers)) return clean;

        // Tab and carriage return are spelled out by now, but a reader that undoes that finds the apostrophe.
        var safe = new StringBuilder(clean.Length + 4);
        if (text[0] is '\t' or '\r') safe.Append('\'');
        bool start = true;
        foreach (char c in clean)
        {
            if (start && s_triggers.Contains(c)) safe.Append('\'');
            safe.Append(c);
            start = c is ',' or ';' or '"';
        }

        return safe.ToString();
    }
}
