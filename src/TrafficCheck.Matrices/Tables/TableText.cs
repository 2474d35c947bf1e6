namespace TrafficCheck.Matrices.Tables;

/// <summary>A row of a table as it stands in the document.</summary>
/// <param name="Cells">Text of the cells, in order, with their markup.</param>
/// <param name="Line">1-based line of the first cell.</param>
/// <param name="Joined">The row had to be joined from several lines.</param>
internal sealed record TableLine(IReadOnlyList<string> Cells, int Line, bool Joined);

/// <summary>A table with the text around it that says what it is about.</summary>
/// <param name="Heading">The nearest heading before the table; empty when there is none since the last table.</param>
/// <param name="Before">The nearest sentence or heading before the table since the last one.</param>
/// <param name="After">Lines of text between this table and the next one or the next heading: footnotes stand there.</param>
internal sealed record TableText(string Heading, string Before, TableLine Header, IReadOnlyList<TableLine> Rows, IReadOnlyList<string> After)
{
    /// <summary>1-based line of <see cref="Before"/>; 0 when it is empty.</summary>
    public int BeforeLine { get; init; }
}
