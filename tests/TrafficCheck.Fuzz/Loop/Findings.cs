using System.Security.Cryptography;
using System.Text;
using TrafficCheck.Fuzz.Targets;

namespace TrafficCheck.Fuzz.Loop;

/// <summary>Inputs that something was wrong with, one file for each cause with the smallest input that shows it, and a text beside it.</summary>
internal sealed class Findings(string folder)
{
    public int Count => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.txt").Count() : 0;

    public void Add(string target, Exception exception, ReadOnlySpan<byte> input)
    {
        string cause = exception is BrokenPromiseException broken
            ? broken.Promise
            : exception.GetType().Name + " " + FirstOwnFrame(exception);
        Add(target, cause, exception.ToString(), input);
    }

    public void Add(string target, string cause, string text, ReadOnlySpan<byte> input)
    {
        Directory.CreateDirectory(folder);
        string name = Path.Combine(folder, target + "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cause)))[..12]);
        var earlier = new FileInfo(name + ".bin");
        if (earlier.Exists && earlier.Length <= input.Length) return;
        File.WriteAllBytes(name + ".bin", input);
        File.WriteAllText(name + ".txt", $"{target}: {cause}\n{text}\n");
    }

    private static string FirstOwnFrame(Exception exception) =>
        (exception.StackTrace ?? "").Split('\n').FirstOrDefault(l => l.Contains("TrafficCheck.", StringComparison.Ordinal))?.Trim() ?? "";
}
