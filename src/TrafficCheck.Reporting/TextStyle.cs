namespace TrafficCheck.Reporting;

/// <summary>How a text is laid out. The words and line breaks are the same with and without colour.</summary>
public sealed record TextStyle
{
    public const int DefaultWidth = 100;

    /// <summary>Below this the columns have no room; a smaller width is taken as this one.</summary>
    public const int SmallestWidth = 60;

    public static TextStyle Plain { get; } = new();

    /// <summary>Whether SGR colour sequences are written; without, no escape character is.</summary>
    public bool Color { get; init; }

    /// <summary>Columns of the terminal. Only a single word that is longer makes a longer line.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Whether lists are written whole and the coverage of every row is shown.</summary>
    public bool Verbose { get; init; }
}
