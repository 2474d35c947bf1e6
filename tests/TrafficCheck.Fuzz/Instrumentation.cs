using SharpFuzz;

namespace TrafficCheck.Fuzz;

/// <summary>Copies of the program whose product assemblies write down which branches they take.</summary>
internal static class Instrumentation
{
    private static readonly string[] s_assemblies = ["TrafficCheck.Core.dll", "TrafficCheck.Capture.dll", "TrafficCheck.Matrices.dll", "TrafficCheck.Reporting.dll"];

    public static void CopyTo(string folder)
    {
        string from = AppContext.BaseDirectory;
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(folder, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        foreach (string assembly in s_assemblies) Fuzzer.Instrument(Path.Combine(folder, assembly), _ => true, Options.Value);
    }
}
