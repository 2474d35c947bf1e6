using System.Globalization;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine;

/// <summary>How findings speak of rows.</summary>
internal static class RowWords
{
    private const int Listed = 3;

    /// <summary><c>R24 (line 44)</c>, or the first few of several.</summary>
    public static string List(AllowedMatrix matrix, IReadOnlyList<int> rows)
    {
        if (rows.Count == 0) return "several rows";
        string list = string.Join(", ", rows.Take(Listed).Select(r => Named(matrix.Rows[r])));
        return rows.Count > Listed ? string.Create(CultureInfo.InvariantCulture, $"{list} and {rows.Count - Listed} more") : list;
    }

    public static string First(AllowedMatrix matrix, IReadOnlyList<int> rows) => rows.Count == 0 ? "the row" : matrix.Rows[rows[0]].Id;

    public static string Transports(AllowedMatrix matrix, IReadOnlyList<int> rows) =>
        string.Join("/", rows.SelectMany(r => matrix.Rows[r].Transports).Distinct().Order().Select(TransportNames.Of));

    public static string Applications(AllowedMatrix matrix, IReadOnlyList<int> rows) =>
        string.Join(" or ", rows.Select(r => matrix.Rows[r].Application).Where(a => a is not null).Distinct());

    public static string Peers(AllowedMatrix matrix, IReadOnlyList<int> rows)
    {
        var peers = rows.SelectMany(r => matrix.Rows[r].Peers).Select(p => p.ToString()).Distinct().ToList();
        string list = string.Join(", ", peers.Take(Listed));
        return peers.Count > Listed ? string.Create(CultureInfo.InvariantCulture, $"{list} and {peers.Count - Listed} more") : list;
    }

    /// <summary>The row that would allow the flows, as a line of a Markdown table.</summary>
    public static string Draft(string transport, int? servicePort, string direction)
    {
        bool ports = TransportNames.TryParse(transport, out byte protocol) && TransportNames.HasPorts(protocol);
        string port = ports && servicePort is { } number ? number.ToString(CultureInfo.InvariantCulture) : "any";
        return $"| {port} | {transport.ToUpperInvariant()} | {direction} | ... |";
    }

    private static string Named(MatrixRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Id} (line {row.Source.Line})");
}
