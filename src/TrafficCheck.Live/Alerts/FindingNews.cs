using System.Globalization;
using TrafficCheck.Core.Engine.Reports;

namespace TrafficCheck.Live.Alerts;

/// <summary>
/// Compares each report with what was told before, and says what is to be told now: new findings once, growing totals now and then, findings that are
/// gone. Bounded in what it remembers and in what it says. The clock is an argument. One thread.
/// </summary>
internal sealed class FindingNews(AlertOptions options, string run)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly List<string> _gone = [];
    private readonly long[] _heldBySeverity = new long[3];
    private readonly SortedDictionary<string, long> _heldByKind = new(StringComparer.Ordinal);
    private DateTimeOffset _minuteEnds = DateTimeOffset.MinValue, _nextSummary = DateTimeOffset.MinValue;
    private int _saidInMinute;
    private long _heldNew, _heldUpdates, _notRemembered, _notRememberedTold, _sequence, _reports;

    /// <summary>Findings whose totals are remembered.</summary>
    public int Remembered => _known.Count;

    /// <summary>Takes all findings of a report as told: those that a run had before it was started again.</summary>
    public void Assume(CheckReport report, DateTimeOffset now)
    {
        foreach (Finding finding in report.Findings)
        {
            if (!IsChosen(finding) || _known.Count >= options.MostRemembered) continue;
            _known.TryAdd(FindingIdentity.Of(finding), new Known(finding, now) { IsTold = true });
        }
    }

    /// <param name="isFinal">The run is over: totals that grew are told now, and what is gone is withdrawn.</param>
    public List<Alert> Take(CheckReport report, DateTimeOffset now, bool isFinal)
    {
        List<Alert> alerts = [];
        _reports++;
        if (now >= _minuteEnds) (_minuteEnds, _saidInMinute) = (now + s_minute, 0);
        long notRemembered = 0;
        foreach (Finding finding in BySeverity(report.Findings))
        {
            string key = FindingIdentity.Of(finding);
            if (_known.TryGetValue(key, out Known? known))
            {
                known.SeenIn = _reports;
                known.Seen = now;
                known.Last = finding;
                TellGrowth(alerts, known, finding, now, isFinal);
            }
            else if (_known.Count >= options.MostRemembered)
            {
                notRemembered++;
            }
            else
            {
                TellNew(alerts, key, finding, now);
            }
        }

        _notRemembered = notRemembered;
        Withdraw(alerts, now, isFinal);
        Summarize(alerts, now, isFinal);
        return alerts;
    }

    /// <summary>The most severe first, so that they are told one by one; the order of the report within.</summary>
    private IEnumerable<Finding> BySeverity(IReadOnlyList<Finding> findings) => findings.Where(IsChosen).OrderBy(f => f.Severity);

    private bool IsChosen(Finding finding) => (AlertKindWords.Of(finding.Kind) & options.Kinds) != 0;

    private void TellNew(List<Alert> alerts, string key, Finding finding, DateTimeOffset now)
    {
        var known = new Known(finding, now) { SeenIn = _reports };
        _known.Add(key, known);
        if (TrySay())
        {
            known.IsTold = true;
            alerts.Add(Say(AlertEvent.New, now, finding));
            return;
        }

        _heldNew++;
        _heldBySeverity[(int)finding.Severity]++;
        string kind = finding.Kind.Word();
        _heldByKind[kind] = _heldByKind.GetValueOrDefault(kind) + 1;
    }

    private void TellGrowth(List<Alert> alerts, Known known, Finding finding, DateTimeOffset now, bool isFinal)
    {
        FindingTotals totals = FindingTotals.Of(finding);
        bool worse = finding.Severity < known.Severity;
        if (!worse && totals == known.Told) return;
        TimeSpan wait = options.UpdateAfter[Math.Min(known.Updates, options.UpdateAfter.Count - 1)];
        if (!worse && !isFinal && now - known.ToldAt < wait) return;

        // What was told in a sum only is told by itself when it becomes more severe.
        if (!known.IsTold && !worse) return;
        if (!TrySay())
        {
            if (!known.IsHeld) _heldUpdates++;
            known.IsHeld = true;
            return;
        }

        alerts.Add(known.IsTold ? Say(AlertEvent.Update, now, finding, known.Told) : Say(AlertEvent.New, now, finding));
        known.Updates += known.IsTold ? 1 : 0;
        known.IsTold = true;
        known.IsHeld = false;
        known.Told = totals;
        known.ToldAt = now;
        known.Severity = finding.Severity;
    }

    private void Withdraw(List<Alert> alerts, DateTimeOffset now, bool isFinal)
    {
        _gone.Clear();
        foreach (var (key, known) in _known)
        {
            if (known.SeenIn != _reports && (isFinal || now - known.Seen >= options.WithdrawAfter)) _gone.Add(key);
        }

        _gone.Sort(StringComparer.Ordinal);
        foreach (string key in _gone)
        {
            Known known = _known[key];

            // One that finds no room is withdrawn with the next report.
            if (known.IsTold && !TrySay()) continue;
            _known.Remove(key);
            if (known.IsTold) alerts.Add(Say(AlertEvent.Withdrawn, now, known.Last, known.Told));
        }
    }

    private void Summarize(List<Alert> alerts, DateTimeOffset now, bool isFinal)
    {
        bool any = _heldNew > 0 || _heldUpdates > 0 || _notRemembered > _notRememberedTold;
        if (!any || (now < _nextSummary && !isFinal)) return;
        alerts.Add(new(AlertEvent.Summary, NextId(), now, null, Further: new(_heldNew, [.. _heldBySeverity], [.. _heldByKind], _heldUpdates, _notRemembered)));
        _notRememberedTold = _notRemembered;
        _nextSummary = now + s_minute;
        (_heldNew, _heldUpdates) = (0, 0);
        Array.Clear(_heldBySeverity);
        _heldByKind.Clear();
    }

    private bool TrySay()
    {
        if (_saidInMinute >= options.MostPerMinute) return false;
        _saidInMinute++;
        return true;
    }

    private Alert Say(AlertEvent what, DateTimeOffset now, Finding finding, FindingTotals? before = null) => new(what, NextId(), now, finding, before);

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"{run}-{++_sequence}");

    private sealed class Known(Finding finding, DateTimeOffset now)
    {
        public Finding Last { get; set; } = finding;

        public FindingTotals Told { get; set; } = FindingTotals.Of(finding);

        public FindingSeverity Severity { get; set; } = finding.Severity;

        public DateTimeOffset ToldAt { get; set; } = now;

        public DateTimeOffset Seen { get; set; } = now;

        /// <summary>Number of the last report that has it.</summary>
        public long SeenIn { get; set; }

        /// <summary>Told by itself, not only in a sum.</summary>
        public bool IsTold { get; set; }

        /// <summary>An update waits for room.</summary>
        public bool IsHeld { get; set; }

        public int Updates { get; set; }
    }
}
