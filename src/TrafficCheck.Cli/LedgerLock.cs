using System.Diagnostics;
using IOPath = System.IO.Path;

namespace TrafficCheck.Cli;

/// <summary>
/// The turn of a run to read, change and write a ledger: an exclusively opened file beside it, which is gone afterwards. The system gives the turn back when a
/// program dies, so that a file that was left behind keeps nobody waiting.
/// </summary>
internal sealed class LedgerLock : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private LedgerLock(FileStream file) => _file = file;

    /// <summary>Waits for the turn.</summary>
    /// <param name="target">The ledger's file itself.</param>
    /// <param name="named">The ledger as the user calls it.</param>
    /// <exception cref="IOException">The turn did not come in time, or no file can be made beside the ledger.</exception>
    public static LedgerLock Take(string target, string named, TimeSpan patience)
    {
        string path = IOPath.Combine(IOPath.GetDirectoryName(IOPath.GetFullPath(target))!, $".{IOPath.GetFileName(target)}.lock");
        var watch = Stopwatch.StartNew();
        while (true)
        {
            string last;
            try
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
                if (IsAt(path, file)) return new(file);
                file.Dispose();
                last = "another run is writing it";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                last = e.Message;
            }

            if (watch.Elapsed >= patience) throw new IOException($"--ledger '{named}' was not brought up to date, because its turn did not come within {patience.TotalSeconds:0.#} s: {last}");
            Thread.Sleep(s_pause);
        }
    }

    public void Dispose()
    {
        // On Unix the name goes first, while nobody else can have the turn; on Windows an open file keeps its name.
        if (!OperatingSystem.IsWindows()) Remove();
        string path = _file.Name;
        _file.Dispose();
        if (OperatingSystem.IsWindows()) Remove(path);
    }

    private void Remove() => Remove(_file.Name);

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run has it already (Windows), or it stays, which harms nobody.
        }
    }

    /// <summary>
    /// Whether the file that was opened is the one that has the name still: on Unix another run may have removed it in between, and a third one made a new
    /// one. The open file is given a length that only this run knows.
    /// </summary>
    private static bool IsAt(string path, FileStream file)
    {
        long length = Random.Shared.Next(1, 1 << 30);
        file.SetLength(length);
        return new FileInfo(path) is { Exists: true } named && named.Length == length;
    }
}
