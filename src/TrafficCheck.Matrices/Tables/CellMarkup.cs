using System.Buffers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Takes the markup of Markdown and HTML off a cell. Linear in the cell.</summary>
internal static partial class CellMarkup
{
    private static readonly SearchValues<char> s_markup = SearchValues.Create("\\`*_[<&~");

    private const string Escapable = "\\`*_{}[]()<>#+-.!|&~^$%'\"/:;=?@,";

    /// <summary>The text of a cell of a vendor's table: code spans, emphasis, links, line breaks and entities become text.</summary>
    public static string Plain(string cell)
    {
        if (cell.AsSpan().IndexOfAny(s_markup) < 0) return cell;
        string text = Breaks().Replace(cell, "\n");
        text = Tags().Replace(text, "");
        if (text.Contains('&', StringComparison.Ordinal)) text = WebUtility.HtmlDecode(text);
        text = Links().Replace(text, "${text} ${url}");
        text = text.Replace("**", "", StringComparison.Ordinal).Replace("__", "", StringComparison.Ordinal).Replace("~~", "", StringComparison.Ordinal);
        if (text.Contains('`', StringComparison.Ordinal)) text = text.Replace("`", "", StringComparison.Ordinal);
        return Unescape(text);
    }

    /// <summary>Only the backslashes of Markdown are taken off: the cells of a table that this program wrote.</summary>
    public static string Exact(string cell) => Unescape(cell);

    /// <summary>Text as a cell that <see cref="Exact"/> reads back, and that shows as it is in any Markdown renderer.</summary>
    public static string Escape(string text)
    {
        var cell = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            if (c is '\\' or '|' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '&' or '~') cell.Append('\\');
            cell.Append(c);
        }

        return cell.ToString();
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && Escapable.Contains(text[i + 1], StringComparison.Ordinal)) i++;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    [GeneratedRegex(@"<\s*br\s*/?\s*>|</?(?:p|li|ul|ol|div)>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Breaks();

    [GeneratedRegex(@"</?(?:b|i|em|strong|code|sup|sub|span|a|u|font)(?:\s[^<>]{0,300})?>", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\[(?<text>[^\[\]]{1,300})\]\((?<url>[^()\s]{1,300})\)", RegexOptions.NonBacktracking)]
    private static partial Regex Links();
}
