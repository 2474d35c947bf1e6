using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Core.Matrix;
using TrafficCheck.Live;
using TrafficCheck.Reporting;
using TrafficCheck.Reporting.State;

namespace TrafficCheck.Cli.Watch;

/// <summary>The folder of <c>--state</c>: what was found so far, and the ledger of servers, for the next start.</summary>
internal sealed class StateFolder : IDisposable
{
    private readonly string _folder;
    private readonly StateFolderLock _lock;
    private readonly TimeProvider _time;
    private readonly bool _hasLedger;
    private DateTimeOffset _startedAt;
    private DateTimeOffset? _writtenAt;

    private StateFolder(string folder, StateFolderLock held, TimeProvider time, bool hasLedger)
    {
        (_folder, _lock, _time, _hasLedger) = (folder, held, time, hasLedger);
        _startedAt = time.GetUtcNow();
        if (hasLedger) Ledger = new LedgerFile(Path.Combine(folder, "servers.txt"), write: true);
    }

    /// <summary>The ledger in the folder; null where another one is kept.</summary>
    public LedgerFile? Ledger { get; }

    /// <param name="hasLedger">Whether the ledger is in the folder too; not where <c>--ledger</c> names another.</param>
    /// <exception cref="UsageException">It cannot be used, or another run has it.</exception>
    public static StateFolder Open(string folder, TimeProvider time, bool hasLedger)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new(folder, StateFolderLock.Take(folder), time, hasLedger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--state '{folder}': {e.Message}");
        }
    }

    /// <summary>The report that the run goes on with; null for none. What is wrong with a state is said, and the run begins anew.</summary>
    public CheckReport? Read(AllowedMatrix current, TextWriter messages)
    {
        bool found = RunStateFile.TryRead(_folder, current, out RunState? state, out string? why);
        if (why is not null) messages.WriteLine(TerminalText.Clean($"--state: {why}"));
        if (!found || state is null) return null;
        _startedAt = state.StartedAtUtc;
        return state.Report;
    }

    /// <summary>Writes the state; what fails is in the answer, and the state before stays.</summary>
    public CheckpointStatus Write(CheckReport report, IReadOnlyList<ProvenServer> servers)
    {
        try
        {
            DateTimeOffset now = _time.GetUtcNow();
            RunStateFile.Write(_folder, new RunState { Report = report, StartedAtUtc = _startedAt, WrittenAtUtc = now });
            if (_hasLedger) Ledger!.Update(servers);
            _writtenAt = now;
            return new(_folder, _writtenAt, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
        {
            return new(_folder, _writtenAt, e.Message);
        }
    }

    public void Dispose() => _lock.Dispose();
}
