using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Matrix;

public enum MatchAnswer : byte
{
    /// <summary>No row names the port, transport and direction.</summary>
    NoRow,

    /// <summary>Rows do, but all are limited to other peers.</summary>
    OtherPeer,

    /// <summary>Rows admit the peer, but ask for another application than the one spoken.</summary>
    OtherApplication,

    /// <summary>Rows admit the peer, and only the application, which nobody can tell, keeps them from matching.</summary>
    CannotTellApplication,

    /// <summary>Rows do, and only a name that nobody knows keeps them from matching.</summary>
    CannotTell,

    /// <summary>At least one row matches.</summary>
    Yes,
}

/// <param name="RowSet">Id in <see cref="CompiledMatrix.Sets"/>: the rows that answer and are covered; for
/// <see cref="MatchAnswer.CannotTell"/> the rows that might; for <see cref="MatchAnswer.OtherPeer"/> those that were refused.</param>
public readonly record struct RowMatch(MatchAnswer Answer, int RowSet);

/// <summary>
/// Finds all rows that match and the most specific ones among them. The order of rows in the document has no part in it. Not shared
/// between threads.
/// </summary>
public sealed class RowMatcher
{
    private readonly CompiledMatrix _matrix;
    private readonly CompiledPeer[][] _peers; // by row
    private readonly int[] _answering, _covered, _possible;
    private readonly uint[] _ranks;

    public RowMatcher(CompiledMatrix matrix)
    {
        _matrix = matrix;
        _peers = [.. matrix.Matrix.Rows.Select(r => r.Peers.Select(p => new CompiledPeer(p)).ToArray())];
        int rows = matrix.Matrix.Rows.Count;
        _answering = new int[rows];
        _covered = new int[rows];
        _possible = new int[rows];
        _ranks = new uint[rows];
    }

    /// <param name="port">Service port; ICMP type; 0 for protocols with neither.</param>
    /// <param name="inbound">Initiated from outside.</param>
    /// <param name="peer">The remote end.</param>
    /// <param name="peerNames">Names that evidence gives the remote end, lower case; empty when none is known.</param>
    /// <param name="applications">For each application that rows ask for (<see cref="CompiledMatrix.Applications"/>) whether it is spoken;
    /// empty when nothing was said, so that the port stands for it.</param>
    public RowMatch Match(
        int subject, byte protocol, ushort port, bool inbound, IpAddress peer, ReadOnlySpan<string> peerNames, ReadOnlySpan<ApplicationAnswer> applications)
    {
        ref readonly CandidateRows candidates = ref _matrix.Candidates(subject, protocol, port);
        if (!candidates.Has(inbound)) return new(MatchAnswer.NoRow, RowSets.None);
        int plain = inbound ? candidates.InPlainSet : candidates.OutPlainSet;
        return plain != CandidateRows.DependsOnPeer
            ? new(MatchAnswer.Yes, plain)
            : Choose(_matrix.Rows(in candidates, inbound), peer, peerNames, applications);
    }

    /// <summary>Whether the row's peers admit the host.</summary>
    public MatchAnswer PeerAnswer(int row, IpAddress peer, ReadOnlySpan<string> peerNames) => Test(row, peer, peerNames, out _);

    /// <summary>How one row fits, each criterion by itself. Parameters as for <see cref="Match"/>; for a row of active FTP data the source port.</summary>
    public RowTrial Try(int row, byte protocol, ushort port, bool inbound, IpAddress peer, ReadOnlySpan<string> peerNames, ReadOnlySpan<ApplicationAnswer> applications)
    {
        MatrixRow asked = _matrix.Matrix.Rows[row];
        MatchAnswer answer = Test(row, peer, peerNames, out uint peerRank);
        int at = 0;
        while (at < asked.Ports.Count && !asked.Ports[at].Contains(port)) at++;
        bool fits = at < asked.Ports.Count;
        return new(
            row, fits, asked.Transports.Count == 0 || asked.Transports.Contains(protocol), asked.Direction != (inbound ? RowDirection.Out : RowDirection.In), answer,
            applications.IsEmpty || _matrix.ApplicationOf(row) is not (>= 0 and var application) ? ApplicationAnswer.Yes : applications[application],
            Specificity.WithPeer(Specificity.OfRow(asked, asked.Ports[fits ? at : 0]), peerRank));
    }

