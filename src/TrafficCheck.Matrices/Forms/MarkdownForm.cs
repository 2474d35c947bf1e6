using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Tables;

namespace TrafficCheck.Matrices.Forms;

/// <summary>The Markdown form: front matter and one pipe table.</summary>
internal static class MarkdownForm
{
    public static void Write(AllowedMatrix matrix, TextWriter output)
    {
        output.Write("---\n");
        output.Write(ExactTable.Head(matrix));
        output.Write("---\n\n");
        Line(output, ExactTable.Header);
        Line(output, [.. ExactTable.Header.Select(_ => "---")]);
        foreach (MatrixRow row in matrix.Rows) Line(output, [.. ExactTable.Cells(row, matrix.Subjects[row.Subject].Name).Select(CellMarkup.Escape)]);
    }

    private static void Line(TextWriter output, string[] cells)
    {
        output.Write('|');
        foreach (string cell in cells)
        {
            output.Write(cell.Length > 0 ? " " + cell + " |" : " |");
        }

        output.Write('\n');
    }
}
