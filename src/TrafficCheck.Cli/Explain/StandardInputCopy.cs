namespace TrafficCheck.Cli.Explain;

/// <summary>Standard input in a temporary file, because it can be read only once; the file goes with this object.</summary>
internal sealed class StandardInputCopy : IDisposable
{
    private readonly string _path;

    private StandardInputCopy(string path) => _path = path;

    public static StandardInputCopy Take()
    {
        // Created readable by its owner only: a capture is not for others.
        var copy = new StandardInputCopy(Path.GetTempFileName());
        try
        {
            using var file = new FileStream(copy._path, FileMode.Truncate, FileAccess.Write);
            using Stream input = Console.OpenStandardInput();
            input.CopyTo(file);
        }
        catch
        {
            copy.Dispose();
            throw;
        }

        return copy;
    }

    public Stream Open() => new FileStream(_path, FileMode.Open, FileAccess.Read);

    public void Dispose() => File.Delete(_path);
}
