using System.Threading.Channels;
using TrafficCheck.Core.Engine;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Reports.Merging;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Run;

/// <summary>
/// Builds the reports of a run on a thread of its own, in the order in which their parts came: closed periods are merged into one report, which takes the same
/// room after a week as after a day, and a picture of the run is that with the running period on top.
/// </summary>
/// <param name="earlier">The report of an earlier process that this run goes on with; null for none.</param>
public sealed class ReportDesk : IDisposable
{
    private readonly Channel<Action> _jobs = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly IRunOutputs _outputs;
    private readonly StatusBoard _board;
    private readonly TimeProvider _time;
    private readonly CheckReport? _earlier;
    private readonly Task _worker;
    private readonly string _process = Guid.NewGuid().ToString("N");
    private CheckReport? _closed;
    private int _waiting;
    private volatile Exception? _failure;

    public ReportDesk(IRunOutputs outputs, StatusBoard board, TimeProvider time, CheckReport? earlier)
    {
        (_outputs, _board, _time, _earlier) = (outputs, board, time, earlier);
        _worker = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Whether everything that came was done; a picture is taken only then, so that they do not queue up.</summary>
    public bool IsIdle => Volatile.Read(ref _waiting) == 0;

    /// <summary>What went wrong in building a report, or null. A defect: the run says it and goes on, because its last report may still be built.</summary>
    public Exception? Failure => _failure;

    /// <param name="servers">What was proven so far, where the picture is to be kept for a start after a crash; else null.</param>
    internal void TakePicture(ReportSnapshot snapshot, MatrixInForce matrix, IReadOnlyList<InputSummary> inputs, IReadOnlyList<ProvenServer>? servers) => Post(() =>
    {
        using (snapshot)
        {
            CheckReport whole = Whole(Here(snapshot.Build(inputs, matrix.Parameters, matrix.Rules)), matrix.Rules);
            _board.Show(whole);
            _outputs.Picture(whole, isFinal: false);
            if (servers is not null) _outputs.Checkpoint(whole, servers);
        }
    });

    /// <param name="closed">The flows that ended in the period; null for the last period, of which they come with the end.</param>
    /// <param name="active">All flows with packets in it, where somebody wants the report of the period.</param>
    internal void TakePeriod(
        ReportSnapshot? closed, ReportSnapshot? active, MatrixInForce matrix, IReadOnlyList<InputSummary> inputs, DateTimeOffset beganUtc, DateTimeOffset endedUtc) => Post(() =>
    {
        using (closed)
        using (active)
        {
            if (active is not null) _outputs.Period(active.Build(inputs, matrix.Parameters, matrix.Rules), beganUtc, endedUtc);
            if (closed is null) return;
            CheckReport report = Here(closed.Build(inputs, matrix.Parameters, matrix.Rules));
            if (_outputs.WantsRows) _outputs.Rows(closed.WriteRows, beganUtc, isLast: false);
            _closed = _closed is null ? report : ReportMerge.Merge(_closed, report, matrix.Rules);
        }
    });

    /// <summary>A new matrix is in force.</summary>
    internal void Accept(MatrixInForce matrix) => _board.Show(matrix.State);

    /// <summary>A new matrix was refused; the one before stays in force.</summary>
    public void Refuse(MatrixInForce? matrix, string why) =>
        _board.Show(_board.Matrix with { ReloadFailedAtUtc = matrix?.LoadedAtUtc ?? _time.GetUtcNow(), ReloadError = why });

    /// <summary>The last period is over: its report on top of all is the report of the run.</summary>
    /// <param name="writeRows">Hands over the flows of the last period.</param>
    internal CheckReport End(CheckReport last, MatrixInForce matrix, IReadOnlyList<ProvenServer> servers, Action<Action<FlowRow>> writeRows)
    {
        CheckReport? whole = null;
        Post(() =>
        {
            whole = Whole(Here(last), matrix.Rules);
            _board.Show(whole);
            _outputs.Picture(whole, isFinal: true);
            _outputs.Checkpoint(whole, servers);
            if (_outputs.WantsRows) _outputs.Rows(writeRows, _time.GetUtcNow(), isLast: true);
        });
        _jobs.Writer.Complete();
        _worker.Wait();
        if (whole is null && _failure is { } failure) throw new InvalidOperationException("The report of the run could not be built.", failure);
        return whole ?? last;
    }

    public void Dispose()
    {
        _jobs.Writer.TryComplete();
        _worker.Wait();
    }

    /// <summary>Counts of frames and flow records run on in a process; a merge has to know which reports are of the same.</summary>
    private CheckReport Here(CheckReport report) => report with { Process = _process };

    private CheckReport Whole(CheckReport running, ExitRules rules)
    {
        CheckReport here = _closed is null ? running : ReportMerge.Merge(_closed, running, rules);
        return _earlier is null ? here : ReportMerge.Merge(_earlier, here, rules);
    }

    private void Post(Action job)
    {
        Interlocked.Increment(ref _waiting);
        if (!_jobs.Writer.TryWrite(job)) Interlocked.Decrement(ref _waiting);
    }

    private void Work()
    {
        while (_jobs.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_jobs.Reader.TryRead(out Action? job))
            {
                try
                {
                    job();
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    _failure ??= e;
                    _board.ShowTroubles([$"a report could not be built ({e.GetType().Name}: {e.Message}); please report it"]);
                }
                finally
                {
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }
    }
}
