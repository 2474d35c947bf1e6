using System.Globalization;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Reads documents written in tests, and says rows in short.</summary>
internal static class Documents
{
    public static MatrixImport Markdown(string text, bool lenient = false) => MatrixReader.ReadText("ports.md", text, new MatrixReadOptions(lenient));

    /// <summary>A table with the usual four columns.</summary>
    public static MatrixImport Table(params string[] rows) => Markdown("| Port | Protocol | Direction | Required for |\n|---|---|---|---|\n" + string.Join('\n', rows) + "\n");

    /// <summary>The matrix of a document in which nothing is wrong.</summary>
    public static AllowedMatrix Good(MatrixImport import)
    {
        Assert.DoesNotContain(import.Messages, m => m.Severity == MessageSeverity.Error);
        return Assert.IsType<AllowedMatrix>(import.Matrix);
    }

    /// <summary><c>443/tcp Out tls [198.51.100.1] pmm: Purpose</c>; parts that say nothing are left out.</summary>
    public static string Short(MatrixRow row)
    {
        string direction = row.Direction switch { RowDirection.In => "In", RowDirection.Out => "Out", _ => "In/Out" };
        string transports = row.Transports.Count == 0 ? "any" : string.Join('+', row.Transports.Select(TransportNames.Of));
        string text = $"{(row.FromServerPort ? "from " : "")}{row.PortsText}/{transports} {direction}";
        if (row.Application is not null) text += " " + row.Application;
        if (row.Peers.Count > 0) text += " [" + string.Join(' ', row.Peers) + "]";
        if (row.Need == RowNeed.Optional) text += " optional";
        if (row.Need == RowNeed.Conditional) text += " if " + row.Condition;
        return row.Enforced ? text : text + " not-enforced";
    }

    public static string[] Short(MatrixImport import) => [.. Good(import).Rows.Select(Short)];

    public static string Place(MatrixMessage message) => string.Create(CultureInfo.InvariantCulture, $"{message.Line} {message.Code}");
}
