namespace TrafficCheck.Matrices.Tables;

internal enum ColumnRole
{
    /// <summary>A column that says nothing a matrix holds.</summary>
    None,

    Port,
    Protocol,
    Application,
    Direction,
    Purpose,
    Service,
    Notes,
    Peer,
    Source,
    Destination,
    Subject,
    Need,
    Id,
    Severity,
    Enforced,

    /// <summary>What a firewall does with the traffic of the row.</summary>
    Action,
}
