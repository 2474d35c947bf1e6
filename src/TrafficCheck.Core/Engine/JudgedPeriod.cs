using System.Net;
using TrafficCheck.Core.Engine.Controls;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Flows;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Core.Engine;

/// <summary>
/// What a report is made of, besides the counts of the stages: the matrix, the judge, and the sums of what it judged. One for each period of a run. The names
/// and control connections that it asks belong to the run.
/// </summary>
internal sealed class JudgedPeriod : IDisposable
{
    /// <summary>Live flows that are copied for a report before the oldest are judged on the spot: 1.7 million of IPv4.</summary>
    private const long MostLiveBytes = 160L << 20;

    private readonly ForkScope? _scope;
    private readonly HostBudget _budget;
    private readonly FtpPairs _ftp;
    private readonly IJudgedFlowSink? _observer;
    private FlowTape? _live;
    private int? _sharesAfter;

    /// <param name="names">Null when nobody asks for names.</param>
    /// <param name="related">Null when no flow that the matrix allows announces others.</param>
    /// <param name="observer">Sees every judged flow as well, or null.</param>
    public JudgedPeriod(
        CompiledMatrix matrix, IReadOnlyList<IReadOnlyList<IPNetwork>> protectedHosts, ProtectedHosts hosts, ServerLedger servers, PeerNaming? names, RelatedFlows? related,
        FtpPairs ftp, bool judgeLinkScope, bool keepRows, IJudgedFlowSink? observer)
    {
        (Matrix, Protected, Hosts, Names, Related, _ftp, _observer) = (matrix, protectedHosts, hosts, names, related, ftp, observer);
        _budget = new HostBudget();
        Coverage = new CoverageLedger(matrix.Matrix.Subjects.Count, hosts, _budget);
        Findings = new FindingLedger(hosts, _budget, Coverage.ShowsAnswers);
        Rows = keepRows ? new FlowSorter() : null;
        RelatedSums = related is null ? null : new RelatedLedger(matrix, related);
        Judge = new FlowJudge(matrix, hosts, servers, names, related, ftp, judgeLinkScope, Sinks());
    }

    private JudgedPeriod(JudgedPeriod from, long untilFrame, long live, bool closes)
    {
        _scope = new ForkScope(from._budget);
        _budget = _scope.Budget;
        (Protected, Hosts) = (from.Protected, from.Hosts);
        Matrix = from.Matrix.Fork();
        Names = from.Names?.Fork(untilFrame);
        Related = from.Related?.Fork();
        _ftp = Related?.Ftp ?? from._ftp.Fork(number => throw new InvalidOperationException($"There is no control connection {number}."));
        Coverage = from.Coverage.Fork(_scope);
        Findings = from.Findings.Fork(_scope, Coverage.ShowsAnswers);
        Tally = from.Tally.Fork();
        RelatedSums = Related is null ? null : from.RelatedSums?.Fork(Matrix, Related);
        if (closes) (Rows, _observer, from.Rows) = (from.Rows, from._observer, null);
        Judge = from.Judge.Fork(Matrix, Names, Related, _ftp, from.Judge.Servers.Fork(), live, Sinks());
    }

    public CompiledMatrix Matrix { get; }

    /// <summary>For each subject of the matrix, in its order, the addresses protected.</summary>
    public IReadOnlyList<IReadOnlyList<IPNetwork>> Protected { get; }

    public ProtectedHosts Hosts { get; }

    public FlowJudge Judge { get; }

    public CoverageLedger Coverage { get; }

    public FindingLedger Findings { get; }

    public HostTally Tally { get; } = new();

    public PeerNaming? Names { get; }

    public RelatedFlows? Related { get; }

    public RelatedLedger? RelatedSums { get; }

    /// <summary>Null when nobody asks for them.</summary>
    public FlowSorter? Rows { get; private set; }

    /// <summary>A fork is given a live flow, which is judged when the report is built, if not before.</summary>
    /// <param name="ends">It is judged as if it ended now; if not, it only proves something of others.</param>
    public void Give(in FlowSummary flow, bool ends)
    {
        _live ??= new();
        if (_live.Bytes >= MostLiveBytes) TakeLive();
        _live.Add(in flow, ends);
    }

    /// <summary>The report may be built with the help of another thread, once there is enough to do for it.</summary>
    /// <inheritdoc cref="FlowJudge.Share"/>
    public void Share(int untilThread) => _sharesAfter = untilThread;

    private void TakeLive()
    {
        if (_sharesAfter is { } batches) Judge.Share(batches);
        _live?.Take((in flow, ends) =>
        {
            if (ends) Judge.Judge(in flow);
            else Judge.NoteLive(in flow);
        });
    }

    /// <summary>A copy that goes on by itself. What it shares with this one changes in neither.</summary>
    /// <param name="untilFrame">The last frame before it.</param>
    /// <param name="live">Flows that it will be given.</param>
    /// <param name="closes">The copy is the end of the period: it takes the rows, and the observer sees what it judges.</param>
    public JudgedPeriod Fork(long untilFrame, long live, bool closes)
    {
        Judge.Drain();
        return new(this, untilFrame, live, closes);
    }

    /// <summary>Judges what waits, and gathers the report. Once.</summary>
    public CheckReport Report(
        StageCounts counts, EarlierPeriods earlier, CaptureInterfaces interfaces, IReadOnlyList<InputSummary> inputs, IReadOnlyList<KeyValuePair<string, string>> parameters,
        ExitRules rules)
    {
        TakeLive();
        Judge.End();
        IReadOnlyList<RelatedGroup> related = RelatedSums?.Build() ?? [];
        var accounting = RunAccounting.Build(
            counts, earlier, Judge, Coverage, Findings, inputs, NotKept.Of(Judge, Findings, Names, Related, counts.Order.NotHeld), Related, related);
        return new ReportBuilder(Matrix, Protected, Findings, Coverage, Judge, Tally, Names, interfaces)
            .Build(accounting, related, RunVisibility.Build(counts, Judge, Coverage, accounting, inputs, interfaces), inputs, parameters, rules);
    }

    public void Dispose()
    {
        _live?.Dispose();
        Judge.Dispose();
        Rows?.Dispose();
        _scope?.Dispose();
    }

    private IJudgedFlowSink[] Sinks()
    {
        List<IJudgedFlowSink> sinks = [Coverage, Findings, Tally];
        if (Rows is not null) sinks.Add(Rows);
        if (RelatedSums is not null) sinks.Add(RelatedSums);
        if (_observer is not null) sinks.Add(_observer);
        return [.. sinks];
    }
}
