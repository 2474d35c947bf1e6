using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// What a report needs of a run, as it was at one moment: the run goes on meanwhile, and any thread may build the report. Holds copies of the run's sums,
/// so it is to be disposed of when the report is there.
/// </summary>
public sealed class ReportSnapshot : IDisposable
{
    private readonly JudgedPeriod _period;
    private readonly StageCounts _counts;
    private readonly EarlierPeriods _earlier;
    private readonly CaptureInterfaces _interfaces;
    private bool _isBuilt;

    internal ReportSnapshot(JudgedPeriod period, StageCounts counts, EarlierPeriods earlier, CaptureInterfaces interfaces) =>
        (_period, _counts, _earlier, _interfaces) = (period, counts, earlier, interfaces);

    /// <summary>Frames that it speaks of.</summary>
    public long FramesRead => _counts.FramesRead;

    /// <summary>Judges the flows that waited for the end, tells scans, and gathers the report. Once, on one thread.</summary>
    /// <param name="inputs">What the sources said of themselves at the same moment, in the order of the arguments.</param>
    public CheckReport Build(IReadOnlyList<InputSummary> inputs, IReadOnlyList<KeyValuePair<string, string>> parameters, ExitRules rules)
    {
        if (_isBuilt) throw new InvalidOperationException("A snapshot gives one report.");
        _isBuilt = true;
        return _period.Report(_counts, _earlier, _interfaces, inputs, parameters, rules);
    }

    /// <summary>Of a period that was closed: hands over its flows, ordered by time and frame, after <see cref="Build"/>.</summary>
    /// <exception cref="InvalidOperationException">The engine keeps no rows, or the period is not closed.</exception>
    public void WriteRows(Action<FlowRow> write)
    {
        if (_period.Rows is null) throw new InvalidOperationException("The engine was not asked to keep flow rows, or the period goes on.");
        _period.Rows.Write(_period.Matrix, _period.Names, _period.Related, write);
    }

    /// <summary>Gives the memory back at once.</summary>
    public void Dispose() => _period.Dispose();
}
