using System.Globalization;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Live;
using TrafficCheck.Live.Run;
using TrafficCheck.Reporting;

namespace TrafficCheck.Cli.Watch;

/// <summary>Files of a run, alerts and evidence: what is made of its reports. What cannot be written is said in the status and tried again the next time.</summary>
internal sealed class WatchOutputs(string[] reportPaths, string? flowsPath, bool rotates, bool verbose, TimeProvider time) : IRunOutputs, IDisposable
{
    /// <summary>Files of periods that are listed; older ones stay on disk.</summary>
    private const int MaxListed = 500;

    private readonly List<RunFile> _files = [];
    private readonly Dictionary<string, string> _troubles = [];
    private IFlowExport? _flows;
    private bool _flowsFailed;

    public StatusBoard? Board { get; set; }

    /// <summary>Further receivers of each picture.</summary>
    public List<Action<CheckReport, bool>> Pictures { get; } = [];

    /// <summary>Files that others write.</summary>
    public Func<IReadOnlyList<RunFile>>? FurtherFiles { get; set; }

    /// <summary>Keeps the state for a start after a crash; null when none is kept.</summary>
    public StateFolder? State { get; set; }

    public bool WantsRows => flowsPath is not null;

    public void Picture(CheckReport whole, bool isFinal)
    {
        foreach (Action<CheckReport, bool> take in Pictures) take(whole, isFinal);
        ShowFiles();
    }

    public void Checkpoint(CheckReport whole, IReadOnlyList<ProvenServer> servers)
    {
        if (State is null) return;
        Board?.Show(State.Write(whole, servers));
    }

    public void Period(CheckReport period, DateTimeOffset beganUtc, DateTimeOffset endedUtc)
    {
        if (!rotates) return;
        foreach (string path in reportPaths)
        {
            string named = NameOf(path, beganUtc);
            Try($"the report of the period from {beganUtc:HH:mm:ss} UTC", () =>
            {
                ReportFiles.Replace(named, period, verbose);
                Add("report", named);
            });
        }

        ShowFiles();
    }

    public void Rows(Action<Action<FlowRow>> write, DateTimeOffset beganUtc, bool isLast) => Try("the list of flows", () =>
    {
        if (_flowsFailed) return; // a list with a hole would pass for a whole one
        string path = rotates ? NameOf(flowsPath!, beganUtc) : flowsPath!;
        try
        {
            _flows ??= FlowExport.Open(path);
            write(row => _flows.Add(in row));
            if (rotates || isLast)
            {
                _flows.Complete();
                _flows.Dispose();
                _flows = null;
                Add("flows", path);
            }
        }
        catch
        {
            _flowsFailed = !rotates;
            _flows?.Dispose();
            _flows = null;
            throw;
        }
    });

    public void Dispose() => _flows?.Dispose();

    /// <summary>What failed last, each thing once; empty when all was written.</summary>
    public IReadOnlyCollection<string> Troubles => _troubles.Values;

    private void Try(string what, Action write)
    {
        try
        {
            write();
            _troubles.Remove(what[..10]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _troubles[what[..10]] = $"{what} could not be written: {e.Message}";
        }

        Board?.ShowTroubles([.. _troubles.Values]);
    }

    private void Add(string kind, string path)
    {
        _files.RemoveAll(f => f.Path == Path.GetFullPath(path));
        _files.Add(new(kind, Path.GetFileName(path), Path.GetFullPath(path), new FileInfo(path).Length, time.GetUtcNow()));
        if (_files.Count > MaxListed) _files.RemoveRange(0, _files.Count - MaxListed);
    }

    private void ShowFiles() => Board?.Show([.. _files, .. FurtherFiles?.Invoke() ?? []]);

    /// <summary><c>report.json</c> becomes <c>report-20300131T180000Z.json</c>.</summary>
    private static string NameOf(string path, DateTimeOffset beganUtc)
    {
        string stamp = beganUtc.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{stamp}{Path.GetExtension(path)}");
    }
}
