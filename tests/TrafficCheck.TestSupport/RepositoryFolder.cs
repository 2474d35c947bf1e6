namespace TrafficCheck.TestSupport;

/// <summary>The root of the repository that the tests were built in.</summary>
public static class RepositoryFolder
{
    public static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TrafficCheck.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TrafficCheck.sln is in no folder above the tests");
    }
}
