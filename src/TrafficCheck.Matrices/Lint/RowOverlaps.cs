using System.Globalization;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Matrices.Lint;

/// <summary>
/// Finds rows of a subject that allow the same traffic. Every row allows, and the most specific one answers, so the established names of
/// firewall analysis (Al-Shaer and Hamed, 2004) mean here: <em>redundancy</em>, two rows allow exactly the same; <em>shadowing</em>, a row
/// is limited to peers or an application, and a wider row allows the same traffic without that limit, which voids it; <em>generalisation</em>,
/// a wider row allows all that a narrower one does, and more ports, transports or directions; <em>correlation</em>, each allows some of what
/// the other does.
/// </summary>
internal static class RowOverlaps
{
    /// <summary>Pairs of rows that are compared; more would take too long, and are said to be left out.</summary>
    private const int MaxPairs = 500_000;

    public static void Find(AllowedMatrix matrix, LintLog log)
    {
        int budget = MaxPairs;
        foreach (var subject in matrix.Rows.Where(r => r.Enforced).GroupBy(r => r.Subject))
        {
            // Rows that allow the same are one from here on: nine rows for port 80 are one pair with a tenth, not nine.
            var distinct = new Dictionary<string, MatrixRow>(StringComparer.Ordinal);
            foreach (MatrixRow row in subject)
            {
                string key = Key(row);
                if (distinct.TryAdd(key, row)) continue;
                MatrixRow first = distinct[key];
                log.Say(MessageSeverity.Warning, "redundancy", row, () => $"allows exactly what {MatrixLint.Place(first)} allows ({MatrixLint.Service(row)}): "
                    + (first.Purpose == row.Purpose ? "the purposes are the same too" : "only the purposes differ, and traffic cannot tell them apart"));
            }

            Compare([.. distinct.Values], log, ref budget);
        }

        if (budget <= 0 && matrix.Rows.Count > 0)
            log.Say(MessageSeverity.Info, "overlaps-not-complete", matrix.Rows[0], () => string.Create(CultureInfo.InvariantCulture, $"the rows share ports in more than {MaxPairs} pairs: further overlaps were not looked for"));
    }

    /// <summary>A sweep over the ports: only rows that share a port, and may share a peer, are compared.</summary>
    private static void Compare(List<MatrixRow> rows, LintLog log, ref int budget)
    {
        var entries = rows.SelectMany((r, i) => r.Ports.Select(p => (Row: i, Range: p))).OrderBy(e => e.Range.First).ThenBy(e => e.Row).ToList();
        var wide = new List<(int Row, int Last)>();
        var byPeer = new Dictionary<RowPeer, List<(int Row, int Last)>>();
        var said = new HashSet<(int, int)>();
        foreach (var (at, range) in entries)
        {
            MatrixRow row = rows[at];
            bool isWide = row.Peers.Count == 0 || row.Peers.Any(IsWide);
            if (!Against(wide, at, range, rows, said, log, ref budget)) return;
            if (isWide)
            {
                // A wide row meets every row there is.
                foreach (var list in byPeer.Values)
                {
                    if (!Against(list, at, range, rows, said, log, ref budget)) return;
                }

                wide.Add((at, range.Last));
                continue;
            }

            foreach (RowPeer peer in row.Peers)
            {
                if (!byPeer.TryGetValue(peer, out var list)) byPeer[peer] = list = [];
                if (!Against(list, at, range, rows, said, log, ref budget)) return;
                list.Add((at, range.Last));
            }
        }
    }

    private static bool Against(List<(int Row, int Last)> list, int at, PortRange range, List<MatrixRow> rows, HashSet<(int, int)> said, LintLog log, ref int budget)
    {
        int kept = 0;
        for (int i = 0; i < list.Count; i++)
        {
            var other = list[i];
            if (other.Last < range.First) continue;
            list[kept++] = other;
            if (--budget <= 0) return false;
            if (other.Row == at || !said.Add((Math.Min(at, other.Row), Math.Max(at, other.Row)))) continue;
            Relate(rows[Math.Min(at, other.Row)], rows[Math.Max(at, other.Row)], log);
        }

        list.RemoveRange(kept, list.Count - kept);
        return --budget > 0;
    }

