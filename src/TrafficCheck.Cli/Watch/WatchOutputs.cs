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

    /// <summary>Files of one time that are told apart.</summary>
    private const int MostOfOneName = 1000;

    private readonly List<RunFile> _files = [];
    /// <summary>By what is written where; what is written again and again takes the place of its last trouble.</summary>
    private readonly Dictionary<string, string> _troubles = [];
    private long _lost;
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
            bool written = Try("report " + path, named, () =>
            {
                ReportFiles.Replace(named, period, verbose);
                Add("report", named);
            });
            if (!written) _lost++;
        }

        ShowFiles();
    }

    public void Rows(Action<Action<FlowRow>> write, DateTimeOffset beganUtc, bool isLast)
    {
        if (_flowsFailed) return; // a list with a hole would pass for a whole one; its trouble stays
        string path = rotates ? NameOf(flowsPath!, beganUtc) : flowsPath!;
        if (!Try("flows", path, () => WriteRows(path, write, isLast)) && rotates) _lost++;
    }

    private void WriteRows(string path, Action<Action<FlowRow>> write, bool isLast)
    {
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
    }

    public void Dispose() => _flows?.Dispose();

    /// <summary>What a person must know at the end: what failed last, each thing once, and how many files of periods there are not. Empty when all was written.</summary>
    public IReadOnlyList<string> Troubles =>
        _lost == 0 ? [.. _troubles.Values] : [.. _troubles.Values, $"{_lost} {(_lost == 1 ? "file of a period was" : "files of periods were")} not written"];

    private bool Try(string key, string path, Action write)
    {
        bool good = false;
        try
        {
            write();
            good = true;
            _troubles.Remove(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _troubles[key] = $"'{path}' could not be written: {e.Message}";
        }

        Board?.ShowTroubles([.. _troubles.Values]);
        return good;
    }

    private void Add(string kind, string path)
    {
        _files.RemoveAll(f => f.Path == Path.GetFullPath(path));
        _files.Add(new(kind, Path.GetFileName(path), Path.GetFullPath(path), new FileInfo(path).Length, time.GetUtcNow()));
        if (_files.Count > MaxListed) _files.RemoveRange(0, _files.Count - MaxListed);
    }

    private void ShowFiles() => Board?.Show([.. _files, .. FurtherFiles?.Invoke() ?? []]);

    /// <summary>
    /// <c>report.json</c> becomes <c>report-20300131T180000Z.json</c>. Where there is such a file (a clock that was set back, two periods within a second)
    /// it is not lost: the next is <c>report-20300131T180000Z-2.json</c>.
    /// </summary>
    private static string NameOf(string path, DateTimeOffset beganUtc)
    {
        string stamp = beganUtc.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string name = Path.Combine(Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{stamp}"), extension = Path.GetExtension(path);
        string free = name + extension;
        for (int i = 2; File.Exists(free) && i <= MostOfOneName; i++) free = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}{extension}");
        return free;
    }
}
