using System.Text.RegularExpressions;
using TrafficCheck.Core.Wire;

namespace TrafficCheck.Live.Evidence;

/// <summary>
/// The folder that evidence files are in, with its limits: how many bytes, how old. Only files that have names as this program gives them are ever counted
/// or removed. A file is written beside and then takes its place, so that it is whole at any time. Readable by owner and group only: packets hold what was
/// said. One thread, but for the figures.
/// </summary>
internal sealed partial class EvidenceFolder(EvidenceOptions options, CaptureInterfaces interfaces, TimeProvider time)
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMinutes(1), s_partsLast = TimeSpan.FromHours(1);

    /// <summary>Files of this run.</summary>
    private readonly Dictionary<string, EvidenceFile> _own = new(StringComparer.Ordinal);

    /// <summary>All evidence files in the folder, as last seen.</summary>
    private readonly Dictionary<string, (long Bytes, DateTimeOffset WrittenAt)> _all = new(StringComparer.Ordinal);
    private readonly Lock _figures = new();
    private DateTimeOffset _lookedAt = DateTimeOffset.MinValue;

    public (int Files, long Bytes) Totals
    {
        get
        {
            lock (_figures) return (_all.Count, _all.Values.Sum(f => f.Bytes));
        }
    }

    /// <summary>Files of this run that are there.</summary>
    public IReadOnlyList<RunFile> Files
    {
        get
        {
            lock (_figures)
            {
                return [.. _own.Where(f => _all.ContainsKey(f.Key)).OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => new RunFile("evidence", f.Key, Path.Combine(options.Folder, f.Key), f.Value.Bytes, f.Value.WrittenAt))];
            }
        }
    }

    /// <summary>Writes frames into the file of their finding.</summary>
    /// <returns>False when the limits leave no room for them.</returns>
    /// <exception cref="IOException">It cannot be written; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">No rights.</exception>
    public bool Write(EvidenceJob job)
    {
        Look();
        EvidenceFile file;
        lock (_figures)
        {
            if (!_own.TryGetValue(job.FileName, out EvidenceFile? known)) _own.Add(job.FileName, known = new EvidenceFile(interfaces));
            file = known;
        }

        string path = Path.Combine(options.Folder, job.FileName);
        byte[] old = File.Exists(path) && new FileInfo(path).Length <= options.MostFileBytes ? File.ReadAllBytes(path) : [];
        ReadOnlyMemory<byte> bytes = file.Compose(old, job);
        if (bytes.Length > options.MostFileBytes || !MakeRoom(bytes.Length, job.FileName)) return false;
        Replace(path, bytes.Span);
        DateTimeOffset now = time.GetUtcNow();
        lock (_figures)
        {
            (file.Bytes, file.WrittenAt) = (bytes.Length, now);
            _all[job.FileName] = (bytes.Length, now);
        }

        return true;
    }

    /// <summary>Makes the folder, sees what is in it, and removes what is too old. At most once a minute.</summary>
    public void Look()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (now - _lookedAt < s_lookAgain && Directory.Exists(options.Folder)) return;
        Directory.CreateDirectory(options.Folder);
        Dictionary<string, (long, DateTimeOffset)> seen = new(StringComparer.Ordinal);
        foreach (FileInfo file in new DirectoryInfo(options.Folder).EnumerateFiles())
        {
            if (OwnName().IsMatch(file.Name)) seen.Add(file.Name, (file.Length, file.LastWriteTimeUtc));

            // What a run that was killed left behind.
            else if (file.Name.EndsWith(".part", StringComparison.Ordinal) && OwnName().IsMatch(file.Name[..^5]) && now - file.LastWriteTimeUtc > s_partsLast) file.Delete();
        }

        lock (_figures)
        {
            _all.Clear();
            foreach (var (name, about) in seen) _all.Add(name, about);
        }

        _lookedAt = now;
        if (options.MostAge is not { } age) return;
        foreach (var (name, (_, writtenAt)) in seen)
        {
            if (now - writtenAt > age) Remove(name);
        }
    }

    /// <summary>Run, words and digest of the key.</summary>
    [GeneratedRegex(@"^\d{8}T\d{6}Z-[0-9a-f]{6}-[a-z0-9-]{8,100}\.pcapng\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnName();

    private bool MakeRoom(long bytes, string except)
    {
        if (bytes > options.MostBytes) return false;
        List<(string Name, long Bytes)> oldest;
        long total;
        lock (_figures)
        {
            total = _all.Where(f => f.Key != except).Sum(f => f.Value.Bytes) + bytes;
            if (total <= options.MostBytes) return true;
            oldest = [.. _all.Where(f => f.Key != except).OrderBy(f => f.Value.WrittenAt).ThenBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value.Bytes))];
        }

        foreach (var (name, size) in oldest)
        {
            if (total <= options.MostBytes) break;
            Remove(name);
            total -= size;
        }

        return true;
    }

    private void Remove(string name)
    {
        File.Delete(Path.Combine(options.Folder, name));
        lock (_figures) _all.Remove(name);
    }

    private static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string part = path + ".part";
        File.Delete(part);
        try
        {
            var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            using (var stream = new FileStream(part, how)) stream.Write(bytes);
            File.Move(part, path, overwrite: true);
        }
        catch
        {
            TryDelete(part);
            throw;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that brought us here says more.
        }
    }
}
