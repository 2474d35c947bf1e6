namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Rank of a matching row; the highest rank answers for the flow. Criteria in falling weight: peers (any, prefix by length, wildcard name,
/// name, address), ports (any, range, single), application named, one direction, fewer transports.
/// </summary>
internal static class Specificity
{
    public const uint PeerAny = 0, PeerWildcard = 200, PeerName = 201, PeerAddress = 202;

    /// <summary>The part of the rank that does not depend on the peer.</summary>
    /// <param name="range">The range of the row that holds the port.</param>
    public static uint OfRow(MatrixRow row, PortRange range)
    {
        uint ports = range.IsSingle ? 2u : range.IsAny ? 0u : 1u;
        uint application = row.Application is null ? 0u : 1u;
        uint direction = row.Direction == RowDirection.InOut ? 0u : 1u;
        uint transports = row.Transports.Count switch { 1 => 2u, 0 => 0u, _ => 1u };
        return (ports << 12) | (application << 8) | (direction << 4) | transports;
    }

    public static uint WithPeer(uint rowRank, uint peer) => rowRank | (peer << 16);

    /// <summary>Rank of a prefix: 1 to 128 by its length as IPv6, below names; a whole address is above them.</summary>
    public static uint OfPrefix(int mappedLength) => mappedLength == 128 ? PeerAddress : 1u + (uint)mappedLength;
}
