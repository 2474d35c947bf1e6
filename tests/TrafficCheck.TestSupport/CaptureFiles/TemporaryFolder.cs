namespace TrafficCheck.TestSupport.CaptureFiles;

/// <summary>A folder for the files of one test, removed with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trafficcheck-");

    public string Root => _folder.FullName;

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
