namespace TrafficCheck.Reporting.State;

/// <summary>
/// A state folder belongs to one run at a time: an exclusively opened file in it, for as long as the run lasts. The system gives it back when a program dies, so that
/// a file that was left behind keeps nobody out; it stays, because to remove it would let two runs hold files of the same name.
/// </summary>
public sealed class StateFolderLock : IDisposable
{
    public const string FileName = "run.lock";

    private readonly FileStream _file;

    private StateFolderLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another run has the folder, or no file can be made in it.</exception>
    public static StateFolderLock Take(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string path = Path.Combine(folder, FileName);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the state folder '{folder}' cannot be used: another run has it, or '{FileName}' cannot be written ({e.Message})", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
