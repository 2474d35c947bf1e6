using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Tables;

/// <summary>Reads whether a row is needed, from a column of its own or from prose.</summary>
internal static class NeedCell
{
    private static readonly HashSet<string> s_required = new(StringComparer.Ordinal)
    {
        "required", "mandatory", "yes", "y", "x", "must", "always", "true", "needed", "ja", "erforderlich", "pflicht", "notwendig", "oui", "obligatoire", "requis", "sí", "si", "sì", "obligatorio", "requerido", "obbligatorio", "richiesto",
        "必須", "必须", "必需", "是", "はい", "✓", "✔",
    };

    private static readonly HashSet<string> s_optional = new(StringComparer.Ordinal)
    {
        "optional", "no", "n", "false", "recommended", "may", "not-required", "nein", "wahlfrei", "non", "optionnel", "facultatif", "opcional", "opzionale", "facoltativo", "任意", "可选", "可選", "否", "いいえ", "オプション",
    };

    private static readonly string[] s_openings = ["if ", "when "];

    /// <summary>Words after which a condition's own name stands.</summary>
    private static readonly string[] s_uses = ["you are using ", "you're using ", "you use ", "using ", "use ", "you have ", "your system uses ", "you enable ", "you configure "];

    private static readonly HashSet<string> s_stops = new(StringComparer.OrdinalIgnoreCase)
    {
        "in", "on", "with", "for", "located", "beyond", "to", "at", "and", "or", "that", "which", "is", "are", "as", "from", "behind", "outside", "inside", "by", "of", "instead", "then", "must", "should", "may", "via",
    };

    /// <summary>A cell of a Need column.</summary>
    /// <param name="purpose">Text of the row, where an unnamed condition finds its name.</param>
    public static bool TryRead(string cell, string purpose, DocumentSettings settings, out RowNeed need, out string? condition)
    {
        condition = null;
        need = RowNeed.Required;
        string text = Quoted.OneLine(cell), slug = text is "✓" or "✔" ? text : Quoted.Slug(text);
        if (slug.Length == 0 || s_required.Contains(slug)) return slug.Length > 0 || text.Length == 0 || text == "-";
        if (s_optional.Contains(slug))
        {
            need = RowNeed.Optional;
            return true;
        }

        need = RowNeed.Conditional;
        if (slug == "conditional")
        {
            if (!settings.Exact) condition = ConditionOf(purpose, settings);
            return true;
        }

        foreach (string opening in (ReadOnlySpan<string>)["when:", "when ", "if:", "if ", "conditional:", "condition:", "only if ", "only when "])
        {
            if (!text.StartsWith(opening, StringComparison.OrdinalIgnoreCase)) continue;
            condition = settings.Exact ? text[opening.Length..].Trim() : ConditionOf(text, settings) ?? Quoted.Slug(text[opening.Length..]);
            if (condition.Length > 0) return true;
            condition = null;
            return false;
        }

        return false;
    }

    /// <summary>
    /// The condition that a text puts its row under: "if you are using PMM" is <c>pmm</c>, "if configured" is <c>configured</c>. Null when
    /// there is none.
    /// </summary>
    public static string? ConditionOf(string text, DocumentSettings settings)
    {
        foreach (var (name, words) in settings.Conditions)
        {
            if (text.Contains(words, StringComparison.OrdinalIgnoreCase)) return name;
        }

        foreach (string opening in s_openings)
        {
            // A few places are enough, and keep this linear.
            for (int at = text.IndexOf(opening, StringComparison.OrdinalIgnoreCase), tries = 0; at >= 0 && tries < 8; at = text.IndexOf(opening, at + 1, StringComparison.OrdinalIgnoreCase), tries++)
            {
                if (at > 0 && char.IsLetterOrDigit(text[at - 1])) continue;
                string rest = text.Substring(at + opening.Length, Math.Min(120, text.Length - at - opening.Length));
                if (Name(rest) is { } name) return name;
            }
        }

        return null;
    }

    private static string? Name(string rest)
    {
        if (rest.StartsWith("configured", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("enabled", StringComparison.OrdinalIgnoreCase)) return rest[..(rest[0] is 'c' or 'C' ? 10 : 7)].ToLowerInvariant();
        foreach (string use in s_uses)
        {
            if (rest.StartsWith(use, StringComparison.OrdinalIgnoreCase)) return Words(rest[use.Length..]);
        }

        // "if PMM is used", "when clustering is enabled"
        foreach (string state in (ReadOnlySpan<string>)[" is used", " are used", " is enabled", " is configured", " is installed", " is active", " are enabled", " are configured"])
        {
            int at = rest.IndexOf(state, StringComparison.OrdinalIgnoreCase);
            if (at > 0 && rest.AsSpan(0, at).Count(' ') < 4) return Words(rest[..at]);
        }

        return null;
    }

    private static string? Words(string text)
    {
        var kept = new List<string>();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string bare = word.Trim('.', ',', ';', ':', '(', ')', '"');
            if (bare is "a" or "an" or "the" or "The") continue;
            if (s_stops.Contains(bare) || bare.Length == 0) break;
            kept.Add(bare);
            if (kept.Count == 2 || bare.Length != word.TrimStart('(', '"').Length) break;
        }

        string name = Quoted.Slug(string.Join(' ', kept));
        return name.Length > 0 ? name : null;
    }
}
