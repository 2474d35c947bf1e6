namespace TrafficCheck.Reporting.Layout;

/// <summary>
/// One logical line with ink. Everything that is added goes through <see cref="TerminalText.Clean"/>, so no text of a capture or a table
/// reaches a terminal in any other way.
/// </summary>
internal sealed class StyledText
{
    private readonly List<(string Text, Ink Ink)> _parts = [];

    public IReadOnlyList<(string Text, Ink Ink)> Parts => _parts;

    /// <summary>Cells so far, as if the line were never wrapped.</summary>
    public int Width { get; private set; }

    public StyledText Add(string? text, Ink ink = Ink.Plain)
    {
        string clean = TerminalText.Clean(text);
        if (clean.Length == 0) return this;
        _parts.Add((clean, ink));
        Width += Cells.Of(clean);
        return this;
    }

    public StyledText Add(StyledText other)
    {
        _parts.AddRange(other._parts);
        Width += other.Width;
        return this;
    }

    /// <summary>Adds text in a column of <paramref name="cells"/> cells, to its left or right edge.</summary>
    public StyledText AddColumn(string? text, int cells, Ink ink = Ink.Plain, bool right = false)
    {
        string clean = TerminalText.Clean(text);
        int room = cells - Cells.Of(clean);
        if (right) Space(room);
        Add(clean, ink);
        return right ? this : Space(room);
    }

    public StyledText Space(int cells) => cells > 0 ? Add(new string(' ', cells)) : this;

    /// <summary>Fills up with spaces to a column; text that is already longer is followed by two spaces.</summary>
    public StyledText PadTo(int column) => Space(column > Width ? column - Width : 2);
}
