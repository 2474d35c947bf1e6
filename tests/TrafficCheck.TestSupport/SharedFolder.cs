namespace TrafficCheck.TestSupport;

/// <summary>Finds the folder with captures and tables that are not part of the repository, where there is one beside it.</summary>
public static class SharedFolder
{
    public static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "spec"))) return candidate;
        }

        return null;
    }
}
