using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Lint;

/// <summary>Keeps the first messages of every code and counts the rest, whose texts are not even built: rows can overlap in millions of pairs.</summary>
internal sealed class LintLog(int most)
{
    private readonly SortedDictionary<string, (MessageSeverity Severity, int Count)> _counts = new(StringComparer.Ordinal);

    public List<MatrixMessage> Kept { get; } = [];

    public void Say(MessageSeverity severity, string code, MatrixRow row, Func<string> text)
    {
        if (Count(code, severity)) Kept.Add(MatrixLint.Say(severity, code, row, text()));
    }

    public void Add(MatrixMessage message)
    {
        if (Count(message.Code, message.Severity)) Kept.Add(message);
    }

    /// <summary>Codes of which some messages were not kept, with their number.</summary>
    public IEnumerable<(string Code, MessageSeverity Severity, int More)> LeftOut()
    {
        foreach (var (code, (severity, count)) in _counts)
        {
            if (count > most) yield return (code, severity, count - most);
        }
    }

    private bool Count(string code, MessageSeverity severity)
    {
        int count = _counts.TryGetValue(code, out var known) ? known.Count : 0;
        _counts[code] = (severity, count + 1);
        return count < most;
    }
}
