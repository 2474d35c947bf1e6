using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Tests;

/// <summary>Writes a matrix and reads it back.</summary>
internal static class RoundTrip
{
    public static string Text(AllowedMatrix matrix, MatrixForm form)
    {
        using var text = new StringWriter { NewLine = "\n" };
        MatrixWriter.Write(matrix, form, text);
        return text.ToString();
    }

    public static MatrixImport Through(AllowedMatrix matrix, MatrixForm form, string ending) => MatrixReader.ReadText("again." + ending, Text(matrix, form), new MatrixReadOptions());

    /// <summary>Equal in all but the files and lines of the rows.</summary>
    public static void AssertSame(AllowedMatrix expected, AllowedMatrix actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Conditions, actual.Conditions);
        Assert.Equal(expected.Subjects.Select(s => $"{s.Name}: {string.Join(' ', s.Addresses)}"), actual.Subjects.Select(s => $"{s.Name}: {string.Join(' ', s.Addresses)}"));
        Assert.Equal(expected.Rows.Select(Whole), actual.Rows.Select(Whole));
    }

    private static string Whole(MatrixRow row) =>
        $"{row.Id}|{row.Subject}|{row.PortsText}|{string.Join('/', row.Transports)}|{row.Direction}|{row.Application}|{row.FromServerPort}|{string.Join(' ', row.Peers.Select(p => (p.Name is null ? "net " : "name ") + p))}|{row.Need}|{row.Condition}|{row.Purpose}|{row.Enforced}";
}
