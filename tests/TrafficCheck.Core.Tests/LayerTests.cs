using System.Text.RegularExpressions;
using TrafficCheck.TestSupport;

namespace TrafficCheck.Core.Tests;

public sealed class LayerTests
{
    private static readonly Dictionary<string, string[]> s_mayUse = new()
    {
        ["Wire"] = [],
        ["Flows"] = ["Wire"],
        ["Recognition"] = ["Wire"],
        ["Matrix"] = ["Wire"],
        ["Engine"] = ["Wire", "Flows", "Recognition", "Matrix", "Engine"],
        ["Explain"] = ["Wire", "Flows", "Recognition", "Matrix", "Engine"],
    };

    [Fact]
    public void Layers_use_only_layers_below_them()
    {
        string core = Path.Combine(RepositoryFolder.Find(), "src", "TrafficCheck.Core");
        var wrong = new List<string>();
        int files = 0;
        foreach (string file in Directory.EnumerateFiles(core, "*.cs", SearchOption.AllDirectories))
        {
            string layer = Path.GetRelativePath(core, file).Split(Path.DirectorySeparatorChar)[0];
            if (layer is "obj" or "bin") continue;
            files++;
            foreach (Match match in Regex.Matches(File.ReadAllText(file), @"TrafficCheck\.Core\.(\w+)"))
            {
                string used = match.Groups[1].Value;
                if (used != layer && s_mayUse.ContainsKey(used) && !s_mayUse[layer].Contains(used)) wrong.Add($"{file} uses {used}");
            }
        }

        Assert.True(files > 30);
        Assert.Empty(wrong);
    }
}
