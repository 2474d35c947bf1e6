using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Alerts;

/// <summary>Which findings are told: <c>--alert-on</c>.</summary>
[Flags]
public enum AlertKinds
{
    None = 0,
    Unexpected = 1,
    Scan = 2,
    Flood = 4,
    Failing = 8,
    Undetermined = 16,
    Default = Unexpected | Scan | Flood | Failing,
    All = Default | Undetermined,
}

/// <summary>The words of <see cref="AlertKinds"/>.</summary>
public static class AlertKindWords
{
    private static readonly (string Word, AlertKinds Kind)[] s_words =
    [
        ("unexpected", AlertKinds.Unexpected), ("scan", AlertKinds.Scan), ("flood", AlertKinds.Flood), ("failing", AlertKinds.Failing),
        ("undetermined", AlertKinds.Undetermined), ("all", AlertKinds.All),
    ];

    /// <summary>Words with commas, such as <c>unexpected,scan</c>.</summary>
    /// <exception cref="FormatException">A word is not known, or there is none.</exception>
    public static AlertKinds Parse(IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var kinds = AlertKinds.None;
        foreach (string word in values.SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            int at = Array.FindIndex(s_words, w => w.Word == word);
            if (at < 0) throw new FormatException($"'{word}': give {string.Join(", ", s_words.Select(w => w.Word))}");
            kinds |= s_words[at].Kind;
        }

        return kinds != AlertKinds.None ? kinds : throw new FormatException($"empty: give {string.Join(", ", s_words.Select(w => w.Word))}");
    }

    public static AlertKinds Of(FindingKind kind) => kind switch
    {
        FindingKind.Failing => AlertKinds.Failing,
        FindingKind.Undetermined => AlertKinds.Undetermined,
        _ when kind.IsScan() => AlertKinds.Scan,
        _ when kind.IsFlood() => AlertKinds.Flood,
        _ => AlertKinds.Unexpected,
    };
}
