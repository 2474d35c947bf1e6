using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Forms;

/// <summary>The fields of a row in the YAML and JSON forms, in order; what says nothing is left out.</summary>
internal static class NativeFields
{
    /// <summary>Every key that a row may have.</summary>
    public static readonly string[] Keys = ["id", "subject", "ports", "from-server-port", "transport", "application", "direction", "in-out", "peers", "need", "when", "purpose", "enforced"];

    /// <returns>Key, values, and whether they are a list; a scalar has one value.</returns>
    public static IEnumerable<(string Key, IReadOnlyList<string> Values, bool IsList)> Of(MatrixRow row, string subject)
    {
        yield return ("id", [row.Id], false);
        yield return ("subject", [subject], false);
        if (row.Ports.Count > 1) yield return ("ports", [.. row.Ports.Select(p => p.ToString())], true);
        else yield return ("ports", [row.PortsText], false);
        if (row.FromServerPort) yield return ("from-server-port", ["true"], false);
        if (row.Transports.Count > 1) yield return ("transport", [.. row.Transports.Select(TransportNames.Of)], true);
        else yield return ("transport", [row.Transports.Count == 0 ? "any" : TransportNames.Of(row.Transports[0])], false);
        if (row.Application is not null) yield return ("application", [row.Application], false);
        yield return ("direction", [Direction(row.Direction)], false);
        if (row.Peers.Count > 0) yield return ("peers", [.. row.Peers.Select(p => p.ToString())], true);
        yield return ("need", [Need(row.Need)], false);
        if (row.Condition is not null) yield return ("when", [row.Condition], false);
        if (row.Purpose.Length > 0) yield return ("purpose", [row.Purpose], false);
        if (!row.Enforced) yield return ("enforced", ["false"], false);
    }

    public static string Direction(RowDirection direction) => direction switch
    {
        RowDirection.In => "in",
        RowDirection.Out => "out",
        _ => "in/out",
    };

    public static string Need(RowNeed need) => need switch
    {
        RowNeed.Required => "required",
        RowNeed.Optional => "optional",
        _ => "conditional",
    };
}