    private RowMatch Choose(ReadOnlySpan<CandidateRow> rows, IpAddress peer, ReadOnlySpan<string> names, ReadOnlySpan<ApplicationAnswer> applications)
    {
        int yes = 0, cannotTell = 0, otherApplication = 0;
        bool nameMissing = false;
        uint best = 0;
        foreach (CandidateRow candidate in rows)
        {
            MatchAnswer answer = Test(candidate.Row, peer, names, out uint peerRank);
            if (answer == MatchAnswer.OtherPeer) continue;
            ApplicationAnswer application = applications.IsEmpty || _matrix.ApplicationOf(candidate.Row) is not (>= 0 and var asked)
                ? ApplicationAnswer.Yes
                : applications[asked];
            if (application == ApplicationAnswer.No)
            {
                _covered[otherApplication++] = candidate.Row;
                continue;
            }

            if (answer == MatchAnswer.Yes && application == ApplicationAnswer.Yes)
            {
                _answering[yes] = candidate.Row;
                _ranks[yes] = Specificity.WithPeer(candidate.Rank, peerRank);
                best = Math.Max(best, _ranks[yes++]);
                continue;
            }

            nameMissing |= answer != MatchAnswer.Yes;
            _possible[cannotTell++] = candidate.Row;
        }

        if (yes == 0)
        {
            if (cannotTell > 0)
                return new(nameMissing ? MatchAnswer.CannotTell : MatchAnswer.CannotTellApplication, _matrix.Sets.Intern(_possible.AsSpan(0, cannotTell), [], []));
            if (otherApplication > 0) return new(MatchAnswer.OtherApplication, _matrix.Sets.Intern(_covered.AsSpan(0, otherApplication), [], []));
            for (int i = 0; i < rows.Length; i++) _covered[i] = rows[i].Row;
            return new(MatchAnswer.OtherPeer, _matrix.Sets.Intern(_covered.AsSpan(0, rows.Length), [], []));
        }

        int answering = 0, covered = 0;
        for (int i = 0; i < yes; i++)
        {
            if (_ranks[i] == best) _answering[answering++] = _answering[i];
            else _covered[covered++] = _answering[i];
        }

        return new(MatchAnswer.Yes, _matrix.Sets.Intern(_answering.AsSpan(0, answering), _covered.AsSpan(0, covered), _possible.AsSpan(0, cannotTell)));
    }

    private MatchAnswer Test(int row, IpAddress peer, ReadOnlySpan<string> names, out uint rank)
    {
        rank = Specificity.PeerAny;
        CompiledPeer[] peers = _peers[row];
        if (peers.Length == 0) return MatchAnswer.Yes;
        bool matches = false, asksForName = false;
        foreach (ref readonly CompiledPeer p in peers.AsSpan())
        {
            asksForName |= p.Name is not null;
            if (!p.Matches(peer, names)) continue;
            matches = true;
            rank = Math.Max(rank, p.Rank);
        }

        // A name that the evidence gives the peer is not the only one it may have, but it is what the client asked for.
        return matches ? MatchAnswer.Yes : asksForName && names.IsEmpty ? MatchAnswer.CannotTell : MatchAnswer.OtherPeer;
    }

    private readonly struct CompiledPeer
    {
        private readonly AddressPrefix _prefix;
        private readonly string? _suffix;

        public CompiledPeer(RowPeer peer)
        {
            if (peer.Network is { } network)
            {
                _prefix = AddressPrefix.From(network);
                Rank = Specificity.OfPrefix(_prefix.Length);
                return;
            }

            Name = peer.Name!;
            if (Name.StartsWith("*.", StringComparison.Ordinal)) _suffix = Name[1..];
            Rank = _suffix is null ? Specificity.PeerName : Specificity.PeerWildcard;
        }

        public string? Name { get; }

        public uint Rank { get; }

        public bool Matches(IpAddress peer, ReadOnlySpan<string> names)
        {
            if (Name is null) return _prefix.Contains(peer);
            foreach (string name in names)
            {
                if (_suffix is null ? name == Name : name.Length > _suffix.Length && name.EndsWith(_suffix, StringComparison.Ordinal)) return true;
            }

            return false;
        }
    }
}
