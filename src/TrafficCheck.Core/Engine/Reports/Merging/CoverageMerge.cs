using TrafficCheck.Core.Matrix;

namespace TrafficCheck.Core.Engine.Reports.Merging;

/// <summary>The coverage of two reports of one matrix: sums by row, and the state read from them anew.</summary>
internal static class CoverageMerge
{
    public static IReadOnlyList<RowCoverage> Of(IReadOnlyList<RowCoverage> earlier, IReadOnlyList<RowCoverage> later, AllowedMatrix matrix, IReadOnlyList<SubjectReport> subjects)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < matrix.Rows.Count; i++) places.TryAdd(matrix.Rows[i].Id, i);
        var known = earlier.ToDictionary(r => r.Row.Id, StringComparer.Ordinal);
        return [.. later.Select(row =>
        {
            SubjectReport? subject = row.Row.Subject < subjects.Count ? subjects[row.Row.Subject] : null;
            RowCoverage sum = known.TryGetValue(row.Row.Id, out RowCoverage? before) ? Sum(before, row, places) : row;
            return CoverageRule.Of(sum, subject is { ShowsAnswers: true }, subject is { Seen: true });
        })];
    }

    private static RowCoverage Sum(RowCoverage earlier, RowCoverage later, Dictionary<string, int> places) => later with
    {
        Exclusive = Sums.Add(earlier.Exclusive, later.Exclusive),
        Shared = Sums.Add(earlier.Shared, later.Shared),
        Covered = Sums.Add(earlier.Covered, later.Covered),
        Related = Sums.Add(earlier.Related, later.Related),
        Reversed = earlier.Reversed + later.Reversed,
        FirstNs = Sums.Earlier(earlier.FirstNs, later.FirstNs),
        LastNs = Sums.Later(earlier.LastNs, later.LastNs),
        InitiatedIn = earlier.InitiatedIn + later.InitiatedIn,
        InitiatedOut = earlier.InitiatedOut + later.InitiatedOut,
        Peers = HostSet.Union(earlier.Peers, later.Peers),
        AmbiguousWith = [.. earlier.AmbiguousWith.Union(later.AmbiguousWith, StringComparer.Ordinal).Where(places.ContainsKey).OrderBy(id => places[id])],
        Totals = earlier.Totals + later.Totals,
    };
}

/// <summary>The groups of related flows of two reports.</summary>
internal static class RelatedMerge
{
    private const int MaxSamples = 5;

    public static IReadOnlyList<RelatedGroup> Of(IReadOnlyList<RelatedGroup> earlier, IReadOnlyList<RelatedGroup> later, AllowedMatrix matrix)
    {
        var groups = new Dictionary<(string, string, string, FlowDirection, string, string, bool), RelatedGroup>();
        foreach (RelatedGroup group in earlier.Concat(later))
        {
            var key = (group.By, group.Grade, group.Subject, group.Direction, group.Transport, string.Join(' ', group.Rows), group.EarlierMatrix);
            groups[key] = groups.TryGetValue(key, out RelatedGroup? known) ? Sum(known, group) : group;
        }

        var subjects = matrix.Subjects.Select(s => s.Name).ToList();
        return [.. groups.OrderBy(g => (uint)subjects.IndexOf(g.Value.Subject)).ThenBy(g => g.Key.Item6, StringComparer.Ordinal).ThenBy(g => PlaceOf(g.Value.By))
            .ThenBy(g => g.Value.Grade, StringComparer.Ordinal).ThenBy(g => g.Value.Direction).ThenBy(g => ProtocolOf(g.Value.Transport)).ThenBy(g => g.Value.EarlierMatrix).Select(g => g.Value)];
    }

    private static int PlaceOf(string by) => (int)Enum.GetValues<Controls.RelatedBy>().FirstOrDefault(b => Controls.RelatedByExtensions.Word(b) == by);

    private static byte ProtocolOf(string transport) => TransportNames.TryParse(transport, out byte protocol) ? protocol : byte.MaxValue;

    private static RelatedGroup Sum(RelatedGroup earlier, RelatedGroup later) => later with
    {
        Flows = earlier.Flows + later.Flows,
        Packets = earlier.Packets + later.Packets,
        Bytes = earlier.Bytes + later.Bytes,
        FirstNs = Math.Min(earlier.FirstNs, later.FirstNs),
        LastNs = Math.Max(earlier.LastNs, later.LastNs),
        Permitted = earlier.Permitted + later.Permitted,
        Failing = earlier.Failing + later.Failing,
        Samples = [.. earlier.Samples.Concat(later.Samples).Take(MaxSamples)],
    };
}
