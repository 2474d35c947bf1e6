namespace TrafficCheck.Matrices.Documents;

/// <summary>The YAML block between two lines of three hyphens with which a Markdown document may begin.</summary>
/// <param name="Yaml">Text between the lines; empty when the document has no front matter.</param>
/// <param name="Body">The document after it.</param>
/// <param name="BodyLine">Line of the file on which the body begins, 1-based.</param>
internal sealed record FrontMatter(string Yaml, string Body, int BodyLine)
{
    /// <exception cref="DocumentException">The block does not end, or is too long.</exception>
    public static FrontMatter Split(string text)
    {
        if (!text.StartsWith("---", StringComparison.Ordinal) || !IsMark(FirstLine(text))) return new("", text, 1);
        int at = NextLine(text, 0), line = 2, from = at;
        while (at < text.Length)
        {
            int next = NextLine(text, at);
            ReadOnlySpan<char> now = text.AsSpan(at, next - at).TrimEnd();
            if (IsMark(now) || now is "...")
            {
                if (at - from > DocumentLimits.FrontMatter) throw new DocumentException("front-matter-size", 1, $"the front matter is longer than {DocumentLimits.FrontMatter} characters: this is no head of a table");
                return new(text[from..at], text[next..], line + 1);
            }

            at = next;
            line++;
        }

        throw new DocumentException("front-matter-unterminated", 1, "the front matter that begins here does not end: put a line --- after it");
    }

    private static bool IsMark(ReadOnlySpan<char> line) => line.TrimEnd() is "---";

    private static ReadOnlySpan<char> FirstLine(string text) => text.AsSpan(0, NextLine(text, 0)).TrimEnd();

    /// <summary>The place after the end of the line: LF, CRLF or CR, as the tables are read.</summary>
    private static int NextLine(string text, int from)
    {
        int end = text.AsSpan(from).IndexOfAny('\n', '\r');
        if (end < 0) return text.Length;
        end += from;
        return text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
    }
}
