using System.Buffers;
using System.Text;

namespace TrafficCheck.Matrices.Tables;

/// <summary>The notes that stand under a table: <c>* only if ...</c>, <c>† ...</c>.</summary>
internal sealed class Footnotes
{
    private const string Marks = "*†‡§¹²³";
    private static readonly SearchValues<char> s_marks = SearchValues.Create(Marks);

    private const int MaxNotes = 32, MaxLength = 1000;

    private readonly Dictionary<string, string> _notes = new(StringComparer.Ordinal);

    public Footnotes(IReadOnlyList<string> after)
    {
        string? open = null;
        foreach (string line in after.SelectMany(Lines))
        {
            Add(line, ref open);
        }
    }

    /// <summary>Several notes may stand in one line: <c>* Consecutive ports. † Only with a cluster.</c></summary>
    private static IEnumerable<string> Lines(string raw)
    {
        string line = raw.Replace("\\*", "*", StringComparison.Ordinal).Trim();
        int from = 0;
        for (int i = 2; i < line.Length - 1 && i < MaxLength; i++)
        {
            // A mark behind the end of a sentence; a star only when a blank follows, since it may be emphasis.
            bool mark = Marks.Contains(line[i], StringComparison.Ordinal) && (line[i] != '*' || char.IsWhiteSpace(line[i + 1]));
            if (!mark || !char.IsWhiteSpace(line[i - 1]) || line[..(i - 1)].TrimEnd() is not [.., '.' or ';' or ')']) continue;
            yield return line[from..i].Trim();
            from = i;
        }

        yield return line[from..];
    }

    private void Add(string line, ref string? open)
    {
        if (line.Length > MaxLength) line = line[..MaxLength];
        int length = 0;
        while (length < line.Length && length < 8 && Marks.Contains(line[length], StringComparison.Ordinal)) length++;

        // "**bold**" opens no note; "* text" and "** text" do.
        bool note = length > 0 && length < line.Length && (line[0] != '*' || char.IsWhiteSpace(line[length]) || !line.AsSpan(length).Contains('*'));
        if (note)
        {
            open = line[..length];
            if (_notes.Count >= MaxNotes || !_notes.TryAdd(open, line[length..].Trim())) open = null;
        }
        else if (open is not null && _notes[open].Length < MaxLength) _notes[open] += " " + line;
    }

    /// <summary>Takes the marks off a cell of ports, transports or a direction.</summary>
    /// <param name="marks">Each run of marks once, in order.</param>
    public static string Strip(string cell, ICollection<string> marks)
    {
        if (cell.AsSpan().IndexOfAny(s_marks) < 0 || cell.Trim() == "*") return cell;
        var bare = new StringBuilder(cell.Length);
        for (int i = 0; i < cell.Length;)
        {
            int end = i;
            while (end < cell.Length && Marks.Contains(cell[end], StringComparison.Ordinal)) end++;
            if (end == i)
            {
                bare.Append(cell[i++]);
                continue;
            }

            // "*.example.net" and "TCP *" are no footnotes; a mark follows what it marks.
            bool follows = i > 0 && !char.IsWhiteSpace(cell[i - 1]) && cell[i - 1] is not ('/' or '-');
            if (follows || cell[i] != '*')
            {
                string mark = cell[i..Math.Min(end, i + 8)];
                if (marks.Count < MaxNotes && !marks.Contains(mark)) marks.Add(mark);
                bare.Append(' ');
            }
            else bare.Append(cell, i, end - i);
            i = end;
        }

        return bare.ToString().Trim();
    }

    /// <summary>The text of a mark, or null when no note under the table begins with it.</summary>
    public string? this[string mark] => _notes.GetValueOrDefault(mark);

    /// <summary>Marks at the end of a text: <c>Administration*</c>.</summary>
    public static string StripEnd(string text, ICollection<string> marks)
    {
        int end = text.Length;
        while (end > 0 && Marks.Contains(text[end - 1], StringComparison.Ordinal)) end--;
        if (end == text.Length || end == 0 || text.AsSpan(0, end).IndexOfAny(s_marks) >= 0 || char.IsWhiteSpace(text[end - 1])) return text;
        string mark = text[end..Math.Min(text.Length, end + 8)];
        if (!marks.Contains(mark)) marks.Add(mark);
        return text[..end];
    }
}
