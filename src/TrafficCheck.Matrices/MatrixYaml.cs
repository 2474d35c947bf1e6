using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Forms;

namespace TrafficCheck.Matrices;

/// <summary>
/// The YAML form of a matrix: <c>schema</c>, <c>name</c>, <c>subjects</c> (a map of names to addresses), <c>rows</c> (a list of maps). What
/// front matter says may stand in its head too.
/// </summary>
public static class MatrixYaml
{
    public const string Schema = "trafficcheck-matrix/1";

    /// <summary>Reads one document that is in memory.</summary>
    /// <param name="path">Name of the document for messages.</param>
    public static MatrixImport Read(string path, string text, MatrixReadOptions options) => MatrixReader.ReadText(path, text, MatrixDocumentKind.Yaml, options);

    /// <summary>Lines end in LF; the last one too. The output is not flushed.</summary>
    public static void Write(AllowedMatrix matrix, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(output);
        output.Write($"schema: {Schema}\n");
        output.Write(YamlText.Head(matrix));
        output.Write(matrix.Rows.Count == 0 ? "rows: []\n" : "rows:\n");
        foreach (MatrixRow row in matrix.Rows)
        {
            string lead = "  - ";
            foreach (var (key, values, isList) in NativeFields.Of(row, matrix.Subjects[row.Subject].Name))
            {
                output.Write(lead);
                output.Write(key);
                output.Write(": ");
                output.Write(isList ? YamlText.List(values) : key is "from-server-port" or "enforced" ? values[0] : YamlText.Scalar(values[0]));
                output.Write('\n');
                lead = "    ";
            }
        }
    }
}
