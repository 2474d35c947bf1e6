using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Page;

/// <summary>One report of the run, and since when each of its findings has been known.</summary>
/// <param name="SinceUtc">Time of the first report: what it had was not found while somebody was looking.</param>
/// <param name="Version">1 for the first report of the run that the page saw; grows with each.</param>
/// <param name="FoundAt">By <see cref="Key"/> of the finding: the time of the first report that had it.</param>
internal sealed record ReportPicture(CheckReport Report, DateTimeOffset AtUtc, DateTimeOffset SinceUtc, long Version, IReadOnlyDictionary<string, DateTimeOffset> FoundAt)
{
    public DateTimeOffset Found(Finding finding) => FoundAt.TryGetValue(Key(finding), out DateTimeOffset at) ? at : AtUtc;

    /// <summary>What names a finding from one report to the next.</summary>
    public static string Key(Finding finding) => finding.Key.Length > 0 ? finding.Key : finding.Id;
}

/// <summary>Keeps the latest report, and for as long as a finding is in every report, when it was found. Any thread.</summary>
internal sealed class ReportLog
{
    private readonly Lock _lock = new();
    private ReportPicture? _current;

    /// <returns>The report of the status, or the one before where it has none.</returns>
    public ReportPicture? Take(LiveStatus status)
    {
        lock (_lock)
        {
            if (status.Report is not { } report || ReferenceEquals(report, _current?.Report)) return _current;
            DateTimeOffset at = status.ReportAtUtc ?? status.AtUtc;
            var found = new Dictionary<string, DateTimeOffset>(report.Findings.Count, StringComparer.Ordinal);
            foreach (Finding finding in report.Findings)
            {
                string key = ReportPicture.Key(finding);
                found[key] = _current is not null && _current.FoundAt.TryGetValue(key, out DateTimeOffset before) ? before : at;
            }

            return _current = new ReportPicture(report, at, _current?.SinceUtc ?? at, (_current?.Version ?? 0) + 1, found);
        }
    }
}
