using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Tests.Matrix;

/// <summary>Looks at every row, one after the other, by nothing but what a row says. Slow, and what <see cref="RowMatcher"/> must agree with.</summary>
internal sealed class LinearMatcher(AllowedMatrix matrix, IReadOnlyList<string> applications)
{
    public sealed record Answer(MatchAnswer Kind, int[] Answering, int[] Covered, int[] Possible)
    {
        public override string ToString() => $"{Kind}: {string.Join(' ', Answering)} / {string.Join(' ', Covered)} / {string.Join(' ', Possible)}";
    }

    public int[] AtPort(int subject, byte protocol, ushort port, bool inbound) =>
    [
        .. Enumerable.Range(0, matrix.Rows.Count).Where(i => matrix.Rows[i] is var row && row.Enforced && !row.FromServerPort && row.Subject == subject
            && (row.Transports.Count == 0 || row.Transports.Contains(protocol)) && row.Direction != (inbound ? RowDirection.Out : RowDirection.In)
            && row.Ports.Any(p => p.Contains(port))),
    ];

    public Answer Match(int subject, byte protocol, ushort port, bool inbound, IpAddress peer, string[] names, ApplicationAnswer[] spoken)
    {
        int[] candidates = AtPort(subject, protocol, port, inbound);
        if (candidates.Length == 0) return new(MatchAnswer.NoRow, [], [], []);
        List<(int Row, (int, int, int, int, int) Rank)> yes = [];
        List<int> possible = [], otherApplication = [];
        bool nameMissing = false;
        foreach (int index in candidates)
        {
            MatrixRow row = matrix.Rows[index];
            int peerRank = row.Peers.Where(p => Holds(p, peer, names)).Select(RankOf).DefaultIfEmpty(-1).Max();
            bool free = row.Peers.Count == 0, named = names.Length == 0 && row.Peers.Any(p => p.Name is not null);
            if (!free && peerRank < 0 && !named) continue;
            ApplicationAnswer application = row.Application is { } word && spoken.Length > 0 ? spoken[applications.ToList().IndexOf(word)] : ApplicationAnswer.Yes;
            bool known = free || peerRank >= 0;
            if (application == ApplicationAnswer.No)
            {
                otherApplication.Add(index);
            }
            else if (known && application == ApplicationAnswer.Yes)
            {
                PortRange range = row.Ports.First(p => p.Contains(port));
                yes.Add((index, (free ? 0 : peerRank, range.IsSingle ? 2 : range.IsAny ? 0 : 1, row.Application is null ? 0 : 1,
                    row.Direction == RowDirection.InOut ? 0 : 1, row.Transports.Count switch { 0 => 0, 1 => 2, _ => 1 })));
            }
            else
            {
                nameMissing |= !known;
                possible.Add(index);
            }
        }

        if (yes.Count > 0)
        {
            var best = yes.Max(y => y.Rank);
            return new(MatchAnswer.Yes, [.. yes.Where(y => y.Rank == best).Select(y => y.Row)], [.. yes.Where(y => y.Rank != best).Select(y => y.Row)], [.. possible]);
        }

        return possible.Count > 0 ? new(nameMissing ? MatchAnswer.CannotTell : MatchAnswer.CannotTellApplication, [.. possible], [], [])
            : otherApplication.Count > 0 ? new(MatchAnswer.OtherApplication, [.. otherApplication], [], [])
            : new(MatchAnswer.OtherPeer, candidates, [], []);
    }

    private static bool Holds(RowPeer peer, IpAddress address, string[] names)
    {
        if (peer.Network is not { } network)
            return names.Any(n => peer.Name!.StartsWith("*.", StringComparison.Ordinal) ? n.EndsWith(peer.Name[1..], StringComparison.Ordinal) && n.Length >= peer.Name.Length : n == peer.Name);
        return network.Contains(address.ToIPAddress());
    }

    private static int RankOf(RowPeer peer)
    {
        if (peer.Network is not { } network) return peer.Name![0] == '*' ? 500 : 501;
        bool v4 = network.BaseAddress.GetAddressBytes().Length == 4;
        return network.PrefixLength == (v4 ? 32 : 128) ? 1000 : 1 + network.PrefixLength + (v4 ? 96 : 0);
    }
}
