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
    /// <summary>Periods and pictures that may wait; each holds the sums of a period.</summary>
    private const int MostWaiting = 3;

    private readonly Channel<Action> _jobs = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly IRunOutputs _outputs;
    private readonly StatusBoard _board;
    private readonly TimeProvider _time;
    private readonly CheckReport? _earlier;
    private readonly Task _worker;
    private readonly string _process = Guid.NewGuid().ToString("N");
    private CheckReport? _closed;
    private long _pictureCost, _pictureDone;
    private int _waiting, _failures;
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

    /// <summary>Whether another period may be handed in: few wait.</summary>
    internal bool HasRoom => Volatile.Read(ref _waiting) < MostWaiting;

    /// <summary>Whether everything was done, and pictures have taken no more than a share of the time.</summary>
    internal bool IsRested(double share)
    {
        if (!IsIdle) return false;
        long cost = Volatile.Read(ref _pictureCost), done = Volatile.Read(ref _pictureDone);
        return _time.GetTimestamp() - done >= cost * ((1 / share) - 1);
    }

    /// <param name="servers">What was proven so far, where the picture is to be kept for a start after a crash; else null.</param>
    internal void TakePicture(ReportSnapshot snapshot, MatrixInForce matrix, IReadOnlyList<InputSummary> inputs, IReadOnlyList<ProvenServer>? servers) => Post(() =>
    {
        long began = _time.GetTimestamp();
        using (snapshot)
        {
            CheckReport? whole = null;
            Try("a picture of the run", () => whole = Whole(Here(snapshot.Build(inputs, matrix.Parameters, matrix.Rules)), matrix.Rules));
            if (whole is not null) Hand(whole, isFinal: false, servers);
        }

        long done = _time.GetTimestamp();
        Volatile.Write(ref _pictureCost, done - began);
        Volatile.Write(ref _pictureDone, done);
    });

    /// <param name="closed">The flows that ended in the period; null for the last period, of which they come with the end.</param>
    /// <param name="active">All flows with packets in it, where somebody wants the report of the period.</param>
    internal void TakePeriod(
        ReportSnapshot? closed, ReportSnapshot? active, MatrixInForce matrix, IReadOnlyList<InputSummary> inputs, DateTimeOffset beganUtc, DateTimeOffset endedUtc) => Post(() =>
    {
        using (closed)
        using (active)
        {
            // What the report of the run is made of comes first; what fails after it costs only itself.
            if (closed is not null)
            {
                Try($"the flows of the period from {beganUtc:u}, which the report of the run does not have now,", () =>
                {
                    CheckReport report = Here(closed.Build(inputs, matrix.Parameters, matrix.Rules));
                    _closed = _closed is null ? report : ReportMerge.Merge(_closed, report, matrix.Rules);
                });
                if (_outputs.WantsRows) Try("the list of flows", () => _outputs.Rows(closed.WriteRows, beganUtc, isLast: false));
            }

            if (active is not null) Try("the report of a period", () => _outputs.Period(active.Build(inputs, matrix.Parameters, matrix.Rules), beganUtc, endedUtc));
        }
    });

    /// <summary>A new matrix is in force.</summary>
    internal void Accept(MatrixInForce matrix) => _board.Show(matrix.State);

    /// <summary>A new matrix was refused; the one before stays in force.</summary>
    public void Refuse(MatrixInForce? matrix, string why) => _board.ShowRefused(matrix?.LoadedAtUtc ?? _time.GetUtcNow(), why);

    /// <summary>The last period is over: its report on top of all is the report of the run.</summary>
    /// <param name="writeRows">Hands over the flows of the last period.</param>
    /// <param name="beganUtc">When the last period began.</param>
    /// <exception cref="InvalidOperationException">The report cannot be built. A defect.</exception>
    internal CheckReport End(CheckReport last, MatrixInForce matrix, IReadOnlyList<ProvenServer> servers, Action<Action<FlowRow>> writeRows, DateTimeOffset beganUtc)
    {
        CheckReport? whole = null;
        Post(() =>
        {
            Try("the report of the run", () => whole = Whole(Here(last), matrix.Rules));
            if (whole is not null) Hand(whole, isFinal: true, servers);
            if (_outputs.WantsRows) Try("the list of flows", () => _outputs.Rows(writeRows, beganUtc, isLast: true));
        });
        _jobs.Writer.Complete();
        _worker.Wait();
        return whole ?? throw new InvalidOperationException("The report of the run could not be built.", _failure);
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

    private void Hand(CheckReport whole, bool isFinal, IReadOnlyList<ProvenServer>? servers)
    {
        _board.Show(whole);
        Try("what is made of a picture", () => _outputs.Picture(whole, isFinal));
        if (servers is not null) Try("the state", () => _outputs.Checkpoint(whole, servers));
    }

    /// <summary>A defect in one thing is said, and costs none of the others. Lack of memory is no exception to that: a picture that finds none is left out.</summary>
    private void Try(string what, Action act)
    {
        try
        {
            act();
        }
        catch (Exception e)
        {
            _failure ??= e;
            _failures++;
            string more = _failures == 1 ? "" : $", and {_failures - 1} failures before";
            _board.ShowFailure($"{what} failed: {e.GetType().Name}: {e.Message}{more}; please report it");
        }
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
                finally
                {
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }
    }
}
