using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Forms;

namespace TrafficCheck.Matrices;

/// <summary>Writes a matrix in a form that <see cref="MatrixReader"/> reads back to the same matrix; files and lines of the rows are those of the new document.</summary>
public static class MatrixWriter
{
    /// <summary>Lines end in LF; the last one too. The output is not flushed.</summary>
    public static void Write(AllowedMatrix matrix, MatrixForm form, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(output);
        switch (form)
        {
            case MatrixForm.Yaml:
                MatrixYaml.Write(matrix, output);
                break;
            case MatrixForm.Json:
                JsonForm.Write(matrix, output);
                break;
            case MatrixForm.Csv:
                CsvForm.Write(matrix, output);
                break;
            case MatrixForm.Markdown:
                MarkdownForm.Write(matrix, output);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form), form, "no form of a matrix");
        }
    }
}
