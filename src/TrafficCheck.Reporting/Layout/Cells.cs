using System.Text;
using Spectre.Console;

namespace TrafficCheck.Reporting.Layout;

/// <summary>Terminal cells that text takes: wide characters take two, combining marks none.</summary>
internal static class Cells
{
    public static int Of(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0) return text.Length;
        int cells = 0;
        foreach (var rune in text.EnumerateRunes()) cells += Of(rune);
        return cells;
    }

    public static int Of(Rune rune)
    {
        // Digits are grouped with no-break spaces, and the report's own dots and ellipses are one cell everywhere.
        if (rune.Value is >= ' ' and <= '~' or Figures.Glue or '·' or '…') return 1;
        return Math.Max(0, rune.IsBmp ? ((char)rune.Value).GetCellWidth() : rune.ToString().GetCellWidth());
    }

    /// <summary>Clean text that takes at most <paramref name="most"/> cells; an ellipsis stands for what is cut.</summary>
    public static string Fit(string? text, int most)
    {
        string clean = TerminalText.Clean(text);
        if (Of(clean) <= most) return clean;

        var kept = new StringBuilder();
        int cells = 0;
        foreach (var rune in clean.EnumerateRunes())
        {
            cells += Of(rune);
            if (cells > most - 1) break;
            kept.Append(rune.ToString());
        }

        return kept.Append('…').ToString();
    }
}
