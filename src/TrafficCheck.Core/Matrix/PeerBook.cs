using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

/// <summary>
/// Who the rows are limited to, both ways: the peers of each row, and the rows of each peer. A peer is a number: a prefix of
/// <see cref="Prefixes"/>, or a name above them. Read-only.
/// </summary>
internal sealed class PeerBook
{
    private readonly int[][] _peersOfRow; // ascending
    private readonly int[][] _rowsOfPeer;
    private readonly bool[] _asksForName; // by row
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _below = new(StringComparer.Ordinal); // *.example.net as .example.net
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _belowParts;
    private readonly List<uint> _ranksOfNames = [];

    /// <param name="takesPart">Whether a row of this index is found by its peers.</param>
    public PeerBook(IReadOnlyList<MatrixRow> rows, Func<int, bool> takesPart, ulong seed)
    {
        _belowParts = _below.GetAlternateLookup<ReadOnlySpan<char>>();
        _asksForName = new bool[rows.Count];
        var networks = new HashSet<AddressPrefix>();
        for (int row = 0; row < rows.Count; row++)
        {
            foreach (RowPeer peer in rows[row].Peers)
            {
                if (peer.Network is { } network) networks.Add(AddressPrefix.From(network));
                else _asksForName[row] = true;
            }
        }

        Prefixes = new PeerPrefixes(networks, seed);
        _peersOfRow = new int[rows.Count][];
        var count = new List<int>(new int[Prefixes.Count + 1]);
        for (int row = 0; row < rows.Count; row++)
        {
            int[] peers = [.. rows[row].Peers.Select(NumberOf).Distinct().Order()];
            _peersOfRow[row] = peers;
            while (count.Count <= Prefixes.Count + _ranksOfNames.Count) count.Add(0);
            if (!takesPart(row)) continue;
            foreach (int peer in peers) count[peer]++;
        }

        _rowsOfPeer = [.. count.Select(c => c == 0 ? [] : new int[c])];
        for (int row = rows.Count - 1; row >= 0; row--)
        {
            if (!takesPart(row)) continue;
            foreach (int peer in _peersOfRow[row]) _rowsOfPeer[peer][--count[peer]] = row;
        }
    }

    public PeerPrefixes Prefixes { get; }

    public bool IsLimited(int row) => _peersOfRow[row].Length > 0;

    public bool AsksForName(int row) => _asksForName[row];

    /// <summary>The rows that name the peer, ascending.</summary>
    public ReadOnlySpan<int> RowsOf(int peer) => _rowsOfPeer[peer];

    /// <summary>Fills the list with the peers that a host is: each prefix that holds it, each name that one of its own is or lies below.</summary>
    /// <param name="prefix">The longest that holds it.</param>
    public void Collect(int prefix, ReadOnlySpan<string> names, List<int> hits)
    {
        hits.Clear();
        for (int at = prefix; at != PeerPrefixes.NoPrefix; at = Prefixes.Parent(at)) hits.Add(at);
        foreach (string name in names)
        {
            if (_exact.TryGetValue(name, out int exact)) AddOnce(hits, exact);
            if (_below.Count == 0) continue;
            for (int dot = 1; dot < name.Length; dot++)
            {
                if (name[dot] == '.' && _belowParts.TryGetValue(name.AsSpan(dot), out int below)) AddOnce(hits, below);
            }
        }

        static void AddOnce(List<int> hits, int hit)
        {
            if (!hits.Contains(hit)) hits.Add(hit);
        }
    }

    /// <param name="hits">By <see cref="Collect"/>.</param>
    /// <param name="named">Names of the host are known.</param>
    /// <param name="rank">That of the most specific peer that the host is.</param>
    /// <returns><see cref="MatchAnswer.Yes"/>, <see cref="MatchAnswer.CannotTell"/> or <see cref="MatchAnswer.OtherPeer"/>.</returns>
    public MatchAnswer Test(int row, List<int> hits, bool named, out uint rank)
    {
        rank = Specificity.PeerAny;
        int[] peers = _peersOfRow[row];
        if (peers.Length == 0) return MatchAnswer.Yes;
        bool matches = false;
        foreach (int hit in hits)
        {
            if (Array.BinarySearch(peers, hit) < 0) continue;
            matches = true;
            rank = Math.Max(rank, RankOf(hit));
        }

        // A name that the evidence gives the peer is not the only one it may have, but it is what the client asked for.
        return matches ? MatchAnswer.Yes : _asksForName[row] && !named ? MatchAnswer.CannotTell : MatchAnswer.OtherPeer;
    }

    /// <summary>What naming this peer counts among the criteria of a row.</summary>
    public uint RankOf(int peer) => peer <= Prefixes.Count ? Prefixes.Rank(peer) : _ranksOfNames[peer - Prefixes.Count - 1];

    private int NumberOf(RowPeer peer)
    {
        if (peer.Network is { } network) return Prefixes.Ids[AddressPrefix.From(network)];
        bool wildcard = peer.Name!.StartsWith("*.", StringComparison.Ordinal);
        Dictionary<string, int> known = wildcard ? _below : _exact;
        string key = wildcard ? peer.Name[1..] : peer.Name;
        if (known.TryGetValue(key, out int number)) return number;
        _ranksOfNames.Add(wildcard ? Specificity.PeerWildcard : Specificity.PeerName);
        return known[key] = Prefixes.Count + _ranksOfNames.Count;
    }
}
