using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
/// Finds all rows that match and the most specific ones among them. The order of rows in the document has no part in it. What rows of a port answer to
/// hosts of one prefix is worked out once and remembered; to work it out, the rows are taken from the port or from the peer, whichever has fewer,
/// so that neither ten thousand rows for one port nor ten thousand for one network are all looked at. Not shared between threads.
/// </summary>
public sealed class RowMatcher
{
    /// <summary>In place of a prefix: all candidates, whoever the peer is.</summary>
    private const int Everyone = -1;

    private readonly CompiledMatrix _matrix;
    private readonly PeerBook _peers;
    private readonly AnswerMemo _memo;
    private readonly List<int> _hits = [];
    private readonly List<PortInterval> _atPort = [];
    private readonly List<Found> _found = [];
    private readonly List<int> _answering = [], _covered = [], _possible = [];

    public RowMatcher(CompiledMatrix matrix)
        : this(matrix, new AnswerMemo(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))))
    {
    }

    private RowMatcher(CompiledMatrix matrix, AnswerMemo memo)
    {
        _memo = memo;
        _matrix = matrix;
        _peers = matrix.Peers;
    }

    /// <summary>One that remembers as much, for a fork of the matrix.</summary>
    internal RowMatcher Fork(CompiledMatrix matrix) => new(matrix, _memo.Fork());

    /// <param name="port">Service port; ICMP type; 0 for protocols with neither.</param>
    /// <param name="inbound">Initiated from outside.</param>
    /// <param name="peer">The remote end.</param>
    /// <param name="peerNames">Names that evidence gives the remote end, lower case; empty when none is known.</param>
    /// <param name="applications">For each application that rows ask for (<see cref="CompiledMatrix.Applications"/>) whether it is spoken;
    /// empty when nothing was said, so that the port stands for it.</param>
    public RowMatch Match(
        int subject, byte protocol, ushort port, bool inbound, IpAddress peer, ReadOnlySpan<string> peerNames, ReadOnlySpan<ApplicationAnswer> applications)
    {
        CandidateRows candidates = _matrix.Candidates(subject, protocol, port, inbound);
        return candidates.Entry >= 0
            ? new(candidates.IsEmpty ? MatchAnswer.NoRow : MatchAnswer.Yes, candidates.Entry)
            : MatchClass(candidates, new Question(subject, protocol, port, inbound), in peer, peerNames, applications);
    }

    /// <summary>The answer of rows that ask for more than the port. Out of line: what has the answer at hand needs no frame of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RowMatch MatchClass(
        CandidateRows candidates, Question at, in IpAddress peer, ReadOnlySpan<string> names, ReadOnlySpan<ApplicationAnswer> applications)
    {
        int prefix = candidates.AreLimited ? _peers.Prefixes.Find(peer) : PeerPrefixes.NoPrefix;

        // Names and applications have too many combinations to be remembered.
        bool repeats = (names.IsEmpty || !candidates.AskForNames) && (applications.IsEmpty || !candidates.AskForApplications);
        if (repeats && _memo.TryGet(candidates.Entry, prefix, out RowMatch known)) return known;
        RowMatch answer = Choose(candidates, in at, prefix, names, applications);
        if (repeats) _memo.Add(candidates.Entry, prefix, answer);
        return answer;
    }

    /// <summary>All rows that agree in subject, transport, port and direction, whatever else they ask for.</summary>
    /// <returns>Id of a set in which all answer; <see cref="RowSets.None"/> where there is no such row.</returns>
    public int AllAtPort(int subject, byte protocol, ushort port, bool inbound)
    {
        CandidateRows candidates = _matrix.Candidates(subject, protocol, port, inbound);
        return candidates.IsEmpty ? RowSets.None : AllOf(candidates, new Question(subject, protocol, port, inbound));
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
            ApplicationAnswerOf(row, applications), Specificity.WithPeer(Specificity.OfRow(asked, asked.Ports[fits ? at : 0]), peerRank));
    }

    private MatchAnswer Test(int row, IpAddress peer, ReadOnlySpan<string> names, out uint rank)
    {
        _peers.Collect(_peers.Prefixes.Find(peer), names, _hits);
        return _peers.Test(row, _hits, named: !names.IsEmpty, out rank);
    }

    private ApplicationAnswer ApplicationAnswerOf(int row, ReadOnlySpan<ApplicationAnswer> applications) =>
        applications.IsEmpty || _matrix.ApplicationOf(row) is not (>= 0 and var asked) ? ApplicationAnswer.Yes
        : asked < applications.Length ? applications[asked] : ApplicationAnswer.CannotTell;

    private RowMatch Choose(CandidateRows candidates, in Question at, int prefix, ReadOnlySpan<string> names, ReadOnlySpan<ApplicationAnswer> applications)
    {
        Find(candidates, in at, prefix, names);
        _answering.Clear();
        _covered.Clear();
        _possible.Clear();
        bool nameMissing = false;
        uint best = 0;
        int matching = 0;
        Span<Found> all = CollectionsMarshal.AsSpan(_found);
        foreach (Found found in all)
        {
            ApplicationAnswer application = ApplicationAnswerOf(found.Row, applications);
            if (application == ApplicationAnswer.No)
            {
                _covered.Add(found.Row);
                continue;
            }

            if (found.Peer == MatchAnswer.Yes && application == ApplicationAnswer.Yes)
            {
                best = Math.Max(best, found.Rank);
                all[matching++] = found;
                continue;
            }

            nameMissing |= found.Peer != MatchAnswer.Yes;
            _possible.Add(found.Row);
        }

        if (matching == 0)
        {
            if (_possible.Count > 0) return new(nameMissing ? MatchAnswer.CannotTell : MatchAnswer.CannotTellApplication, Intern(_possible, [], []));
            return _covered.Count > 0 ? new(MatchAnswer.OtherApplication, Intern(_covered, [], [])) : new(MatchAnswer.OtherPeer, AllOf(candidates, in at));
        }

        _covered.Clear();
        foreach (Found found in all[..matching]) (found.Rank == best ? _answering : _covered).Add(found.Row);
        return new(MatchAnswer.Yes, Intern(_answering, _covered, _possible));
    }

    /// <summary>Fills <see cref="_found"/> with the candidates that admit the peer or may do so, by ascending row.</summary>
    private void Find(CandidateRows candidates, in Question at, int prefix, ReadOnlySpan<string> names)
    {
        _found.Clear();
        _atPort.Clear();
        _matrix.Collect(at.Subject, at.Protocol, at.Port, at.Inbound, limited: false, _atPort);
        foreach (PortInterval free in _atPort) _found.Add(new(free.Row, Specificity.WithPeer(free.Rank, Specificity.PeerAny), MatchAnswer.Yes));
        if (candidates.AreLimited)
        {
            _peers.Collect(prefix, names, _hits);
            long ofPeer = 0;
            foreach (int hit in _hits) ofPeer += _peers.RowsOf(hit).Length;

            // Rows that only lack a name are among those of the port, and of no peer.
            if ((names.IsEmpty && candidates.AskForNames) || _matrix.LimitedRows(candidates) <= ofPeer) FindByPort(in at, named: !names.IsEmpty);
            else FindByPeer(in at);
        }

        _found.Sort();
        Span<Found> all = CollectionsMarshal.AsSpan(_found);
        int kept = 0;
        foreach (Found found in all)
        {
            // A row that names the host by several peers counts with the most specific one, which comes last.
            if (kept > 0 && all[kept - 1].Row == found.Row) kept--;
            all[kept++] = found;
        }

        _found.RemoveRange(kept, _found.Count - kept);
    }

    private void FindByPort(in Question at, bool named)
    {
        _atPort.Clear();
        _matrix.Collect(at.Subject, at.Protocol, at.Port, at.Inbound, limited: true, _atPort);
        foreach (PortInterval limited in _atPort)
        {
            MatchAnswer answer = _peers.Test(limited.Row, _hits, named, out uint peerRank);
            if (answer != MatchAnswer.OtherPeer) _found.Add(new(limited.Row, Specificity.WithPeer(limited.Rank, peerRank), answer));
        }
    }

    private void FindByPeer(in Question at)
    {
        foreach (int hit in _hits)
        {
            uint peerRank = _peers.RankOf(hit);
            foreach (int row in _peers.RowsOf(hit))
            {
                if (_matrix.IsCandidate(row, at.Subject, at.Protocol, at.Port, at.Inbound, out uint rank))
                    _found.Add(new(row, Specificity.WithPeer(rank, peerRank), MatchAnswer.Yes));
            }
        }
    }

    private int AllOf(CandidateRows candidates, in Question at)
    {
        if (_memo.TryGet(candidates.Entry, Everyone, out RowMatch known)) return known.RowSet;
        _atPort.Clear();
        _matrix.Collect(at.Subject, at.Protocol, at.Port, at.Inbound, limited: false, _atPort);
        _matrix.Collect(at.Subject, at.Protocol, at.Port, at.Inbound, limited: true, _atPort);
        _answering.Clear();
        foreach (PortInterval any in _atPort) _answering.Add(any.Row);
        _answering.Sort();
        int all = Intern(_answering, [], []);
        _memo.Add(candidates.Entry, Everyone, new(MatchAnswer.Yes, all));
        return all;
    }

    private int Intern(List<int> answering, List<int> covered, List<int> possible) =>
        _matrix.Sets.Intern(CollectionsMarshal.AsSpan(answering), CollectionsMarshal.AsSpan(covered), CollectionsMarshal.AsSpan(possible));

    private readonly record struct Question(int Subject, byte Protocol, ushort Port, bool Inbound);

    private readonly record struct Found(int Row, uint Rank, MatchAnswer Peer) : IComparable<Found>
    {
        public int CompareTo(Found other) => Row != other.Row ? Row.CompareTo(other.Row) : Rank.CompareTo(other.Rank);
    }
}
