using System.Globalization;
using System.Text;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Untrusted text on its way into a message or the model.</summary>
internal static class Quoted
{
    private const int Length = 60;

    /// <summary>Short and harmless: control and invisible characters become <c>?</c>, what is longer than 60 characters is cut.</summary>
    public static string Of(string text)
    {
        var quoted = new StringBuilder();
        foreach (char c in text.Length > Length ? text.AsSpan(0, Length) : text) quoted.Append(IsUnseen(c) ? '?' : c);
        if (text.Length > Length) quoted.Append("...");
        return quoted.ToString();
    }

    /// <summary>The end of a text, quoted.</summary>
    public static string End(string text) => Of(text.Length > Length / 2 ? text[^(Length / 2)..] : text);

    /// <summary>One line: control characters and line separators are blanks, runs of blanks are one, none at the ends.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        bool blank = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c) || c == '\uFEFF')
            {
                blank = line.Length > 0;
                continue;
            }

            if (blank) line.Append(' ');
            blank = false;
            line.Append(c);
        }

        return line.ToString();
    }

    /// <summary>Whether a text holds characters that a table has no honest use for.</summary>
    public static bool HasControls(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f')) return true;
        }

        return false;
    }

    /// <summary>Lower-case words of letters and digits joined by hyphens: <c>Exchange Server</c> is <c>exchange-server</c>. At most 64 characters.</summary>
    public static string Slug(string text)
    {
        var slug = new StringBuilder();
        bool gap = false;
        foreach (char c in text)
        {
            if (slug.Length >= 64) break;
            if (!char.IsLetterOrDigit(c))
            {
                gap = slug.Length > 0;
                continue;
            }

            if (gap) slug.Append('-');
            gap = false;
            slug.Append(char.ToLowerInvariant(c));
        }

        return slug.ToString();
    }

    private static bool IsUnseen(char c) =>
        char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;
}
