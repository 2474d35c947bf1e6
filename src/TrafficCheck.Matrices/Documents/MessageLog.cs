using System.Globalization;

namespace TrafficCheck.Matrices.Documents;

/// <summary>Collects messages about one document; a code that comes too often is counted instead, so that memory and terminals stay bounded.</summary>
internal sealed class MessageLog(MatrixReadOptions options)
{
    private readonly List<MatrixMessage> _messages = [];
    private readonly Dictionary<(string File, string Code), (int Count, MessageSeverity Severity)> _counts = [];

    /// <summary>Whether any error was said, kept or counted.</summary>
    public bool HasErrors { get; private set; }

    public void Say(MessageSeverity severity, string code, string file, int line, string? cell, string text)
    {
        HasErrors |= severity == MessageSeverity.Error;
        int count = _counts.GetValueOrDefault((file, code)).Count;
        _counts[(file, code)] = (count + 1, severity);
        if (count < DocumentLimits.MessagesOfACode) _messages.Add(new(severity, code, file, line, cell is null ? null : Quoted.Of(cell), text));
    }

    /// <summary>A cell that is not understood: an error, or when lenient a warning. Gives false, for "not enforced".</summary>
    public bool Refuse(string code, string file, int line, string? cell, string text)
    {
        if (options.Lenient) Say(MessageSeverity.Warning, code, file, line, cell, text + ": the row is not enforced");
        else Say(MessageSeverity.Error, code, file, line, cell, text + ": correct the cell, or read with --lenient");
        return false;
    }

    /// <summary>All that was said, in order, then a line for every code of which some were left out.</summary>
    public IReadOnlyList<MatrixMessage> Finish()
    {
        foreach (var ((file, code), (count, severity)) in _counts)
        {
            int more = count - DocumentLimits.MessagesOfACode;
            if (more > 0) _messages.Add(new(severity, code, file, 0, null, string.Create(CultureInfo.InvariantCulture, $"and {more} more of this kind, not listed")));
        }

        return _messages;
    }
}
