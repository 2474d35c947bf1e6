namespace TrafficCheck.Core.Matrix;

/// <summary>Where a row was written.</summary>
/// <param name="Line">1-based line of the row's first cell.</param>
/// <param name="Table">1-based number of the table in its document; 0 for forms without tables.</param>
public sealed record RowSource(string File, int Line, int Table);

/// <summary>One line of the allowed matrix, as understood.</summary>
public sealed record MatrixRow
{
    /// <summary><c>R1</c>, <c>R2</c> ... in order of the document, or the id that the document gives. Unique in the matrix.</summary>
    public required string Id { get; init; }

    /// <summary>Index into <see cref="AllowedMatrix.Subjects"/>.</summary>
    public required int Subject { get; init; }

    /// <summary>
    /// Service ports in ascending order, at least one range, not overlapping. ICMP types for the ICMP transports (any type:
    /// <see cref="PortRange.Any"/>); <see cref="PortRange.Any"/> for protocols without ports.
    /// </summary>
    public required IReadOnlyList<PortRange> Ports { get; init; }

    /// <summary>IP protocol numbers in ascending order (6 TCP, 17 UDP, 132 SCTP, 1 ICMP, 58 ICMPv6 ...). Empty: any transport.</summary>
    public required IReadOnlyList<byte> Transports { get; init; }

    public required RowDirection Direction { get; init; }

    /// <summary>What must be spoken, in the words <c>ftp</c>, <c>ftps-explicit</c>, <c>ftps-implicit</c>, <c>ssh</c>, <c>http</c>, <c>tls</c>,
    /// <c>smtp</c>, <c>ldap</c>, <c>dns</c>, <c>ntp</c> ...; null when the row does not say.</summary>
    public string? Application { get; init; }

    /// <summary>
    /// The row is active FTP data: <see cref="Ports"/> are the <em>source</em> ports the FTP server initiates from, under a live control
    /// connection. The row's direction is still that of the initiator of the data connection.
    /// </summary>
    public bool FromServerPort { get; init; }

    /// <summary>Remote hosts the row is limited to; empty means any.</summary>
    public IReadOnlyList<RowPeer> Peers { get; init; } = [];

    public RowNeed Need { get; init; }

    /// <summary>Name of the condition of a conditional row, such as <c>pmm</c>.</summary>
    public string? Condition { get; init; }

    /// <summary>The "Required for" text with the footnotes that belong to it. Untrusted text, one line.</summary>
    public string Purpose { get; init; } = "";

    public required RowSource Source { get; init; }

    /// <summary>False when a cell was not understood and the user asked for leniency: the row takes no part in matching.</summary>
    public bool Enforced { get; init; } = true;

    public string PortsText => Ports.Count == 1 && Ports[0].IsAny ? "any" : string.Join(",", Ports);
}
