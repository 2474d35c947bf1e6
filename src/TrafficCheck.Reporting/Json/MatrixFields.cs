using System.Text.Json;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Reporting.Layout;

namespace TrafficCheck.Reporting.Json;

/// <summary>Fields of matrices and rows that several documents share.</summary>
internal static class MatrixFields
{
    public static void WriteSources(this Utf8JsonWriter json, AllowedMatrix matrix)
    {
        json.WriteObjects("sources", matrix.Sources, source =>
        {
            json.WriteString("path", source.Path);
            json.WriteString("sha256", source.Sha256);
        });
    }

    /// <summary>What the row says: where it stands, service, direction, peers, need, purpose.</summary>
    public static void WriteRow(this Utf8JsonWriter json, MatrixRow row, string subject, bool several)
    {
        json.WriteString("row", row.Id);
        json.WriteNumber("line", row.Source.Line);
        if (several) json.WriteString("file", row.Source.File);
        json.WriteString("subject", subject);
        json.WriteString("ports", row.PortsText);
        json.WriteString("transport", RowText.Transports(row));
        json.WriteString("direction", RowText.DirectionWord(row.Direction));
        json.WriteString("application", row.Application);
        json.WriteBoolean("fromServerPort", row.FromServerPort);
        json.WriteStrings("peers", row.Peers.Select(p => p.ToString()));
        json.WriteString("need", RowText.NeedWord(row.Need));
        json.WriteString("condition", row.Condition);
        json.WriteString("purpose", row.Purpose);
    }
}
