using System.Globalization;
using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>
/// Carries a report over to another matrix. A row is the same when its id and all its cells are; its coverage goes on. Coverage of rows that are gone or changed
/// is dropped, which is said; what was found with the help of such rows, or of a subject that is gone, stays as it was and is marked. So is what no row was
/// like, where a row that is new may allow it now.
/// </summary>
public static class MatrixChange
{
    internal const int MostNotes = 20;

    private const int Named = 5;

    /// <summary>Ends the keys of findings of an earlier matrix, so that the same cause under the present one stands beside them.</summary>
    private const string Mark = "/earlier";

    internal static CheckReport Carry(CheckReport earlier, CheckReport later)
    {
        AllowedMatrix to = later.Matrix;
        if (ReferenceEquals(earlier.Matrix, to) || Same(earlier.Matrix, to)) return earlier;
        var rows = new Dictionary<string, MatrixRow>(StringComparer.Ordinal);
        foreach (MatrixRow row in to.Rows) rows.TryAdd(row.Id, row);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        var coverage = new List<RowCoverage>();
        var gone = new List<string>();
        foreach (RowCoverage row in earlier.Coverage)
        {
            if (rows.TryGetValue(row.Row.Id, out MatrixRow? now) && Same(row.Row, SubjectOf(earlier.Matrix, row.Row), now, SubjectOf(to, now)))
            {
                kept.Add(now.Id);
                coverage.Add(row with { Row = now });
            }
            else gone.Add(row.Row.Id);
        }

        HashSet<string> subjects = [.. to.Subjects.Select(s => s.Name)];
        List<MatrixRow> fresh = [.. to.Rows.Where(r => !kept.Contains(r.Id))];
        HashSet<string> dropped = [.. gone.Select(CauseKey.Slug)];
        string note = gone.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"the matrix changed: {fresh.Count} new rows, no row gone or changed")
            : string.Create(CultureInfo.InvariantCulture, $"the matrix changed: {gone.Count} rows gone or changed ({string.Join(", ", gone.Take(Named))}{(gone.Count > Named ? " ..." : "")}), what was seen of them is dropped; {fresh.Count} new or changed rows");
        return earlier with
        {
            Matrix = to,
            Coverage = coverage,
            Findings = [.. earlier.Findings.Select(f => Carry(f, kept, subjects, fresh, to))],
            Related = [.. earlier.Related.Select(g => g.Rows.All(kept.Contains) && subjects.Contains(g.Subject) ? g : g with { EarlierMatrix = true })],
            MatrixChanges = [.. earlier.MatrixChanges.Append(note).TakeLast(MostNotes)],
            Totals = earlier.Totals with
            {
                WorkedByRowSet = [.. earlier.Totals.WorkedByRowSet.Where(w => !w.Key.Split('/').Any(dropped.Contains))],
                Withheld = [.. earlier.Totals.Withheld.Where(f => f.Totals is { } t && t.Rows.All(kept.Contains) && subjects.Contains(f.Subject))],
            },
        };
    }

    /// <summary>Whether two matrices say the same: rows by ids and cells, and subjects by names.</summary>
    public static bool Same(AllowedMatrix one, AllowedMatrix other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Rows.Count == other.Rows.Count && one.Subjects.Select(s => s.Name).SequenceEqual(other.Subjects.Select(s => s.Name), StringComparer.Ordinal)
            && one.Rows.Zip(other.Rows).All(r => Same(r.First, "", r.Second, ""));
    }

    /// <summary>By what the rows say; where they are written is no matter.</summary>
    private static bool Same(MatrixRow a, string subject, MatrixRow b, string other) =>
        a.Id == b.Id && subject == other && a.Direction == b.Direction && a.Application == b.Application && a.FromServerPort == b.FromServerPort && a.Need == b.Need
        && a.Condition == b.Condition && a.Purpose == b.Purpose && a.Enforced == b.Enforced && a.Ports.SequenceEqual(b.Ports) && a.Transports.SequenceEqual(b.Transports)
        && a.Peers.SequenceEqual(b.Peers) && (subject.Length > 0 || a.Subject == b.Subject);

    private static string SubjectOf(AllowedMatrix matrix, MatrixRow row) => matrix.Subjects[row.Subject].Name;

    private static Finding Carry(Finding finding, HashSet<string> kept, HashSet<string> subjects, List<MatrixRow> fresh, AllowedMatrix to)
    {
        if (finding.EarlierMatrix) return finding;
        bool stays = subjects.Contains(finding.Subject) && (finding.Totals?.Rows ?? []).All(kept.Contains) && !fresh.Any(r => MayAllow(r, finding, to));
        return stays ? finding : finding with { EarlierMatrix = true, Key = finding.Key + Mark };
    }

    private static bool MayAllow(MatrixRow row, Finding finding, AllowedMatrix to)
    {
        if (finding.Kind != FindingKind.Unexpected || SubjectOf(to, row) != finding.Subject) return false;
        if (row.Transports.Count > 0 && !(TransportNames.TryParse(finding.Transport, out byte protocol) && row.Transports.Contains(protocol))) return false;
        return finding.ServicePort is not { } port || row.Ports.Any(p => p.Contains((ushort)port));
    }
}
