namespace TrafficCheck.TestSupport;

/// <summary>The root of the repository that the tests were built in.</summary>
public static class RepositoryFolder
{
    /// <summary>Names it for programs that run from a copy elsewhere.</summary>
    public const string Variable = "TRAFFICCHECK_REPOSITORY";

    public static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TrafficCheck.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TrafficCheck.sln is in no folder above the tests");
    }
}
