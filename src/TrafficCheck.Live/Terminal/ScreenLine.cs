using System.Globalization;
using System.Text;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Live.Terminal;

/// <summary>Lines of a screen: cut at its edge, never wrapped by the terminal.</summary>
internal static class ScreenLine
{
    /// <summary>At most <paramref name="width"/> cells; an ellipsis stands for what is cut.</summary>
    public static string Of(StyledText line, int width, bool color)
    {
        var text = new StringBuilder();
        int left = width, after = line.Width;
        foreach ((string part, Ink ink) in line.Parts)
        {
            int cells = Cells.Of(part);
            after -= cells;

            // The last part that has room gives a cell to the ellipsis when others follow.
            bool whole = after == 0 ? cells <= left : cells < left;
            string shown = (whole ? part : left == 1 ? "…" : Cells.Fit(cells <= left ? part + "  " : part, left)).Replace(Figures.Glue, ' ');
            if (color && ink != Ink.Plain && !string.IsNullOrWhiteSpace(shown)) text.Append(CultureInfo.InvariantCulture, $"\e[{InkCodes.Sgr(ink)}m{shown}\e[0m");
            else text.Append(shown);
            left -= cells;
            if (!whole) break;
        }

        return text.ToString().TrimEnd(' ');
    }

    /// <summary>Lines of at most <paramref name="width"/> cells, broken between words; the last one has an ellipsis for what finds no room.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width, int most)
    {
        var lines = new List<string>();
        string left = TerminalText.Clean(text);
        while (Cells.Of(left) > width && lines.Count < most - 1)
        {
            int cells = 0, at = 0, space = -1;
            foreach (Rune rune in left.EnumerateRunes())
            {
                if (rune.Value == ' ') space = at;
                cells += Cells.Of(rune);
                if (cells > width) break;
                at += rune.Utf16SequenceLength;
            }

            int cut = space > 0 ? space : Math.Max(at, 1);
            lines.Add(left[..cut]);
            left = left[cut..].TrimStart(' ');
        }

        lines.Add(Cells.Fit(left, width));
        return lines;
    }
}
