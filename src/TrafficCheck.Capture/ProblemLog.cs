using TrafficCheck.Core.Wire;

namespace TrafficCheck.Capture;

/// <summary>
/// The problems of one input, one entry for each code: the first occurrence with its offset and sentence, and how many there were.
/// Its size is bounded by the number of codes, whatever the input holds.
/// </summary>
internal sealed class ProblemLog
{
    private readonly List<InputProblem> _problems = [];

    public bool Damaged { get; private set; }

    /// <summary>In the order of the input. They are met in that of reads, whose size is up to the system.</summary>
    public InputProblem[] ToArray() => [.. _problems.OrderBy(p => (ulong)p.ByteOffset).ThenBy(p => p.Code, StringComparer.Ordinal)];

    /// <summary>Counts a further occurrence. False when there was none before: the caller then words the message.</summary>
    public bool Repeat(string code, long count = 1)
    {
        for (int i = 0; i < _problems.Count; i++)
        {
            if (_problems[i].Code != code) continue;
            _problems[i] = _problems[i] with { Count = _problems[i].Count + count };
            return true;
        }

        return false;
    }

    public void Add(ProblemSeverity severity, string code, long byteOffset, string message, long count = 1)
    {
        if (severity == ProblemSeverity.Damage) Damaged = true;
        if (!Repeat(code, count)) _problems.Add(new InputProblem(severity, code, byteOffset, message, count));
    }

    public void Damage(string code, long byteOffset, string message) => Add(ProblemSeverity.Damage, code, byteOffset, message);

    public void Note(string code, long byteOffset, string message, long count = 1) =>
        Add(ProblemSeverity.Note, code, byteOffset, message, count);
}
