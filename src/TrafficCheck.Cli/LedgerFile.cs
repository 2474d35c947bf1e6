using System.Text;
using TrafficCheck.Core.Engine.Reports;
using TrafficCheck.Core.Engine.Servers;
using TrafficCheck.Reporting.Ledgers;
using IOPath = System.IO.Path;

namespace TrafficCheck.Cli;

/// <summary>
/// The file of <c>--ledger</c>. It is read before a run and brought up to date after it: what the run proved is added to what stands in the file
/// then, so that nothing is lost when another run wrote meanwhile. Two that write at one time wait for each other. A reader never sees half of it.
/// </summary>
internal sealed class LedgerFile
{
    private readonly string _path, _target;
    private readonly int _most;
    private readonly TimeSpan _patience;

    /// <param name="write">Whether it will be updated.</param>
    /// <param name="patience">How long <see cref="Update"/> waits for other runs that write the same file; an update takes less than a second.</param>
    /// <exception cref="UsageException">The file cannot be read, is no ledger, or cannot be written.</exception>
    public LedgerFile(string path, bool write, int most = ServerLedgerText.MaxServers, TimeSpan? patience = null)
    {
        _path = path;
        _most = most;
        _patience = patience ?? TimeSpan.FromSeconds(10);
        try
        {
            // A link stays a link: what it points at is replaced.
            var file = new FileInfo(path);
            _target = file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            if (Directory.Exists(_target)) throw new UsageException($"--ledger '{path}' is a folder");
            Servers = Read();
            if (!write) return;
            string probe;
            using (FileStream temporary = Temporary()) probe = temporary.Name;
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--ledger '{path}' cannot be {(Servers is null ? "read" : "written")}: {e.Message}");
        }
    }

    public string Path => _path;

    /// <summary>What stood in the file before the run; a file that does not exist is an empty ledger.</summary>
    public IReadOnlyList<ProvenServer> Servers { get; } = null!;

    /// <summary>Adds what a run proved.</summary>
    /// <exception cref="UsageException">The file has changed and is no ledger any more.</exception>
    /// <exception cref="IOException">It cannot be written, or others write it all the time; what stood there stands there still.</exception>
    public KeptLedgerReport Update(IReadOnlyList<ProvenServer> proven)
    {
        using LedgerLock turn = LedgerLock.Take(_target, _path, _patience);
        IReadOnlyList<ProvenServer> kept = Read();
        int added = ProvenServer.Merge(kept, proven, int.MaxValue, out _).Count - kept.Count;
        IReadOnlyList<ProvenServer> merged = ProvenServer.Merge(kept, proven, _most, out int dropped);
        try
        {
            Replace(merged);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--ledger '{_path}' cannot be written: {e.Message}", e);
        }

        return new(_path, kept.Count, proven.Count - added, added, dropped, merged.Count);
    }

    private void Replace(IReadOnlyList<ProvenServer> servers)
    {
        string? temporary = null;
        try
        {
            using (FileStream file = Temporary())
            {
                temporary = file.Name;
                using (var text = new StreamWriter(file, new UTF8Encoding(false), 1 << 16, leaveOpen: true)) ServerLedgerText.Write(servers, text);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(_target)) File.SetUnixFileMode(temporary, File.GetUnixFileMode(_target));
            File.Move(temporary, _target, overwrite: true);
        }
        catch
        {
            if (temporary is not null) File.Delete(temporary);
            throw;
        }
    }

    private IReadOnlyList<ProvenServer> Read()
    {
        if (!File.Exists(_target)) return [];
        using var file = new FileStream(_target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        try
        {
            return ServerLedgerText.Read(file, _path);
        }
        catch (ServerLedgerException e)
        {
            throw new UsageException($"--ledger: {e.Message}");
        }
    }

    /// <summary>Beside the file, because only within one file system a file replaces another at once.</summary>
    private FileStream Temporary() => new(
        IOPath.Combine(IOPath.GetDirectoryName(IOPath.GetFullPath(_target))!, $".{IOPath.GetFileName(_target)}.{IOPath.GetRandomFileName()}"),
        FileMode.CreateNew, FileAccess.Write, FileShare.None);
}
