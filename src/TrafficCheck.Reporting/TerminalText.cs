using System.Globalization;
using System.Text;

namespace TrafficCheck.Reporting;

/// <summary>
/// Makes text of captures and tables safe to print: the one place that decides which characters reach a terminal. What a terminal would obey,
/// reorder or hide is spelled out instead (<c>\x1B</c>, <c>\u202E</c>, <c>\u{E0041}</c>), so nothing is lost and nothing acts.
/// </summary>
public static class TerminalText
{
    /// <summary>UTF-16 units kept of one text when the caller names no limit.</summary>
    public const int DefaultLimit = 4096;

    /// <summary>Combining marks in a row that are printed: more than any script stacks, fewer than spill over other lines.</summary>
    private const int MarksInARow = 4;

    /// <summary>
    /// <paramref name="text"/> on one line without control characters (C0, C1, ESC, line breaks), bidirectional controls, zero-width and other
    /// invisible characters, private or unassigned code points and lone surrogates. Safe text is returned as it is.
    /// </summary>
    /// <param name="text">Untrusted text; null gives the empty text.</param>
    /// <param name="limit">UTF-16 units kept; what is cut is counted: <c>… (+120 characters)</c>.</param>
    public static string Clean(string? text, int limit = DefaultLimit)
    {
        if (string.IsNullOrEmpty(text)) return "";
        return text.Length <= limit && IsClean(text) ? text : Rewrite(text, limit);
    }

    /// <summary>Whether a character is printed as it is, wherever it stands.</summary>
    internal static bool IsPrintable(Rune rune)
    {
        if (rune.Value is >= ' ' and <= '~') return true;
        if (IsInvisible(rune.Value)) return false;
        return Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator);
    }

    private static bool IsClean(string text)
    {
        int odd = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (odd < 0) return true;

        int marks = 0;
        for (int at = odd; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune) || !IsPrintable(rune)) return false;
            marks = IsMark(rune) ? marks + 1 : 0;
            if (marks > MarksInARow) return false;
            at += rune.Utf16SequenceLength;
        }

        return true;
    }

    private static string Rewrite(string text, int limit)
    {
        var clean = new StringBuilder(Math.Min(text.Length, limit) + 32);
        int at = 0;
        int marks = 0;
        while (at < text.Length)
        {
            bool whole = Rune.TryGetRuneAt(text, at, out var rune);
            int length = whole ? rune.Utf16SequenceLength : 1;
            if (at + length > limit) break;

            marks = whole && IsMark(rune) ? marks + 1 : 0;
            if (!whole) Escape(clean, text[at]);
            else if (!IsPrintable(rune) || marks > MarksInARow) Escape(clean, rune.Value);
            else clean.Append(text, at, length);
            at += length;
        }

        if (at < text.Length) clean.Append(CultureInfo.InvariantCulture, $"… (+{text.Length - at} characters)");
        return clean.ToString();
    }

    private static void Escape(StringBuilder clean, int value)
    {
        if (value < 0x100) clean.Append(CultureInfo.InvariantCulture, $"\\x{value:X2}");
        else if (value <= 0xFFFF) clean.Append(CultureInfo.InvariantCulture, $"\\u{value:X4}");
        else clean.Append(CultureInfo.InvariantCulture, $"\\u{{{value:X}}}");
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    /// <summary>Letters, marks and symbols that show nothing although their category is a visible one (Default_Ignorable_Code_Point).</summary>
    private static bool IsInvisible(int value) => value switch
    {
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 => true,
        >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF => true,
        _ => false,
    };
}