    private static void Relate(MatrixRow a, MatrixRow b, LintLog log)
    {
        if (a.FromServerPort != b.FromServerPort) return;
        Relation service = Transports(a, b).And(Directions(a, b)).And(Ports(a, b));
        Relation limits = Peers(a, b).And(Applications(a, b));
        Relation all = service.And(limits);
        if (all == Relation.Apart) return;
        if (all is Relation.Within or Relation.Around)
        {
            (MatrixRow narrow, MatrixRow broad) = all == Relation.Within ? (a, b) : (b, a);
            if (limits == Relation.Same)
            {
                log.Say(MessageSeverity.Warning, "generalisation", narrow, () =>
                    $"{MatrixLint.Place(broad)} generalises this row: it allows all of {MatrixLint.Service(narrow)}, and more ({MatrixLint.Service(broad)}); this row changes no verdict unless that one is narrowed");
            }
            else
            {
                string what = Peers(narrow, broad) != Relation.Same ? "hosts" : "application";
                log.Say(MessageSeverity.Warning, "shadowing", narrow, () =>
                    $"{MatrixLint.Place(broad)} shadows the limit of this row: it allows {MatrixLint.Service(broad)} without the same {what}, so that this row's {what} limit nothing; narrow that row if the limit is meant");
            }

            return;
        }

        log.Say(MessageSeverity.Info, "correlation", b, () => $"allows part of what {MatrixLint.Place(a)} allows ({MatrixLint.Service(b)}, {MatrixLint.Service(a)}): the more specific row answers for what they share");
    }

    private static string Key(MatrixRow row) =>
        $"{row.PortsText}|{string.Join('/', row.Transports)}|{row.Direction}|{row.Application}|{row.FromServerPort}|{string.Join(',', row.Peers.Select(p => p.ToString()).Order(StringComparer.Ordinal))}";

    private static bool IsWide(RowPeer peer) => peer.Network is { } network ? network.PrefixLength < network.BaseAddress.GetAddressBytes().Length * 8 : peer.Name!.StartsWith('*');

    private static Relation Transports(MatrixRow a, MatrixRow b) =>
        a.Transports.Count == 0 || b.Transports.Count == 0
            ? Relations.Of(b.Transports.Count == 0, a.Transports.Count == 0)
            : Relations.OfSets(a.Transports.All(b.Transports.Contains), b.Transports.All(a.Transports.Contains), a.Transports.Any(b.Transports.Contains));

    private static Relation Directions(MatrixRow a, MatrixRow b) =>
        a.Direction == b.Direction ? Relation.Same : b.Direction == RowDirection.InOut ? Relation.Within : a.Direction == RowDirection.InOut ? Relation.Around : Relation.Apart;

    private static Relation Applications(MatrixRow a, MatrixRow b) =>
        a.Application == b.Application ? Relation.Same : b.Application is null ? Relation.Within : a.Application is null ? Relation.Around : Relation.Apart;

    private static Relation Ports(MatrixRow a, MatrixRow b) => Relations.OfSets(Covers(b, a), Covers(a, b), Touch(a, b));

    /// <summary>Whether every port of the inner row lies in one range of the outer; ranges are sorted, so one pass does.</summary>
    private static bool Covers(MatrixRow outer, MatrixRow inner)
    {
        int o = 0;
        foreach (PortRange range in inner.Ports)
        {
            while (o < outer.Ports.Count && outer.Ports[o].Last < range.First) o++;

            // Neighbouring ranges (80-81 and 82) may cover one together.
            int need = range.First;
            for (int i = o; i < outer.Ports.Count && outer.Ports[i].First <= need && need <= range.Last; i++) need = outer.Ports[i].Last + 1;
            if (need <= range.Last) return false;
        }

        return true;
    }

    private static bool Touch(MatrixRow a, MatrixRow b)
    {
        for (int i = 0, j = 0; i < a.Ports.Count && j < b.Ports.Count;)
        {
            if (a.Ports[i].Last < b.Ports[j].First) i++;
            else if (b.Ports[j].Last < a.Ports[i].First) j++;
            else return true;
        }

        return false;
    }

    private static Relation Peers(MatrixRow a, MatrixRow b)
    {
        if (a.Peers.Count == 0 || b.Peers.Count == 0) return Relations.Of(b.Peers.Count == 0, a.Peers.Count == 0);

        // Large lists are compared by equal members only; prefixes inside each other are looked for in short ones.
        if ((long)a.Peers.Count * b.Peers.Count > 256)
        {
            var ofA = a.Peers.ToHashSet();
            var ofB = b.Peers.ToHashSet();
            return Relations.OfSets(ofA.IsSubsetOf(ofB), ofB.IsSubsetOf(ofA), ofA.Overlaps(ofB));
        }

        return Relations.OfSets(a.Peers.All(p => b.Peers.Any(q => Holds(q, p))), b.Peers.All(p => a.Peers.Any(q => Holds(q, p))), a.Peers.Any(p => b.Peers.Any(q => Holds(q, p) || Holds(p, q))));
    }

    private static bool Holds(RowPeer outer, RowPeer inner)
    {
        if (outer.Equals(inner)) return true;
        if (outer.Network is { } o && inner.Network is { } i) return o.BaseAddress.AddressFamily == i.BaseAddress.AddressFamily && o.PrefixLength <= i.PrefixLength && o.Contains(i.BaseAddress);
        return outer.Name is { } name && name.StartsWith("*.", StringComparison.Ordinal) && inner.Name is { } host && host.Length > name.Length - 1 && host.EndsWith(name[1..], StringComparison.Ordinal);
    }
}
