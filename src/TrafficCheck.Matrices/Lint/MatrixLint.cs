using System.Globalization;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Matrices.Documents;

namespace TrafficCheck.Matrices.Lint;

/// <summary>
/// Looks for what is doubtful in a matrix that was read without error: rows that say the same or void each other, rows that allow more than
/// is meant, and rows that others should accompany.
/// </summary>
public static class MatrixLint
{
    /// <summary>Messages of one code that are given; the rest are counted in one more.</summary>
    internal const int MaxOfACode = 100;

    /// <returns>In the order of files and lines; those that count what was left out come last.</returns>
    public static IReadOnlyList<MatrixMessage> Check(AllowedMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        var log = new LintLog(MaxOfACode);
        RowOverlaps.Find(matrix, log);
        foreach (MatrixMessage message in BroadRows.Find(matrix).Concat(ServiceAdvice.Find(matrix))) log.Add(message);
        var order = matrix.Sources.Select((s, i) => (s.Path, i)).DistinctBy(s => s.Path).ToDictionary(s => s.Path, s => s.i, StringComparer.Ordinal);
        List<MatrixMessage> sorted = [.. log.Kept.OrderBy(m => order.GetValueOrDefault(m.File, int.MaxValue)).ThenBy(m => m.Line).ThenBy(m => m.Code, StringComparer.Ordinal)];
        string file = matrix.Sources.Count > 0 ? matrix.Sources[0].Path : matrix.Name;
        foreach (var (code, severity, more) in log.LeftOut()) sorted.Add(new(severity, code, file, 0, null, string.Create(CultureInfo.InvariantCulture, $"and {more} more of this kind, not listed")));
        return sorted;
    }

    internal static MatrixMessage Say(MessageSeverity severity, string code, MatrixRow row, string text) => new(severity, code, row.Source.File, row.Source.Line, null, $"{row.Id}: {text}");

    /// <summary><c>53/tcp+udp Out</c></summary>
    internal static string Service(MatrixRow row)
    {
        string transports = row.Transports.Count == 0 ? "any" : string.Join('+', row.Transports.Take(4).Select(TransportNames.Of));
        string ports = row.Ports.Count > 4 ? string.Join(',', row.Ports.Take(4)) + ",..." : row.PortsText;
        string direction = row.Direction switch { RowDirection.In => "In", RowDirection.Out => "Out", _ => "In/Out" };
        return $"{ports}/{transports} {direction}";
    }

    /// <summary><c>R7 (line 10)</c></summary>
    internal static string Place(MatrixRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Id} (line {row.Source.Line})");
}
