using System.Text;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// Splits a command at spaces. Text in single quotes stands as it is; in double quotes and outside, a backslash takes the next character as it is. Nothing
/// else means anything: no variables, no patterns, no redirection.
/// </summary>
public static class CommandWords
{
    /// <exception cref="FormatException">A quote is not closed, a backslash is the last character, or there is no word.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<string> words = [];
        var word = new StringBuilder();
        bool began = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && quote != '\'')
            {
                if (++i == text.Length) throw new FormatException("the command ends with a backslash");
                word.Append(text[i]);
                began = true;
            }
            else if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                began = true;
            }
            else if (c is ' ' or '\t')
            {
                if (began) words.Add(word.ToString());
                word.Clear();
                began = false;
            }
            else
            {
                word.Append(c);
                began = true;
            }
        }

        if (quote != '\0') throw new FormatException($"the command has a {quote} that is not closed");
        if (began) words.Add(word.ToString());
        if (words.Count == 0 || words[0].Length == 0) throw new FormatException("the command is empty");
        return words.Any(w => w.Contains('\0', StringComparison.Ordinal)) ? throw new FormatException("the command has a zero character") : words;
    }
}
