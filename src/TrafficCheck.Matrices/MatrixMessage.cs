namespace TrafficCheck.Matrices;

public enum MessageSeverity { Error, Warning, Info }

/// <summary>Something to say about a place of a table document.</summary>
/// <param name="Code">Stable kebab-case name, such as <c>port-out-of-range</c>.</param>
/// <param name="File">Path as the user gave it.</param>
/// <param name="Line">1-based; 0 for the document as a whole.</param>
/// <param name="Cell">Header of the column concerned, or null.</param>
/// <param name="Text">What was found, how it was understood, and what to do. Quoted cell text in it is neutralised and shortened.</param>
public sealed record MatrixMessage(MessageSeverity Severity, string Code, string File, int Line, string? Cell, string Text)
{
    /// <summary><c>file:line: error: [code] text (cell "Port")</c>.</summary>
    public override string ToString()
    {
        string word = Severity switch { MessageSeverity.Error => "error", MessageSeverity.Warning => "warning", _ => "info" };
        string place = Line > 0 ? FormattableString.Invariant($"{File}:{Line}") : File;
        return $"{place}: {word}: [{Code}] {Text}{(Cell is null ? "" : $" (cell \"{Cell}\")")}";
    }
}
