using System.Globalization;
using System.Text;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Forms;

/// <summary>Writes YAML scalars so that every YAML 1.1 and 1.2 reader takes them for the text they are.</summary>
internal static class YamlText
{
    private static readonly HashSet<string> s_words = new(StringComparer.OrdinalIgnoreCase) { "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf" };

    /// <summary>Name and subjects, for the head of a YAML document and for front matter.</summary>
    public static string Head(AllowedMatrix matrix)
    {
        var head = new StringBuilder();
        head.Append("name: ").Append(Scalar(matrix.Name)).Append('\n');
        head.Append(matrix.Subjects.Count == 0 ? "subjects: {}\n" : "subjects:\n");
        foreach (MatrixSubject subject in matrix.Subjects)
            head.Append("  ").Append(Scalar(subject.Name)).Append(": ").Append(List(subject.Addresses.Select(a => RowPeer.Of(a).ToString()))).Append('\n');
        return head.ToString();
    }

    public static string List(IEnumerable<string> values) => "[" + string.Join(", ", values.Select(Scalar)) + "]";

    /// <summary>Plain where nothing can be mistaken, else in double quotes with escapes.</summary>
    public static string Scalar(string text)
    {
        if (IsPlain(text)) return text;
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) quoted.Append(CultureInfo.InvariantCulture, $"\\U{char.ConvertToUtf32(c, text[++i]):X8}");
            else if (IsSeen(c)) quoted.Append(c);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)(char.IsSurrogate(c) ? '\uFFFD' : c):X4}");
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsSeen(char c) => c is >= ' ' and <= '~' || (c > '\u00A0' && char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));

    private static bool IsPlain(string text)
    {
        if (text.Length is 0 or > 200 || s_words.Contains(text)) return false;
        if (text.All(char.IsAsciiDigit)) return text.Length <= 5 && (text == "0" || text[0] != '0');
        if (!char.IsAsciiLetter(text[0]) || text[^1] == ' ') return false;
        return text.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' or '/');
    }
}
