using System.Text.Json;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Json;

namespace TrafficCheck.Reporting;

/// <summary>The matrix as understood, for <c>matrix show --format json</c>. Not the form that is read back: that is <c>matrix convert</c>.</summary>
public static class MatrixJson
{
    public const string Schema = "trafficcheck-matrix-show/1";

    /// <summary>Writes UTF-8 with a final line end and flushes; the stream stays open.</summary>
    public static void Write(AllowedMatrix matrix, Stream output)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json => Document(json, matrix));
    }

    /// <summary>As <see cref="Write(AllowedMatrix, Stream)"/>; the document is built in memory.</summary>
    public static void Write(AllowedMatrix matrix, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        ArgumentNullException.ThrowIfNull(output);
        SafeJson.WriteDocument(output, json => Document(json, matrix));
    }

    private static void Document(Utf8JsonWriter json, AllowedMatrix matrix)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("name", matrix.Name);
        json.WriteSources(matrix);
        json.WriteStrings("conditions", matrix.Conditions);
        json.WriteObjects("subjects", matrix.Subjects, subject =>
        {
            json.WriteString("name", subject.Name);
            json.WriteStrings("addresses", subject.Addresses.Select(a => RowPeer.Of(a).ToString()));
        });
        json.WriteObjects("rows", matrix.Rows, row =>
        {
            json.WriteRow(row, matrix.Subjects[row.Subject].Name, several: true);
            json.WriteNumber("table", row.Source.Table);
            json.WriteBoolean("enforced", row.Enforced);
        });
        json.WriteEndObject();
    }
}
