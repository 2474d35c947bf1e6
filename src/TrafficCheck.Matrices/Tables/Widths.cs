namespace TrafficCheck.Matrices.Tables;

/// <summary>Characters that East Asian and typeset documents use in place of ASCII ones.</summary>
internal static class Widths
{
    /// <summary>The ASCII character that is meant, or the character itself.</summary>
    public static char Narrow(char c) => c switch
    {
        >= '\uFF01' and <= '\uFF5D' => (char)(c - 0xFEE0),
        '\u3000' or '\u00A0' or '\u2007' or '\u2009' or '\u202F' => ' ',
        '、' or '・' or '﹑' => ',',
        '‐' or '‑' or '‒' or '–' or '—' or '―' or '−' or '〜' or '～' => '-',
        _ => c,
    };

    public static string Narrow(string text)
    {
        foreach (char c in text)
        {
            if (Narrow(c) != c) return string.Create(text.Length, text, (span, from) =>
            {
                for (int i = 0; i < span.Length; i++) span[i] = Narrow(from[i]);
            });
        }

        return text;
    }
}
