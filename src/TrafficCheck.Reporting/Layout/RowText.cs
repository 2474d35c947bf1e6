using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Reporting.Layout;

/// <summary>Words for what a row says, for every format.</summary>
internal static class RowText
{
    /// <summary>Cells that a service may take in a column; port lists can be long.</summary>
    private const int ServiceCells = 28;

    /// <summary>As tables print it: <c>In</c>, <c>Out</c>, <c>In/Out</c>.</summary>
    public static string Direction(RowDirection direction) => direction switch
    {
        RowDirection.In => "In",
        RowDirection.Out => "Out",
        _ => "In/Out",
    };

    /// <summary>As machines read it: <c>in</c>, <c>out</c>, <c>in/out</c>.</summary>
    public static string DirectionWord(RowDirection direction) => direction switch
    {
        RowDirection.In => "in",
        RowDirection.Out => "out",
        _ => "in/out",
    };

    public static string NeedWord(RowNeed need) => need switch
    {
        RowNeed.Required => "required",
        RowNeed.Optional => "optional",
        _ => "conditional",
    };

    /// <summary><c>required</c>, <c>optional</c>, <c>if pmm</c></summary>
    public static string Need(MatrixRow row) =>
        row.Need == RowNeed.Conditional ? $"if {row.Condition ?? "(unnamed)"}" : NeedWord(row.Need);

    /// <summary><c>tcp</c>, <c>tcp/udp</c>, <c>any</c></summary>
    public static string Transports(MatrixRow row) =>
        row.Transports.Count == 0 ? "any" : string.Join('/', row.Transports.Select(TransportNames.Of));

    /// <summary><c>443/tcp tls</c>, <c>53/tcp+udp</c>, <c>icmp type 8</c>, <c>esp</c></summary>
    public static string Service(MatrixRow row)
    {
        string transports = row.Transports.Count == 0 ? "any" : string.Join('+', row.Transports.Select(TransportNames.Of));
        bool ports = row.Transports.Count == 0 || row.Transports.Any(TransportNames.HasPorts);
        string service = ports ? $"{row.PortsText}/{transports}"
            : row.PortsText == "any" ? transports
            : $"{transports} type {row.PortsText}";
        if (row.FromServerPort) service = $"from {service}";
        return Cells.Fit(row.Application is null ? service : $"{service} {row.Application}", ServiceCells);
    }
}
