using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Forms;

/// <summary>The columns of the table forms, in which every cell means what it says (<c>cells: exact</c>).</summary>
internal static class ExactTable
{
    public static readonly string[] Header = ["Id", "Subject", "Port", "Protocol", "Application", "Direction", "Peers", "Need", "Enforced", "Required for"];

    /// <summary>Name and subjects, and that the cells are exact: YAML lines for the front matter.</summary>
    public static string Head(AllowedMatrix matrix) => YamlText.Head(matrix) + "cells: exact\n";

    public static string[] Cells(MatrixRow row, string subject) =>
    [
        row.Id,
        subject,
        row.FromServerPort ? row.PortsText + " (source)" : row.PortsText,
        row.Transports.Count == 0 ? "any" : string.Join('/', row.Transports.Select(TransportNames.Of)),
        row.Application ?? "-",
        row.Direction switch { RowDirection.In => "In", RowDirection.Out => "Out", _ => "In/Out" },
        row.Peers.Count == 0 ? "any" : string.Join(", ", row.Peers),
        row.Condition is not null ? "when: " + row.Condition : NativeFields.Need(row.Need),
        row.Enforced ? "yes" : "no",
        row.Purpose,
    ];
}
